use super::*;

/// Lines; those that begin with a dash are questions.
struct Dashes;

impl Wire for Dashes {
    fn unit(&self, bytes: &[u8]) -> Unit {
        lines::unit(bytes)
    }

    fn kind(&self, unit: &[u8]) -> Kind {
        if unit.starts_with(b"-") { Kind::Question } else { Kind::Message }
    }
}

/// Frames; pings are questions.
struct Frames;

impl Wire for Frames {
    fn unit(&self, bytes: &[u8]) -> Unit {
        websocket::unit(bytes)
    }

    fn kind(&self, unit: &[u8]) -> Kind {
        if websocket::is_ping(unit) { Kind::Question } else { Kind::Message }
    }
}

/// As a server frames it.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    let header = match length {
        0..=125 => vec![first, u8::try_from(length).unwrap()],
        126..=0xffff => [&[first, 126][..], &u16::try_from(length).unwrap().to_be_bytes()].concat(),
        _ => [&[first, 127][..], &(length as u64).to_be_bytes()].concat(),
    };
    [header, payload.to_vec()].concat()
}

/// What comes of bytes that are read in these pieces.
fn taken(wire: &dyn Wire, pieces: &[&[u8]], all: bool) -> Result<(u64, Vec<Vec<u8>>), Malformed> {
    let (mut stream, mut messages, mut units) = (Stream::default(), 0, Vec::new());
    for piece in pieces {
        messages += stream.take(wire, piece, all, &mut |_, unit| units.push(unit.to_vec()))?;
    }
    Ok((messages, units))
}

#[test]
fn any_two_and_three_pieces_give_the_same_units() {
    let lines = [b"one\n".to_vec(), b"-ping\n".to_vec(), b"\n".to_vec(), b"four, which is longer\n".to_vec()];
    let frames =
        [frame(0x81, b"one"), frame(0x89, b"ping"), frame(0x81, b""), frame(0x81, &[b'x'; 130]), frame(0x82, b"last")];
    let cases: [(&dyn Wire, &[Vec<u8>], u64); 2] = [(&Dashes, &lines, 3), (&Frames, &frames, 4)];
    for (wire, units, messages) in cases {
        let bytes = units.concat();
        for first in 0..=bytes.len() {
            for second in first..=bytes.len() {
                let pieces = [&bytes[..first], &bytes[first..second], &bytes[second..]];
                let (counted, seen) = taken(wire, &pieces, true).unwrap();
                assert_eq!((counted, seen.as_slice()), (messages, units), "cut at {first} and {second}");
                // Unless all are asked for, only what isn't a message is shown.
                let (counted, seen) = taken(wire, &pieces, false).unwrap();
                assert_eq!((counted, seen.len()), (messages, 1), "cut at {first} and {second}");
            }
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(taken(wire, &single, true).unwrap(), (messages, units.to_vec()));
    }
}

#[test]
fn units_longer_than_a_read_are_put_together() {
    let long = frame(0x81, &vec![b'y'; 70_000]);
    let pieces: Vec<&[u8]> = long.chunks(999).collect();
    assert_eq!(taken(&Frames, &pieces, true).unwrap(), (1, vec![long.clone()]));
    let line = [vec![b'z'; 5000], b"\n".to_vec()].concat();
    let pieces: Vec<&[u8]> = line.chunks(999).collect();
    assert_eq!(taken(&Dashes, &pieces, true).unwrap(), (1, vec![line.clone()]));
}

#[test]
fn what_can_be_no_frame_is_found() {
    // Servers don't mask.
    assert_eq!(taken(&Frames, &[&[0x81, 0x83, 1, 2, 3]], false), Err(Malformed));
    // Longer than anything is here.
    let endless = [&[0x81, 127][..], &(1_u64 << 40).to_be_bytes(), b"x"].concat();
    assert_eq!(taken(&Frames, &[&endless, b"y"], false), Err(Malformed));
}

#[test]
fn what_clients_send_is_masked() {
    for length in [0, 5, 125, 126, 65_535, 65_536] {
        let payload = vec![b'a'; length];
        let frame = websocket::text(&payload);
        let header = match length {
            0..=125 => 2,
            126..=65_535 => 4,
            _ => 10,
        };
        assert_eq!(frame.len(), header + 4 + length);
        assert_eq!(frame[1] & 0x80, 0x80);
        let (key, masked) = frame[header..].split_at(4);
        assert!(masked.iter().zip(key.iter().cycle()).all(|(byte, key)| byte ^ key == b'a'));
    }
    assert_eq!(websocket::pong(&frame(0x89, b"abc"))[0], 0x8a);
}
