//! Closes a connection whose reader stops reading.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

use super::crowd::Seat;

/// The bytes after which a client that waits counts as one that has just begun.
const RENEWED_BY: usize = 64 << 10;

/// The factor of time for clients that showed a valid token: an export may be written to a slow disk.
const TRUSTED: u32 = 5;

#[derive(Debug)]
pub(super) struct Steady {
    stream: TcpStream,
    seat: Arc<Seat>,
    /// The time for the client to accept anything at all of a waiting answer.
    patience: Duration,
    /// The timer that ends the connection if nothing of the answer is accepted until then.
    stalled: Option<Pin<Box<Sleep>>>,
    taken: usize,
}

impl Steady {
    pub(super) fn new(stream: TcpStream, seat: Arc<Seat>, patience: Duration) -> Self {
        Self {
            stream,
            seat,
            patience,
            stalled: None,
            taken: 0,
        }
    }

    fn after_write(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Pending => {
                let patience = match self.seat.is_trusted() {
                    true => self.patience * TRUSTED,
                    false => self.patience,
                };
                let stalled = self
                    .stalled
                    .get_or_insert_with(|| Box::pin(sleep(patience)));
                ready!(stalled.as_mut().poll(context));
                Poll::Ready(Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the client does not read",
                )))
            }
            Poll::Ready(written) => {
                self.stalled = None;
                self.taken += written.as_ref().copied().unwrap_or_default();
                if self.taken >= RENEWED_BY {
                    self.taken = 0;
                    self.seat.renew();
                }
                Poll::Ready(written)
            }
        }
    }
}

impl Drop for Steady {
    fn drop(&mut self) {
        // Bytes that are never read must not stay in the kernel either.
        if self.stalled.is_some() {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Steady {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Steady {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.after_write(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.after_write(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncWriteExt, net::TcpListener};

    use super::*;
    use crate::web::crowd::Crowd;

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_cut() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let silent = TcpStream::connect(listener.local_addr().unwrap());
        let _silent = silent.await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let guest = Crowd::new(1).enter(None).unwrap();
        let patience = Duration::from_millis(50);
        let mut steady = Steady::new(stream, Arc::clone(&guest.seat), patience);
        let piece = vec![0; 1 << 20];
        let cut = async {
            loop {
                if let Err(error) = steady.write_all(&piece).await {
                    return error;
                }
            }
        };
        assert_eq!(cut.await.kind(), io::ErrorKind::TimedOut);
    }
}
