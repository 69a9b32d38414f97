//! Builds one crate for the browser: cargo, then wasm-bindgen where it has glue, then wasm-opt; the recorder also as
//! JavaScript, by wasm2js. In: a crate that is a cdylib. Out: `NAME_bg.wasm`, with glue `NAME.js` and `NAME.d.ts`, in a
//! folder, and `twin.js`. Everything pinned by the lock files: the glue's generator is a library of this program, wasm-opt
//! and wasm2js are an npm package.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::run::{self, Repo};
use crate::setup;
use crate::snip;
use crate::stamp::{self, Inputs};
use crate::target_features;
use crate::toolchain::{TARGET, Toolchain};

/// What every browser from 2021 on understands, and no more.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-mutable-globals",
    "--enable-reference-types",
];

/// What packs best of what was tried: long functions are not put into others, though that is more bytes before packing.
const SMALL: [&str; 6] =
    ["--one-caller-inline-max-function-size=60", "-O3", "-Oz", "--converge", "--reorder-functions", "--reorder-locals"];

/// A crate for the browser.
pub(crate) struct Crate {
    pub(crate) package: &'static str,
    pub(crate) lib: &'static str,
    /// Of `Cargo.toml`.
    pub(crate) profile: &'static str,
    /// Where the glue goes, from the repository's root.
    pub(crate) out_dir: &'static str,
    /// Whether JavaScript calls it through generated glue, which finds the module beside itself. The recorder's functions
    /// take and give numbers only.
    pub(crate) has_glue: bool,
    /// Whether it also becomes JavaScript, for pages that refuse WebAssembly.
    pub(crate) has_twin: bool,
}

pub(crate) const RECORDER: Crate = Crate {
    package: "revisit-recorder",
    lib: "recorder",
    profile: "recorder",
    out_dir: "recorder-wasm/js/pkg",
    has_glue: false,
    has_twin: true,
};

pub(crate) const DECODER: Crate = Crate {
    package: "revisit-decoder",
    lib: "decoder",
    profile: "wasm",
    out_dir: "www/pkg",
    has_glue: true,
    has_twin: false,
};

impl Crate {
    /// The optimised module.
    pub(crate) fn module(&self, repo: &Repo) -> PathBuf {
        repo.path(self.out_dir).join(format!("{}_bg.wasm", self.lib))
    }

    /// The same as JavaScript, for a crate that has it.
    pub(crate) fn twin(&self, repo: &Repo) -> PathBuf {
        repo.path(self.out_dir).join("twin.js")
    }

    fn outputs(&self, repo: &Repo) -> Vec<PathBuf> {
        let twin = self.has_twin.then(|| self.twin(repo));
        std::iter::once(self.module(repo)).chain(twin).collect()
    }
}

/// Compiles the crates, each with a cargo call of its own: one call would give the recorder the features of `shared` that
/// only the decoder needs, the standard library among them.
pub(crate) fn build(repo: &Repo, crates: &[Crate]) -> Result<()> {
    let toolchain = Toolchain::find(repo)?;
    let target_dir = repo.path("target/wasm");
    for krate in crates {
        let mut cargo = toolchain.cargo_build(repo);
        cargo.args(["--quiet", "--profile", krate.profile, "--lib", "--package", krate.package]);
        run::run(cargo.arg("--target-dir").arg(&target_dir))?;
        let linked = target_dir.join(TARGET).join(krate.profile).join(format!("{}.wasm", krate.lib));
        let stamp = target_dir.join(format!("{}.stamp", krate.lib));
        let mut inputs = Inputs::with_this_program()?;
        inputs.bytes(toolchain.describe().as_bytes());
        inputs.file(&linked)?;
        inputs.file(&repo.path("tests/package-lock.json"))?;
        stamp::unless_fresh(&stamp, inputs, &krate.outputs(repo), || {
            finish(repo, krate, &linked).with_context(|| format!("cannot finish {}", linked.display()))
        })?;
    }
    Ok(())
}

fn finish(repo: &Repo, krate: &Crate, linked: &Path) -> Result<()> {
    let out_dir = repo.path(krate.out_dir);
    std::fs::create_dir_all(&out_dir)?;
    let input = if krate.has_glue {
        // Multi-value returns are more glue, and nothing that every browser understands.
        let module = target_features::remove(&std::fs::read(linked)?, &["multivalue"])?;
        Bindgen::new()
            .input_bytes(krate.lib, module)
            .web(true)?
            .typescript(true)
            .remove_name_section(true)
            .remove_producers_section(true)
            .omit_default_module_path(false)
            .generate(&out_dir)?;
        krate.module(repo)
    } else {
        let snipped = linked.with_extension("snipped.wasm");
        std::fs::write(&snipped, snip::snip(&std::fs::read(linked)?)?)?;
        snipped
    };
    let module = krate.module(repo);
    run::run(
        setup::node_tool(repo, "wasm-opt")
            .args(SMALL)
            .args(["--strip-debug", "--strip-producers", "--strip-target-features"])
            .args(FEATURES)
            .arg(input)
            .arg("-o")
            .arg(&module),
    )?;
    if krate.has_twin { twin(repo, krate) } else { Ok(()) }
}

/// What wasm2js knows, and how the rest is put in its words.
const LOWERING: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-mutable-globals",
    "--llvm-memory-copy-fill-lowering",
    "--llvm-nontrapping-fptoint-lowering",
    "--signext-lowering",
];

fn twin(repo: &Repo, krate: &Crate) -> Result<()> {
    let (twin, low) = (krate.twin(repo), repo.path("target/wasm").join(format!("{}_low.wasm", krate.lib)));
    let module = krate.module(repo);
    run::run(setup::node_tool(repo, "wasm-opt").arg("-Oz").args(LOWERING).arg(&module).arg("-o").arg(&low))?;
    run::run(setup::node_tool(repo, "wasm2js").arg("-Oz").arg(&low).arg("-o").arg(&twin))?;
    let script = std::fs::read_to_string(&twin)?;
    std::fs::write(&twin, detaching(&script)?)?;
    Ok(())
}

/// When WebAssembly's memory grows, views of the buffer before lose their length: the tap counts on it. wasm2js leaves the
/// old buffer as it was; sending it away is how every browser detaches one.
fn detaching(script: &str) -> Result<String> {
    const GROWN: &str = "buffer = newBuffer;";
    ensure!(script.matches(GROWN).count() == 1, "wasm2js grows memory in another way than this program knows");
    Ok(script.replace(GROWN, &format!("new MessageChannel().port1.postMessage(0, [buffer]); {GROWN}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn growth_is_found_in_what_wasm2js_writes_or_the_build_stops() {
        assert!(detaching("grow() { buffer = newBuffer; }").unwrap().contains("[buffer]); buffer = newBuffer;"));
        assert!(detaching("grow() { buffer = grown; }").is_err());
    }
}
