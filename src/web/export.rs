//! Exports the store as JSON Lines, sent as fast as it is read.

use std::{
    io::{self, BufWriter, Write},
    time::Duration,
};

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use futures::{StreamExt as _, stream};
use tokio::{runtime::Handle, sync::mpsc};
use tokio_util::sync::CancellationToken;

use super::site::Shared;
use crate::ops::ChannelSecrets;

/// The timeout for a reader of an export to accept the next piece.
const READER_TIMEOUT: Duration = Duration::from_secs(60);
/// The bytes of lines that are sent as one piece.
const PIECE_BYTES: usize = 64 << 10;

/// Exports the store as JSON Lines, without secrets.
#[utoipa::path(get, path = "/export", operation_id = "export_store", responses((status = 200, description = "One JSON object per line", body = String, content_type = "application/x-ndjson")))]
pub(super) async fn export(State(site): State<Shared>) -> Response {
    let (sender, mut receiver) = mpsc::channel(4);
    let pieces = Pieces {
        sender,
        stop: site.ending.clone(),
        runtime: Handle::current(),
    };
    let mut writer = BufWriter::with_capacity(PIECE_BYTES, pieces);
    let exporting = async move {
        let write = Box::new(move |line: &str| writer.write_all(line.as_bytes()));
        let exported = site.desk.store.export(write, ChannelSecrets::StayHere);
        exported.await.err().map(Err)
    };
    let pieces = stream::poll_fn(move |context| receiver.poll_recv(context)).map(Ok);
    let failure = stream::once(exporting).filter_map(std::future::ready);
    // The answer itself drives the export: if its reader is gone, both end.
    let body = Body::from_stream(stream::select(pieces, failure));
    let media = [(header::CONTENT_TYPE, "application/x-ndjson")];
    (media, body).into_response()
}

/// A writer on a blocking thread whose pieces an answer sends.
struct Pieces {
    sender: mpsc::Sender<Vec<u8>>,
    stop: CancellationToken,
    runtime: Handle,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.sender.send_timeout(bytes.to_vec(), READER_TIMEOUT);
        let taken = self.runtime.block_on(self.stop.run_until_cancelled(taken));
        match taken {
            Some(Ok(())) => Ok(bytes.len()),
            _ => Err(io::Error::new(
                io::ErrorKind::BrokenPipe,
                "the client closed the export",
            )),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
