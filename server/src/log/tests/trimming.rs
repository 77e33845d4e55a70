//! Keeping within bounds: what goes, what stays, and what is remembered of what went.

use std::fs;

use super::*;

fn keep(texts: &[&str]) -> Keep {
    let mut keep = Keep::default();
    for text in texts {
        keep.add(text, &Limits::default()).unwrap();
    }
    keep
}

/// Keeps this much, from the start on; the clock starts at this time.
fn keeping(folder: &TempDir, texts: &[&str], millis: u64) -> Kit {
    Kit::open_at(LogSettings { keep: keep(texts), ..settings(folder.path()) }, millis).unwrap()
}

/// A folder with a log where so many messages of ten bytes were said in these rooms, a millisecond apart.
fn logged(rooms: &[&str], messages: u64) -> TempDir {
    let folder = TempDir::new().unwrap();
    let kit = Kit::folder(&folder);
    for n in 1..=messages {
        for name in rooms {
            kit.seq(under(&format!("r{n}"), said(room(name), &format!("text {n:05}"))));
        }
    }
    kit.log.close();
    folder
}

/// The numbers that a room still has.
fn kept(kit: &Kit, name: &str) -> Vec<u64> {
    kit.texts(room(name)).into_iter().map(|(seq, _)| seq).collect()
}

/// Waits until this much of a room is gone.
fn wait_for(kit: &Kit, name: &str, first: u64) {
    while kit.trimmed.recv_timeout(PATIENCE).unwrap() != (name.to_owned(), first) {}
}

#[test]
fn the_oldest_are_removed_beyond_a_number() {
    let folder = logged(&["lobby", "kitchen", "garden"], 20);
    let kit = keeping(&folder, &["lobby=5", "*=19"], 0);
    wait_for(&kit, "garden", 2);
    assert_eq!(kept(&kit, "lobby"), (16..=20).collect::<Vec<_>>());
    assert_eq!(kept(&kit, "kitchen"), (2..=20).collect::<Vec<_>>());
    assert_eq!(kit.page(room("lobby"), None, None, 1).head, Seq(20));
    assert_eq!(kit.seq(said(room("lobby"), "next")), 21);
}

#[test]
fn the_oldest_are_removed_beyond_an_age() {
    let folder = logged(&["lobby"], 20);
    let kit = Kit::folder(&folder);
    let entries = kit.page(room("lobby"), None, None, 99).entries;
    let times: Vec<u64> = entries.iter().map(|entry| entry.at.0).collect();
    kit.log.close();
    // An hour and a moment after the tenth, give or take the clock's own steps.
    let kit = keeping(&folder, &["lobby=1h"], times[9] + 60 * 60 * 1000);
    let (_, first) = kit.trimmed.recv_timeout(PATIENCE).unwrap();
    assert_eq!(kept(&kit, "lobby"), (first..=20).collect::<Vec<_>>());
    assert_eq!(first, 10, "the tenth is an hour old, not older");
}

#[test]
fn the_oldest_are_removed_beyond_a_size() {
    let folder = logged(&["lobby"], 300);
    let kit = keeping(&folder, &["lobby=1kB"], 0);
    wait_for(&kit, "lobby", 201);
    assert_eq!(kept(&kit, "lobby").len(), 100, "of ten bytes each");
    kit.log.close();
    // What is counted is what is there, also after it was cut down and grew again.
    let kit = Kit::folder(&folder);
    kit.seq(said(room("lobby"), &"x".repeat(15)));
    kit.log.close();
    let kit = keeping(&folder, &["lobby=1kB"], 0);
    wait_for(&kit, "lobby", 203);
    assert_eq!(kept(&kit, "lobby").len(), 99);
}

#[test]
fn private_conversations_have_bounds_of_their_own() {
    let folder = logged(&["lobby"], 3);
    let (ann, bob) = (member(1, "ann"), member(2, "bob"));
    let kit = Kit::folder(&folder);
    for text in ["1", "2", "3"] {
        kit.seq(privately(&ann, &bob, text));
    }
    kit.log.close();
    let kit = keeping(&folder, &["@=1", "*=2"], 0);
    wait_for(&kit, "lobby", 2);
    let stream = Stream::private(ann.id, bob.id);
    // The lobby is the older stream, and both were in one step.
    assert_eq!(kit.texts(stream), [(3, "3".to_owned())]);
    assert_eq!(kit.trimmed.try_recv().ok(), None, "the hub keeps nothing of it, and isn't told");
}

#[test]
fn more_than_a_step_removes_goes_bit_by_bit_with_appends_between() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::folder(&folder);
    let all: Vec<_> = (0..2500).map(|n| kit.append(said(room("lobby"), &n.to_string())).unwrap()).collect();
    let mut committed = 0;
    while committed < all.len() {
        committed += kit.batch().len();
    }
    kit.log.close();
    let kit = keeping(&folder, &["lobby=10"], 0);
    let append = kit.append(said(room("lobby"), "between")).unwrap();
    assert_eq!(kit.batch()[0].0, append);
    let mut firsts = Vec::new();
    while firsts.last() != Some(&2491) && firsts.last() != Some(&2492) {
        firsts.push(kit.trimmed.recv_timeout(PATIENCE).unwrap().1);
    }
    assert_eq!(&firsts[..2], [1001, 2001], "at most a thousand at a time");
}

#[test]
fn it_goes_on_while_the_log_runs() {
    let folder = TempDir::new().unwrap();
    let trim_every = Duration::from_millis(1);
    let kit = Kit::open(LogSettings { keep: keep(&["lobby=3"]), trim_every, ..settings(folder.path()) }).unwrap();
    for seq in 1..=10 {
        assert_eq!(kit.seq(said(room("lobby"), "hello")), seq);
    }
    wait_for(&kit, "lobby", 8);
    assert_eq!(kept(&kit, "lobby"), [8, 9, 10]);
}

#[test]
fn a_log_in_memory_is_held_to_its_bounds_too() {
    let trim_every = Duration::from_millis(1);
    let settings = LogSettings { keep: keep(&["lobby=2"]), trim_every, ..LogSettings::new(Place::Memory) };
    let kit = Kit::open(settings).unwrap();
    for seq in 1..=10 {
        assert_eq!(kit.seq(said(room("lobby"), "ten bytes.")), seq);
    }
    wait_for(&kit, "lobby", 9);
    assert_eq!(kept(&kit, "lobby"), [9, 10]);
}

#[test]
fn numbers_go_on_where_nothing_is_left_also_after_a_restart() {
    let folder = logged(&["lobby"], 7);
    let kit = keeping(&folder, &["lobby=1h"], u64::MAX / 4);
    wait_for(&kit, "lobby", 8);
    assert_eq!(
        kit.page(room("lobby"), None, None, 9),
        Page { name: Some("lobby".into()), head: Seq(7), ..Page::default() }
    );
    kit.log.close();
    let kit = Kit::folder(&folder);
    assert_eq!(kit.seq(said(room("lobby"), "next")), 8);
    assert_eq!(kept(&kit, "lobby"), [8]);
}

#[test]
fn pages_end_where_what_is_kept_begins() {
    let folder = logged(&["lobby"], 20);
    let kit = keeping(&folder, &["lobby=10"], 0);
    wait_for(&kit, "lobby", 11);
    let page = |before, after, limit| {
        let page = kit.page(room("lobby"), before, after, limit);
        (page.entries.first().map(|entry| entry.seq.0), page.entries.len(), page.more)
    };
    assert_eq!(page(None, Some(2), 4), (Some(11), 4, true), "what follows is what is there");
    assert_eq!(page(Some(11), None, 4), (None, 0, false));
    assert_eq!(page(Some(5), None, 4), (None, 0, false));
    assert_eq!(page(Some(13), None, 4), (Some(11), 2, false));
}

#[test]
fn a_reference_is_forgotten_with_its_message() {
    let folder = logged(&["lobby"], 3);
    let kit = keeping(&folder, &["lobby=1"], 0);
    wait_for(&kit, "lobby", 3);
    let again = |reference| kit.say(under(reference, said(room("lobby"), "again"))).unwrap();
    assert_eq!((again("r3").seq, again("r3").duplicate), (Seq(3), true));
    assert_eq!((again("r1").seq.0, again("r1").duplicate), (4, true));
}

#[test]
fn what_was_removed_is_in_no_file() {
    let folder = logged(&["lobby"], 500);
    let holds = || {
        let files: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
        let is_there =
            |text: &String| files.iter().any(|file| file.windows(text.len()).any(|part| part == text.as_bytes()));
        (1..=490).map(|n| format!("text {n:05}")).filter(is_there).count()
    };
    assert_eq!(holds(), 490);
    let kit = keeping(&folder, &["lobby=10"], 0);
    wait_for(&kit, "lobby", 491);
    assert_eq!(holds(), 0, "neither in the database nor in its write-ahead log");
}

#[test]
fn a_lock_of_another_process_is_come_back_to() {
    let folder = logged(&["lobby"], 5);
    let other = other(&folder);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let trim_every = Duration::from_millis(1);
    let kit = Kit::open(LogSettings { keep: keep(&["lobby=2"]), trim_every, ..settings(folder.path()) }).unwrap();
    assert_eq!(kept(&kit, "lobby").len(), 5);
    other.execute_batch("ROLLBACK").unwrap();
    wait_for(&kit, "lobby", 4);
    assert_eq!(kept(&kit, "lobby"), [4, 5]);
}

#[test]
fn what_cannot_be_removed_now_is_removed_the_next_time() {
    let folder = logged(&["lobby"], 5);
    let blocked = "CREATE TRIGGER blocked BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'no'); END;";
    other(&folder).execute_batch(blocked).unwrap();
    let trim_every = Duration::from_millis(1);
    let kit = Kit::open(LogSettings { keep: keep(&["lobby=2"]), trim_every, ..settings(folder.path()) }).unwrap();
    assert_eq!(kit.seq(said(room("lobby"), "undisturbed")), 6);
    assert_eq!(kept(&kit, "lobby").len(), 6);
    other(&folder).execute_batch("DROP TRIGGER blocked").unwrap();
    wait_for(&kit, "lobby", 5);
    assert_eq!(kept(&kit, "lobby"), [5, 6]);
}
