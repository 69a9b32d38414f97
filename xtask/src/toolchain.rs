//! Which compiler builds for `wasm32-unknown-unknown` on this machine.
//! In: what is installed. Out: a cargo command that can build for the target.
//! Installs what is missing (rustup's target; on Debian as root, Debian's newer Rust with its library source), and
//! otherwise fails with the one command that the user should run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run::{self, Repo};
use crate::setup;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library";

/// A way to build for the target.
pub(crate) enum Toolchain {
    /// The compiler that builds everything else has the target's library.
    Installed { rustc: String },
    /// Debian's compiler builds the library from its own source.
    Debian { rustc: String, linker: PathBuf },
}

impl Toolchain {
    /// Finds a tool chain, installing one where none is there.
    pub(crate) fn find(repo: &Repo) -> Result<Self> {
        let sysroot = PathBuf::from(run::text(repo.command("rustc").args(["--print", "sysroot"]))?);
        let has_target = || sysroot.join("lib/rustlib").join(TARGET).is_dir();
        // Rustup is asked once: where it reaches no host, asking again costs seconds each time.
        let rustup_failed = repo.path("target/wasm/rustup-failed");
        let asked = rustup_failed.exists() && debian_is_ready();
        if !has_target() && !asked && !add_target(repo) {
            if !debian_is_ready() {
                install_debian()?;
            }
            std::fs::create_dir_all(repo.path("target/wasm"))?;
            std::fs::write(&rustup_failed, "")?;
        }
        if has_target() {
            let rustc = run::text(repo.command("rustc").arg("-vV"))?;
            return Ok(Self::Installed { rustc });
        }
        let rustc = run::text(repo.command(DEBIAN_RUSTC).arg("-vV"))?;
        let linker = linker(&sysroot)?;
        Ok(Self::Debian { rustc, linker })
    }

    /// The compiler's own description: part of what a build depends on.
    pub(crate) fn describe(&self) -> &str {
        match self {
            Self::Installed { rustc } | Self::Debian { rustc, .. } => rustc,
        }
    }

    /// `cargo build` for the target, without the packages.
    pub(crate) fn cargo_build(&self, repo: &Repo) -> Command {
        let mut command = match self {
            Self::Installed { .. } => {
                let mut command = repo.cargo();
                command.arg("build");
                command
            }
            Self::Debian { linker, .. } => {
                let mut command = repo.command(DEBIAN_CARGO);
                command
                    .args(["build", "-Zbuild-std=std,panic_abort"])
                    .env("RUSTC", DEBIAN_RUSTC)
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                    .env_remove("CARGO")
                    .env_remove("RUSTUP_TOOLCHAIN");
                command
            }
        };
        // Flags meant for the machine's own target would break this one; the builder's folders are nobody's business.
        command
            .env_remove("RUSTFLAGS")
            .env("CARGO_ENCODED_RUSTFLAGS", remap_flags(repo).join("\u{1f}"))
            .args(["--target", TARGET]);
        command
    }
}

fn remap_flags(repo: &Repo) -> Vec<String> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    [(Some(repo.root.clone()), "revisit"), (home, "cargo")]
        .into_iter()
        .filter_map(|(from, to)| Some(format!("--remap-path-prefix={}={to}", from?.display())))
        .collect()
}

fn debian_is_ready() -> bool {
    [DEBIAN_CARGO, DEBIAN_RUSTC, DEBIAN_LIBRARY].iter().all(|path| Path::new(path).exists())
        && debian_rustc_is_new_enough()
}

/// Debian's plain `rustc` package has the same path as `rustc-web` and may be years older than the workspace's edition.
fn debian_rustc_is_new_enough() -> bool {
    let Ok(version) = run::text(Command::new(DEBIAN_RUSTC).arg("--version")) else {
        return false;
    };
    let minor = version
        .strip_prefix("rustc 1.")
        .and_then(|rest| rest.split('.').next())
        .and_then(|minor| minor.parse::<u32>().ok());
    minor.is_some_and(|minor| minor >= 95)
}

fn add_target(repo: &Repo) -> bool {
    if run::on_path(&["rustup"]).is_none() {
        return false;
    }
    println!("adding the target {TARGET} with rustup");
    run::run(repo.command("rustup").args(["target", "add", TARGET])).is_ok()
}

fn install_debian() -> Result<()> {
    setup::debian_packages(&["rustc-web", "cargo-web", "rust-web-src"])
        .with_context(|| format!("no compiler for {TARGET}; run `rustup target add {TARGET}`"))?;
    if !debian_is_ready() {
        bail!("Debian's Rust is too old here; run `rustup target add {TARGET}`");
    }
    Ok(())
}

/// Debian's Rust brings no linker for WebAssembly; rustup's compiler has one inside, Debian has `lld`.
fn linker(sysroot: &Path) -> Result<PathBuf> {
    let host_libraries = std::fs::read_dir(sysroot.join("lib/rustlib"))?;
    for entry in host_libraries {
        let linker = entry?.path().join("bin/rust-lld");
        if linker.is_file() {
            return Ok(linker);
        }
    }
    if run::on_path(&["wasm-ld"]).is_none() {
        setup::debian_packages(&["lld"])?;
    }
    run::on_path(&["wasm-ld"]).context("no linker for WebAssembly; install `lld`")
}
