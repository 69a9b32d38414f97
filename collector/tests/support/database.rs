//! The metadata of a data folder, behind the collector's back: in its SQLite file or, with `REVISIT_TEST_POSTGRES` naming a
//! server on which databases may be made (`postgres://postgres@127.0.0.1:PORT`), in a PostgreSQL database of its own.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

/// The server, when the tests run on PostgreSQL.
fn server() -> Option<String> {
    std::env::var("REVISIT_TEST_POSTGRES").ok()
}

/// What a collector needs to keep the metadata of this data folder there; nothing when the tests run on files.
pub fn environment(data: &Path) -> Option<(&'static str, String)> {
    Some(("REVISIT_DATABASE", address(data)?))
}

/// The database of a data folder, made when it is not there; none when the tests run on files.
pub fn address(data: &Path) -> Option<String> {
    static MADE: Mutex<Option<HashSet<String>>> = Mutex::new(None);
    let server = server()?;
    let name = name(data);
    let mut made = MADE.lock().unwrap();
    if made.get_or_insert_default().insert(name.clone()) {
        psql(&server, "postgres", &format!("CREATE DATABASE {name}"));
    }
    Some(format!("{server}/{name}"))
}

/// Forgets the database of a data folder.
pub fn remove(data: &Path) {
    if let Some(server) = server() {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", name(data));
        let _ = client(&server, "postgres").args(["-c", &sql]).output();
    }
}

/// Only letters, digits and `_`.
fn name(data: &Path) -> String {
    let path = data.to_str().unwrap().to_lowercase();
    path.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_").trim_matches('_').to_owned()
}

/// The client, which does what it is given by `-c` or what it reads.
fn client(server: &str, name: &str) -> Command {
    let mut client = Command::new("psql");
    client.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", &format!("{server}/{name}")]);
    client
}

fn psql(server: &str, name: &str, sql: &str) -> String {
    let output = client(server, name).args(["-c", sql]).output().unwrap();
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// A transaction that is open.
pub struct Open(Child, Option<ChildStdin>);

impl Drop for Open {
    fn drop(&mut self) {
        drop(self.1.take());
        let _ = self.0.wait();
    }
}

pub enum Database {
    File(Box<rusqlite::Connection>, std::path::PathBuf),
    Postgres { server: String, name: String },
}

impl Database {
    pub fn of(data: &Path) -> Self {
        if let Some(server) = server() {
            address(data);
            return Self::Postgres { server, name: name(data) };
        }
        let connection = rusqlite::Connection::open(data.join("revisit.db")).unwrap();
        connection.busy_timeout(Duration::from_secs(5)).unwrap();
        Self::File(Box::new(connection), data.to_owned())
    }

    /// Statements without values.
    pub fn execute(&self, sql: &str) {
        match self {
            Self::File(connection, _) => connection.execute_batch(sql).unwrap(),
            Self::Postgres { server, name } => drop(psql(server, name, sql)),
        }
    }

    /// Statements about the database itself, from another one on the server.
    pub fn beside(&self, sql: &str) {
        match self {
            Self::File(..) => panic!("a file has none beside it"),
            Self::Postgres { server, .. } => drop(psql(server, "postgres", sql)),
        }
    }

    /// Statements in a transaction of their own that is undone when what is returned goes.
    pub fn open(&self, sql: &str) -> Open {
        let Self::Postgres { server, name } = self else { panic!("a file has one writer") };
        let mut psql = client(server, name).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut input = psql.stdin.take().unwrap();
        writeln!(input, "{sql};\n\\echo done").unwrap();
        let mut line = String::new();
        BufReader::new(psql.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "done", "{sql}");
        Open(psql, Some(input))
    }

    /// The only value of the only row.
    pub fn text(&self, sql: &str) -> String {
        match self {
            Self::File(connection, _) => {
                let value: rusqlite::types::Value = connection.query_row(sql, [], |row| row.get(0)).unwrap();
                match value {
                    rusqlite::types::Value::Integer(number) => number.to_string(),
                    rusqlite::types::Value::Text(text) => text,
                    other => panic!("{other:?}"),
                }
            }
            Self::Postgres { server, name } => psql(server, name, sql),
        }
    }

    pub fn number(&self, sql: &str) -> i64 {
        self.text(sql).parse().unwrap()
    }

    /// Bytes as they are written in a statement.
    pub fn bytes(&self, bytes: &[u8]) -> String {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self {
            Self::File(..) => format!("x'{hex}'"),
            Self::Postgres { .. } => format!("'\\x{hex}'::bytea"),
        }
    }

    /// Whether a word stands anywhere, whatever its case: in the files, where what was deleted counts as well, or in what
    /// PostgreSQL says that it holds.
    pub fn holds(&self, word: &str) -> bool {
        let all: Vec<u8> = match self {
            Self::File(_, data) => ["revisit.db", "revisit.db-wal"]
                .iter()
                .flat_map(|name| std::fs::read(data.join(name)).unwrap_or_default())
                .collect(),
            Self::Postgres { server, name } => {
                let dump = Command::new("pg_dump").args(["--data-only", "-d", &format!("{server}/{name}")]).output();
                let dump = dump.unwrap();
                assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
                dump.stdout
            }
        };
        all.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    }
}
