//! What is opened, what is refused, and that nothing is written to what is refused.

use std::collections::BTreeMap;
use std::fs;

use super::super::schema;
use super::*;

fn refused(folder: &Path) -> OpenError {
    match Kit::open(settings(folder)) {
        Ok(_) => panic!("it was opened"),
        Err(error) => error,
    }
}

/// A folder with a log in it, closed.
fn logged() -> TempDir {
    let folder = TempDir::new().unwrap();
    let kit = Kit::folder(&folder);
    for n in 0..200 {
        kit.append(said(room("lobby"), &format!("{n} {}", "x".repeat(500)))).unwrap();
    }
    kit.log.close();
    folder
}

/// A folder with this file in the database's place.
fn with(content: &[u8]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(open::FILE), content).unwrap();
    folder
}

/// Every file but the lock, byte for byte.
fn files(folder: &TempDir) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let named = files.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap()));
    named.filter(|(name, _)| name != open::LOCK).collect()
}

#[test]
fn the_epoch_is_the_logs_own_for_good() {
    let (one, two) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let kit = Kit::folder(&one);
    let epoch = kit.log.epoch().clone();
    assert!(epoch.0.len() == 16 && epoch.0.bytes().all(|byte| byte.is_ascii_hexdigit()), "{epoch:?}");
    kit.log.close();
    assert_eq!(Kit::folder(&one).log.epoch(), &epoch);
    assert_ne!(Kit::folder(&two).log.epoch(), &epoch);
}

#[test]
fn the_folder_is_made_with_all_that_is_above_it() {
    let folder = TempDir::new().unwrap();
    let deep = folder.path().join("a/b");
    let kit = Kit::open(settings(&deep)).unwrap();
    assert_eq!(kit.seq(said(room("lobby"), "hello")), 1);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_look() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let kit = Kit::open(settings(&data)).unwrap();
    kit.seq(said(room("lobby"), "hello"));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for name in ["partyline.db", "partyline.db-wal", "partyline.db-shm", "partyline.lock"] {
        assert_eq!(mode(&data.join(name)), 0o600, "{name}");
    }
}

#[test]
fn what_a_server_needs_is_set() {
    let folder = TempDir::new().unwrap();
    for (durability, level) in [(Durability::Disk, 2), (Durability::Process, 1)] {
        let opened = open::open(&Place::Folder(folder.path().to_owned()), durability, PATIENCE).unwrap();
        let writer = open::locked(&opened.writer);
        let pragma = |name| writer.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(pragma("synchronous"), level);
        assert_eq!(pragma("journal_size_limit"), 64 * 1024 * 1024);
        assert_eq!(pragma("application_id"), i64::from(schema::APPLICATION_ID));
        assert_eq!(pragma("user_version"), i64::from(schema::VERSION));
        let mode: String = writer.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
        let write = open::locked(&opened.reader).execute("DELETE FROM entry", []);
        assert!(write.is_err(), "the reader can't write");
    }
}

#[test]
fn a_second_server_is_refused_until_the_first_is_gone() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::folder(&folder);
    let error = refused(folder.path());
    assert!(matches!(error, OpenError::InUse { .. }), "{error:?}");
    assert!(error.to_string().contains("--data"), "{error}");
    assert_eq!(kit.seq(said(room("lobby"), "undisturbed")), 1);
    kit.log.close();
    Kit::folder(&folder);
}

#[test]
fn a_folder_that_cannot_be_is_said_so() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    for place in [&file, &file.join("below")] {
        let error = refused(place);
        assert!(matches!(error, OpenError::Folder { .. }), "{error:?}");
        assert!(error.to_string().contains("choose another folder with --data"), "{error}");
    }
    assert_eq!(fs::read(&file).unwrap(), b"in the way");
}

#[test]
fn a_newer_log_is_refused_and_stays_as_it_is() {
    let folder = logged();
    other(&folder).pragma_update(None, "user_version", schema::VERSION + 1).unwrap();
    let before = files(&folder);
    let error = refused(folder.path());
    assert!(matches!(error, OpenError::Newer { found: 4, .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("version 4") && text.contains("up to 3") && text.contains("newer partylined"), "{text}");
    assert_eq!(files(&folder), before);
}

#[test]
fn a_newer_log_is_known_also_where_only_the_write_ahead_log_says_so() {
    let (folder, copy) = (logged(), TempDir::new().unwrap());
    let newer = other(&folder);
    newer.pragma_update(None, "user_version", schema::VERSION + 1).unwrap();
    for name in ["partyline.db", "partyline.db-wal"] {
        fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let before = files(&copy);
    let error = refused(copy.path());
    assert!(matches!(error, OpenError::Newer { found: 4, .. }), "{error:?}");
    for (name, content) in files(&copy).into_iter().filter(|(name, _)| !name.ends_with("-shm")) {
        assert_eq!(Some(&content), before.get(&name), "{name}");
    }
}

#[test]
fn what_is_not_partylines_is_refused_and_stays_as_it_is() {
    let foreign = TempDir::new().unwrap();
    other(&foreign).execute_batch("PRAGMA journal_mode = wal; CREATE TABLE t (a); INSERT INTO t VALUES (1)").unwrap();
    let almost = [b"SQLite format 3\0".to_vec(), vec![0; 50]].concat();
    for folder in [foreign, with(b""), with(b"hello"), with(&[0xa5; 8192]), with(&almost)] {
        let before = files(&folder);
        let error = refused(folder.path());
        assert!(matches!(error, OpenError::NotPartyline { .. }), "{error:?}");
        assert!(error.to_string().contains("refusing to touch it"), "{error}");
        assert_eq!(files(&folder), before);
    }
}

#[test]
fn a_damaged_log_is_said_to_be_damaged() {
    let content = fs::read(logged().path().join(open::FILE)).unwrap();
    let half = &content[..content.len() / 2];
    let mut overwritten = content.clone();
    overwritten[4096..].fill(0xa5);
    let no_table = logged();
    other(&no_table).execute_batch("DROP TABLE entry").unwrap();
    let no_epoch = logged();
    other(&no_epoch).execute_batch("DELETE FROM meta").unwrap();
    let no_version = logged();
    other(&no_version).pragma_update(None, "user_version", 0).unwrap();
    for folder in [with(half), with(&overwritten), no_table, no_epoch, no_version] {
        let before = files(&folder).remove(open::FILE);
        let error = refused(folder.path());
        assert!(matches!(error, OpenError::Corrupt { .. }), "{error:?}");
        assert!(error.to_string().contains("backup"), "{error}");
        assert_eq!(files(&folder).remove(open::FILE), before);
    }
}

#[test]
fn a_write_ahead_log_without_its_database_is_not_swallowed() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("partyline.db-wal"), "what was said last").unwrap();
    let before = files(&folder);
    let error = refused(folder.path());
    assert!(matches!(error, OpenError::Orphan { .. }), "{error:?}");
    assert_eq!(files(&folder), before);
}

#[test]
fn what_a_server_left_that_died_while_it_made_the_log_is_cleared_away() {
    let folder = TempDir::new().unwrap();
    for name in ["partyline.db.new", "partyline.db.new-journal"] {
        fs::write(folder.path().join(name), "half").unwrap();
    }
    let kit = Kit::folder(&folder);
    assert_eq!(kit.seq(said(room("lobby"), "hello")), 1);
    kit.log.close();
    assert_eq!(files(&folder).into_keys().collect::<Vec<_>>(), ["partyline.db"]);
}

#[test]
fn a_database_that_another_program_has_to_itself_is_in_use() {
    let folder = logged();
    let other = other(&folder);
    other.execute_batch("PRAGMA locking_mode = exclusive; BEGIN EXCLUSIVE; COMMIT").unwrap();
    let error = Kit::open(LogSettings { busy_timeout_ms: 20, ..settings(folder.path()) }).err();
    assert!(matches!(error, Some(OpenError::InUse { .. })), "{error:?}");
}
