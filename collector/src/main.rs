//! The one binary: parses what was typed, runs it, and says how it went.
//! Exit codes: 0 done, 1 failed, 2 wrong usage.

use std::process::ExitCode;

fn main() -> ExitCode {
    collector::cli::main(std::env::args_os())
}
