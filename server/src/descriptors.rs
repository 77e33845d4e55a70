//! How many files the process may have open: each connection is one.

use rlimit::{Resource, getrlimit, setrlimit};

/// What is open besides the connections: the listeners, the log's files and its readers, the runtime's own.
const OTHERS: u64 = 64;

/// Allows this process as many open files as the system lets it, and says what to do where that is fewer than so many
/// connections need. It serves as many as it can then, and the others wait in the system's queue.
pub fn raise_open_files(connections: usize) {
    let allowed = match raise() {
        Ok(allowed) => allowed,
        Err(error) => {
            tracing::warn!(%error, "how many files may be open can't be set");
            return;
        }
    };
    if let Some(needed) = missing(connections, allowed) {
        tracing::warn!(
            allowed,
            needed,
            "fewer files may be open than the connections that are allowed need: raise the hard limit (ulimit -Hn, or \
             LimitNOFILE= of systemd), or lower connections in the settings"
        );
    }
}

fn raise() -> std::io::Result<u64> {
    let (soft, hard) = getrlimit(Resource::NOFILE)?;
    if soft < hard {
        setrlimit(Resource::NOFILE, hard, hard)?;
    }
    Ok(hard)
}

/// What is needed, where it is more than is allowed.
fn missing(connections: usize, allowed: u64) -> Option<u64> {
    let needed = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(OTHERS);
    Some(needed).filter(|&needed| needed > allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_enough_or_it_is_said_what_would_be() {
        assert_eq!(missing(20_000, 1024), Some(20_064));
        assert_eq!((missing(960, 1024), missing(20_000, u64::MAX)), (None, None));
    }

    #[test]
    fn the_soft_limit_becomes_the_hard_one() {
        let allowed = raise().unwrap();
        assert_eq!(getrlimit(Resource::NOFILE).unwrap(), (allowed, allowed));
    }
}
