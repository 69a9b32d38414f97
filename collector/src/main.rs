//! The one binary: parses what was typed, runs it, and says how it went.
//! Exit codes: 0 done, 1 failed, 2 wrong usage.

use rust_embed::Embed;
use std::process::ExitCode;

/// The pages, scripts and styles that it serves.
#[derive(Embed)]
#[folder = "../www"]
struct Www;

/// Each request makes and drops dozens of small things, on whichever thread has time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    collector::assets::bring(Www::get);
    collector::cli::main(std::env::args_os())
}
