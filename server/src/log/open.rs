//! Opening: whose folder it is, what the file is, and only then anything that writes.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use partyline_shared::Epoch;
use rusqlite::{Connection, OpenFlags};

use super::{Durability, OpenError, Place, import, schema};

/// The database.
pub(super) const FILE: &str = "partyline.db";

/// Held by the server that has the folder. It is never removed: whoever did could remove another server's.
pub(super) const LOCK: &str = "partyline.lock";

/// What a write-ahead log is cut down to after it was folded into the database.
const WAL_LIMIT: i64 = 64 * 1024 * 1024;

/// Pages of 4 KiB in the write-ahead log after which whoever writes folds them in itself, where what does it beside the
/// writer ([`super::checkpoint`]) can't keep up: as much as the file is left with.
const CHECKPOINT_PAGES: i64 = WAL_LIMIT / 4096;

/// What the writer keeps in memory, in KiB: the last page of each busy room, and where its authors' references are.
const WRITER_CACHE: i64 = 16 * 1024;

/// A connection is one thread's at a time, which Rust sees to: SQLite needs no mutex around each call.
const ONE_THREAD: OpenFlags = OpenFlags::SQLITE_OPEN_NO_MUTEX;

/// A connection. In a folder the writer and the reader have one each, which never wait for each other. SQLite's
/// memory has no write-ahead log, so there they share one and take turns.
pub(super) type Db = Arc<Mutex<Connection>>;

/// A log that can be written and read.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) epoch: Epoch,
    pub(super) writer: Db,
    pub(super) reader: Db,
    /// For folding the write-ahead log in, where there is one.
    pub(super) checkpoints: Option<Connection>,
    /// Keeps other servers out, for as long as somebody holds it.
    pub(super) lock: Option<Arc<File>>,
}

/// Opens the log, and creates it where there is none. Nothing is written to a file before it is known for a
/// Partyline database of a version that this code writes.
pub(super) fn open(place: &Place, durability: Durability, busy_timeout: Duration) -> Result<Opened, OpenError> {
    match place {
        Place::Memory => in_memory(),
        Place::Folder(folder) => in_folder(folder, durability, busy_timeout),
    }
}

/// The connection. A panic elsewhere leaves it usable: SQLite's transactions end with whoever began them.
pub(super) fn locked(db: &Db) -> MutexGuard<'_, Connection> {
    db.lock().unwrap_or_else(PoisonError::into_inner)
}

fn in_memory() -> Result<Opened, OpenError> {
    let epoch = new_epoch()?;
    let create = || {
        let mut connection = Connection::open_in_memory()?;
        schema::create(&mut connection, &epoch)?;
        Ok(connection)
    };
    let connection = create().map_err(|error| OpenError::sqlite(Path::new(":memory:"), &error))?;
    let db = Arc::new(Mutex::new(connection));
    Ok(Opened { epoch, writer: Arc::clone(&db), reader: db, checkpoints: None, lock: None })
}

fn in_folder(folder: &Path, durability: Durability, busy_timeout: Duration) -> Result<Opened, OpenError> {
    create_folder(folder).map_err(|error| OpenError::folder(folder, &error))?;
    let lock = lock(folder)?;
    let file = folder.join(FILE);
    match File::open(&file) {
        Ok(opened) => check_header(&file, opened)?,
        Err(error) if error.kind() == ErrorKind::NotFound => create(folder, &file)?,
        Err(error) => return Err(OpenError::folder(&file, &error)),
    }
    let (reader, version) = open_reader(&file, busy_timeout)?;
    let unreadable = |error| OpenError::unreadable(&file, &error);
    let check = || schema::check(&reader).map_err(unreadable);
    // Before the file is opened for writing, where the tables should be as they are known here.
    let epoch = (version == schema::VERSION).then(check).transpose()?;
    let mut writer = open_writer(&file, durability, busy_timeout)?;
    let epoch = if let Some(epoch) = epoch {
        epoch
    } else {
        schema::migrate(&mut writer).map_err(unreadable)?;
        check()?
    };
    import::tidy(folder, &mut writer);
    let checkpoints = Some(open_writer(&file, durability, busy_timeout)?);
    let db = |connection| Arc::new(Mutex::new(connection));
    Ok(Opened { epoch, writer: db(writer), reader: db(reader), checkpoints, lock: Some(Arc::new(lock)) })
}

/// What is said in private lies in there: nobody else may look.
fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// For the owner alone, as above. SQLite gives the files that it puts beside the database the same mode.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// SQLite's own locks are held only while something is read or written: two servers could take turns, and each
/// would tell its members a different story.
fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join(LOCK);
    let file = private().create(true).truncate(false).open(&path).map_err(|error| OpenError::folder(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(OpenError::folder(&path, &error)),
    }
}

/// Reads what the file says it is without SQLite, which would put files beside a database that isn't ours, or
/// finish what another program left half done.
///
/// Closing a file lets go of all locks that the process has on it; there are none yet, as the folder's lock
/// keeps a second log of this process out too.
pub(super) fn check_header(path: &Path, mut file: File) -> Result<(), OpenError> {
    let mut header = [0; 100];
    match file.read_exact(&mut header) {
        Ok(()) if header.starts_with(b"SQLite format 3\0") => {}
        Err(error) if error.kind() != ErrorKind::UnexpectedEof => return Err(OpenError::folder(path, &error)),
        Ok(()) | Err(_) => return Err(OpenError::NotPartyline { path: path.to_owned() }),
    }
    let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    check_identity(path, number(68), number(60))
}

fn check_identity(path: &Path, application_id: u32, version: u32) -> Result<(), OpenError> {
    let path = path.to_owned();
    match version {
        _ if application_id != schema::APPLICATION_ID => Err(OpenError::NotPartyline { path }),
        found if found > schema::VERSION => Err(OpenError::Newer { path, found }),
        0 => Err(OpenError::corrupt(&path, &"it has no version")),
        _ => Ok(()),
    }
}

/// Under another name first, and given its own when it is complete: a server that dies here leaves no half of a
/// database behind.
fn create(folder: &Path, file: &Path) -> Result<(), OpenError> {
    // SQLite would take them for this database's own, and read into it what was written to another.
    for suffix in ["-wal", "-journal"] {
        let path = beside(file, suffix);
        if path.exists() {
            return Err(OpenError::Orphan { path });
        }
    }
    let new = beside(file, ".new");
    for suffix in ["", "-wal", "-shm", "-journal"] {
        match fs::remove_file(beside(&new, suffix)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(OpenError::folder(&new, &error)),
            Ok(()) | Err(_) => {}
        }
    }
    let in_folder = |error: io::Error| OpenError::folder(folder, &error);
    private().create_new(true).open(&new).map_err(in_folder)?;
    let epoch = new_epoch()?;
    let fill = || {
        let mut connection = Connection::open_with_flags(&new, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.pragma_update(None, "fullfsync", true)?;
        schema::create(&mut connection, &epoch)?;
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        connection.close().map_err(|(_, error)| error)
    };
    fill().map_err(|error| OpenError::sqlite(&new, &error))?;
    fs::rename(&new, file).map_err(in_folder)?;
    sync(folder).map_err(in_folder)?;
    // The folder's own name, where it is new too. Not everybody may open the folder above.
    if let Some(above) = folder.parent() {
        let _ = sync(above);
    }
    Ok(())
}

/// The file's name, and this after it.
pub(crate) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A new name is on the disk once its folder is.
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A name for a new log.
pub(crate) fn new_epoch() -> Result<Epoch, OpenError> {
    let mut bits = [0; 8];
    getrandom::fill(&mut bits).map_err(OpenError::Random)?;
    Ok(Epoch(format!("{:016x}", u64::from_be_bytes(bits))))
}

/// Read-only, and first: what only the write-ahead log knows, such as a newer version's number, is seen before
/// anything is written. Returns the version too.
pub(super) fn open_reader(file: &Path, busy_timeout: Duration) -> Result<(Connection, u32), OpenError> {
    let open = || {
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY | ONE_THREAD)?;
        connection.busy_timeout(busy_timeout)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        let identity = schema::identity(&connection)?;
        Ok((connection, identity))
    };
    let (connection, (application_id, version)) = open().map_err(|error| OpenError::sqlite(file, &error))?;
    check_identity(file, application_id, version)?;
    Ok((connection, version))
}

pub(super) fn open_writer(
    file: &Path,
    durability: Durability,
    busy_timeout: Duration,
) -> Result<Connection, OpenError> {
    let synchronous = match durability {
        Durability::Disk => "full",
        Durability::Process => "normal",
    };
    let open = || {
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE | ONE_THREAD)?;
        connection.busy_timeout(busy_timeout)?;
        let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
        connection.pragma_update(None, "synchronous", synchronous)?;
        // On macOS a plain fsync leaves the data in the drive's cache. Nothing changes elsewhere.
        connection.pragma_update(None, "fullfsync", durability == Durability::Disk)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        // What is removed is overwritten with zeros. FAST would leave it on pages that are free as a whole, which is
        // where most of what is removed at a time ends up.
        connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
        connection.pragma_update_and_check(None, "journal_size_limit", WAL_LIMIT, |_| Ok(()))?;
        connection.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
        connection.pragma_update(None, "cache_size", -WRITER_CACHE)?;
        Ok((mode, connection.is_readonly("main")?, connection))
    };
    match open().map_err(|error| OpenError::sqlite(file, &error))? {
        (_, true, _) => Err(OpenError::folder(file, &"the file is read-only")),
        (mode, _, connection) if mode == "wal" => Ok(connection),
        _ => Err(OpenError::folder(file, &"its file system can't hold a write-ahead log (is it a network's?)")),
    }
}
