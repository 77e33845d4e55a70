//! A lock of another process on the database: waited for, but not for long. That it refuses and heals is in
//! `integration/overload.rs`; that a lock which ends in time is no failure, in `log/tests/failing.rs`.

use rusqlite::Connection;

use crate::failing::{log, reading_goes_on, refused, said, texts_are};
use crate::machine::Machine;
use crate::support::Socket;

/// Whoever keeps the lock for good keeps neither readers nor the end of the server waiting for good.
#[test]
fn a_lock_that_never_ends_holds_up_neither_readers_nor_a_stop() {
    let mut machine = Machine::new();
    let server = machine.start(&[]);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    assert_eq!(said(&mut ann, "before", "1"), 1);
    let other = Connection::open(machine.data().join("partyline.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    refused(&mut ann, "during", "2");
    reading_goes_on(&server, &mut ann, &["before"]);
    server.terminate();
    assert_eq!(ann.event("bye")["reason"], "shutdown");
    assert_eq!(ann.try_line(), None);
    assert!(server.wait().success());
    drop(other);
    let server = machine.start(&[]);
    assert_eq!(log(&server), texts_are(&["before"]));
}
