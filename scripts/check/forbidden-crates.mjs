// Deserialising by serde_json or by serde_wasm_bindgen::from_value costs 17 KB brotli each, and the standard URL parser of
// Rust 67 KB. None may enter the wasm build.
import { readFileSync } from "node:fs";
import { at } from "../lib/paths.mjs";
import { capture } from "../lib/run.mjs";
import { filesBelow } from "../lib/stamp.mjs";
import { Failure } from "../lib/suites.mjs";
import { wasmTarget } from "../lib/versions.mjs";

/** gloo-net carries these for src/fetch.rs; unexported, nothing of it is in the npm wasm. */
const crates = ["serde_json", "url", "regex", "chrono", "base64"];
const calls = /\bserde_wasm_bindgen::from_value\b|\bfrom_value\(|\bserde_json::|into_wasm_abi|from_wasm_abi|\bTs</;

export function forbiddenCratesCheck() {
  const args = ["tree", "--locked", "--target", wasmTarget, "--edges", "normal", "--prefix", "none", "--format", "{p}"];
  const used = new Set(
    capture("cargo", args)
      .split("\n")
      .map((line) => line.split(" ")[0]),
  );
  const hits = crates.filter((name) => used.has(name)).map((name) => `Cargo.toml: ${name} is in the wasm build`);
  for (const file of filesBelow("src")) {
    const source = readFileSync(at(file), "utf8");
    // Unit tests come last in a file, and may compare with serde_json.
    const [product] = source.split(/^#\[cfg\(test\)\]/m);
    product.split("\n").forEach((line, i) => {
      if (!/^\s*\/\//.test(line) && calls.test(line)) hits.push(`${file}:${i + 1}: ${line.trim()}`);
    });
  }
  if (hits.length > 0) throw new Failure(`${hits.length} ways to deserialise at 17 KB apiece`, hits.join("\n"));
  return `none of ${crates.join(", ")} among ${used.size - 1} crates, no from_value in src/`;
}
