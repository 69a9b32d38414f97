//! Bundles the JavaScript that the collector serves, and gives the recorder's files their immutable names.
//! In: `recorder-wasm/js` with the module in `js/pkg`. Out: `www/pkg/revisit.js`, `recorder-HASH.js`, `recorder-HASH.wasm`,
//! what the recorder imports later (`late-HASH.js`, `twin-HASH.js`), `assets.json`, which names them; and, in one piece, the
//! player that an exported file holds.
//! The viewer's own modules are served as they are written.

use std::path::Path;

use anyhow::{Context, Result, ensure};

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
    inputs.folder(&repo.path("www/player"))?;
    for shared in ["www/markup.js", "www/words.js", "www/pkg/decoder.js"] {
        inputs.file(&repo.path(shared))?;
    }
    let outputs = [out_dir.join("revisit.js"), out_dir.join("offline.js"), out_dir.join("assets.json")];
    let stamp = repo.path("target/wasm/web.stamp");
    stamp::unless_fresh(&stamp, inputs, &outputs, || {
        std::fs::create_dir_all(&out_dir)?;
        let loader = shrink(repo, &bundle(repo, &sources.join("loader.js"), "iife")?, "iife")?;
        stamp::write_if_changed(&out_dir.join("revisit.js"), &loader)?;
        let offline = bundle(repo, &repo.path("www/player/offline.js"), "iife")?;
        stamp::write_if_changed(&out_dir.join("offline.js"), &offline)?;
        let mut assets = Assets { dir: &out_dir, names: Vec::new() };
        assets.put("wasm", "recorder", "wasm", &std::fs::read(wasm::RECORDER.module(repo))?)?;
        // Whoever imports comes after what it imports, because it holds its name.
        for part in PARTS {
            let mut bundled = bundle(repo, &sources.join(part.source), "esm")?;
            // The twin is machine-made, and small enough as it comes.
            if part.name != "twin" {
                bundled = shrink(repo, &bundled, "esm")?;
            }
            let named = assets.with_names(bundled, part.imports)?;
            assets.put(part.name, part.name, "js", &named)?;
        }
        assets.finish()
    })
}

/// A bundle of its own.
struct Part {
    name: &'static str,
    /// Below `recorder-wasm/js`.
    source: &'static str,
    /// Parts that it imports when it needs them, as its source names them.
    imports: &'static [(&'static str, &'static str)],
}

const PARTS: [Part; 6] = [
    Part { name: "canvas", source: "modules/canvas.js", imports: &[] },
    Part { name: "vitals", source: "modules/vitals.js", imports: &[] },
    Part { name: "console", source: "modules/console.js", imports: &[] },
    Part {
        name: "late",
        source: "late/late.js",
        imports: &[
            ("canvas", "../modules/canvas.js"),
            ("vitals", "../modules/vitals.js"),
            ("console", "../modules/console.js"),
        ],
    },
    Part { name: "twin", source: "pkg/twin.js", imports: &[] },
    Part { name: "recorder", source: "recorder.js", imports: &[("late", "./late/late.js"), ("twin", "./twin.js")] },
];

fn bundle(repo: &Repo, entry: &Path, format: &str) -> Result<Vec<u8>> {
    run::output(
        setup::esbuild(repo)?
            .arg(entry)
            .args(["--bundle", "--minify", "--legal-comments=none"])
            // The decoder's glue names its module's address, which a bundle has no use for.
            .args(["--charset=utf8", "--log-level=warning", "--define:import.meta.url=\"\"", LANGUAGE])
            .args(PARTS.iter().flat_map(|part| part.imports).map(|(_, import)| format!("--external:{import}")))
            .arg(format!("--format={format}")),
    )
    .with_context(|| format!("cannot bundle {}", entry.display()))
}

/// What visitors' pages load, smaller than esbuild alone makes it: terser folds what is used once into its place.
fn shrink(repo: &Repo, bundle: &[u8], format: &str) -> Result<Vec<u8>> {
    let file = repo.path("target/wasm/bundle.js");
    std::fs::write(&file, bundle)?;
    let mut terser = setup::node_tool(repo, "terser");
    terser.arg(&file).args(["--ecma", "2021", "--mangle", "--compress", "passes=3,hoist_funs,ecma=2021"]);
    if format == "esm" {
        terser.arg("--module");
    }
    run::output(&mut terser).context("cannot shrink a bundle")
}

/// Files under names that change with their content.
struct Assets<'a> {
    dir: &'a Path,
    /// Key in `assets.json`, name of the file.
    names: Vec<(String, String)>,
}

impl Assets<'_> {
    fn put(&mut self, key: &str, stem: &str, extension: &str, bytes: &[u8]) -> Result<()> {
        let name = format!("{stem}-{}.{extension}", stamp::content_hash(bytes));
        stamp::write_if_changed(&self.dir.join(&name), bytes)?;
        self.names.push((key.to_owned(), name));
        Ok(())
    }

    /// The bundle with the served names of what it imports.
    fn with_names(&self, bundle: Vec<u8>, imports: &[(&str, &str)]) -> Result<Vec<u8>> {
        let mut text = String::from_utf8(bundle)?;
        for (key, import) in imports {
            let (_, name) = self.names.iter().find(|(known, _)| known == key).context("imported before it is built")?;
            let quoted = format!("\"{import}\"");
            ensure!(text.matches(&quoted).count() == 1, "{import} is not imported once");
            text = text.replace(&quoted, &format!("\"./{name}\""));
        }
        Ok(text.into_bytes())
    }

    /// Writes the list, and removes what older builds left.
    fn finish(self) -> Result<()> {
        let list: serde_json::Map<String, serde_json::Value> =
            self.names.iter().map(|(key, name)| (key.clone(), name.as_str().into())).collect();
        stamp::write_if_changed(&self.dir.join("assets.json"), &serde_json::to_vec_pretty(&list)?)?;
        for entry in std::fs::read_dir(self.dir)? {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            let stem = name.split_once('-').map_or("", |(stem, _)| stem);
            let is_part = PARTS.iter().any(|part| part.name == stem);
            if is_part && !self.names.iter().any(|(_, kept)| *kept == name) {
                std::fs::remove_file(self.dir.join(&*name))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn publish(dir: &Path, late: &[u8]) {
        let mut assets = Assets { dir, names: Vec::new() };
        assets.put("wasm", "recorder", "wasm", b"module").unwrap();
        assets.put("late", "late", "js", late).unwrap();
        let recorder = assets.with_names(b"import(\"./a.js\")".to_vec(), &[("late", "./a.js")]).unwrap();
        assets.put("recorder", "recorder", "js", &recorder).unwrap();
        assets.finish().unwrap();
    }

    #[test]
    fn names_follow_the_content_and_older_ones_go() {
        let dir = std::env::temp_dir().join(format!("revisit-publish-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("decoder.js"), "kept").unwrap();
        publish(&dir, b"old");
        publish(&dir, b"new");
        let mut names: Vec<String> =
            std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        let late = format!("late-{}.js", stamp::content_hash(b"new"));
        let recorder = format!("import(\"./{late}\")");
        let script = format!("recorder-{}.js", stamp::content_hash(recorder.as_bytes()));
        let wasm = format!("recorder-{}.wasm", stamp::content_hash(b"module"));
        let mut expected = vec!["assets.json".into(), "decoder.js".into(), late.clone(), script, wasm];
        expected.sort();
        assert_eq!(names, expected);
        let assets: serde_json::Value =
            serde_json::from_slice(&std::fs::read(dir.join("assets.json")).unwrap()).unwrap();
        let read = |key: &str| std::fs::read(dir.join(assets[key].as_str().unwrap())).unwrap();
        assert_eq!(read("recorder"), recorder.as_bytes());
        assert_eq!(read("late"), b"new");
        assert_eq!(read("wasm"), b"module");
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn an_import_that_is_not_there_stops_the_build() {
        let assets = Assets { dir: Path::new("."), names: vec![("late".into(), "late-1.js".into())] };
        assert!(assets.with_names(b"import(\"./b.js\")".to_vec(), &[("late", "./a.js")]).is_err());
        assert!(assets.with_names(b"import(\"./a.js\")".to_vec(), &[("none", "./a.js")]).is_err());
    }
}
