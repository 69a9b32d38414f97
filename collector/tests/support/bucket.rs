//! A real S3 server on a free port, for tests that run with `REVISIT_TEST_S3` naming the server's program.
//! Out: the environment that puts the blobs of a data folder into a bucket, and where they then are. One server a process.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

const BUCKET: &str = "visits";
const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "test-key"), ("AWS_SECRET_ACCESS_KEY", "test-secret")];

/// The server; ends when this process does and its standard input closes.
struct Server {
    address: String,
    _child: Child,
}

/// What a collector needs to keep the blobs of this data folder in the bucket; nothing when the tests run on folders.
pub fn environment(data: &Path) -> Vec<(&'static str, String)> {
    let Some(server) = server() else { return Vec::new() };
    let folder = data.file_name().unwrap().to_str().unwrap();
    let place = format!("s3://{BUCKET}/{folder}?region=eu-central-1&endpoint=http://{}", server.address);
    let keys = KEYS.map(|(name, value)| (name, value.to_owned()));
    keys.into_iter().chain([("REVISIT_BLOBS", place)]).collect()
}

/// Where the server keeps the objects of a data folder, a file each.
pub fn folder(data: &Path) -> Option<PathBuf> {
    server().map(|_| root().join(BUCKET).join(data.file_name().unwrap()))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("s3-{}", std::process::id()))
}

fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(|| std::env::var_os("REVISIT_TEST_S3").map(|program| start(program.as_ref()))).as_ref()
}

fn start(program: &Path) -> Server {
    std::fs::create_dir_all(root().join(BUCKET)).unwrap();
    let mut command = Command::new(program);
    let mut child = command.arg(root()).envs(KEYS).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    let address = first.trim().strip_prefix("listening on ").expect("the server says where it listens").to_owned();
    Server { address, _child: child }
}
