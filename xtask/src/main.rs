//! The repository's commands: `cargo xtask build|serve|test|size|bench|fuzz|drill|licences`.
//! In: the command line. Out: what each command prints; exit 0 done, 1 failed, 2 wrong usage.
//! Needs nothing installed by hand beyond Rust and npm; never touches a file outside the repository except through
//! the package managers (`rustup`, `npm`, `apt-get`).
#![allow(clippy::print_stdout, reason = "a command's output is its purpose; nothing else reads this crate")]

mod build;
mod check;
mod drill;
mod fuzz;
mod licences;
mod node;
mod postgres;
mod run;
mod setup;
mod size;
mod snip;
mod stamp;
mod target_features;
mod test;
mod toolchain;
mod wasm;
mod web;

use std::process::ExitCode;

use anyhow::Result;

use crate::run::Repo;

const USAGE: &str = "\
The repository's commands

cargo xtask build                  the recorder, the viewer's decoder and the collector: target/release/revisit
cargo xtask serve [ARGS…]          build, then serve the demo on http://127.0.0.1:8090 with its data in ./data
cargo xtask test [STEP] [FILTER]   set up what the tests need and run them; STEP is one of
                                   fmt licences clippy docs rust types web browser firefox size
cargo xtask size                   what the visitor's browser downloads, against the budget
cargo xtask bench [NAME] [ARGS…]   mask, recorder, masking, collector or player; all without a name
cargo xtask fuzz [SEEDS]           random inputs, longer than the tests do (2000 seeds by default)
cargo xtask drill [NAME]           the long fault runs: collector or exits; both without a name
cargo xtask licences               which licence each dependency has, against the list of allowed ones
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", &[][..]),
    };
    let outcome = Repo::find().and_then(|repo| dispatch(&repo, command, rest));
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::WrongUsage) => {
            eprint!("unknown command `{command}`\n\n{USAGE}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

enum Outcome {
    Done,
    WrongUsage,
}

fn dispatch(repo: &Repo, command: &str, args: &[String]) -> Result<Outcome> {
    match command {
        "build" => build::all(repo)?,
        "serve" => build::serve(repo, args)?,
        "test" => test::run(repo, args)?,
        "size" => {
            build::web_only(repo)?;
            size::check(repo)?;
        }
        "bench" => node::bench(repo, args)?,
        "fuzz" => fuzz::run(repo, args)?,
        "drill" => drill::run(repo, args)?,
        "licences" => licences::check(repo)?,
        "help" | "--help" | "-h" => print!("{USAGE}"),
        _ => return Ok(Outcome::WrongUsage),
    }
    Ok(Outcome::Done)
}
