//! `partyline get`: what a socket tutorial does by hand. The bytes of a request go out, the bytes of an answer come
//! back, and are shown as they are, up to where the message ends.

mod body;
mod error;
mod framing;
mod head;
mod media;
mod output;
mod target;
mod tls;
mod wire;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use body::{Body, Piece};
use error::GetError;
use framing::Framing;
use head::Head;
use output::Output;
pub use target::{InvalidUrl, Target};
use wire::Wire;

use crate::{GetArgs, print};

/// More redirects than this lead in a circle.
const MOST_REDIRECTS: usize = 10;
/// Most interim answers (RFC 9110 section 15.2) before the final one.
const MOST_INTERIM: usize = 10;

/// Gets it, and says how that went.
pub(crate) async fn run(args: GetArgs) -> ExitCode {
    match get(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(GetError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            print::problem(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

async fn get(args: GetArgs) -> Result<(), GetError> {
    let GetArgs { url: mut target, verbose, head, output, follow, timeout } = args;
    let method = if head { "HEAD" } else { "GET" };
    for _ in 0..=MOST_REDIRECTS {
        let mut exchange = Exchange { wire: Wire::open(&target, timeout).await?, place: place(&target), verbose };
        exchange.ask(&target.request(method)).await?;
        let (head, rest) = exchange.head().await?;
        let Some(location) = head.location() else {
            return exchange.answer(&head, method, rest, output).await;
        };
        if !follow {
            print::note(&format!("it redirects to {location}: -L follows"));
            return exchange.answer(&head, method, rest, output).await;
        }
        print::note(&format!("{}: redirected to {location}", head.status));
        let next = target.join(&location);
        target = next.map_err(|why| GetError::BadRedirect(exchange.place, location, why))?;
    }
    Err(GetError::TooManyRedirects(MOST_REDIRECTS, target.to_string()))
}

fn place(target: &Target) -> String {
    target.host_port().to_string()
}

/// One request and its answer.
struct Exchange {
    wire: Wire,
    place: String,
    verbose: bool,
}

impl Exchange {
    async fn ask(&mut self, request: &str) -> Result<(), GetError> {
        self.note(&format!("connected to {}", self.wire.peer));
        self.wire.send(request).await?;
        if self.verbose {
            let mut lines = request.lines();
            self.note("request: start line");
            lines.by_ref().take(1).for_each(print::sent);
            self.note("request: headers, and the empty line that ends them");
            lines.for_each(print::sent);
            self.note("request: no body");
        }
        Ok(())
    }

    /// The head of the final answer, and what has come of the body with it.
    async fn head(&mut self) -> Result<(Head, Vec<u8>), GetError> {
        let mut bytes = Vec::new();
        let mut interim = 0;
        loop {
            let parsed = Head::parse(&bytes).map_err(|why| GetError::Head(self.place.clone(), why))?;
            match parsed {
                Some(head) if head.status == 101 => return Err(GetError::OtherProtocol(self.place.clone())),
                Some(head) if (100..200).contains(&head.status) => {
                    interim += 1;
                    if interim > MOST_INTERIM {
                        return Err(GetError::Interim(self.place.clone(), MOST_INTERIM));
                    }
                    bytes.drain(..head.wire.len());
                    self.note(&format!("response: an interim one, {}, which isn't shown", head.status));
                }
                Some(head) => {
                    let rest = bytes.split_off(head.wire.len());
                    return Ok((head, rest));
                }
                None => {
                    let more = self.wire.read().await?;
                    if more.is_empty() {
                        return Err(if bytes.is_empty() {
                            GetError::ClosedSilently(self.place.clone())
                        } else {
                            GetError::ShortHead(self.place.clone())
                        });
                    }
                    bytes.extend_from_slice(more);
                }
            }
        }
    }

    /// Prints the answer to its end. `rest` has come already.
    async fn answer(mut self, head: &Head, method: &str, rest: Vec<u8>, file: Option<PathBuf>) -> Result<(), GetError> {
        let bad_body = |why| GetError::Body(self.place.clone(), why);
        let framing = Framing::of(head, method);
        let mut output = Output::new(head, file)?;
        let (start, headers) = head.parts();
        self.note("response: start line");
        output.head(start)?;
        self.note("response: headers, and the empty line that ends them");
        output.head(headers)?;
        let framing = framing.map_err(bad_body)?;
        self.note(&match framing {
            Framing::None => "response: no body".to_owned(),
            Framing::Length(length) => format!("response: body, {length} bytes (Content-Length)"),
            Framing::Chunked => "response: body, in chunks, each with its size before it in hexadecimal".to_owned(),
            Framing::Close => "response: body, up to where the server closes".to_owned(),
        });
        let mut body = Body::new(framing);
        let outcome = self.body(&mut body, rest, &mut output).await;
        let note = output.finish(body.content())?;
        // What came of a broken answer is there, and it is said how much.
        if let Some(note) = note {
            print::note(&note);
        }
        outcome
    }

    async fn body<W: io::Write>(
        &mut self,
        body: &mut Body,
        rest: Vec<u8>,
        output: &mut Output<W>,
    ) -> Result<(), GetError> {
        let mut trailers = false;
        let mut come = rest;
        loop {
            let mut bytes = come.as_slice();
            loop {
                let next = body.next(&mut bytes).map_err(|why| GetError::Body(self.place.clone(), why))?;
                let Some(piece) = next else { break };
                if matches!(piece, Piece::Trailer(_)) && !std::mem::replace(&mut trailers, true) {
                    self.note("response: trailers, and the empty line that ends them");
                }
                output.body(piece)?;
            }
            if body.is_done() {
                return Ok(());
            }
            come.clear();
            let more = self.wire.read().await?;
            if more.is_empty() {
                return body.end().map_err(|why| GetError::Body(self.place.clone(), why));
            }
            come.extend_from_slice(more);
        }
    }

    /// With -v.
    fn note(&self, text: &str) {
        if self.verbose {
            print::note(text);
        }
    }
}
