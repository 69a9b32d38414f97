//! Bundles the JavaScript that the collector serves, and gives the recorder's files their immutable names.
//! In: `recorder-wasm/js` with the glue in `js/pkg`. Out: `www/pkg/revisit.js`, `recorder-HASH.js`,
//! `recorder-HASH.wasm`, and `assets.json`, which names the two.
//! The viewer's own modules are served as they are written.

use std::path::Path;

use anyhow::{Context, Result};

use crate::run::{self, Repo};
use crate::setup;
use crate::stamp::{self, Inputs};
use crate::wasm;

/// The oldest language that a browser able to run the module understands.
const LANGUAGE: &str = "--target=es2021";

/// Builds all of it unless nothing changed.
pub(crate) fn build(repo: &Repo) -> Result<()> {
    let sources = repo.path("recorder-wasm/js");
    let out_dir = repo.path("www/pkg");
    let mut inputs = Inputs::with_this_program()?;
    inputs.folder(&sources)?;
    inputs.file(&repo.path("tests/package-lock.json"))?;
    let outputs = [out_dir.join("revisit.js"), out_dir.join("assets.json")];
    let stamp = repo.path("target/wasm/web.stamp");
    stamp::unless_fresh(&stamp, inputs, &outputs, || {
        std::fs::create_dir_all(&out_dir)?;
        let loader = bundle(repo, &sources.join("loader.js"), "iife")?;
        let recorder = bundle(repo, &sources.join("recorder.js"), "esm")?;
        let module = std::fs::read(wasm::RECORDER.module(repo))?;
        stamp::write_if_changed(&out_dir.join("revisit.js"), &loader)?;
        publish(&out_dir, &recorder, &module)
    })
}

fn bundle(repo: &Repo, entry: &Path, format: &str) -> Result<Vec<u8>> {
    run::output(
        setup::esbuild(repo)?
            .arg(entry)
            .args(["--bundle", "--minify", "--legal-comments=none"])
            .args(["--charset=utf8", "--log-level=warning", LANGUAGE])
            .arg(format!("--format={format}")),
    )
    .with_context(|| format!("cannot bundle {}", entry.display()))
}

/// Writes the recorder under names that change with its content, and removes those of older builds.
fn publish(out_dir: &Path, recorder: &[u8], module: &[u8]) -> Result<()> {
    let script = format!("recorder-{}.js", stamp::content_hash(recorder));
    let wasm = format!("recorder-{}.wasm", stamp::content_hash(module));
    stamp::write_if_changed(&out_dir.join(&script), recorder)?;
    stamp::write_if_changed(&out_dir.join(&wasm), module)?;
    let assets = serde_json::json!({ "recorder": script, "wasm": wasm });
    let assets = serde_json::to_vec_pretty(&assets)?;
    stamp::write_if_changed(&out_dir.join("assets.json"), &assets)?;
    for entry in std::fs::read_dir(out_dir)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("recorder-") && name != script && name != wasm {
            std::fs::remove_file(out_dir.join(&*name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_follow_the_content_and_older_ones_go() {
        let dir = std::env::temp_dir().join(format!("revisit-publish-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("decoder.js"), "kept").unwrap();
        publish(&dir, b"old", b"module").unwrap();
        publish(&dir, b"new", b"module").unwrap();
        let mut names: Vec<String> =
            std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        let script = format!("recorder-{}.js", stamp::content_hash(b"new"));
        let wasm = format!("recorder-{}.wasm", stamp::content_hash(b"module"));
        let mut expected = vec!["assets.json".into(), "decoder.js".into(), script, wasm];
        expected.sort();
        assert_eq!(names, expected);
        let assets: serde_json::Value =
            serde_json::from_slice(&std::fs::read(dir.join("assets.json")).unwrap()).unwrap();
        assert_eq!(std::fs::read(dir.join(assets["recorder"].as_str().unwrap())).unwrap(), b"new");
        assert_eq!(std::fs::read(dir.join(assets["wasm"].as_str().unwrap())).unwrap(), b"module");
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
