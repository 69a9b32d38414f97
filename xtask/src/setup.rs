//! Gets what the commands need and the machine lacks: the JavaScript tools, Chromium, Firefox, strace, faketime.
//! In: what is on PATH. Out: paths to use. Installs through npm, and through apt-get on Debian as root; anywhere else
//! it fails with one sentence that says what to install.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run::{self, Repo};
use crate::stamp::{self, Inputs};

/// The locked JavaScript tools of `tests/package.json`.
pub(crate) fn node_modules(repo: &Repo) -> Result<()> {
    if run::on_path(&["npm"]).is_none() || run::on_path(&["node"]).is_none() {
        debian_packages(&["nodejs", "npm"]).context("Node.js with npm is needed; install version 20 or newer")?;
    }
    let tests = repo.path("tests");
    let mut inputs = Inputs::new();
    inputs.file(&tests.join("package.json"))?;
    inputs.file(&tests.join("package-lock.json"))?;
    let modules = tests.join("node_modules");
    let installed = modules.join(".package-lock.json");
    stamp::unless_fresh(&modules.join(".revisit-stamp"), inputs, &[installed], || {
        println!("installing the JavaScript tools");
        // No package's own script runs: those that we use work without.
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .args(["--loglevel", "error"])
            .current_dir(&tests);
        run::run(&mut npm)
    })
}

/// One of the JavaScript tools.
pub(crate) fn node_tool(repo: &Repo, name: &str) -> Command {
    repo.command(repo.path("tests/node_modules/.bin").join(name))
}

/// esbuild's native program; the one under `.bin` is a script that adds its own stack trace to every error.
pub(crate) fn esbuild(repo: &Repo) -> Result<Command> {
    let platforms = std::fs::read_dir(repo.path("tests/node_modules/@esbuild"))?;
    for platform in platforms {
        let program = platform?.path().join("bin/esbuild");
        if program.is_file() {
            return Ok(repo.command(program));
        }
    }
    bail!("npm installed no esbuild for this platform")
}

/// A browser that the tests drive, and how a machine gets it.
struct Browser {
    name: &'static str,
    /// Names its program where it is somewhere else.
    variable: &'static str,
    programs: &'static [&'static str],
    mac: &'static str,
    package: &'static str,
}

const CHROMIUM: Browser = Browser {
    name: "Chromium",
    variable: "CHROME",
    programs: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    mac: "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    package: "chromium",
};

const FIREFOX: Browser = Browser {
    name: "Firefox",
    variable: "FIREFOX",
    programs: &["firefox-esr", "firefox"],
    mac: "/Applications/Firefox.app/Contents/MacOS/firefox",
    package: "firefox-esr",
};

/// A Chromium for the browser tests: `CHROME`, PATH, the usual place on macOS, or Debian's package.
pub(crate) fn chromium() -> Result<PathBuf> {
    CHROMIUM.find_or_install()
}

/// A Firefox, likewise: `FIREFOX` and so on.
pub(crate) fn firefox() -> Result<PathBuf> {
    FIREFOX.find_or_install()
}

impl Browser {
    fn find_or_install(&self) -> Result<PathBuf> {
        if let Some(named) = std::env::var_os(self.variable) {
            return Ok(named.into());
        }
        if let Some(installed) = self.installed() {
            return Ok(installed);
        }
        let advice =
            || format!("the browser tests need {}; install it or set {} to its path", self.name, self.variable);
        debian_packages(&[self.package]).with_context(advice)?;
        self.installed().with_context(advice)
    }

    fn installed(&self) -> Option<PathBuf> {
        run::on_path(self.programs).or_else(|| Path::new(self.mac).is_file().then(|| self.mac.into()))
    }
}

/// strace, for the tests that watch fsync and make it fail, faketime, for those whose clock jumps, and pebble, a certificate
/// authority; they say so themselves where these cannot be had.
pub(crate) fn fault_tools() {
    for tool in ["strace", "faketime", "pebble"] {
        if cfg!(target_os = "linux")
            && run::on_path(&[tool]).is_none()
            && let Err(error) = debian_packages(&[tool])
        {
            println!("no {tool}: {error:#}");
        }
    }
}

/// Installs Debian packages; fails unless this is a Debian where we are root.
pub(crate) fn debian_packages(names: &[&str]) -> Result<()> {
    if run::on_path(&["apt-get"]).is_none() {
        bail!("not on this system by ourselves");
    }
    let list = names.join(" ");
    if run::text(Command::new("id").arg("-u"))? != "0" {
        bail!("not without root; `apt-get install {list}` brings it");
    }
    println!("installing {list} with apt-get");
    let apt = |args: &[&str]| {
        let mut command = Command::new("apt-get");
        // A mirror that does not answer is asked again, not for ever; somebody else's apt-get is waited for.
        command.args(["-o", "Acquire::Retries=3", "-o", "Acquire::http::Timeout=30", "-o", "DPkg::Lock::Timeout=300"]);
        command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
        run::output(&mut command)
    };
    // Lists that are there may do where one of their sources does not answer.
    let updated = apt(&["update"]);
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(names);
    match (apt(&install), updated) {
        (Ok(_), _) => Ok(()),
        (Err(error), Ok(_)) => Err(error),
        (Err(error), Err(update)) => Err(error.context(update)),
    }
}
