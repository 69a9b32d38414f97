//! `cargo xtask test [STEP] [FILTER]`: everything that must hold, one step after the other.
//! In: the work tree. Out: each step's own output under a heading with its time, a table at the end, and failure if
//! any step failed. A failed step does not stop the others; without a build those that need it are left out.
//! FILTER selects Rust tests by name and JavaScript test files by path; without STEP it leaves the other steps out.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::postgres::Postgres;
use crate::run::{self, Repo};
use crate::{build, check, licences, node, setup, size};

/// What one step gets.
struct Run<'a> {
    repo: &'a Repo,
    filter: Option<&'a str>,
}

struct Step {
    name: &'static str,
    /// Whether it looks at what the build makes.
    built: bool,
    /// Whether FILTER means something to it.
    filtered: bool,
    run: fn(&Run) -> Result<()>,
}

/// Those that run the collector on PostgreSQL once more. `durability` looks at SQLite's own calls of the system, and
/// `sqlite_file` is about that file.
const POSTGRES_TESTS: [&str; 15] = [
    "cli",
    "conversations",
    "faults",
    "hostile",
    "intake",
    "kill",
    "operations",
    "people",
    "postgres_store",
    "privacy",
    "quota",
    "search",
    "sharing",
    "visits",
    "webhooks",
];

/// Cheap ones first.
const STEPS: [Step; 10] = [
    step("fmt", |run| check::fmt(run.repo)),
    step("licences", |run| licences::check(run.repo)),
    step("size", |run| size::check(run.repo)).built(),
    step("types", |run| check::types(run.repo)).built(),
    step("clippy", |run| check::clippy(run.repo)),
    step("docs", |run| check::docs(run.repo)),
    step("rust", rust).built().filtered(),
    step("web", |run| {
        node::test(run.repo, "www", run.filter)?;
        node::test(run.repo, "recorder-wasm/js", run.filter)
    })
    .built()
    .filtered(),
    step("browser", |run| node::browser_test(run.repo, "tests/e2e", run.filter)).built().filtered(),
    step("firefox", |run| node::firefox_test(run.repo, "tests/e2e", run.filter)).built().filtered(),
];

const fn step(name: &'static str, run: fn(&Run) -> Result<()>) -> Step {
    Step { name, built: false, filtered: false, run }
}

impl Step {
    const fn built(mut self) -> Self {
        self.built = true;
        self
    }

    const fn filtered(mut self) -> Self {
        self.filtered = true;
        self
    }
}

pub(crate) fn run(repo: &Repo, args: &[String]) -> Result<()> {
    let is_step = |name: &str| STEPS.iter().any(|step| step.name == name);
    let (only, filter) = match args {
        [] => (None, None),
        [one] if is_step(one) => (Some(one.as_str()), None),
        [one] => (None, Some(one.as_str())),
        [step, filter] if is_step(step) => (Some(step.as_str()), Some(filter.as_str())),
        _ => bail!("expected [STEP] [FILTER]"),
    };
    let selected = |step: &Step| match (only, filter) {
        (Some(name), _) => step.name == name,
        (None, Some(_)) => step.filtered,
        (None, None) => true,
    };
    let run = Run { repo, filter };
    let mut report = Report(Vec::new());
    let mut built = None;
    for step in STEPS.iter().filter(|step| selected(step)) {
        if step.built && !*built.get_or_insert_with(|| report.step("build", || build::all(repo))) {
            continue;
        }
        report.step(step.name, || (step.run)(&run));
    }
    report.close()
}

fn rust(run: &Run) -> Result<()> {
    setup::fault_tools();
    // The same random inputs every time: a run that fails can be repeated. Other inputs are for `cargo xtask fuzz`.
    let mut cargo = run.repo.cargo();
    cargo.args(["test", "--quiet", "--release", "--workspace"]).args(run.filter).env("PROPTEST_RNG_SEED", "1");
    run::run(&mut cargo)?;
    // The same tests of the store once more, its blobs in a bucket.
    let target = run.repo.path("target/s3");
    let mut cargo = run.repo.cargo();
    cargo.args(["build", "--quiet", "--release", "--manifest-path", "tests/s3/Cargo.toml", "--target-dir"]);
    run::run(cargo.arg(&target))?;
    let s3 = target.join("release/s3-server");
    run::run(collector_tests(run, &["intake", "visits", "quota", "kill"]).env("REVISIT_TEST_S3", &s3))?;
    // And all of the collector's tests but those of the file that SQLite keeps, the metadata in PostgreSQL.
    let server = Postgres::start()?;
    let path = server.path()?;
    let on_postgres = |tests: &[&str]| {
        let mut cargo = collector_tests(run, tests);
        cargo.env("PATH", &path).env("REVISIT_TEST_POSTGRES", server.address());
        cargo
    };
    run::run(&mut on_postgres(&POSTGRES_TESTS))?;
    // Two processes share both.
    run::run(on_postgres(&["two_collectors"]).env("REVISIT_TEST_S3", &s3))
}

fn collector_tests(run: &Run, tests: &[&str]) -> Command {
    let mut cargo = run.repo.cargo();
    cargo.args(["test", "--quiet", "--release", "--package", "revisit-collector"]);
    for test in tests {
        cargo.args(["--test", test]);
    }
    cargo.args(run.filter);
    cargo
}

struct Report(Vec<(&'static str, Duration, Result<()>)>);

impl Report {
    /// Runs a step and says whether it passed.
    fn step(&mut self, name: &'static str, step: impl FnOnce() -> Result<()>) -> bool {
        println!("\n=== {name}");
        let start = Instant::now();
        let outcome = step();
        let took = start.elapsed();
        match &outcome {
            Ok(()) => println!("=== {name}: ok, {:.1} s", took.as_secs_f64()),
            Err(error) => println!("=== {name}: FAILED, {:.1} s: {error:#}", took.as_secs_f64()),
        }
        let passed = outcome.is_ok();
        self.0.push((name, took, outcome));
        passed
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
