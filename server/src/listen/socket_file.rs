//! Sockets that have a path: taking it, and giving it back.
//!
//! Obligations: what isn't a socket is never removed, nor a socket that somebody listens on; from its first moment
//! nobody may connect but those that the mode allows; and only one's own is removed at the end.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Socket, Type};

use super::BACKLOG;
use super::error::ListenError;

/// The longest path of a socket: `sun_path` has 108 bytes, the last of them 0 (unix(7)).
pub(super) const PATH_BYTES: usize = 107;

/// The longest path of its folder: the socket is made in a folder of its own in there.
pub(super) const FOLDER_BYTES: usize = PATH_BYTES - "/.p000000/s".len();

/// A socket's path, which is removed when this is dropped, if the socket there is still this one.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl SocketFile {
    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let ours =
            fs::symlink_metadata(&self.path).is_ok_and(|found| found.dev() == self.device && found.ino() == self.inode);
        if ours && let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "the socket can't be removed");
        }
    }
}

/// Makes a socket at `path`, in place of one that nobody listens on any more.
///
/// # Errors
/// [`ListenError`] says what to do; nothing was changed.
pub(super) fn claim(path: &Path, kind: Type, mode: u32, shown: &str) -> Result<(Socket, SocketFile), ListenError> {
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) if path.file_name().is_some() => folder,
        _ => return Err(ListenError::NotASocket(shown.to_owned())),
    };
    if path.as_os_str().as_bytes().len() > PATH_BYTES || folder.as_os_str().as_bytes().len() > FOLDER_BYTES {
        return Err(ListenError::PathTooLong(shown.to_owned()));
    }
    let failed = |error| ListenError::path(shown.to_owned(), error);
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
        // A link isn't followed: what it leads to isn't ours to replace.
        Ok(found) if !found.file_type().is_socket() => return Err(ListenError::NotASocket(shown.to_owned())),
        Ok(_) if is_answered(path).map_err(failed)? => return Err(ListenError::InUse(shown.to_owned())),
        Ok(_) => tracing::info!(path = %path.display(), "a socket that nobody listens on any more is replaced"),
    }
    make(path, folder, kind, mode).map_err(failed)
}

/// Whether somebody listens. A socket whose program has ended refuses (`ECONNREFUSED`); anything else that isn't
/// clear counts as an answer.
fn is_answered(path: &Path) -> io::Result<bool> {
    for kind in [Type::STREAM, Type::DGRAM] {
        let socket = Socket::new(Domain::UNIX, kind, None)?;
        // A full backlog must not make this wait: it is an answer too.
        socket.set_nonblocking(true)?;
        match socket.connect(&SockAddr::unix(path)?) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => return Ok(false),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => return Err(error),
            // EPROTOTYPE: a socket of the other sort.
            Err(error) if kind == Type::STREAM && error.kind() != ErrorKind::WouldBlock => {}
            Ok(()) | Err(_) => return Ok(true),
        }
    }
    Ok(true)
}

/// A socket is as open as the umask lets it, from when it is bound until its mode is set, and the umask is the whole
/// process's. So it is bound in a folder that nobody else can enter, and given its name when it is as it should be.
fn make(path: &Path, folder: &Path, kind: Type, mode: u32) -> io::Result<(Socket, SocketFile)> {
    let private = private_folder(folder)?;
    let inner = private.join("s");
    let make = || {
        let socket = Socket::new(Domain::UNIX, kind, None)?;
        socket.set_nonblocking(true)?;
        socket.bind(&SockAddr::unix(&inner)?)?;
        fs::set_permissions(&inner, Permissions::from_mode(mode))?;
        if kind == Type::STREAM {
            socket.listen(BACKLOG)?;
        }
        let made = fs::symlink_metadata(&inner)?;
        fs::rename(&inner, path)?;
        Ok((socket, SocketFile { path: path.to_owned(), device: made.dev(), inode: made.ino() }))
    };
    let made = make();
    if made.is_err() {
        // Not there, where it failed before.
        let _ = fs::remove_file(&inner);
    }
    if let Err(error) = fs::remove_dir(&private) {
        tracing::warn!(path = %private.display(), %error, "a folder can't be removed");
    }
    made
}

fn private_folder(folder: &Path) -> io::Result<PathBuf> {
    loop {
        let mut bits = [0; 3];
        getrandom::fill(&mut bits).map_err(io::Error::other)?;
        let [a, b, c] = bits;
        let private = folder.join(format!(".p{a:02x}{b:02x}{c:02x}"));
        match DirBuilder::new().mode(0o700).create(&private) {
            Ok(()) => return Ok(private),
            // Another server's, that starts just now or died while it did.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixStream;

    fn claim_in(path: &Path, kind: Type) -> Result<(Socket, SocketFile), ListenError> {
        claim(path, kind, 0o640, &format!("unix:{}", path.display()))
    }

    #[test]
    fn it_has_its_mode_and_nothing_lies_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.sock");
        for kind in [Type::STREAM, Type::DGRAM] {
            let (_socket, file) = claim_in(&path, kind).unwrap();
            assert_eq!(fs::symlink_metadata(&path).unwrap().mode() & 0o777, 0o640);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
            drop(file);
            assert!(!path.exists(), "it is removed at the end");
        }
    }

    #[test]
    fn one_that_is_answered_is_left_alone_and_one_that_is_not_is_replaced() {
        for (first, second) in [(Type::STREAM, Type::DGRAM), (Type::DGRAM, Type::STREAM), (Type::STREAM, Type::STREAM)]
        {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.sock");
            let (socket, file) = claim_in(&path, first).unwrap();
            assert!(matches!(claim_in(&path, second), Err(ListenError::InUse(_))));
            // As after a crash: the socket is gone, its path isn't.
            std::mem::forget(file);
            drop(socket);
            let (_socket, _file) = claim_in(&path, second).unwrap();
        }
    }

    #[test]
    fn one_with_a_full_backlog_is_answered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.sock");
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
        socket.bind(&SockAddr::unix(&path).unwrap()).unwrap();
        socket.listen(0).unwrap();
        let _waiting = UnixStream::connect(&path).unwrap();
        assert!(matches!(claim_in(&path, Type::STREAM), Err(ListenError::InUse(_))));
    }

    #[test]
    fn what_is_no_socket_is_never_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link, inner) = (folder.path().join("f"), folder.path().join("l"), folder.path().join("d"));
        fs::write(&file, "precious").unwrap();
        fs::create_dir(&inner).unwrap();
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
        socket.bind(&SockAddr::unix(folder.path().join("stale")).unwrap()).unwrap();
        std::os::unix::fs::symlink(folder.path().join("stale"), &link).unwrap();
        for path in [&file, &link, &inner, Path::new("/"), &folder.path().join("..")] {
            assert!(matches!(claim_in(path, Type::STREAM), Err(ListenError::NotASocket(_))), "{}", path.display());
        }
        assert_eq!(fs::read(&file).unwrap(), b"precious");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn somebody_elses_is_not_removed_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.sock");
        let (_socket, file) = claim_in(&path, Type::STREAM).unwrap();
        fs::rename(&path, folder.path().join("ours")).unwrap();
        fs::write(&path, "another's").unwrap();
        drop(file);
        assert_eq!(fs::read(&path).unwrap(), b"another's");
    }

    #[test]
    fn a_path_that_will_not_do_is_said_so() {
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join("x".repeat(PATH_BYTES));
        assert!(matches!(claim_in(&long, Type::STREAM), Err(ListenError::PathTooLong(_))));
        let nowhere = folder.path().join("no/x.sock");
        assert!(matches!(claim_in(&nowhere, Type::STREAM), Err(ListenError::NoFolder(_))));
        // As long as it may be, and in a folder as long as that may be.
        let room = FOLDER_BYTES - folder.path().as_os_str().len() - 1;
        let deep = folder.path().join("d".repeat(room));
        fs::create_dir(&deep).unwrap();
        for name in ["x".to_owned(), "x".repeat(PATH_BYTES - FOLDER_BYTES - 1)] {
            let (_socket, _file) = claim_in(&deep.join(name), Type::STREAM).unwrap();
        }
    }
}
