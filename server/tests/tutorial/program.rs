//! A program that runs beside the test: it is typed to, its output is waited for, and it ends with the test.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};

use crate::support::PATIENCE;

pub(crate) struct Program {
    child: Child,
    stdin: Option<ChildStdin>,
    output: Receiver<Vec<u8>>,
    /// What came and wasn't taken yet.
    came: Vec<u8>,
}

impl Program {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (stdin, mut stdout) = (child.stdin.take(), child.stdout.take().unwrap());
        let (sender, output) = channel();
        // A pipe has no read timeout; the channel has.
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(len @ 1..) = stdout.read(&mut bytes) {
                if sender.send(bytes[..len].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, stdin, output, came: Vec::new() }
    }

    pub(crate) fn write(&mut self, text: &str) {
        // One that has ended takes nothing more; what it said before tells.
        let _ = self.stdin.as_mut().expect("its stdin is open").write_all(text.as_bytes());
    }

    /// The end of its input, as Ctrl-D makes it.
    pub(crate) fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Takes its output up to and with `mark`.
    pub(crate) fn until(&mut self, mark: &str) -> String {
        loop {
            if let Some(at) = self.came.windows(mark.len()).position(|part| part == mark.as_bytes()) {
                let rest = self.came.split_off(at + mark.len());
                return text(std::mem::replace(&mut self.came, rest));
            }
            match self.output.recv_timeout(PATIENCE) {
                Ok(bytes) => self.came.extend(bytes),
                Err(end) => panic!("no {mark:?} ({end}) but {:?}", String::from_utf8_lossy(&self.came)),
            }
        }
    }

    /// Waits for its end; returns how it ended and the rest of its output.
    pub(crate) fn finish(mut self) -> (ExitStatus, String) {
        loop {
            match self.output.recv_timeout(PATIENCE) {
                Ok(bytes) => self.came.extend(bytes),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                Err(error) => panic!("it doesn't end ({error}): {:?}", String::from_utf8_lossy(&self.came)),
            }
        }
        (self.child.wait().unwrap(), text(std::mem::take(&mut self.came)))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Ended already, where the test waited for it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("it writes UTF-8")
}
