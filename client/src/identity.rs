//! Who one was on a server, kept between runs: one file for each server, readable by its owner alone.

use std::fs;
use std::io;
use std::path::{self, PathBuf};

use directories::ProjectDirs;
use partyline_engine::Identity;

use crate::StreamAddress;

/// Where an identity is kept.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    path: Option<PathBuf>,
}

impl Store {
    /// The file for this server, and for this nick where one is to be somebody of their own. Where there is no place
    /// for a user's data, nothing is kept.
    pub(crate) fn new(address: &StreamAddress, nick: Option<&str>) -> Self {
        let path = ProjectDirs::from("", "", "partyline")
            .map(|folders| folders.data_dir().join("identities").join(file_name(address, nick)));
        Self { path }
    }

    /// Who one was. A file that can't be read is no identity: one is somebody new then.
    pub(crate) fn load(&self) -> Option<Identity> {
        let text = fs::read_to_string(self.path.as_ref()?).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Keeps who one is. Whoever reads at the same time sees the old or the new one, never half of it.
    ///
    /// # Errors
    /// The file can't be written.
    pub(crate) fn save(&self, identity: &Identity) -> io::Result<()> {
        let Some((path, folder)) = self.path.as_ref().and_then(|path| Some((path, path.parent()?))) else {
            return Ok(());
        };
        fs::create_dir_all(folder)?;
        // Created readable by its owner alone: it holds the secret.
        let file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&file, identity)?;
        file.persist(path)?;
        Ok(())
    }
}

/// Differs where the server or the nick do, and is a file's name on every system.
fn file_name(address: &StreamAddress, nick: Option<&str>) -> String {
    let mut name = match address {
        StreamAddress::Tcp(address) => escape(&format!("{}:{}", address.host.to_lowercase(), address.port)),
        // The same words mean another socket in another folder.
        StreamAddress::Unix(path) => {
            escape(&format!("unix:{}", path::absolute(path).as_ref().unwrap_or(path).display()))
        }
    };
    if let Some(nick) = nick {
        name = format!("{name}+{}", escape(nick));
    }
    name + ".json"
}

fn escape(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("_{b:02x}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Address;
    use partyline_shared::{Epoch, Token};

    #[test]
    fn each_server_has_a_file_of_its_own() {
        let name = |address: &str, nick| {
            let Ok(Address::Stream(address)) = address.parse() else { panic!("{address} is a stream's") };
            file_name(&address, nick)
        };
        assert_eq!(name("Example.org", None), "example.org_3a19534.json");
        assert_eq!(name("[::1]:80", None), "_3a_3a1_3a80.json");
        assert_eq!(name("h:1", Some("../小")), "h_3a1+.._2f_e5_b0_8f.json");
        assert_eq!(name("unix:/run/x", None), "unix_3a_2frun_2fx.json");
        assert!(name("unix:x", None).ends_with("_2fx.json"), "a path is kept from the root on");
    }

    #[test]
    fn an_identity_comes_back_and_is_nobody_elses_to_read() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store { path: Some(folder.path().join("new").join("id.json")) };
        assert_eq!(store.load(), None);
        let identity = Identity { token: Token([7; 16]), nick: "ann".into(), epoch: Epoch("e".into()) };
        store.save(&identity).unwrap();
        store.save(&identity).unwrap();
        assert_eq!(store.load(), Some(identity));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(store.path.as_ref().unwrap()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::write(store.path.as_ref().unwrap(), "{").unwrap();
        assert_eq!(store.load(), None);
    }
}
