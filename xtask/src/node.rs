//! Runs the repository's Node programs: test files and benches.
//! In: folders below the root and a filter. Out: a `Result` and what the programs print. They get `CHROME` and `FIREFOX`
//! (the browsers) and `REVISIT_BINARY` (the built collector) in their environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::run::{self, Repo};
use crate::{build, setup, stamp};

/// A browser test that hangs must not eat the whole run's time.
const TEST_TIMEOUT_MS: u32 = 15 * 60 * 1000;

/// Test files that Firefox runs as well. Others need what only Chromium's protocol can do, or say nothing new there.
const BOTH: [&str; 2] = ["api.test.js", "leaving.test.js"];

/// `mask` needs neither a build nor a browser.
const BENCHES: [&str; 5] = ["mask", "recorder", "masking", "collector", "player"];

/// Runs the `*.test.js` files below a folder whose path contains the filter; none without a filter is a failure.
pub(crate) fn test(repo: &Repo, folder: &str, filter: Option<&str>) -> Result<()> {
    match selected(repo, folder, filter)? {
        Some(files) => run::run(&mut node_test(repo, &files)),
        None => Ok(()),
    }
}

/// The same with Chromium and Firefox at hand.
pub(crate) fn browser_test(repo: &Repo, folder: &str, filter: Option<&str>) -> Result<()> {
    match selected(repo, folder, filter)? {
        Some(files) => run::run(with_browsers(&mut node_test(repo, &files))?),
        None => Ok(()),
    }
}

/// The same in Firefox, for tests that leave the browser to us: those in [`BOTH`] whose path contains the filter.
pub(crate) fn firefox_test(repo: &Repo, folder: &str, filter: Option<&str>) -> Result<()> {
    let mut files = test_files(repo, folder, filter)?;
    files.retain(|file| BOTH.iter().any(|name| file.ends_with(name)));
    if files.is_empty() {
        println!("none of the files that run in Firefox too has such a path");
        return Ok(());
    }
    run::run(with_browsers(&mut node_test(repo, &files))?.env("REVISIT_BROWSER", "firefox"))
}

/// Tells a program where the browsers are.
pub(crate) fn with_browsers(node: &mut Command) -> Result<&mut Command> {
    Ok(node.env("CHROME", setup::chromium()?).env("FIREFOX", setup::firefox()?))
}

fn selected(repo: &Repo, folder: &str, filter: Option<&str>) -> Result<Option<Vec<PathBuf>>> {
    let files = test_files(repo, folder, filter)?;
    if !files.is_empty() {
        return Ok(Some(files));
    }
    let Some(filter) = filter else {
        bail!("no *.test.js below {folder}");
    };
    println!("no test file below {folder} has `{filter}` in its path");
    Ok(None)
}

/// `cargo xtask bench [NAME] [ARGS…]`.
pub(crate) fn bench(repo: &Repo, args: &[String]) -> Result<()> {
    let (names, rest) = match args.split_first() {
        None => (BENCHES.to_vec(), args),
        Some((name, rest)) => (vec![name.as_str()], rest),
    };
    for name in &names {
        ensure!(BENCHES.contains(name), "no bench `{name}`; there are {}", BENCHES.join(", "));
    }
    if names.contains(&"mask") {
        run::run(repo.cargo().args(["bench", "--quiet", "--package", "revisit-shared", "--bench", "mask"]))?;
    }
    if names == ["mask"] {
        return Ok(());
    }
    build::all(repo)?;
    for name in names.into_iter().filter(|name| *name != "mask") {
        let program = repo.path("tests/bench").join(format!("{name}.js"));
        if !program.is_file() && args.is_empty() {
            println!("no bench for the {name} here");
            continue;
        }
        let mut node = repo.command("node");
        node.arg(program).args(rest);
        run::run(with_browsers(&mut node)?.env("REVISIT_BINARY", repo.binary()))?;
    }
    Ok(())
}

pub(crate) fn node_test(repo: &Repo, files: &[PathBuf]) -> Command {
    let mut node = repo.command("node");
    // One file at a time: browser tests measure times, and two cores are all there is.
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .arg(format!("--test-timeout={TEST_TIMEOUT_MS}"))
        .args(files)
        .env("REVISIT_BINARY", repo.binary());
    node
}

pub(crate) fn test_files(repo: &Repo, folder: &str, filter: Option<&str>) -> Result<Vec<PathBuf>> {
    let dir = repo.path(folder);
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let selected = |file: &Path| {
        let relative = file.strip_prefix(&repo.root).unwrap_or(file).to_string_lossy();
        relative.ends_with(".test.js") && filter.is_none_or(|filter| relative.contains(filter))
    };
    let mut files = stamp::files_below(&dir)?;
    files.retain(|file| selected(file));
    Ok(files)
}
