//! A network between a client and the server, that can fail in every way that networks do.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use socket2::SockRef;
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Bytes that are forwarded at a time.
const BUFFER: usize = 16 << 10;

/// No connection breaks by itself.
const NEVER: u64 = u64::MAX;

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the client to the server.
    Up,
    /// From the server to the client.
    Down,
}

/// What the network does with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Forwards.
    Open,
    /// Forwards a few bytes at a time, with this pause after each.
    Slow(Duration),
    /// Forwards nothing and keeps both ends open, as where a cable is pulled or a machine sleeps. What was on its way
    /// waits.
    Frozen,
    /// Swallows what goes this way.
    Cut(Way),
    /// Ends it in both directions, after what was forwarded (FIN).
    Closed,
    /// Ends it at once (RST).
    Reset,
}

/// The network before a server. Dropped, it ends all connections.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    links: Mutex<Links>,
}

#[derive(Debug)]
struct Links {
    /// Those that there are, or were a moment ago; the newest last.
    links: Vec<Link>,
    /// What [`Link::breaks_after`] will be of the next one.
    next_breaks_after: u64,
}

#[derive(Debug)]
struct Link {
    flow: watch::Sender<Flow>,
    /// Bytes that still come down before it is reset.
    breaks_after: Arc<AtomicU64>,
}

/// The connection is to be reset.
struct Broken;

impl Proxy {
    /// A network that works, on a port of its own.
    ///
    /// # Errors
    /// The socket's.
    pub async fn start(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let links = Mutex::new(Links { links: Vec::new(), next_breaks_after: NEVER });
        let shared = Arc::new(Shared { server, links });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, accepting })
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What happens from now on to the connections that there are. Those that come later are open.
    pub fn set(&self, flow: Flow) {
        self.shared.lock().links.retain(|link| link.flow.send(flow).is_ok());
    }

    /// Resets the newest connection when the server says the next byte after so many.
    pub fn break_after(&self, bytes: u64) {
        if let Some(link) = self.shared.lock().links.last() {
            link.breaks_after.store(bytes, Ordering::Relaxed);
        }
    }

    /// Resets the next connection when the server says the next byte after so many.
    pub fn break_next_after(&self, bytes: u64) {
        self.shared.lock().next_breaks_after = bytes;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Links> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut tasks = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        while tasks.try_join_next().is_some() {}
        let (sender, flow) = watch::channel(Flow::Open);
        let breaks_after = {
            let mut links = shared.lock();
            links.links.retain(|link| !link.flow.is_closed());
            let breaks_after = Arc::new(AtomicU64::new(std::mem::replace(&mut links.next_breaks_after, NEVER)));
            links.links.push(Link { flow: sender, breaks_after: Arc::clone(&breaks_after) });
            breaks_after
        };
        let server = shared.server;
        tasks.spawn(async move {
            // A server that takes nobody is seen by the client as a connection that ends at once.
            if let Ok(server) = TcpStream::connect(server).await {
                link(client, server, flow, &breaks_after).await;
            }
        });
    }
}

async fn link(client: TcpStream, server: TcpStream, mut flow: watch::Receiver<Flow>, breaks_after: &AtomicU64) {
    let prepared = client.set_nodelay(true).and_then(|()| server.set_nodelay(true));
    let ((from_client, mut to_client), (from_server, mut to_server)) = (client.into_split(), server.into_split());
    let (up, down, never) = (flow.clone(), flow.clone(), AtomicU64::new(NEVER));
    let broken = tokio::select! {
        ended = async { tokio::try_join!(
            pump(Way::Up, &from_client, &mut to_server, up, &never),
            pump(Way::Down, &from_server, &mut to_client, down, breaks_after),
        ) } => ended.is_err(),
        ended = flow.wait_for(|flow| matches!(flow, Flow::Closed | Flow::Reset)) => {
            !matches!(ended.map(|flow| *flow), Ok(Flow::Closed))
        }
    };
    if broken || prepared.is_err() {
        for half in [&from_client, &from_server] {
            // A connection that isn't there any more has been reset already.
            let _ = SockRef::from(half.as_ref()).set_linger(Some(Duration::ZERO));
        }
        // Dropped, they would end the stream in good order first.
        to_client.forget();
        to_server.forget();
    } else {
        for half in [&mut to_client, &mut to_server] {
            let _ = half.shutdown().await;
        }
    }
}

/// Forwards one way, to the end of what comes.
async fn pump(
    way: Way,
    from: &OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    mut flow: watch::Receiver<Flow>,
    breaks_after: &AtomicU64,
) -> Result<(), Broken> {
    let mut buffer = vec![0; BUFFER];
    loop {
        thawed(&mut flow).await?;
        tokio::select! {
            ready = from.readable() => ready.map_err(|_| Broken)?,
            changed = flow.changed() => {
                changed.map_err(|_| Broken)?;
                continue;
            }
        }
        let count = match from.try_read(&mut buffer) {
            Ok(0) => return to.shutdown().await.map_err(|_| Broken),
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(_) => return Err(Broken),
        };
        // What was read while it froze waits, too.
        let now = thawed(&mut flow).await?;
        if now == Flow::Cut(way) {
            continue;
        }
        let left = breaks_after.load(Ordering::Relaxed);
        let whole = left == NEVER || left >= count as u64;
        let bytes = &buffer[..if whole { count } else { usize::try_from(left).unwrap_or(count) }];
        if left != NEVER {
            breaks_after.store(if whole { left - count as u64 } else { NEVER }, Ordering::Relaxed);
        }
        if let Flow::Slow(pause) = now {
            for piece in bytes.chunks(100) {
                to.write_all(piece).await.map_err(|_| Broken)?;
                tokio::time::sleep(pause).await;
            }
        } else {
            to.write_all(bytes).await.map_err(|_| Broken)?;
        }
        if !whole {
            return Err(Broken);
        }
    }
}

/// Waits while it is frozen.
async fn thawed(flow: &mut watch::Receiver<Flow>) -> Result<Flow, Broken> {
    flow.wait_for(|flow| *flow != Flow::Frozen).await.map(|flow| *flow).map_err(|_| Broken)
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    /// A client's end and the server's, with the network between.
    async fn connected() -> (Proxy, TcpStream, TcpStream) {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let proxy = Proxy::start(server.local_addr().unwrap()).await.unwrap();
        let mut client = TcpStream::connect(proxy.address()).await.unwrap();
        let (mut served, _) = server.accept().await.unwrap();
        client.write_all(b"hello").await.unwrap();
        assert_eq!(read(&mut served).await, b"hello");
        (proxy, client, served)
    }

    async fn read(stream: &mut TcpStream) -> Vec<u8> {
        let mut bytes = [0; 5];
        stream.read_exact(&mut bytes).await.unwrap();
        bytes.to_vec()
    }

    #[tokio::test]
    async fn what_is_frozen_waits_and_comes() {
        let (proxy, mut client, mut served) = connected().await;
        proxy.set(Flow::Frozen);
        client.write_all(b"later").await.unwrap();
        served.write_all(b"later").await.unwrap();
        // The other way round is as good a moment as any at which nothing has come.
        let mut other = TcpStream::connect(proxy.address()).await.unwrap();
        other.write_all(b"other").await.unwrap();
        assert_eq!(client.try_read(&mut [0]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
        assert_eq!(served.try_read(&mut [0]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
        proxy.set(Flow::Slow(Duration::ZERO));
        assert_eq!((read(&mut client).await, read(&mut served).await), (b"later".to_vec(), b"later".to_vec()));
    }

    #[tokio::test]
    async fn what_goes_the_way_that_is_cut_is_gone() {
        let (proxy, mut client, mut served) = connected().await;
        proxy.set(Flow::Cut(Way::Up));
        served.write_all(b"still").await.unwrap();
        assert_eq!(read(&mut client).await, b"still");
        client.write_all(b"lost!").await.unwrap();
        client.shutdown().await.unwrap();
        assert_eq!(served.read(&mut [0]).await.unwrap(), 0, "nothing before the end");
    }

    #[tokio::test]
    async fn a_connection_is_closed_or_reset() {
        let (proxy, mut client, mut served) = connected().await;
        proxy.set(Flow::Closed);
        assert_eq!((client.read(&mut [0]).await.unwrap(), served.read(&mut [0]).await.unwrap()), (0, 0));
        let (proxy, mut client, mut served) = connected().await;
        proxy.set(Flow::Reset);
        for end in [&mut client, &mut served] {
            assert_eq!(end.read(&mut [0]).await.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
        }
    }

    #[tokio::test]
    async fn it_breaks_in_the_middle() {
        let (proxy, mut client, mut served) = connected().await;
        proxy.break_after(5);
        proxy.break_next_after(0);
        served.write_all(b"12345").await.unwrap();
        assert_eq!(read(&mut client).await, b"12345");
        served.write_all(b"6").await.unwrap();
        assert_eq!(client.read(&mut [0]).await.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    }
}
