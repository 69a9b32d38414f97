//! The real binary on a fresh folder and a free port, a client of few lines that shows exactly what was answered, and
//! visits whose bodies are written with the shared frame format.

#![allow(clippy::unwrap_used, dead_code, missing_docs)]

mod bucket;
pub mod database;
pub mod mmdb;
pub mod receiver;

pub use database::Database;
use serde_json::Value;
use shared::frame::{Flags, Header, seal, write_body};
use shared::ids::{PageId, PageSeq, RecordingId, WriteSecret};
use shared::record::{self, Click, Heartbeat, Hello, tag};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub const BINARY: &str = env!("CARGO_BIN_EXE_revisit");
/// Takes a migration back, as if an older program had made the store.
pub const UNDO_MIGRATION: &str = "DROP TABLE IF EXISTS refusal; DELETE FROM migration WHERE number = 30";
/// For what must come, however slow the machine.
const PATIENCE: Duration = Duration::from_secs(60);
pub const ORIGIN: &str = "https://shop.example";

/// A folder that goes with the test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("revisit-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        database::remove(&self.0);
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Short times, so that a visit is over within a test.
const TIMES: [(&str, &str); 2] = [("REVISIT_END_AFTER", "300ms"), ("REVISIT_SILENT_AFTER", "1500ms")];

pub fn command(data: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command
        .args(arguments)
        .arg("--data")
        .arg(data)
        .envs(TIMES)
        .envs(bucket::environment(data))
        .envs(database::environment(data));
    command.envs(settings.iter().copied()).current_dir(data);
    command
}

pub struct Collector {
    pub data: PathBuf,
    pub address: String,
    pub token: String,
    settings: Vec<(&'static str, &'static str)>,
    child: Child,
    log: Log,
    _folder: Option<Folder>,
}

/// What a process said on stderr so far.
pub type Log = Arc<Mutex<String>>;

impl Collector {
    pub fn start() -> Self {
        Self::with(&[])
    }

    pub fn with(settings: &[(&'static str, &'static str)]) -> Self {
        let folder = Folder::new();
        let mut collector = Self::on(&folder.0, settings);
        collector._folder = Some(folder);
        collector
    }

    /// A further process on the same store.
    pub fn on(data: &Path, settings: &[(&'static str, &'static str)]) -> Self {
        let log = Log::default();
        let (child, address) = serve(data, settings, "127.0.0.1:0", &log);
        let mut collector = Self {
            data: data.to_owned(),
            address,
            token: String::new(),
            settings: settings.to_vec(),
            child,
            log,
            _folder: None,
        };
        collector.token = collector.cli(&["token", "create"])["token"].as_str().unwrap().to_owned();
        collector
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        command(&self.data, &self.settings, arguments).output().unwrap()
    }

    /// A command that must succeed, and what it printed as JSON.
    pub fn cli(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        let output = self.run(&arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    pub fn add_site(&self, plan: &str) -> Site {
        let site = self.cli(&["site", "add", "--name", "Test", "--origin", ORIGIN, "--plan", plan]);
        Site { id: site["id"].as_str().unwrap().to_owned(), key: site["key"].as_str().unwrap().to_owned() }
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        request(&self.address, method, path, headers, body).unwrap()
    }

    pub fn post(&self, site: &Site, body: &[u8]) -> Answer {
        self.send(
            "POST",
            &format!("/v1/frames?k={}", site.key),
            &[("origin", ORIGIN), ("content-type", "text/plain")],
            body,
        )
    }

    pub fn api(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let json = body.map(|value| value.to_string()).unwrap_or_default();
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.send(method, path, &headers[..if json.is_empty() { 1 } else { 2 }], json.as_bytes())
    }

    pub fn recording(&self, id: RecordingId) -> Value {
        self.api("GET", &format!("/api/v1/recordings/{id}"), None).json()
    }

    pub fn wait_ready(&self, id: RecordingId) -> Value {
        until("the recording to be ready", || {
            let recording = self.recording(id);
            (recording["state"] == "ready").then_some(recording)
        })
    }

    /// The finished recording as stored.
    pub fn stored(&self, id: RecordingId) -> shared::recording::Recording {
        let answer = self.api("GET", &format!("/api/v1/recordings/{id}/export?format=revisit"), None);
        assert_eq!(answer.status, 200, "{}", answer.text());
        shared::recording::read(&answer.body).unwrap()
    }

    pub fn usage(&self, site: &Site) -> Value {
        self.api("GET", &format!("/api/v1/sites/{}/usage", site.id), None).json()
    }

    /// Ends it as a power cut would, but for the page cache.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it has ended by itself.
    pub fn wait(&mut self) -> std::process::ExitStatus {
        self.child.wait().unwrap()
    }

    /// Starts it again on the same store and address.
    pub fn restart(&mut self) {
        let listen = self.address.clone();
        (self.child, self.address) = serve(&self.data, &self.settings, &listen, &self.log);
    }

    /// Starts it again without waiting for it to listen, but for `seen`, which is asked all the time.
    pub fn restart_until(&mut self, mut seen: impl FnMut() -> bool) {
        let mut command = command(&self.data, &self.settings, &["serve", "--listen", &self.address]);
        self.child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        while !seen() {
            assert!(begun.elapsed() < PATIENCE, "what the test waits for is never seen");
        }
    }

    /// Everything that it said on stderr since its first start.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The most memory that it ever had, in KiB.
    pub fn peak_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// One of its metrics.
    pub fn metric(&self, name: &str) -> f64 {
        let text = self.api("GET", "/metrics", None).text();
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().unwrap()
    }

    /// Where its blobs are, a file each.
    pub fn blob_folder(&self) -> PathBuf {
        bucket::folder(&self.data).unwrap_or_else(|| self.data.join("blobs"))
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its metadata, behind its back.
    pub fn database(&self) -> Database {
        Database::of(&self.data)
    }

    pub fn assert_sound(&self) {
        let output = self.run(&["check"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(data: &Path, settings: &[(&str, &str)], listen: &str, log: &Log) -> (Child, String) {
    let mut command = command(data, settings, &["serve", "--listen", listen]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (lines, log) = (BufReader::new(child.stderr.take().unwrap()).lines(), log.clone());
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            eprintln!("{line}");
            log.lock().unwrap().push_str(&(line + "\n"));
        }
    });
    ready(child)
}

/// Waits for the line that says where it listens.
pub fn ready(child: Child) -> (Child, String) {
    ready_at(child, "http")
}

/// The same, for another scheme.
pub fn ready_at(mut child: Child, scheme: &str) -> (Child, String) {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap_or(Ok(String::new())).unwrap();
    let Some(address) = first.strip_prefix(&format!("listening on {scheme}://")) else {
        panic!("the collector said {first:?}, and ended with {:?}", child.wait());
    };
    let address = address.to_owned();
    // Read to the end, so that it never waits for us.
    std::thread::spawn(move || lines.for_each(drop));
    (child, address)
}

pub struct Site {
    pub id: String,
    pub key: String,
}

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}: {}", self.status, self.text()))
    }

    /// The code of a problem document.
    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text());
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        problem["code"].as_str().unwrap().to_owned()
    }
}

/// One request on a connection of its own. An error when no whole answer came.
pub fn request(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<Answer> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if method != "GET" && !headers.iter().any(|(name, _)| *name == "transfer-encoding" || *name == "content-length") {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    read_answer(&mut stream)
}

pub fn read_answer(stream: &mut impl Read) -> std::io::Result<Answer> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let broken = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(broken)?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).ok_or_else(broken)?;
    let headers =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    Ok(Answer { status, headers: headers.collect(), body: bytes.split_off(end + 4) })
}

/// Every file below a folder with its bytes; those that go meanwhile are left out.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files(&path)),
            path => found.extend(std::fs::read(&path).map(|bytes| (path, bytes))),
        }
    }
    found
}

/// Runs the program on a data folder to its end.
pub fn run(data: &Path, arguments: &[&str]) -> Output {
    command(data, &[], arguments).output().unwrap()
}

/// All that a program said.
pub fn told(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// Rounds of a test that kills.
pub fn rounds() -> usize {
    if std::env::var_os("REVISIT_DRILL").is_some() { 25 } else { 3 }
}

/// At random, less than `longest`; the first round does not pause at all and the next ones for less, so that whatever the
/// machine's speed some kills come before all is done.
pub fn pause(round: usize, longest: Duration) {
    let share = f64::from(u16::from_le_bytes(random::<2>())) / f64::from(u16::MAX);
    std::thread::sleep(longest.mul_f64(share * round as f64 / rounds() as f64));
}

pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(40));
    }
}

pub fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

/// Different in every call and every run.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

/// A page of a visit, as a recorder would send it.
#[derive(Clone)]
pub struct Visit {
    pub id: RecordingId,
    pub secret: WriteSecret,
    pub page: PageId,
    pub epoch_ms: u64,
}

impl Visit {
    pub fn new() -> Self {
        Self { id: RecordingId(random()), secret: WriteSecret(random()), page: PageId(random()), epoch_ms: now_ms() }
    }

    /// Another page of the same visit.
    pub fn next_page(&self) -> Self {
        Self { page: PageId(random()), epoch_ms: now_ms(), ..self.clone() }
    }

    pub fn frame(&self, seq: u32, flags: Flags, records: &[u8]) -> Vec<u8> {
        let at_ms = now_ms().saturating_sub(self.epoch_ms) as u32;
        let header = Header { page: self.page, seq: PageSeq(seq), flags, epoch_ms: self.epoch_ms, at_ms };
        seal(&header, records)
    }

    /// What `seq` holds by default: the first greets, the others say something that names them.
    pub fn usual(&self, seq: u32) -> Vec<u8> {
        let mut records = Vec::new();
        if seq == 0 {
            strings(&mut records, 1, &["https://shop.example/lamps", "Lamps"]);
            let hello = Hello { url: 1, title: 2, viewport: (1280, 720), screen: (1920, 1080), ..Hello::default() };
            record::put(&mut records, tag::HELLO, &hello);
            self.frame(0, Flags::CHECKPOINT, &records)
        } else {
            record::put(&mut records, tag::CLICK, &Click { at: 0, node: 1, x: seq as i32, y: 5, ..Click::default() });
            self.frame(seq, Flags::ACTIVE, &records)
        }
    }

    pub fn end(&self, seq: u32) -> Vec<u8> {
        let mut records = Vec::new();
        record::put(&mut records, tag::END, &record::End::default());
        self.frame(seq, Flags::END, &records)
    }

    pub fn heartbeat(&self, seq: u32) -> Vec<u8> {
        let mut records = Vec::new();
        record::put(&mut records, tag::HEARTBEAT, &Heartbeat { at: 0 });
        self.frame(seq, Flags::default(), &records)
    }

    pub fn body(&self, frames: &[Vec<u8>]) -> Vec<u8> {
        let frames: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
        write_body(self.id, self.secret, now_ms(), &frames)
    }

    /// A body with the usual frames of these numbers.
    pub fn usual_body(&self, seqs: std::ops::Range<u32>) -> Vec<u8> {
        self.body(&seqs.map(|seq| self.usual(seq)).collect::<Vec<_>>())
    }
}

/// A `STRINGS` record of shown text.
pub fn strings(records: &mut Vec<u8>, first: u32, texts: &[&str]) {
    let mut body = Vec::new();
    shared::varint::put(&mut body, first);
    shared::varint::put(&mut body, texts.len() as u32);
    for text in texts {
        body.push(if text.starts_with("https://") { 3 } else { 1 });
        shared::varint::put(&mut body, text.len() as u32);
        body.extend_from_slice(text.as_bytes());
    }
    record::put_packed(records, tag::STRINGS, &body);
}

/// What a canvas showed.
pub fn picture(records: &mut Vec<u8>, picture: &[u8]) {
    let canvas = record::Canvas { node: 2, width: 1, height: 1, picture: picture.to_vec(), ..Default::default() };
    record::put(records, tag::CANVAS, &canvas);
}

/// Seqs of the stored frames of a page.
pub fn seqs(recording: &shared::recording::Recording, page: PageId) -> Vec<u32> {
    let page = recording.pages.iter().find(|one| one.id == page);
    page.map(|page| page.frames.iter().map(|frame| frame.seq.0).collect()).unwrap_or_default()
}
