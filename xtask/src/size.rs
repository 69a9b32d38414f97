//! `cargo xtask size`: what a visitor's browser downloads before it records, against the budget.
//! In: `www/pkg/`. Out: a table of raw and `gzip -9` bytes; failure when over the budget.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::run::Repo;

/// The script that every page view loads, recorded or not.
const LOADER_BUDGET: usize = 2_048;
/// Loader, recorder, module and settings together. A ratchet: it goes down, and up only for a promise of privacy (the last
/// were: cards and accounts where numbers are shown, 400 bytes; e-mail addresses over elements, 750). The aim is 20,000; the masking rules alone are
/// about half of the module.
const TOTAL_BUDGET: usize = 36_520;

/// What the settings request answers for a site with a few rules of its own.
const SETTINGS: &str = r#"{"record":true,"recorder":"assets/recorder-0a1b2c3d.js","wasm":"assets/recorder-4e5f6a7b.wasm","excluded_pages":["/account/*","/checkout/payment"],"included_pages":[],"sample_rate":1.0,"consent":"none","respect_gpc":true,"visitor_days":0,"skip_bots":false,"block_selectors":[".chat-widget"],"mask_selectors":["[data-customer]",".order-number"],"unmask_selectors":[],"heartbeat_ms":30000,"idle_ms":1800000,"max_ms":7200000,"version":1}"#;

pub(crate) fn check(repo: &Repo) -> Result<()> {
    let pkg = repo.path("www/pkg");
    let read = |name: &str| std::fs::read(pkg.join(name)).with_context(|| format!("cannot read www/pkg/{name}"));
    let assets: serde_json::Value = serde_json::from_slice(&read("assets.json")?)?;
    let asset = |key: &str| assets[key].as_str().with_context(|| format!("assets.json names no {key}"));
    let (recorder, wasm) = (asset("recorder")?, asset("wasm")?);
    println!("{:<28} {:>8} {:>8}", "", "bytes", "gzip -9");
    let row = |name: &str, bytes: &[u8]| {
        let packed = gzip_len(bytes)?;
        println!("{name:<28} {:>8} {packed:>8}", bytes.len());
        anyhow::Ok(packed)
    };
    let loader = row("revisit.js", &read("revisit.js")?)?;
    let total =
        loader + row(recorder, &read(recorder)?)? + row(wasm, &read(wasm)?)? + row("settings", SETTINGS.as_bytes())?;
    println!("{:<28} {:>8} {loader:>8}  budget {LOADER_BUDGET}", "loader", "");
    println!("{:<28} {:>8} {total:>8}  budget {TOTAL_BUDGET}", "all together", "");
    println!("\nfetched later, or only where it is asked for:");
    let counted = [recorder, wasm];
    let names = assets.as_object().into_iter().flat_map(|list| list.values()).filter_map(|name| name.as_str());
    for name in names.filter(|name| !counted.contains(name)) {
        row(name, &read(name)?)?;
    }
    ensure!(loader <= LOADER_BUDGET, "the loader is over its budget");
    ensure!(total <= TOTAL_BUDGET, "the recorder is over its budget");
    Ok(())
}

/// The real `gzip`, so that anyone can repeat the number.
fn gzip_len(bytes: &[u8]) -> Result<usize> {
    let mut gzip = Command::new("gzip")
        .args(["-9", "-n", "-c"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("gzip is needed to measure")?;
    let mut stdin = gzip.stdin.take().context("gzip has no input")?;
    let packed = std::thread::scope(|scope| {
        let writer = scope.spawn(move || stdin.write_all(bytes));
        let output = gzip.wait_with_output();
        writer.join().is_ok_and(|written| written.is_ok()).then_some(output)
    });
    let packed = packed.context("gzip stopped reading")??;
    ensure!(packed.status.success(), "gzip failed");
    Ok(packed.stdout.len())
}
