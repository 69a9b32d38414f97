// `cargo xtask bench collector [intake|scale] [ARGS…]`: durable intake against a bare handler that only reads the body, and
// what a store of a million recordings costs. The benches themselves are Rust (`collector/examples`); this only starts them.

import { spawnSync } from "node:child_process";

const all = ["intake", "scale"];
const [name, ...rest] = process.argv.slice(2);
const chosen = all.includes(name ?? "") ? [name] : all;
const more = chosen.length === 1 ? rest : [];
for (const bench of chosen) {
  const args = ["run", "--quiet", "--release", "--package", "revisit-collector", "--example", `${bench}_bench`, "--", ...more];
  const done = spawnSync("cargo", args, { stdio: "inherit", cwd: new URL("../../", import.meta.url) });
  if (done.status !== 0) process.exit(done.status ?? 1);
}
