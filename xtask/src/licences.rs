//! Checks that every dependency may be used and passed on under this project's licence.
//! In: `cargo metadata` and `tests/package-lock.json`. Out: a count per licence; failure names what is not allowed.
//! A check of our own because `cargo deny` would have to be compiled on every machine for this one question.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::run::{self, Repo};

/// Licences that ask for attribution at most.
const ALLOWED: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

pub(crate) fn check(repo: &Repo) -> Result<()> {
    let mut dependencies = crates(repo)?;
    dependencies.extend(npm_packages(repo)?);
    let mut counts = BTreeMap::<&str, u32>::new();
    let mut refused = Vec::new();
    for (name, licence) in &dependencies {
        *counts.entry(licence).or_default() += 1;
        if !is_allowed(licence).with_context(|| format!("{name} says `{licence}`"))? {
            refused.push(format!("{name} ({licence})"));
        }
    }
    for (licence, count) in counts {
        println!("{count:>4}  {licence}");
    }
    if !refused.is_empty() {
        bail!("not allowed here: {}", refused.join(", "));
    }
    Ok(())
}

type Dependency = (String, String);

fn crates(repo: &Repo) -> Result<Vec<Dependency>> {
    let metadata = run::output(repo.cargo().args(["metadata", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_slice(&metadata)?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    Ok(packages
        .iter()
        .filter(|package| package["source"].is_string())
        .map(|package| named(&package["name"], &package["version"], &package["license"]))
        .collect())
}

fn npm_packages(repo: &Repo) -> Result<Vec<Dependency>> {
    let lock = std::fs::read(repo.path("tests/package-lock.json"))?;
    let lock: Value = serde_json::from_slice(&lock)?;
    let packages = lock["packages"].as_object().context("no packages")?;
    Ok(packages
        .iter()
        .filter(|(path, _)| !path.is_empty())
        .map(|(path, package)| {
            let name = Value::from(path.trim_start_matches("node_modules/"));
            named(&name, &package["version"], &package["license"])
        })
        .collect())
}

fn named(name: &Value, version: &Value, licence: &Value) -> Dependency {
    let text = |value: &Value| value.as_str().unwrap_or("none").to_owned();
    (format!("{} {}", text(name), text(version)), text(licence))
}

/// Whether an SPDX expression can be met with allowed licences alone; `/` is an old way to write `OR`.
fn is_allowed(expression: &str) -> Result<bool> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let allowed = any(&mut words)?;
    match words.next() {
        None => Ok(allowed),
        Some(word) => bail!("unexpected `{word}`"),
    }
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any(words: &mut Words) -> Result<bool> {
    let mut allowed = all(words)?;
    while words.next_if_eq(&"OR").is_some() {
        allowed |= all(words)?;
    }
    Ok(allowed)
}

fn all(words: &mut Words) -> Result<bool> {
    let mut allowed = one(words)?;
    while words.next_if_eq(&"AND").is_some() {
        allowed &= one(words)?;
    }
    Ok(allowed)
}

fn one(words: &mut Words) -> Result<bool> {
    let word = words.next().context("the expression ends early")?;
    if word == "(" {
        let allowed = any(words)?;
        words.next_if_eq(&")").context("a `(` without `)`")?;
        return Ok(allowed);
    }
    let licence = match words.next_if_eq(&"WITH") {
        Some(_) => format!("{word} WITH {}", words.next().context("WITH what?")?),
        None => word.to_owned(),
    };
    Ok(ALLOWED.contains(&licence.as_str()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::is_allowed;

    #[test]
    fn expressions_are_met_or_not() {
        for (expression, expected) in [
            ("MIT", true),
            ("MIT/Apache-2.0", true),
            ("GPL-3.0 OR MIT", true),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
            ("Apache-2.0 WITH LLVM-exception OR GPL-3.0", true),
            ("MIT AND GPL-3.0", false),
            ("(MIT AND GPL-3.0) OR AGPL-3.0", false),
            ("GPL-3.0 WITH Classpath-exception", false),
            ("none", false),
        ] {
            assert_eq!(is_allowed(expression).unwrap(), expected, "{expression}");
        }
        assert!(is_allowed("(MIT").is_err());
        assert!(is_allowed("MIT MIT").is_err());
    }
}
