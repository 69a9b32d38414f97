//! A PostgreSQL server for the tests, out of the system's packages, on a free port of this machine, with nothing in it.
//! In: nothing. Out: its address and its programs; when it is dropped, it is gone with everything in it.

use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{run, setup};

/// As long as a busy machine may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// Ports that are tried: each was free a moment before.
const TRIES: usize = 3;
/// What the server and the tests need, all of one version.
const PROGRAMS: [&str; 5] = ["initdb", "postgres", "pg_isready", "psql", "pg_dump"];

pub(crate) struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    /// Somebody else, where we are root: it refuses to run as root.
    user: Option<&'static str>,
    server: Option<Child>,
    port: u16,
}

impl Postgres {
    pub(crate) fn start() -> Result<Self> {
        let programs = programs()?;
        let is_root = run::text(Command::new("id").arg("-u"))? == "0";
        // Debian's package brings a user for it.
        let known = |name: &&str| run::output(Command::new("id").args(["-u", name])).is_ok();
        let user = if is_root { ["postgres", "nobody"].into_iter().find(known) } else { None };
        // Where anybody may enter, whatever root's own place for such files is.
        let place = if is_root { PathBuf::from("/tmp") } else { std::env::temp_dir() };
        let folder = place.join(format!("revisit-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let mut postgres = Self { programs, folder, user, server: None, port: 0 };
        postgres.init()?;
        for tried in 1.. {
            match postgres.serve() {
                Ok(()) => break,
                Err(error) if tried < TRIES => println!("{error:#}; trying once more"),
                Err(error) => return Err(error),
            }
        }
        Ok(postgres)
    }

    /// Where databases may be made.
    pub(crate) fn address(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    /// PATH with its own programs first: a client of another version may not understand it.
    pub(crate) fn path(&self) -> Result<OsString> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Ok(std::env::join_paths(std::iter::once(self.programs.clone()).chain(std::env::split_paths(&path)))?)
    }

    fn init(&self) -> Result<()> {
        if let Some(user) = self.user {
            run::output(Command::new("chown").arg(user).arg(&self.folder))?;
        }
        let mut init = self.program("initdb");
        init.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
        run::output(init.args(["-D", "data"])).map(drop).context("the tests' PostgreSQL cannot be set up")
    }

    fn serve(&mut self) -> Result<()> {
        self.stop();
        self.port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut server = self.program("postgres");
        server.args(["-D", "data", "-h", "127.0.0.1", "-p", &self.port.to_string(), "-k", "."]);
        // Many collectors at once, each with its connections. It is never killed itself: what it writes need not reach a disk.
        server.args([
            "-c",
            "max_connections=1000",
            "-c",
            "fsync=off",
            "-c",
            "shared_buffers=64MB",
            "-c",
            "log_min_messages=fatal",
        ]);
        let log = std::fs::File::create(self.folder.join("log"))?;
        let server = server.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let server = self.server.insert(server);
        let start = Instant::now();
        let mut ask = Command::new(self.programs.join("pg_isready"));
        ask.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
        while !ask.status()?.success() {
            if server.try_wait()?.is_some() || start.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(self.folder.join("log"))?;
                bail!("the tests' PostgreSQL does not start: {}", log.trim());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = match self.user {
            Some(user) => {
                // On some systems not on everybody's PATH.
                let places = ["/usr/sbin/runuser", "/sbin/runuser"].map(PathBuf::from);
                let place = places.into_iter().find(|place| place.is_file());
                let mut command = Command::new(place.unwrap_or_else(|| "runuser".into()));
                command.args(["-u", user, "--"]).arg(program);
                command
            }
            None => Command::new(program),
        };
        command.current_dir(&self.folder);
        command
    }

    /// Told to stop fast, it ends its connections first; its number is in the first line of its own file.
    fn stop(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        let pid = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
        match pid.lines().next() {
            Some(pid) => drop(Command::new("kill").args(["-INT", pid]).status()),
            None => drop(server.kill()),
        }
        let _ = server.wait();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The folder of its programs, installed where it is missing.
fn programs() -> Result<PathBuf> {
    if let Some(found) = installed() {
        return Ok(found);
    }
    let advice =
        "the tests of the store need PostgreSQL; install its server and client so that `initdb` and `psql` are on PATH";
    setup::debian_packages(&["postgresql"]).context(advice)?;
    installed().context(advice)
}

/// Debian keeps them off PATH, a folder for each version; others leave a link to one of them there.
fn installed() -> Option<PathBuf> {
    let linked = run::on_path(&["initdb"]).and_then(|program| program.canonicalize().ok());
    let linked = linked.as_deref().and_then(Path::parent).map(Path::to_owned);
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|version| version.path()).collect();
    let number = |folder: &PathBuf| folder.file_name()?.to_str()?.parse::<f64>().ok();
    versions.sort_by(|one, other| number(other).partial_cmp(&number(one)).unwrap_or(std::cmp::Ordering::Equal));
    let folders = linked.into_iter().chain(versions.into_iter().map(|version| version.join("bin")));
    folders.into_iter().find(|folder| PROGRAMS.iter().all(|name| folder.join(name).is_file()))
}
