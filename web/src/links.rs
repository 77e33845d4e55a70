//! Links in what people say: found in the text, never made of markup.

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// To be shown as it is.
    Text(String),
    /// An address to go to, with `http` or `https` in front.
    Link(String),
}

/// Splits a message into text and links. Only `http://` and `https://` count: any other scheme may act on the
/// reader's machine.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut plain = String::new();
    while let Some((before, link, after)) = next_link(rest) {
        plain += before;
        if !plain.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
        }
        pieces.push(Piece::Link(link.to_owned()));
        rest = after;
    }
    plain += rest;
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    pieces
}

/// The first link of a text, and what stands before and after it.
fn next_link(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + text[from..].find("http")?;
        let scheme = ["https://", "http://"].into_iter().find(|scheme| text[start..].starts_with(scheme));
        let inside_word = text[..start].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
        if let Some(scheme) = scheme.filter(|_| !inside_word) {
            let end = start + length(&text[start..]);
            let host = text[start + scheme.len()..end].chars().next();
            if host.is_some_and(|c| c.is_alphanumeric() || c == '[') {
                return Some((&text[..start], &text[start..end], &text[end..]));
            }
        }
        from = start + "http".len();
    }
}

/// How many bytes of a text that starts with a link are the link: up to white space, quotes or the punctuation
/// of a language written without spaces; without the full stop or the bracket that belongs to the sentence.
fn length(text: &str) -> usize {
    let stops = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '<' | '>'
                    | '"'
                    | '`'
                    | '，'
                    | '。'
                    | '、'
                    | '；'
                    | '！'
                    | '？'
                    | '）'
                    | '」'
                    | '』'
                    | '】'
                    | '》'
                    | '“'
                    | '”'
            )
    };
    let mut link = &text[..text.find(stops).unwrap_or(text.len())];
    loop {
        let opens = |open: char, close: char| link.matches(open).count() < link.matches(close).count();
        let cut = match link.chars().next_back() {
            Some('.' | ',' | ':' | ';' | '!' | '?' | '\'' | '*' | '_' | '~') => true,
            Some(')') => opens('(', ')'),
            Some(']') => opens('[', ']'),
            Some('}') => opens('{', '}'),
            _ => false,
        };
        if !cut {
            return link.len();
        }
        link = &link[..link.len() - 1];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<String> {
        let links = pieces(text).into_iter().filter_map(|piece| match piece {
            Piece::Link(link) => Some(link),
            Piece::Text(_) => None,
        });
        links.collect()
    }

    #[test]
    fn links_end_where_the_sentence_goes_on() {
        assert_eq!(
            links("see https://a.example/x?y=1, and (http://b.example/z)."),
            ["https://a.example/x?y=1", "http://b.example/z"]
        );
        assert_eq!(
            links("https://en.example/wiki/Party_(disambiguation)"),
            ["https://en.example/wiki/Party_(disambiguation)"]
        );
        assert_eq!(links("看https://a.example/路径，然后"), ["https://a.example/路径"]);
        assert_eq!(links("http://[::1]:19534/"), ["http://[::1]:19534/"]);
    }

    #[test]
    fn nothing_else_becomes_a_link() {
        for text in
            ["javascript:alert(1)", "xhttp://a", "http://", "https:// a", "http", "ftp://a.example", "https://."]
        {
            assert!(links(text).is_empty(), "{text}: {:?}", links(text));
        }
    }

    #[test]
    fn no_character_is_lost() {
        for text in ["", "a", "http://a http://b\n", "x https://a.example.", "httphttp://c", "\"https://a.example\""] {
            let whole: String = pieces(text)
                .into_iter()
                .map(|piece| match piece {
                    Piece::Text(text) | Piece::Link(text) => text,
                })
                .collect();
            assert_eq!(whole, text);
        }
    }
}
