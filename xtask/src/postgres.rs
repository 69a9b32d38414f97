//! A PostgreSQL server for the tests, out of the system's packages, on a free port of this machine, with nothing in it.
//! In: nothing. Out: its address; when it is dropped, it is gone with everything in it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{run, setup};

/// As long as a busy machine may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Postgres {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    pub(crate) fn start() -> Result<Self> {
        let programs = programs()?;
        let folder = std::env::temp_dir().join(format!("revisit-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        // It refuses to run as root: Debian's package brings a user for it.
        let is_root = run::text(Command::new("id").arg("-u"))? == "0";
        if is_root {
            run::output(Command::new("chown").arg("postgres").arg(&folder))?;
        }
        let program = |name: &str| {
            let mut command = if is_root { Command::new("runuser") } else { Command::new(programs.join(name)) };
            if is_root {
                command.args(["-u", "postgres", "--"]).arg(programs.join(name));
            }
            command.current_dir(&folder);
            command
        };
        let mut init = program("initdb");
        init.args([
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "-D",
            "data",
        ]);
        run::output(&mut init)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut server = program("postgres");
        server.args(["-D", "data", "-h", "127.0.0.1", "-p", &port.to_string(), "-k", "."]);
        // Many collectors at once, each with its connections.
        server.args(["-c", "max_connections=400", "-c", "shared_buffers=64MB", "-c", "log_min_messages=fatal"]);
        let log = std::fs::File::create(folder.join("log"))?;
        let child = server.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let server = Self { child, folder, port };
        let start = Instant::now();
        while !is_ready(&programs, port)? {
            if start.elapsed() > PATIENCE {
                bail!("PostgreSQL does not start: {}", std::fs::read_to_string(server.folder.join("log"))?);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// Where databases may be made.
    pub(crate) fn address(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Told to stop fast, it ends its connections first; its number is in the first line of its own file.
        let pid = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
        if let Some(pid) = pid.lines().next() {
            let _ = Command::new("kill").args(["-INT", pid]).status();
        }
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn is_ready(programs: &Path, port: u16) -> Result<bool> {
    let mut ask = Command::new(programs.join("pg_isready"));
    let port = port.to_string();
    Ok(ask.args(["-q", "-h", "127.0.0.1", "-p", &port]).status()?.success())
}

/// The folder of its programs, installed where it is missing.
fn programs() -> Result<PathBuf> {
    if let Some(found) = installed() {
        return Ok(found);
    }
    let advice = "the tests of the store need PostgreSQL; install it so that `postgres` and `initdb` are on PATH";
    setup::debian_packages(&["postgresql"]).context(advice)?;
    installed().context(advice)
}

/// Debian keeps them off PATH, a folder for each version.
fn installed() -> Option<PathBuf> {
    if let Some(program) = run::on_path(&["initdb"]) {
        return program.parent().map(Path::to_owned);
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = versions.flatten().map(|version| version.path().join("bin"));
    folders.filter(|folder| folder.join("initdb").is_file()).max()
}
