//! `cargo xtask test [STEP] [FILTER]`: everything that must hold, one step after the other.
//! In: the work tree. Out: each step's own output under a heading with its time, a table at the end, and failure if
//! any step failed. A failed step does not stop the others, except that nothing runs without a build.
//! FILTER selects Rust tests by name and JavaScript test files by path; without STEP it leaves the other steps out.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::run::{self, Repo};
use crate::{build, check, licences, node, setup, size};

/// What one step gets.
struct Run<'a> {
    repo: &'a Repo,
    filter: Option<&'a str>,
}

type Step = fn(&Run) -> Result<()>;

/// Cheap ones first; those from `rust` on can be filtered.
const STEPS: [(&str, Step); 9] = [
    ("fmt", |run| check::fmt(run.repo)),
    ("licences", |run| licences::check(run.repo)),
    ("size", |run| size::check(run.repo)),
    ("types", |run| check::types(run.repo)),
    ("clippy", |run| check::clippy(run.repo)),
    ("docs", |run| check::docs(run.repo)),
    ("rust", rust),
    ("web", |run| node::test(run.repo, "www", run.filter)),
    ("browser", browser),
];
const FILTERED: [&str; 3] = ["rust", "web", "browser"];

pub(crate) fn run(repo: &Repo, args: &[String]) -> Result<()> {
    let is_step = |name: &str| STEPS.iter().any(|(step, _)| *step == name);
    let (step, filter) = match args {
        [] => (None, None),
        [one] if is_step(one) => (Some(one.as_str()), None),
        [one] => (None, Some(one.as_str())),
        [step, filter] if is_step(step) => (Some(step.as_str()), Some(filter.as_str())),
        _ => bail!("expected [STEP] [FILTER]"),
    };
    let selected = |name: &str| match (step, filter) {
        (Some(step), _) => step == name,
        (None, Some(_)) => FILTERED.contains(&name),
        (None, None) => true,
    };
    let mut report = Report(Vec::new());
    report.step("build", || build::all(repo));
    if report.failed() == 0 {
        let run = Run { repo, filter };
        for (name, step) in STEPS.iter().filter(|(name, _)| selected(name)) {
            report.step(name, || step(&run));
        }
    }
    report.close()
}

fn rust(run: &Run) -> Result<()> {
    setup::strace();
    run::run(run.repo.cargo().args(["test", "--quiet", "--release", "--workspace"]).args(run.filter))
}

fn browser(run: &Run) -> Result<()> {
    node::browser_test(run.repo, "tests/e2e", run.filter)
}

struct Report(Vec<(&'static str, Duration, Result<()>)>);

impl Report {
    fn step(&mut self, name: &'static str, step: impl FnOnce() -> Result<()>) {
        println!("\n=== {name}");
        let start = Instant::now();
        let outcome = step();
        let took = start.elapsed();
        match &outcome {
            Ok(()) => println!("=== {name}: ok, {:.1} s", took.as_secs_f64()),
            Err(error) => println!("=== {name}: FAILED, {:.1} s: {error:#}", took.as_secs_f64()),
        }
        self.0.push((name, took, outcome));
    }

    fn failed(&self) -> usize {
        self.0.iter().filter(|(.., outcome)| outcome.is_err()).count()
    }

    fn close(self) -> Result<()> {
        println!();
        for (name, took, outcome) in &self.0 {
            let word = if outcome.is_ok() { "ok" } else { "FAILED" };
            println!("{name:<10} {word:<7} {:>7.1} s", took.as_secs_f64());
        }
        let failed = self.failed();
        println!("steps: {} passed, {failed} failed", self.0.len() - failed);
        if failed > 0 {
            bail!("{failed} of {} steps failed", self.0.len());
        }
        Ok(())
    }
}
