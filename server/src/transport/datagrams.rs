//! Datagrams, over UDP or a Unix socket: one is one message, said in the default room by somebody who isn't there.
//!
//! Obligations: a datagram gets at most one answer, never longer than itself, and a source that sends faster than
//! it may gets none at all: whoever forges a sender's address can't have anybody flooded. What looks like such an
//! answer isn't answered: two servers that were made to talk to each other fall silent.
//!
//! What is received waits in the system's own buffer, and is lost where that is full, as datagrams are.

mod rates;
mod socket;

use std::io;
use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use partyline_shared::codec::datagram;
use partyline_shared::codec::plain::receipt;
use partyline_shared::{Limits, MemberId, Via, clean, clean_line};
use sha2::{Digest as _, Sha256};

use self::rates::{Rates, Verdict};
use self::socket::{Socket, Source};
use crate::connection::Shared;
use crate::hub_task::{Clock, HubHandle, Stopped};
use crate::listen::{Listening, SocketFile};
use crate::metrics;

/// Messages that wait for their number at a time. Meanwhile nothing more is received.
const IN_FLIGHT: usize = 64;

/// How long receiving pauses where the system can't.
const BACK_OFF: Duration = Duration::from_millis(100);

/// A socket that datagrams come in at.
#[derive(Debug)]
pub(crate) struct Datagrams {
    socket: Socket,
}

impl Datagrams {
    /// Those of a UDP socket, which must not block.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn udp(socket: std::net::UdpSocket) -> io::Result<Self> {
        Socket::udp(socket).map(|socket| Self { socket })
    }

    /// Those of a Unix socket, which must not block.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn unix(socket: UnixDatagram, file: SocketFile) -> io::Result<Self> {
        Socket::unix(socket, file).map(|socket| Self { socket })
    }

    /// Where they are sent to.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn listening(&self) -> io::Result<Listening> {
        self.socket.listening()
    }
}

/// An answer that is on its way, and to whom.
type Answer = BoxFuture<'static, (Source, String)>;

/// Takes them until the server stops; what was said until then is answered.
pub(crate) async fn serve(datagrams: Datagrams, shared: Arc<Shared>, clock: Clock, limits: Limits) {
    let Datagrams { socket } = datagrams;
    let max = shared.bounds.line_bytes;
    let Ok(key) = secret() else { return };
    let mut door = Door {
        hub: shared.hub.clone(),
        via: socket.via(),
        max,
        key,
        rates: Rates::new(limits.burst, limits.per_second, clock.now()),
        clock,
        counts: shared.metrics.datagrams.clone(),
    };
    // One byte more than allowed shows that there were more.
    let mut buffer = vec![0; max.saturating_add(1)];
    let mut answers: FuturesUnordered<Answer> = FuturesUnordered::new();
    let mut failing = false;
    loop {
        tokio::select! {
            received = socket.receive(&mut buffer), if answers.len() < IN_FLIGHT => match received {
                Ok((len, source)) => {
                    failing = false;
                    match door.take(&buffer[..len], source).await {
                        Ok(answer) => answers.extend(answer),
                        Err(Stopped) => break,
                    }
                }
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        tracing::error!(%error, "datagrams can't be received now");
                    }
                    tokio::time::sleep(BACK_OFF).await;
                }
            },
            Some((to, text)) = answers.next() => socket.send(&text, &to),
            () = shared.stopping.cancelled() => break,
        }
    }
    while let Some((to, text)) = answers.next().await {
        socket.send(&text, &to);
    }
}

fn secret() -> Result<[u8; 16], Stopped> {
    let mut key = [0; 16];
    getrandom::fill(&mut key).map_err(|error| {
        tracing::error!(%error, "the system gives no random bytes");
        Stopped
    })?;
    Ok(key)
}

/// What happens to a datagram.
struct Door {
    hub: HubHandle,
    via: Via,
    max: usize,
    /// Addresses are nobody's business, and there are so few of them that a plain hash could be turned round.
    key: [u8; 16],
    rates: Rates,
    clock: Clock,
    counts: metrics::Datagrams,
}

impl Door {
    /// Says what it holds. Returns the answer to come, if there is to be one.
    async fn take(&mut self, bytes: &[u8], from: Source) -> Result<Option<Answer>, Stopped> {
        let room = bytes.len();
        let answers = room > 0 && from.can_be_answered() && !datagram::looks_like_one(bytes);
        let reply = move |from: Source, text: String| -> Option<Answer> {
            let text = datagram::cut(&text, room).to_owned();
            (answers && !text.is_empty()).then(|| Box::pin(std::future::ready((from, text))) as Answer)
        };
        match self.rates.take(self.name(&from.counted_as()), self.clock.now()) {
            Verdict::Pass => {}
            Verdict::Refused => {
                self.counts.too_fast.inc();
                return Ok(reply(from, datagram::error("too fast: this was not said")));
            }
            Verdict::Silence => {
                self.counts.too_fast.inc();
                return Ok(None);
            }
        }
        if room == 0 {
            self.counts.empty.inc();
            return Ok(None);
        }
        if room > self.max {
            self.counts.too_long.inc();
            let text = format!("that is longer than {} bytes, and was not said", self.max);
            return Ok(reply(from, datagram::error(&text)));
        }
        self.counts.taken.inc();
        let text = String::from_utf8_lossy(bytes).into_owned();
        let posted = self.hub.post(MemberId(self.name(&from.identity())), self.via, text.clone()).await?;
        Ok(Some(Box::pin(async move {
            let answer = match posted.await {
                Ok(Ok(_)) => receipt(clean(&text).trim_end()),
                Ok(Err(refused)) => datagram::error(&clean_line(&refused.text)),
                // The server has ended.
                Err(_) => String::new(),
            };
            let answer = if answers { datagram::cut(&answer, room) } else { "" };
            (from, answer.to_owned())
        })))
    }

    /// What somebody is known by, which doesn't tell where they are.
    fn name(&self, identity: &[u8]) -> [u8; 16] {
        let digest = Sha256::new().chain_update(self.key).chain_update(identity).finalize();
        let mut name = [0; 16];
        name.copy_from_slice(&digest[..16]);
        name
    }
}
