//! What is answered when the disk, or somebody else, is in the way.

use super::super::outage::Outage;
use super::*;

const UNAVAILABLE: Result<Committed, LogError> = Err(LogError::Unavailable);

fn hold(connection: &Connection) {
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
}

fn release(connection: &Connection) {
    connection.execute_batch("ROLLBACK").unwrap();
}

#[test]
fn a_lock_of_another_process_is_waited_for_and_then_given_up() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::open(LogSettings { busy_timeout_ms: 20, ..settings(folder.path()) }).unwrap();
    assert_eq!(kit.seq(said(room("lobby"), "before")), 1);
    let other = other(&folder);
    hold(&other);
    for _ in 0..3 {
        assert_eq!(kit.say(under("r", said(room("lobby"), "locked"))), UNAVAILABLE);
    }
    assert_eq!(kit.texts(room("lobby")).len(), 1, "reading goes on");
    release(&other);
    let committed = kit.say(under("r", said(room("lobby"), "after"))).unwrap();
    assert_eq!((committed.seq, committed.duplicate), (Seq(2), false));
}

#[test]
fn a_lock_that_ends_in_time_is_no_failure() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::open(LogSettings { busy_timeout_ms: 60_000, ..settings(folder.path()) }).unwrap();
    let other = other(&folder);
    hold(&other);
    let append = kit.append(said(room("lobby"), "patient")).unwrap();
    release(&other);
    assert!(matches!(kit.batch()[..], [(answered, Ok(Committed { seq: Seq(1), .. }))] if answered == append));
}

#[test]
fn a_full_queue_is_busy_at_once_and_what_it_took_is_committed() {
    let folder = TempDir::new().unwrap();
    let stuck = LogSettings { queue: 2, batch: 2, busy_timeout_ms: 60_000, ..settings(folder.path()) };
    let kit = Kit::open(stuck).unwrap();
    let other = other(&folder);
    hold(&other);
    // Two in the writer's hands and two queued, at most.
    let outcomes: Vec<_> = (0..5).map(|n| kit.append(said(room("lobby"), &n.to_string()))).collect();
    assert!(outcomes.contains(&Err(LogError::Busy)), "{outcomes:?}");
    release(&other);
    let accepted: Vec<_> = outcomes.into_iter().filter_map(Result::ok).collect();
    let mut answered = Vec::new();
    while answered.len() < accepted.len() {
        answered.extend(kit.batch());
    }
    for ((accepted, seq), (append, outcome)) in accepted.into_iter().zip(1..).zip(answered) {
        assert_eq!((append, outcome.unwrap().seq), (accepted, Seq(seq)));
    }
}

#[test]
fn where_the_commit_itself_fails_nothing_was_said() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::folder(&folder);
    assert_eq!(kit.seq(said(room("lobby"), "before")), 1);
    // Every statement succeeds; only COMMIT looks for the parent, and there is none.
    let sabotage = "
        CREATE TABLE parent (id INTEGER PRIMARY KEY);
        CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
        CREATE TRIGGER sabotage AFTER INSERT ON entry BEGIN INSERT INTO child VALUES (1); END;";
    other(&folder).execute_batch(sabotage).unwrap();
    for _ in 0..2 {
        assert_eq!(kit.say(under("r", said(room("lobby"), "lost"))), UNAVAILABLE);
        assert_eq!(kit.say(said(room("new"), "lost")), UNAVAILABLE);
    }
    assert_eq!(kit.texts(room("lobby")), [(1, "before".to_owned())]);
    other(&folder).execute_batch("DROP TRIGGER sabotage").unwrap();
    assert_eq!(
        kit.say(under("r", said(room("lobby"), "after"))).map(|one| (one.seq, one.duplicate)),
        Ok((Seq(2), false))
    );
    assert_eq!(kit.seq(said(room("new"), "after")), 1);
}

#[test]
fn one_entry_that_fails_takes_its_whole_batch_with_it() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::open(LogSettings { busy_timeout_ms: 60_000, ..settings(folder.path()) }).unwrap();
    let other = other(&folder);
    let poison = "CREATE TRIGGER poison AFTER INSERT ON entry WHEN NEW.text = 'poison'
        BEGIN SELECT RAISE(ABORT, 'no'); END;";
    other.execute_batch(poison).unwrap();
    hold(&other);
    let appends: Vec<_> =
        ["one", "two", "poison", "three"].map(|text| kit.append(said(room("lobby"), text)).unwrap()).into();
    release(&other);
    let mut order = Vec::new();
    let mut kept = 0;
    while order.len() < appends.len() {
        let batch = kit.batch();
        let poisoned = batch.iter().any(|(append, _)| *append == appends[2]);
        for (append, outcome) in batch {
            assert_eq!(outcome.is_err(), poisoned);
            kept += usize::from(!poisoned);
            order.push(append);
        }
    }
    assert_eq!(order, appends);
    assert_eq!(kit.texts(room("lobby")).len(), kept);
}

#[test]
fn a_full_disk_refuses_and_room_on_it_heals() {
    let folder = TempDir::new().unwrap();
    let place = Place::Folder(folder.path().to_owned());
    let opened = open::open(&place, Durability::Disk, PATIENCE).unwrap();
    let writer = opened.writer.clone();
    let most = |pages: i64| {
        let connection = open::locked(&writer);
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    };
    most(20);
    let kit = Kit::start(opened);
    let text = "x".repeat(3_000);
    let mut said_so_far = 0;
    let full = loop {
        match kit.say(said(room("lobby"), &text)) {
            Ok(committed) => {
                said_so_far += 1;
                assert_eq!(committed.seq, Seq(said_so_far));
            }
            Err(error) => break error,
        }
        assert!(said_so_far < 100, "the disk never filled");
    };
    assert_eq!(full, LogError::Unavailable);
    assert_eq!(kit.say(said(room("lobby"), &text)), UNAVAILABLE);
    assert_eq!(kit.texts(room("lobby")).len() as u64, said_so_far);
    most(1_000_000);
    assert_eq!(kit.seq(said(room("lobby"), &text)), said_so_far + 1);
}

#[test]
fn a_read_that_fails_is_answered_and_the_next_one_works() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::folder(&folder);
    kit.seq(said(room("lobby"), "hello"));
    other(&folder).execute_batch("ALTER TABLE entry RENAME TO hidden").unwrap();
    let query = Query::Page { stream: room("lobby"), before: None, after: None, limit: 1 };
    kit.log.read(ReadId(0), query).unwrap();
    let answer = kit.answers.recv_timeout(PATIENCE).unwrap();
    assert!(matches!(answer[..], [Input::Read { read: ReadId(0), outcome: Err(LogError::Unavailable) }]), "{answer:?}");
    other(&folder).execute_batch("ALTER TABLE hidden RENAME TO entry").unwrap();
    assert_eq!(kit.texts(room("lobby")).len(), 1);
}

#[test]
fn an_outage_is_told_twice_however_long_it_lasts() {
    let lines = tempfile::NamedTempFile::new().unwrap();
    let writer = Arc::new(lines.reopen().unwrap());
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(writer).finish();
    tracing::subscriber::with_default(subscriber, || {
        let mut outage = Outage::new("written");
        outage.worked();
        for _ in 0..100 {
            outage.failed(&rusqlite::Error::InvalidQuery, 3);
        }
        outage.worked();
        outage.worked();
    });
    let lines = std::fs::read_to_string(lines.path()).unwrap();
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("ERROR") && lines[0].contains("can't be written"), "{lines:?}");
    assert!(lines[1].contains("can be written again") && lines[1].contains("refused=300"), "{lines:?}");
}
