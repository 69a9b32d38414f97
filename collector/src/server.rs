//! Connections: HTTP/1.1 with limits on how long a request's head may take, and a shutdown that lets requests end.
//! Does not know what is served.

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// Bytes of a request's head; also what one connection reads ahead.
const HEAD_MAX_BYTES: usize = 64 << 10;
/// What had begun at shutdown may go on for this long.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// A pause when no connection can be taken (too many open files).
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long a client may take, so that one that is slow or stands still holds nothing for long.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a request's head to arrive.
    pub head: Duration,
    /// For a client to take anything of an answer.
    pub stall: Duration,
}

/// Serves `router` until `shutdown`, through TLS when there is one.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    tls: Option<TlsAcceptor>,
    shutdown: impl Future<Output = ()>,
) {
    let mut shutdown = pin!(shutdown);
    let graceful = GracefulShutdown::new();
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    prepare(&stream, patience);
                    let (router, watcher) = (router.clone(), graceful.watcher());
                    match tls.clone() {
                        None => drop(tokio::spawn(serve_connection(stream, peer, router, patience, watcher))),
                        Some(acceptor) => drop(tokio::spawn(async move {
                            // Who cannot agree on TLS, or takes too long to, is gone; that is no event.
                            let shaken = tokio::time::timeout(patience.head, acceptor.accept(stream)).await;
                            if let Ok(Ok(stream)) = shaken {
                                serve_connection(stream, peer, router, patience, watcher).await;
                            }
                        })),
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot take a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were cut off");
    }
}

fn prepare(stream: &TcpStream, patience: Patience) {
    // Answers are small and must not wait for each other.
    let _ = stream.set_nodelay(true);
    // The kernel ends a connection whose other side neither takes nor confirms what was sent.
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(patience.stall));
}

async fn serve_connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    patience: Patience,
    watcher: Watcher,
) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request.map(Body::new))
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .max_buf_size(HEAD_MAX_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    // A visitor who goes away in the middle is no event.
    let _ = watcher.watch(connection).await;
}
