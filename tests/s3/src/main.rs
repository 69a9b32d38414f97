//! `s3-server ROOT`: a real S3 server on a free port of this machine, over the folders (buckets) in ROOT.
//! Out: `listening on ADDRESS` on the first line. It ends when its standard input closes, so with the test that began it.
//! Its one key is in the environment: `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.

use std::error::Error;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let root = std::env::args_os().nth(1).ok_or("usage: s3-server ROOT")?;
    let files = s3s_fs::FileSystem::new(root).map_err(|error| format!("{error:?}"))?;
    let mut service = S3ServiceBuilder::new(files);
    let key = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set"));
    service.set_auth(SimpleAuth::from_single(key("AWS_ACCESS_KEY_ID")?, key("AWS_SECRET_ACCESS_KEY")?));
    let service = service.build();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on {}", listener.local_addr()?);
    let http = Builder::new(TokioExecutor::new());
    let mut end = [0];
    let mut input = tokio::io::stdin();
    let mut closed = std::pin::pin!(input.read(&mut end));
    loop {
        let (socket, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            _ = &mut closed => return Ok(()),
        };
        let connection = http.serve_connection(TokioIo::new(socket), service.clone()).into_owned();
        tokio::spawn(connection);
    }
}
