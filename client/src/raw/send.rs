//! `partyline send --raw`: bytes go out once, what comes back is printed.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{BUFFER, Cleaner, RawError};
use crate::connect::{Reader, Writer, connect};
use crate::wait::{after, until};
use crate::{StreamAddress, print};

/// A server that has answered and then says nothing for so long has said it all. Many never close by themselves.
const MOMENT: Duration = Duration::from_millis(500);

/// Sends, and prints the answer until the server closes, or has been silent for [`MOMENT`] after it said something.
/// `half_close`: the server is told that nothing more comes, and then it is for the server alone to end. All this
/// within `timeout`.
pub(crate) async fn run(address: StreamAddress, bytes: &[u8], half_close: bool, timeout: Duration) -> ExitCode {
    let place = address.to_string();
    let mut answer = Answer::default();
    let outcome = exchange(&address, bytes, half_close, timeout, &mut answer).await;
    let shown = answer.finish().map_err(RawError::Screen);
    match outcome.and(shown) {
        Ok(()) if answer.any => ExitCode::SUCCESS,
        Ok(()) => fail(&RawError::ClosedSilently(place)),
        Err(RawError::Screen(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(RawError::NoAnswer(..)) if answer.any => {
            let secs = timeout.as_secs_f32();
            print::problem(&format!(
                "{place} has not closed within {secs} s: there may be more; --timeout waits longer"
            ));
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error),
    }
}

fn fail(error: &RawError) -> ExitCode {
    print::problem(&error.to_string());
    ExitCode::FAILURE
}

async fn exchange(
    address: &StreamAddress,
    mut bytes: &[u8],
    half_close: bool,
    timeout: Duration,
    answer: &mut Answer,
) -> Result<(), RawError> {
    let place = address.to_string();
    let deadline = after(timeout);
    let (mut reader, mut writer): (Reader, Writer) = match tokio::time::timeout_at(deadline, connect(address)).await {
        Ok(connected) => connected?,
        Err(_) => return Err(RawError::Unconnected(place, timeout)),
    };
    let (mut hung_up, mut refused) = (false, false);
    let mut moment = None;
    let mut buffer = vec![0; BUFFER];
    loop {
        if bytes.is_empty() && half_close && !hung_up {
            hung_up = true;
            // Where that fails the connection is gone, which reading will say.
            let _ = writer.shutdown().await;
        }
        // Both at once: a server that answers while it still reads may stop reading until its answer is taken.
        tokio::select! {
            read = reader.read(&mut buffer) => match read {
                Ok(0) if bytes.is_empty() && !refused => return Ok(()),
                Ok(0) => return Err(RawError::ClosedEarly(place)),
                Ok(count) => {
                    answer.show(&buffer[..count]).map_err(RawError::Screen)?;
                    moment = (!half_close).then(|| after(MOMENT));
                }
                Err(error) => return Err(RawError::Broken(place, error)),
            },
            written = writer.write(bytes), if !bytes.is_empty() => {
                // What the server said before it went is still to be read.
                refused |= written.is_err();
                bytes = &bytes[written.unwrap_or(bytes.len())..];
            }
            () = until(moment.filter(|_| bytes.is_empty())) => return Ok(()),
            () = until(Some(deadline)) => return Err(match bytes {
                [] => RawError::NoAnswer(place, timeout),
                _ => RawError::NotTaken(place, timeout),
            }),
        }
    }
}

/// What came back, printed as it comes.
#[derive(Default)]
struct Answer {
    cleaner: Cleaner,
    any: bool,
    /// The last line has no end.
    unfinished: bool,
}

impl Answer {
    fn show(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.any = true;
        let text = self.cleaner.feed(bytes);
        self.print(&text)
    }

    /// A line that was said without an end has one here: what comes next on a terminal is the prompt.
    fn finish(&mut self) -> io::Result<()> {
        let rest = self.cleaner.finish();
        self.print(&rest)?;
        if self.unfinished { self.print("\n") } else { Ok(()) }
    }

    fn print(&mut self, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.unfinished = !text.ends_with('\n');
        print::bytes(text.as_bytes())
    }
}
