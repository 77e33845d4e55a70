//! Numbers, references and what an answer stands for.

use std::fs;

use super::super::append::append_all;
use super::super::schema;
use super::*;

fn connection() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    schema::create(&mut connection, &partyline_shared::Epoch("e".to_owned())).unwrap();
    connection
}

fn numbers(connection: &mut Connection, entries: &[NewEntry], at: u64) -> Vec<(u64, u64, bool)> {
    let committed = append_all(connection, entries.iter(), Timestamp(at)).unwrap();
    committed.into_iter().map(|one| (one.seq.0, one.at.0, one.duplicate)).collect()
}

#[test]
fn each_stream_has_its_own_numbers_without_gaps_also_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::folder(&folder);
    for seq in 1..=3 {
        assert_eq!(kit.seq(said(room("lobby"), "hello")), seq);
        assert_eq!(kit.seq(said(room("kitchen"), "hello")), seq);
    }
    kit.log.close();
    let kit = Kit::folder(&folder);
    assert_eq!(kit.seq(said(room("lobby"), "again")), 4);
    assert_eq!(kit.seq(said(room("garden"), "new")), 1);
    assert_eq!(kit.seq(said(room("kitchen"), "again")), 4);
}

#[test]
fn a_batch_numbers_its_entries_in_their_order() {
    let mut connection = connection();
    let batch = [said(room("a"), "1"), said(room("b"), "2"), said(room("A"), "3"), said(room("b"), "4")];
    let expected = [(1, 7, false), (1, 7, false), (2, 7, false), (2, 7, false)];
    assert_eq!(numbers(&mut connection, &batch, 7), expected);
    let expected = [(3, 8, false), (3, 8, false), (4, 8, false), (4, 8, false)];
    assert_eq!(numbers(&mut connection, &batch, 8), expected);
}

#[test]
fn a_repeated_reference_is_one_entry_within_a_batch_and_across_batches() {
    let mut connection = connection();
    let lobby = |reference, text| under(reference, said(room("lobby"), text));
    let batch = [lobby("r1", "one"), lobby("r1", "one"), lobby("r2", "two"), lobby("r1", "one")];
    let expected = [(1, 7, false), (1, 7, true), (2, 7, false), (1, 7, true)];
    assert_eq!(numbers(&mut connection, &batch, 7), expected);
    assert_eq!(numbers(&mut connection, &[lobby("r2", "two"), lobby("r3", "three")], 9), [(2, 7, true), (3, 9, false)]);
    let entries: i64 = connection.query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).unwrap();
    assert_eq!(entries, 3);
}

#[test]
fn a_reference_is_its_authors_own() {
    let mut connection = connection();
    let ann = under("r", said(room("lobby"), "ann's"));
    let bob = NewEntry { from: member(2, "bob"), ..ann.clone() };
    assert_eq!(numbers(&mut connection, &[ann, bob], 7), [(1, 7, false), (2, 7, false)]);
}

#[test]
fn a_reference_is_one_rooms_own() {
    // A program that counts its messages room by room repeats itself, and means each.
    let mut connection = connection();
    let first = under("r", said(room("lobby"), "hello"));
    let elsewhere = under("r", said(room("kitchen"), "hello"));
    let batch = [first.clone(), elsewhere.clone(), first, elsewhere];
    let expected = [(1, 7, false), (1, 7, false), (1, 7, true), (1, 7, true)];
    assert_eq!(numbers(&mut connection, &batch, 7), expected);
}

#[test]
fn a_reference_is_known_after_a_restart_with_the_number_and_the_time_of_the_first() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::folder(&folder);
    let entry = under("r", said(room("lobby"), "hello"));
    let first = kit.say(entry.clone()).unwrap();
    kit.log.close();
    let kit = Kit::folder(&folder);
    assert_eq!(kit.seq(said(room("lobby"), "between")), 2);
    assert_eq!(kit.say(entry), Ok(Committed { duplicate: true, ..first }));
    assert_eq!(kit.texts(room("lobby")).len(), 2);
}

#[test]
fn what_was_answered_is_there_after_a_crash() {
    let (folder, crashed) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let kit = Kit::folder(&folder);
    for n in 1..=50 {
        kit.seq(said(room("lobby"), &n.to_string()));
    }
    // What lies on the disk while the server is in full swing, nothing closed.
    for name in ["partyline.db", "partyline.db-wal"] {
        fs::copy(folder.path().join(name), crashed.path().join(name)).unwrap();
    }
    let after = Kit::folder(&crashed);
    assert_eq!(after.log.epoch(), kit.log.epoch());
    assert_eq!(after.texts(room("lobby")), kit.texts(room("lobby")));
    assert_eq!(after.seq(said(room("lobby"), "next")), 51);
}

#[test]
fn closing_commits_and_answers_what_is_queued_and_leaves_one_file() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::folder(&folder);
    let asked: Vec<_> = (0..500).map(|n| kit.append(said(room("lobby"), &n.to_string())).unwrap()).collect();
    kit.log.read(ReadId(0), Query::Rooms { limit: 1 }).unwrap();
    kit.log.close();
    let (mut appends, mut reads) = (Vec::new(), 0);
    for input in kit.answers.iter().flatten() {
        match input {
            Input::Committed { append, outcome } => appends.push((append, outcome.unwrap().seq.0)),
            Input::Read { outcome, .. } => reads += usize::from(outcome.is_ok()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(appends, asked.into_iter().zip(1..).collect::<Vec<_>>());
    assert_eq!(reads, 1);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["partyline.db", "partyline.lock"]);
    assert_eq!(Kit::folder(&folder).texts(room("lobby")).len(), 500);
}

#[test]
fn closing_empties_the_write_ahead_log_also_while_another_program_looks_on() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::folder(&folder);
    kit.seq(said(room("lobby"), "hello"));
    let other = other(&folder);
    let count = || other.query_row("SELECT count(*) FROM entry", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count(), 1);
    kit.log.close();
    assert_eq!(fs::metadata(folder.path().join("partyline.db-wal")).unwrap().len(), 0);
    assert_eq!(count(), 1);
}

#[test]
fn a_log_that_is_dropped_still_commits_what_is_queued() {
    let folder = TempDir::new().unwrap();
    let Kit { log, answers, .. } = Kit::folder(&folder);
    log.append(AppendId(1), said(room("lobby"), "last words")).unwrap();
    drop(log);
    let inputs: Vec<_> = answers.iter().flatten().collect();
    assert!(matches!(inputs[..], [Input::Committed { outcome: Ok(_), .. }]), "{inputs:?}");
}

#[test]
fn logs_in_memory_are_independent() {
    let (one, two) = (Kit::memory(), Kit::memory());
    assert_ne!(one.log.epoch(), two.log.epoch());
    assert_eq!(one.seq(said(room("lobby"), "one")), 1);
    assert_eq!(one.seq(said(room("lobby"), "one more")), 2);
    assert_eq!(two.seq(said(room("lobby"), "two")), 1);
    assert_eq!(two.texts(room("lobby")), [(1, "two".to_owned())]);
    one.log.close();
}

#[test]
fn the_process_alone_is_a_durability_too() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::open(LogSettings { durability: Durability::Process, ..settings(folder.path()) }).unwrap();
    assert_eq!(kit.seq(said(room("lobby"), "hello")), 1);
}
