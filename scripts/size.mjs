// npm run size: where the bytes of the package are.
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { PASSES } from "./build/wasm.mjs";
import { build } from "./build.mjs";
import { brotli, weigh } from "./check/budget.mjs";
import { main } from "./lib/main.mjs";
import { at, release } from "./lib/paths.mjs";
import { must, npmTool } from "./lib/run.mjs";
import { functions, sections } from "./lib/wasm-file.mjs";
import { setUp } from "./setup.mjs";

await main(import.meta.url, async () => {
  await setUp("build");
  await build();
  await rustModules();
  publishedFiles();
  const { line, within } = weigh();
  console.log(`\nbudget: ${line}${within ? "" : ": OVER"}`);
  console.log(`the default file as transferred, with the wasm as text: ${brotli("index.js")} bytes brotli`);
});

/** Code bytes per Rust module, of a build that differs from the published one in its name section only. */
async function rustModules() {
  const named = at("target/onbehalf/release/size.wasm");
  mkdirSync(dirname(named), { recursive: true });
  const input = join(release.wasmDir, "named.wasm");
  await must(...npmTool("binaryen/bin/wasm-opt", [...PASSES, "--debuginfo", "-o", named, input]));
  const file = readFileSync(named);
  const groups = new Map();
  for (const { name, size } of functions(file)) {
    const key = moduleOf(name);
    const group = groups.get(key) ?? { size: 0, count: 0 };
    groups.set(key, { size: group.size + size, count: group.count + 1 });
  }
  console.log("code bytes (optimised, not compressed) per Rust module");
  const rows = [...groups].sort(([, a], [, b]) => b.size - a.size);
  for (const [key, { size, count }] of rows) row(key, size, `${count} functions`);
  const code = rows.reduce((sum, [, { size }]) => sum + size, 0);
  row("all code", code, "");
  const data = sections(file).find(({ id }) => id === 11)?.bytes.length ?? 0;
  row("data section (texts and tables)", data, "");
}

function publishedFiles() {
  console.log("\npublished files                                     raw     gzip   brotli");
  for (const file of readdirSync(release.outDir).sort()) {
    if (/\.d\.c?ts$/.test(file)) continue;
    const data = readFileSync(join(release.outDir, file));
    const cells = [data.length, gzipSync(data, { level: 9 }).length, brotli(file)].map((n) => String(n).padStart(9));
    console.log(`  ${file.padEnd(44)}${cells.join("")}`);
  }
}

/** `<onbehalf::json::Parser as serde::Deserializer>::f` → `onbehalf::json`; of other crates only the crate. */
function moduleOf(name) {
  const ours = /onbehalf::[a-z_0-9]+(?:::[a-z_0-9]+(?=::))?/.exec(name);
  if (ours) return ours[0];
  const crate = /^[<&*([ ]*(?:mut |dyn |impl )*([a-z_][a-z_0-9]*)::/.exec(name);
  if (crate) return crate[1];
  return /^\w+(?: multivalue shim)?$/.test(name) ? "exports" : "generic code";
}

function row(name, size, note) {
  console.log(`  ${name.padEnd(44)}${String(size).padStart(9)}  ${note}`);
}
