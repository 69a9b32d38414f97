//! Runs the repository's Node programs: test files, benches, the fuzz and drill runs.
//! In: folders below the root and a filter. Out: a `Result` and what the programs print. They get `CHROME` (a
//! Chromium) and `REVISIT_BINARY` (the built collector) in their environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::run::{self, Repo};
use crate::{build, setup, stamp};

/// A browser test that hangs must not eat the whole run's time.
const TEST_TIMEOUT_MS: u32 = 15 * 60 * 1000;

const BENCHES: [&str; 3] = ["recorder", "collector", "player"];

/// Runs the `*.test.js` files below a folder whose path contains the filter; none without a filter is a failure.
pub(crate) fn test(repo: &Repo, folder: &str, filter: Option<&str>) -> Result<()> {
    match selected(repo, folder, filter)? {
        Some(files) => run::run(&mut node_test(repo, &files)),
        None => Ok(()),
    }
}

/// The same with a Chromium at hand.
pub(crate) fn browser_test(repo: &Repo, folder: &str, filter: Option<&str>) -> Result<()> {
    match selected(repo, folder, filter)? {
        Some(files) => run::run(node_test(repo, &files).env("CHROME", setup::chromium()?)),
        None => Ok(()),
    }
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
    build::all(repo)?;
    let chromium = setup::chromium()?;
    for name in names {
        let program = repo.path("tests/bench").join(format!("{name}.js"));
        if !program.is_file() && args.is_empty() {
            println!("no bench for the {name} here");
            continue;
        }
        let mut node = repo.command("node");
        node.arg(program).args(rest);
        run::run(node.env("CHROME", &chromium).env("REVISIT_BINARY", repo.binary()))?;
    }
    Ok(())
}

/// `cargo xtask fuzz [SEEDS]`: the property tests with more cases, and the Node fuzzers with more seeds.
pub(crate) fn fuzz(repo: &Repo, args: &[String]) -> Result<()> {
    let seeds: u32 = match args.first() {
        Some(seeds) => seeds.parse().context("SEEDS is a number")?,
        None => 2000,
    };
    let seeds = seeds.to_string();
    build::all(repo)?;
    run::run(
        repo.cargo()
            .args(["test", "--release", "--workspace", "--exclude", "xtask"])
            .env("PROPTEST_CASES", &seeds)
            .env("REVISIT_SEEDS", &seeds),
    )?;
    if !repo.path("tests/fuzz").is_dir() {
        return Ok(());
    }
    let files = test_files(repo, "tests/fuzz", None)?;
    let mut node = node_test(repo, &files);
    run::run(node.env("CHROME", setup::chromium()?).env("REVISIT_SEEDS", &seeds))
}

/// `cargo xtask drill [FILTER]`: the collector's fault tests with the large counts, which take too long for every test run.
pub(crate) fn drill(repo: &Repo, args: &[String]) -> Result<()> {
    build::all(repo)?;
    setup::fault_tools();
    let mut cargo = repo.cargo();
    cargo.args(["test", "--release", "--package", "revisit-collector"]);
    for test in ["kill", "faults", "hostile", "durability"] {
        cargo.args(["--test", test]);
    }
    run::run(cargo.args(args).env("REVISIT_DRILL", "1"))
}

fn node_test(repo: &Repo, files: &[PathBuf]) -> Command {
    let mut node = repo.command("node");
    // One file at a time: browser tests measure times, and two cores are all there is.
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .arg(format!("--test-timeout={TEST_TIMEOUT_MS}"))
        .args(files)
        .env("REVISIT_BINARY", repo.binary());
    node
}

fn test_files(repo: &Repo, folder: &str, filter: Option<&str>) -> Result<Vec<PathBuf>> {
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
