//! JSON, both ways: what is read is written so that it is read the same, and a refusal quotes nothing that acts.

use partyline_shared::codec::json::{decode_command, decode_event, encode_command, encode_event};
use partyline_shared::codec::plain::render;
use partyline_shared::{Event, Text};

pub(crate) fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match decode_command(&text) {
        Ok(command) => {
            let line = encode_command(&command);
            assert!(!line.contains('\n'));
            assert_eq!(decode_command(&line), Ok(command));
        }
        Err(refused) => {
            assert!(!refused.text.contains(char::is_control), "{:?}", refused.text);
            assert!(refused.room.as_ref().is_none_or(|room| room.chars().count() <= 64));
            same(&Event::Refused(refused));
        }
    }
    if let Ok(event) = decode_event(&text) {
        if let Some(shown) = render(&event) {
            assert!(shown.is_empty() || shown.ends_with('\n'));
        }
        if let Event::Welcome(welcome) = &event {
            // Whatever limits a server tells: they are only compared with.
            let _ = Text::new("x", &welcome.limits);
        }
        same(&event);
    }
}

fn same(event: &Event) {
    let line = encode_event(event);
    assert!(!line.contains('\n'));
    assert_eq!(&decode_event(&line).expect("what we wrote is read"), event);
}
