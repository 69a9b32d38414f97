//! Builds everything, in order: JavaScript tools, wasm, bundles, collector; and starts it for `serve`.
//! In: the sources. Out: `www/pkg/` and `target/release/revisit`. One build at a time: a second one waits.

use std::fs::File;

use anyhow::{Context, Result};

use crate::run::{self, Repo};
use crate::{setup, wasm, web};

const LISTEN: &str = "127.0.0.1:8090";

/// The browser's part and the collector.
pub(crate) fn all(repo: &Repo) -> Result<()> {
    web_only(repo)?;
    run::run(repo.cargo().args(["build", "--quiet", "--release", "--package", "revisit-collector"]))
}

/// The browser's part only.
pub(crate) fn web_only(repo: &Repo) -> Result<()> {
    let target = repo.path("target");
    std::fs::create_dir_all(&target)?;
    let lock = File::create(target.join("xtask.lock"))?;
    lock.lock()?;
    setup::node_modules(repo)?;
    wasm::build(repo, &[wasm::DECODER, wasm::RECORDER])?;
    web::build(repo)
}

/// Builds and becomes the collector with the demo site.
pub(crate) fn serve(repo: &Repo, args: &[String]) -> Result<()> {
    all(repo)?;
    let mut command = repo.command(repo.binary());
    command.args(["serve", "--demo"]);
    let given = |flag: &str| args.iter().any(|arg| arg == flag || arg.starts_with(&format!("{flag}=")));
    if !given("--listen") {
        command.args(["--listen", LISTEN]);
    }
    if !given("--data") {
        command.arg("--data").arg(repo.path("data"));
    }
    command.args(args);
    become_command(command)
}

#[cfg(unix)]
fn become_command(mut command: std::process::Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    // Replaced, not spawned: Ctrl-C and a supervisor's signal reach the collector itself.
    Err(command.exec()).context("cannot start the collector")
}

#[cfg(not(unix))]
fn become_command(mut command: std::process::Command) -> Result<()> {
    run::run(&mut command).context("the collector stopped")
}
