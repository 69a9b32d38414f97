//! `cargo xtask fuzz [SEEDS]`: random inputs, longer than the tests do.
//! In: how many cases of each property test. Out: what the runs print; the seed of a failure is in its message. Writes nothing.

use anyhow::{Context, Result};

use crate::run::{self, Repo};
use crate::{build, node};

/// Of each property test.
const CASES: u32 = 2000;
/// Of the oracle: pages that change at random, by 5,000 operations each, in each browser.
const ORACLE_SEEDS: &str = "20";

/// The property tests with more cases, and the oracle with more seeds.
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
    let files = node::test_files(repo, "tests/e2e", Some("oracle"))?;
    run::run(node::with_browsers(&mut node::node_test(repo, &files))?.env("REVISIT_ORACLE_SEEDS", ORACLE_SEEDS))
}
