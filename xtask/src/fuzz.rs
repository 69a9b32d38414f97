//! `cargo xtask fuzz [SEEDS]`: random inputs, longer than the tests do.
//! In: how many seeds. Out: what the runs print; the seed of a failure is in its message. Writes nothing.

use anyhow::{Context, Result};

use crate::build;
use crate::run::{self, Repo};

/// Of each property test.
const CASES: u32 = 2000;

/// The property tests with more cases.
pub(crate) fn run(repo: &Repo, args: &[String]) -> Result<()> {
    let seeds: Option<u32> = args.first().map(|seeds| seeds.parse().context("SEEDS is a number")).transpose()?;
    build::all(repo)?;
    let cases = seeds.unwrap_or(CASES).to_string();
    run::run(
        repo.cargo()
            .args(["test", "--release", "--workspace", "--exclude", "xtask"])
            .env("PROPTEST_CASES", &cases)
            .env("REVISIT_SEEDS", &cases),
    )
}
