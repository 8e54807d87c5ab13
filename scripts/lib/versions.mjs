// Which tool in which version. Nothing is pinned here: each pin has its one place, and this file reads it.
//   wasm-bindgen (crate and CLI)  Cargo.toml
//   Rust                          Cargo.toml, rust-version
//   everything from npm           package.json
import { readFileSync } from "node:fs";
import { at } from "./paths.mjs";

const cargoToml = readFileSync(at("Cargo.toml"), "utf8");
export const packageJson = JSON.parse(readFileSync(at("package.json"), "utf8"));

export const rust = match(/^rust-version = "([^"]+)"/m);
export const wasmBindgen = match(/^wasm-bindgen = "=([^"]+)"/m);
export const binaryen = packageJson.devDependencies.binaryen;
export const esbuild = packageJson.devDependencies.esbuild;
export const typescript = packageJson.devDependencies.typescript;
export const wasmTarget = "wasm32-unknown-unknown";

function match(pattern) {
  const found = pattern.exec(cargoToml);
  if (!found) throw new Error(`Cargo.toml has no line like ${pattern}`);
  return found[1];
}
