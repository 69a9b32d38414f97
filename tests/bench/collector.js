// `cargo xtask bench collector`: durable intake against a bare handler that only reads the body, both in one run.
// The bench itself is Rust (`collector/examples/intake_bench.rs`); this only starts it. Arguments go through.

import { spawnSync } from "node:child_process";

const args = ["run", "--quiet", "--release", "--package", "revisit-collector", "--example", "intake_bench", "--"];
const done = spawnSync("cargo", [...args, ...process.argv.slice(2)], { stdio: "inherit", cwd: new URL("../../", import.meta.url) });
process.exit(done.status ?? 1);
