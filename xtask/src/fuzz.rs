//! `cargo xtask fuzz [SEEDS]`: random inputs, longer than the tests do.
//! In: how many seeds. Out: what the runs print; the seed of a failure is in its message. Writes nothing.

use anyhow::{Context, Result};

use crate::run::{self, Repo};
use crate::{build, node};

/// Of the property tests; a seed of the oracle is a whole visit of 5,000 operations.
const CASES: u32 = 2000;
const VISITS: u32 = 20;

/// The property tests with more cases, then random changes of a page in both browsers, compared with their replay.
pub(crate) fn run(repo: &Repo, args: &[String]) -> Result<()> {
    let seeds: Option<u32> = args.first().map(|seeds| seeds.parse().context("SEEDS is a number")).transpose()?;
    build::all(repo)?;
    let cases = seeds.unwrap_or(CASES).to_string();
    run::run(
        repo.cargo()
            .args(["test", "--release", "--workspace", "--exclude", "xtask"])
            .env("PROPTEST_CASES", &cases)
            .env("REVISIT_SEEDS", &cases),
    )?;
    let visits = seeds.unwrap_or(VISITS).min(VISITS).to_string();
    let files = node::test_files(repo, "tests/e2e", Some("oracle"))?;
    if files.is_empty() {
        return Ok(());
    }
    run::run(node::with_browsers(&mut node::node_test(repo, &files))?.env("REVISIT_VISITS", visits))
}
