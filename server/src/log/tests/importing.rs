//! A room that comes from elsewhere, beside a server that goes on writing.

use partyline_hub::RoomHead;

use super::super::import::{CHUNK, Import, ImportError};
use super::super::record::Record;
use super::*;

fn record(seq: u64) -> Record {
    let (kind, via) = ("text".to_owned(), "tcp".to_owned());
    let (from, text) = (member(7, "eve"), format!("imported {seq}"));
    Record { seq: Seq(seq), at: Timestamp(seq), from, kind, text, via, reference: None }
}

fn name(room: &str) -> RoomName {
    RoomName::new(room, &Limits::default()).unwrap()
}

fn begin(folder: &TempDir, room: &str) -> Result<Import, ImportError> {
    Import::begin(folder.path(), name(room))
}

fn rooms(kit: &Kit) -> Vec<String> {
    match kit.ask(Query::Rooms { limit: 99 }) {
        Outcome::Rooms(rooms) => rooms.into_iter().map(|RoomHead { name, .. }| name).collect(),
        other => panic!("{other:?} instead of rooms"),
    }
}

/// Streams that no reader is shown.
fn unfinished(folder: &TempDir) -> (i64, i64) {
    let count = |sql| other(folder).query_row(sql, [], |row| row.get(0)).unwrap();
    (
        count("SELECT count(*) FROM stream WHERE key LIKE '!import-%'"),
        count("SELECT count(*) FROM entry WHERE nick = 'eve'"),
    )
}

#[test]
fn an_import_and_a_server_write_side_by_side_and_both_number_without_a_gap() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::folder(&folder);
    assert_eq!(kit.seq(said(room("lobby"), "before")), 1);
    let mut import = begin(&folder, "Cellar").unwrap();
    let mut last = 1;
    for chunk in (1..=3500).map(record).collect::<Vec<_>>().chunks(CHUNK) {
        import.add(chunk).unwrap();
        for stream in ["lobby", "garden", &format!("new{last}")] {
            kit.append(said(room(stream), "meanwhile")).unwrap();
        }
        last += 1;
        let mut answered = 0;
        while answered < 3 {
            answered += kit.batch().iter().filter(|(_, outcome)| outcome.is_ok()).count();
        }
        assert!(!rooms(&kit).iter().any(|room| room == "Cellar" || room.starts_with('!')), "not there yet");
    }
    import.finish(Seq(3500)).unwrap();
    for (stream, head) in [("lobby", last), ("garden", last - 1), ("cellar", 3500), ("new1", 1)] {
        let numbers: Vec<_> = kit.texts(room(stream)).into_iter().map(|(seq, _)| seq).collect();
        assert_eq!(numbers, (1..=head).collect::<Vec<_>>(), "{stream}");
    }
    assert!(rooms(&kit).contains(&"Cellar".to_owned()));
    assert_eq!(kit.seq(said(room("CELLAR"), "after")), 3501);
    assert_eq!(kit.page(room("cellar"), Some(2), None, 9).entries[0].from, member(7, "eve"));
}

#[test]
fn a_room_that_is_there_is_not_imported_into() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::folder(&folder);
    kit.seq(said(room("Lobby"), "mine"));
    let error = begin(&folder, "lobby").err().unwrap();
    assert!(matches!(error, ImportError::Taken(_)), "{error:?}");
    assert!(error.to_string().contains("choose another name"), "{error}");
    assert_eq!(unfinished(&folder), (0, 0));
}

#[test]
fn a_name_that_is_taken_while_it_is_imported_stays_who_took_it() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::folder(&folder);
    let mut import = begin(&folder, "cellar").unwrap();
    import.add(&[record(1), record(2)]).unwrap();
    assert_eq!(kit.seq(said(room("Cellar"), "mine")), 1);
    assert!(matches!(import.finish(Seq(2)), Err(ImportError::Taken(_))));
    assert_eq!(kit.texts(room("cellar")), [(1, "mine".to_owned())]);
    assert_eq!(unfinished(&folder), (0, 0), "what was imported is gone");
}

#[test]
fn one_import_at_a_time() {
    let folder = TempDir::new().unwrap();
    let import = begin(&folder, "cellar").unwrap();
    assert!(matches!(begin(&folder, "attic"), Err(ImportError::Busy)));
    import.give_up();
    begin(&folder, "attic").unwrap().finish(Seq(0)).unwrap();
}

#[test]
fn what_an_import_left_that_died_is_removed_by_the_next_one_and_at_the_start() {
    let folder = TempDir::new().unwrap();
    Kit::folder(&folder).log.close();
    let dies = || {
        let mut import = begin(&folder, "cellar").unwrap();
        for chunk in (1..=2500).map(record).collect::<Vec<_>>().chunks(CHUNK) {
            import.add(chunk).unwrap();
        }
        drop(import);
        assert_eq!(unfinished(&folder), (1, 2500));
    };
    dies();
    begin(&folder, "attic").unwrap().give_up();
    assert_eq!(unfinished(&folder), (0, 0));
    dies();
    let kit = Kit::folder(&folder);
    assert_eq!(unfinished(&folder), (0, 0));
    assert_eq!(kit.seq(said(room("cellar"), "mine")), 1);
}

#[test]
fn an_import_that_is_at_work_is_left_alone_when_a_server_starts() {
    let folder = TempDir::new().unwrap();
    Kit::folder(&folder).log.close();
    let mut import = begin(&folder, "cellar").unwrap();
    import.add(&[record(5)]).unwrap();
    let kit = Kit::open(LogSettings { keep: keep_one(), ..settings(folder.path()) }).unwrap();
    kit.seq(said(room("lobby"), "one"));
    kit.seq(said(room("lobby"), "two"));
    import.add(&[record(6)]).unwrap();
    import.finish(Seq(6)).unwrap();
    assert_eq!(kit.texts(room("cellar")).len(), 2, "nor is it cut down while it has no name");
    assert_eq!(kit.seq(said(room("cellar"), "on")), 7);
}

fn keep_one() -> Keep {
    let mut keep = Keep::default();
    keep.add("*=1", &Limits::default()).unwrap();
    keep
}

#[test]
fn a_room_of_which_nothing_was_kept_keeps_its_head() {
    let folder = TempDir::new().unwrap();
    begin(&folder, "cellar").unwrap().finish(Seq(70)).unwrap();
    let kit = Kit::folder(&folder);
    assert_eq!(kit.page(room("cellar"), None, None, 9).head, Seq(70));
    assert_eq!(kit.seq(said(room("cellar"), "on")), 71);
}

#[test]
fn references_survive_and_one_that_is_there_twice_is_named() {
    let folder = TempDir::new().unwrap();
    let reference = |text: &str| Some(ClientRef::try_from(text.to_owned()).unwrap());
    let mut import = begin(&folder, "cellar").unwrap();
    import.add(&[Record { reference: reference("a"), ..record(1) }]).unwrap();
    let again = [Record { reference: reference("b"), ..record(2) }, Record { reference: reference("a"), ..record(3) }];
    assert!(matches!(import.add(&again), Err(ImportError::Repeated(1))));
    import.add(&again[..1]).unwrap();
    import.finish(Seq(2)).unwrap();
    let kit = Kit::folder(&folder);
    let resent = under("b", NewEntry { from: member(7, "eve"), ..said(room("cellar"), "imported 2") });
    assert_eq!(kit.say(resent), Ok(Committed { seq: Seq(2), at: Timestamp(2), duplicate: true }));
}
