//! What a server counts of itself.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Asks at `/metrics`, and adds up the series that start like this: `partyline_refusals_total{code="busy"}`.
///
/// # Errors
/// The socket's, and where the server doesn't tell.
pub async fn count(address: SocketAddr, series: &str) -> Result<u64> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    ensure!(answer.starts_with("HTTP/1.1 200 "), "/metrics answers {}", answer.lines().next().unwrap_or_default());
    sum(&answer, series)
}

fn sum(text: &str, series: &str) -> Result<u64> {
    let values = text.lines().filter(|line| line.starts_with(series)).map(|line| {
        let value = line.rsplit(' ').next().unwrap_or_default();
        value.parse::<u64>().with_context(|| format!("no count: {line}"))
    });
    values.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_added_up_by_how_they_start() {
        let text = "# TYPE x counter\nx_total{code=\"a\"} 3\nx_total{code=\"b\"} 4\nxy_total 9\n";
        assert_eq!(sum(text, "x_total{code=\"b\"}").unwrap(), 4);
        assert_eq!(sum(text, "x_total").unwrap(), 7);
        assert_eq!(sum(text, "z").unwrap(), 0);
        assert!(sum("x_total many", "x_total").is_err());
    }
}
