//! The checks of the source itself: formatting, lints, documentation, JavaScript types.
//! In: the work tree. Out: a `Result` and what the tools print. Changes no file.

use anyhow::{Context, Result};

use crate::run::{self, Repo};
use crate::setup;

pub(crate) fn fmt(repo: &Repo) -> Result<()> {
    component(repo, "fmt", "rustfmt")?;
    run::run(repo.cargo().args(["fmt", "--all", "--check"]))
}

pub(crate) fn clippy(repo: &Repo) -> Result<()> {
    component(repo, "clippy", "clippy")?;
    run::run(repo.cargo().args([
        "clippy",
        "--quiet",
        "--release",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

pub(crate) fn docs(repo: &Repo) -> Result<()> {
    run::run(
        repo.cargo()
            .args(["doc", "--quiet", "--release", "--workspace", "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

/// The JSDoc types of all JavaScript, the generated glue's declarations included.
pub(crate) fn types(repo: &Repo) -> Result<()> {
    run::run(setup::node_tool(repo, "tsc").args(["--noEmit", "--project", "tests/tsconfig.json"]))
}

/// A part of the tool chain that a minimal installation leaves out.
fn component(repo: &Repo, command: &str, name: &str) -> Result<()> {
    if run::output(repo.cargo().args([command, "--version"])).is_ok() {
        return Ok(());
    }
    run::run(repo.command("rustup").args(["component", "add", name]))
        .with_context(|| format!("{name} is missing; run `rustup component add {name}`"))
}
