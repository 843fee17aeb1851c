//! Wraps a connection to a mail server so that no endless answer is read.
//!
//! lettre searches for the end of a line in memory: a server that never ends one would fill it.

use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The maximum number of bytes that may arrive until the next write; a TLS handshake is far shorter, too.
const LONGEST_ANSWER: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct Bounded<S> {
    inner: S,
    peer: SocketAddr,
    /// The number of bytes that the current answer may still have.
    room: usize,
}

impl<S> Bounded<S> {
    pub(super) fn new(inner: S, peer: SocketAddr) -> Self {
        Self {
            inner,
            peer,
            room: LONGEST_ANSWER,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.room == 0 {
            return Poll::Ready(Err(io::Error::other("its answer has no end")));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        let came = buf.filled().len() - before;
        self.room = self.room.saturating_sub(came);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.room = LONGEST_ANSWER;
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + AsyncWrite + fmt::Debug + Send + Sync + Unpin> AsyncTokioStream for Bounded<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn an_answer_without_an_end_is_an_error_and_many_short_ones_are_not() {
        let (ours, mut theirs) = tokio::io::duplex(1 << 20);
        let mut stream = Bounded::new(ours, ([127, 0, 0, 1], 25).into());
        theirs.write_all(&vec![b'x'; 1 << 19]).await.unwrap();
        let mut read = vec![0; LONGEST_ANSWER - 1];
        for _ in 0..3 {
            stream.write_all(b"NOOP\r\n").await.unwrap();
            stream.read_exact(&mut read).await.unwrap();
        }
        let mut all = Vec::new();
        let error = stream.read_to_end(&mut all).await.unwrap_err();
        assert!(error.to_string().contains("no end"), "{error}");
        assert!(all.len() <= 2 * LONGEST_ANSWER, "{}", all.len());
    }
}
