//! `cargo xtask drill [collector|exits]`: the fault runs with the large counts, which take too long for every test run.
//! In: which of them, both without a name. Out: what the runs print. Writes nothing.

use anyhow::{Result, ensure};

use crate::run::{self, Repo};
use crate::{build, node, setup};

const DRILLS: [&str; 2] = ["collector", "exits"];

/// A name, and for the collector's a part of a test's name.
pub(crate) fn run(repo: &Repo, args: &[String]) -> Result<()> {
    let (names, rest) = match args.split_first() {
        None => (DRILLS.to_vec(), args),
        Some((name, rest)) => (vec![name.as_str()], rest),
    };
    for name in &names {
        ensure!(DRILLS.contains(name), "no drill `{name}`; there are {}", DRILLS.join(", "));
    }
    build::all(repo)?;
    for name in names {
        match name {
            "exits" => exits(repo)?,
            _ => collector(repo, rest)?,
        }
    }
    Ok(())
}

/// The collector is killed and cut from its disk.
fn collector(repo: &Repo, args: &[String]) -> Result<()> {
    setup::fault_tools();
    let mut cargo = repo.cargo();
    cargo.args(["test", "--release", "--package", "revisit-collector"]);
    for test in ["kill", "sqlite_file", "two_collectors", "faults", "hostile", "durability", "privacy"] {
        cargo.args(["--test", test]);
    }
    run::run(cargo.args(args).env("REVISIT_DRILL", "1"))
}

/// A page is left, 200 times in each browser.
fn exits(repo: &Repo) -> Result<()> {
    let files = node::test_files(repo, "tests/e2e", Some("exits"))?;
    run::run(node::with_browsers(&mut node::node_test(repo, &files))?.env("REVISIT_DRILL", "1"))
}
