//! Lines out of a stream, with telnet's commands in it: however it is cut, the same lines.
//!
//! An input is the longest line, how many cuts, where they are, and then the stream.

use std::collections::VecDeque;

use partyline_shared::codec::lines::{Chunk, LineDecoder};

pub(crate) fn check(data: &[u8]) {
    let [max, cuts, rest @ ..] = data else { return };
    let (cuts, stream) = rest.split_at(usize::from(cuts % 16).min(rest.len()));
    let mut cuts: Vec<_> = cuts.iter().map(|&cut| usize::from(cut).min(stream.len())).collect();
    cuts.extend([0, stream.len()]);
    cuts.sort_unstable();
    let pieces: Vec<_> = cuts.windows(2).map(|cut| &stream[cut[0]..cut[1]]).collect();
    let max = usize::from(*max) + 1;
    for make in [LineDecoder::plain, LineDecoder::json] {
        let (lines, reply) = decode(make(max), &pieces);
        assert_eq!((&lines, &reply), (&decode(make(max), &[stream]).0, &decode(make(max), &[stream]).1));
        assert!(reply.len() <= stream.len(), "telnet is never answered with more than came");
        for chunk in &lines {
            if let Chunk::Line { text, .. } = chunk {
                // A byte that isn't UTF-8 becomes a character of three.
                assert!(text.len() <= 3 * max && !text.contains('\n'), "{text:?}");
            }
        }
        without_newlines(make(max), &pieces);
        if let Ok(text) = std::str::from_utf8(stream) {
            whole_characters(make(stream.len() + 1), &pieces, text);
            let characters: Vec<_> = text.split_inclusive(|_| true).map(str::as_bytes).collect();
            for chunk in without_newlines(make(max), &characters) {
                assert!(!matches!(chunk, Chunk::Line { replaced: true, .. }), "what is too long leaves nothing behind");
            }
        }
    }
}

fn decode(mut decoder: LineDecoder, pieces: &[&[u8]]) -> (VecDeque<Chunk>, Vec<u8>) {
    let (mut lines, mut reply) = (VecDeque::new(), Vec::new());
    for piece in pieces {
        decoder.feed(piece, &mut lines, &mut reply);
    }
    lines.extend(decoder.finish());
    assert_eq!(decoder.finish(), None, "what was taken is gone");
    (lines, reply)
}

/// A sender who never ends a line: what came is taken after every piece.
fn without_newlines(mut decoder: LineDecoder, pieces: &[&[u8]]) -> VecDeque<Chunk> {
    let (mut lines, mut reply) = (VecDeque::new(), Vec::new());
    for piece in pieces {
        decoder.feed(piece, &mut lines, &mut reply);
        let inside = decoder.is_inside_line();
        let taken = decoder.take_unfinished();
        assert_eq!(taken.is_some(), inside);
        assert!(!decoder.is_inside_line(), "what was taken is gone");
        lines.extend(taken);
    }
    lines
}

/// Text that is UTF-8 comes out as it went in, wherever the silences are.
fn whole_characters(mut decoder: LineDecoder, pieces: &[&[u8]], text: &str) {
    let (mut lines, mut reply) = (VecDeque::new(), Vec::new());
    for piece in pieces {
        decoder.feed(piece, &mut lines, &mut reply);
        lines.extend(decoder.take_unfinished());
    }
    lines.extend(decoder.finish());
    let mut decoded = String::new();
    for chunk in lines {
        match chunk {
            Chunk::Line { text, replaced } => {
                assert!(!replaced, "a character was cut");
                decoded += &text;
            }
            Chunk::TooLong => panic!("no line is that long"),
        }
    }
    let bare = |text: &str| text.replace(['\r', '\n', '\0'], "");
    assert_eq!(bare(&decoded), bare(text));
}
