//! Accepts connections and answers their requests, with bounds that axum's own `serve` does not set.

use std::{
    io,
    net::IpAddr,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router, body::Body, http::Request};
use futures::FutureExt;
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use rustix::process::{Resource, getrlimit};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{
    clients::Client,
    crowd::{Crowd, Guest, Seat},
    steady::Steady,
};

/// The maximum number of open connections; the longest idle one is closed for a further one.
const MOST_CONNECTIONS: usize = 1024;
/// The divisor of the process's file descriptors that connections may take; polls and sends need the rest.
const PART_OF_FILES: u64 = 4;
/// The timeout of a request's headers, and of the time between two requests of a connection.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// The timeout for a client to accept anything at all of an answer.
const WRITE_TIMEOUT: Duration = Duration::from_secs(15);
/// The maximum length, in bytes, of a request's line and headers; browsers send less than 16 KiB.
const MAX_HEAD: usize = 32 << 10;
const GRACE: Duration = Duration::from_secs(1);
/// The pause between two attempts to accept while no file descriptor is free.
const PAUSE: Duration = Duration::from_millis(50);
const MINUTE: Duration = Duration::from_secs(60);

/// The peer that sent a request.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    pub(super) address: IpAddr,
    pub(super) seat: Arc<Seat>,
}

/// Answers until stopped; connections that are busy then have a second to end. `counted` returns the client whose
/// connections are counted if an address opens one.
pub(super) async fn serve(
    listener: TcpListener,
    counted: impl Fn(IpAddr) -> Option<Client>,
    router: Router,
    stop: CancellationToken,
) {
    let crowd = Crowd::new(most_connections());
    let mut connections = JoinSet::new();
    let mut reported = None;
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, from)) => {
                let address = from.ip().to_canonical();
                if let Some(guest) = crowd.enter(counted(address)) {
                    let (router, stop) = (router.clone(), stop.clone());
                    connections.spawn(answer(stream, address, guest, router, stop).boxed());
                }
            }
            // The client left before its turn.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            // Usually no file descriptor is free.
            Err(error) => {
                crowd.make_room();
                if reported.is_none_or(|at: Instant| at.elapsed() > MINUTE) {
                    reported = Some(Instant::now());
                    tracing::warn!(
                        %error,
                        "a connection could not be accepted; idle ones are closed to make room"
                    );
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, ended).await.is_err() {
        tracing::debug!("connections were still busy and are cut");
    }
}

fn most_connections() -> usize {
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let part = usize::try_from(files / PART_OF_FILES).unwrap_or(usize::MAX);
    part.clamp(16, MOST_CONNECTIONS)
}

async fn answer(
    stream: TcpStream,
    address: IpAddr,
    guest: Guest,
    router: Router,
    stop: CancellationToken,
) {
    // This only makes small answers faster.
    let _ = stream.set_nodelay(true);
    let seat = &guest.seat;
    let service = service_fn(|mut request: Request<Incoming>| {
        let (router, seat) = (router.clone(), Arc::clone(seat));
        seat.answer();
        request.extensions_mut().insert(Peer {
            address,
            seat: Arc::clone(&seat),
        });
        async move {
            let answer = TowerToHyperService::new(router)
                .call(request.map(Body::new))
                .await;
            seat.wait();
            answer
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEAD)
        .serve_connection(
            TokioIo::new(Steady::new(stream, Arc::clone(seat), WRITE_TIMEOUT)),
            service,
        );
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = seat.dismissed() => return,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection ended early");
    }
}
