// Rust sources → core_bg.wasm, the glue as a factory, and the TypeScript interfaces that tsify derived.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { at, root } from "../lib/paths.mjs";
import { capture, cargoHome, must, npmTool } from "../lib/run.mjs";
import { filesBelow, hashOf, unlessFresh, writeAtomic } from "../lib/stamp.mjs";
import { binaryen, esbuild as esbuildVersion, wasmBindgen, wasmTarget } from "../lib/versions.mjs";
import { typesFromDeclarations } from "./generated-types.mjs";
import { glueFactory } from "./glue.mjs";
import { withoutPanicTexts } from "./panic-texts.mjs";

/** How the code is made small; what follows in `build` changes no instruction. */
export const PASSES = [
  // Functions with one caller stay apart when they are large: repeated code compresses better than one long function.
  "--one-caller-inline-max-function-size=40",
  "-Oz",
  // Blocks and branches made anew from the flow of control: 0.4 KB of brotli less once that is optimised too.
  "--flatten",
  "--rereloop",
  "-Oz",
  "-Oz",
  // Those called most come first: their indices are shorter.
  "--reorder-functions",
];

/** Builds the wasm of a variant unless it is fresh. Gives true when it was built. */
export function buildWasm(variant, { targetDir = at("target") } = {}) {
  const input = hashOf(
    filesBelow("Cargo.toml", "Cargo.lock", "src", "scripts/build", "scripts/lib/wasm-file.mjs"),
    capture("rustc", ["-vV"]),
    [wasmBindgen, binaryen, esbuildVersion, variant.features],
  );
  return unlessFresh(join(variant.wasmDir, "stamp.json"), input, () => build(variant, targetDir));
}

/** The compiled crate before wasm-bindgen, with its name section. */
export async function cargoWasm(features, targetDir) {
  await must("cargo", ["fetch", "--locked", "--target", wasmTarget], { quiet: true });
  const args = ["build", "--release", "--lib", "--locked", "--target", wasmTarget, "--target-dir", targetDir];
  if (features.length > 0) args.push("--features", features.join(","));
  await must("cargo", args, { env: { CARGO_ENCODED_RUSTFLAGS: rustflags(targetDir).join("\x1f") } });
  return join(targetDir, wasmTarget, "release", "onbehalf.wasm");
}

async function build(variant, targetDir) {
  const compiled = await cargoWasm(variant.features, targetDir);
  mkdirSync(variant.wasmDir, { recursive: true });
  // A folder of this process: two builds at a time must not mix their intermediate files.
  const work = mkdtempSync(join(variant.wasmDir, "work-"));
  try {
    await bindgen(compiled, work);
    const bound = join(work, "core_bg.wasm");
    writeFileSync(bound, withoutPanicTexts(readFileSync(bound)));
    const optimised = join(work, "optimised.wasm");
    const passes = [
      ...PASSES,
      // Names between the module and the glue are nobody's business: what they are now is printed.
      "--minify-imports-and-exports-and-modules",
      "--strip-debug",
      "--strip-producers",
      // Read by wasm-opt itself, so stripped last.
      "--strip-target-features",
    ];
    const arguments_ = [...passes, "-o", optimised, bound];
    const names = JSON.parse(await must(...npmTool("binaryen/bin/wasm-opt", arguments_), { quiet: true }));
    const outputs = {
      "core_bg.wasm": readFileSync(optimised),
      // The name section is gone from the published file; scripts/size.mjs accounts on this one.
      "named.wasm": readFileSync(bound),
      "glue.js": await glueFactory(join(work, "core.js"), names),
      "generated.ts": typesFromDeclarations(readFileSync(join(work, "core.d.ts"), "utf8")),
    };
    for (const [name, data] of Object.entries(outputs)) writeAtomic(join(variant.wasmDir, name), data);
    return Object.keys(outputs).map((name) => join(variant.wasmDir, name));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function bindgen(wasm, outDir) {
  const flags = ["--target", "web", "--omit-default-module-path", "--remove-producers-section"];
  return must("wasm-bindgen", [...flags, "--out-dir", outDir, "--out-name", "core", wasm]);
}

/** Flags that make the same sources give the same bytes wherever they lie. They replace those of .cargo/config.toml. */
function rustflags(targetDir) {
  // Far more than the deepest call needs; with the default of 1 MiB every address of a text would be a byte longer.
  const flags = ["--cfg", 'sha2_backend_soft="compact"', "-Clink-arg=-zstack-size=262144"];
  const remap = (from, to) => flags.push(`--remap-path-prefix=${from}=${to}`);
  // The last match wins: the more special prefixes come later.
  remap(cargoHome, "/cargo");
  remap(dirname(targetDir), "/onbehalf");
  remap(targetDir, "/onbehalf/target");
  remap(root, "/onbehalf");
  const registries = join(cargoHome, "registry", "src");
  if (existsSync(registries)) for (const name of readdirSync(registries)) remap(join(registries, name), "/crates");
  const commit = /^commit-hash: (\w+)/m.exec(capture("rustc", ["-vV"]))[1];
  const sysroot = capture("rustc", ["--print", "sysroot"]).trim();
  // With the rust-src component installed rustc shows the real path of the standard library, otherwise this one.
  remap(join(sysroot, "lib", "rustlib", "src", "rust"), `/rustc/${commit}`);
  return flags;
}
