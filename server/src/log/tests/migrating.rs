//! Logs of earlier versions, brought up to date when they are opened.

use std::fs;

use super::super::schema;
use super::*;

/// A log as each earlier version left it: a dump of what its server wrote. In each, the same things were said.
const EARLIER: [&str; 2] = [include_str!("version1.sql"), include_str!("version2.sql")];

/// A folder with the log that this dump is of.
fn restored(dump: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let database = other(&folder);
    database.execute_batch(dump).unwrap();
    database.pragma_update(None, "journal_mode", "wal").unwrap();
    folder
}

/// Who said what, in the dumps.
fn author(hex: &str, nick: &str) -> MemberRef {
    MemberRef { id: hex.parse().unwrap(), nick: nick.to_owned() }
}

fn ann() -> MemberRef {
    author("f774f98a541906b2fb16a5a8b67c1b40", "ann")
}

fn bob() -> MemberRef {
    author("f0a008f47c9885f7867eec1cadd2fa46", "bob")
}

/// Everything in `sqlite_schema`, and every column of every table; how the statements are laid out aside.
fn shape(database: &Connection) -> Vec<String> {
    let mut shape = Vec::new();
    let mut lines = |sql: &str| {
        let mut statement = database.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        shape.extend(rows.map(Result::unwrap));
    };
    lines("SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY name");
    lines(
        "SELECT m.name || ' ' || c.cid || ' ' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' ||
            coalesce(c.dflt_value, '') || ' ' || c.pk
        FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid",
    );
    shape
}

#[test]
fn every_earlier_version_has_a_dump_here() {
    for (dump, version) in EARLIER.iter().zip(1..) {
        let found: u32 = other(&restored(dump)).pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(found, version);
    }
    assert_eq!(EARLIER.len() + 1, schema::VERSION as usize, "a new version needs a dump of the one before");
}

#[test]
fn what_was_said_is_there_and_numbers_and_references_go_on() {
    for dump in EARLIER {
        let folder = restored(dump);
        let kit = Kit::folder(&folder);
        assert_eq!(kit.log.epoch().0, "4f4134e0af3a1d38");
        let lobby = ["hello", "it's me: 收到", "waves", "two\nlines"];
        assert_eq!(kit.texts(room("lobby")), (1..).zip(lobby.map(str::to_owned)).collect::<Vec<_>>());
        let page = kit.page(room("KÜCHE"), None, None, 10);
        assert_eq!((page.name.as_deref(), page.head), (Some("Küche"), Seq(2)));
        assert_eq!(page.entries[0].from, ann());
        assert_eq!(kit.texts(Stream::private(ann().id, bob().id)).len(), 2);

        let hello = under("a-1", NewEntry { from: ann(), ..said(room("lobby"), "hello") });
        assert_eq!(
            kit.say(hello).unwrap(),
            Committed { seq: Seq(1), at: Timestamp(1_795_367_299_515), duplicate: true }
        );
        assert_eq!(kit.seq(under("a-9", NewEntry { from: ann(), ..said(room("lobby"), "and on") })), 5);
        assert_eq!(kit.seq(privately(&bob(), &ann(), "and on")), 3);
        assert_eq!(kit.seq(said(room("garden"), "new")), 1);
        kit.log.close();
        assert_eq!(Kit::folder(&folder).texts(room("lobby")).len(), 5, "it is opened as it is the next time");
    }
}

#[test]
fn what_is_kept_is_counted_from_the_start() {
    for dump in EARLIER {
        let folder = restored(dump);
        let kit = Kit::folder(&folder);
        kit.seq(said(room("lobby"), "五"));
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let counted: (i64, i64) =
            other(&folder).query_row("SELECT first, bytes FROM stream WHERE key = 'lobby'", [], row).unwrap();
        let bytes = "helloit's me: 收到wavestwo\nlines五".len();
        assert_eq!(counted, (1, i64::try_from(bytes).unwrap()));
    }
}

#[test]
fn a_migrated_log_has_the_shape_of_a_new_one() {
    let fresh = TempDir::new().unwrap();
    Kit::folder(&fresh).log.close();
    let expected = shape(&other(&fresh));
    assert!(expected.iter().any(|line| line.contains("stream 9 first INTEGER 1 1")), "{expected:#?}");
    for dump in EARLIER {
        let folder = restored(dump);
        Kit::folder(&folder).log.close();
        assert_eq!(shape(&other(&folder)), expected);
    }
}

#[test]
fn a_step_that_fails_leaves_the_log_as_it_was() {
    let mut database = Connection::open_in_memory().unwrap();
    database.execute_batch(EARLIER[0]).unwrap();
    let before = shape(&database);
    let steps = ["", "ALTER TABLE stream ADD COLUMN first INTEGER NOT NULL DEFAULT 1", "DELETE FROM entry; nonsense"];
    assert!(schema::migrate_by(&mut database, &steps).is_err());
    assert!(database.is_autocommit());
    assert_eq!(shape(&database), before);
    assert_eq!(schema::identity(&database).unwrap(), (schema::APPLICATION_ID, 1));
    let entries: i64 = database.query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).unwrap();
    assert_eq!(entries, 8);
    schema::migrate(&mut database).unwrap();
    assert_eq!(schema::identity(&database).unwrap(), (schema::APPLICATION_ID, schema::VERSION));
}

#[test]
fn a_damaged_log_of_an_earlier_version_is_said_to_be_damaged_and_stays_as_it_is() {
    let folder = restored(EARLIER[0]);
    other(&folder).execute_batch("DROP TABLE entry").unwrap();
    let before = fs::read(folder.path().join(open::FILE)).unwrap();
    let Err(error) = Kit::open(settings(folder.path())) else { panic!("it was opened") };
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error:?}");
    assert_eq!(fs::read(folder.path().join(open::FILE)).unwrap(), before);
}
