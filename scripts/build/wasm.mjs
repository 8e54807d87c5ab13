// Rust sources → core_bg.wasm, the glue as a factory, and the TypeScript interfaces that tsify derived.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { at, root } from "../lib/paths.mjs";
import { capture, cargoHome, must, npmTool } from "../lib/run.mjs";
import { filesBelow, hashOf, unlessFresh, writeAtomic } from "../lib/stamp.mjs";
import { binaryen, esbuild as esbuildVersion, wasmBindgen, wasmTarget } from "../lib/versions.mjs";
import { typesFromDeclarations } from "./generated-types.mjs";
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

/**
 * The glue keeps its instance in module variables. Wrapped into a function it can be had more than once, and a fresh
 * instance can stand beside one that has panicked.
 */
async function glueFactory(glue, names) {
  const { build, transform } = await import("esbuild");
  const result = await build({
    // Without the default export, the asynchronous loader: js/core.ts compiles the module itself.
    stdin: { contents: `export * from ${JSON.stringify(glue)}`, resolveDir: root },
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "warning",
    plugins: [{ name: "glue", setup: (b) => b.onLoad({ filter: /[/\\]core\.js$/ }, changed) }],
  });
  const text = result.outputFiles[0].text;
  const exports = /export \{([^{}]*)\};\s*$/;
  if (!exports.test(text)) throw new Error("the bundled glue does not end with its exports");
  const body = renamed(text, names).replace(
    exports,
    (_, list) => `return {${list.replace(/(\S+) as (\S+?)(?=[,\s])/g, "$2: $1")}};`,
  );
  // Nobody reads stack traces of the glue for its names: half of its bytes.
  const minified = await transform(`export function createCore() {\n${body}}\n`, { minify: true, target: "es2022" });
  return minified.code;
}

/** The glue with the names that wasm-opt has given to what the module takes and gives. */
function renamed(glue, { imports, exports }) {
  let text = glue;
  const replace = (found, replacement, name) => {
    const changed = text.replace(found, replacement);
    if (changed === text)
      throw new Error(`${name} is not where it is looked for in the glue: see scripts/build/wasm.mjs`);
    text = changed;
  };
  replace(/"\.\/core_bg\.js": /, "a: ", "the module of the imports");
  for (const [, name, short] of imports) replace(new RegExp(`\\b${name}: `), `${short}: `, name);
  for (const [name, short] of exports) text = text.replace(new RegExp(`\\bwasm\\.${name}\\b`, "g"), `wasm.${short}`);
  const short = new Set(exports.map(([, name]) => name));
  const left = text.match(/\bwasm\.\w+/g).find((use) => !short.has(use.slice("wasm.".length)));
  if (left) throw new Error(`the glue uses ${left}, which the module does not export`);
  return text;
}

/**
 * What the glue does differently here, wherever it does it. It is called from js/core.ts alone, with texts for texts; and
 * what throws something else than error data wears the instance, in which nothing has to be put in order then.
 */
const GLUE_CHANGES = [
  // Whatever is not an instance of *this realm's* WebAssembly.Module was taken for bytes, and on edge runtimes the module
  // comes from another realm.
  [/if \(!\(module instanceof WebAssembly\.Module\)\) \{[^{}]*\}/g, ""],
  // Nobody calls it twice, or in the way that it warns of.
  [
    /(function initSync.*\s*)if \(wasm [^{}]*\{[^{}]*\{\s*(\(\{module\} = module\))\s*\} else \{[^{}]*\}\s*\}/g,
    "$1$2;",
  ],
  // A factory has one instance, and forgets nothing of an earlier one.
  [
    /function __wbg_finalize_init.*\s*wasmInstance = instance;\s*wasm = instance\.exports;\s*wasmModule = module;(\s*cached\w+ = null;)+\s*wasm\.__wbindgen_start\(\);\s*return wasm;\s*\}/g,
    "",
  ],
  [/return __wbg_finalize_init\(instance, module\);/g, "wasm = instance.exports;\nwasm.__wbindgen_start();"],
  // A text was written character by character as long as it is ASCII, which takes 2 µs for a token where the host's own
  // encoder takes 0.1. All hosts have `encodeInto`, and the core has `realloc`.
  [
    /if \(realloc === undefined\) \{[^{}]*\}([^{}]*)const mem = getUint8ArrayMemory0\(\);\s*let offset = 0;\s*for \(; offset < len; offset\+\+\) \{[^{}]*\}\s*if \(offset !== len\) \{\s*if \(offset !== 0\) \{[^{}]*\}/g,
    `$1const head = cachedTextEncoder.encodeInto(arg, getUint8ArrayMemory0().subarray(ptr, ptr + len));
    let offset = head.written;
    if (head.read !== len) {
        arg = arg.slice(head.read);`,
  ],
  [/if \(!\('encodeInto' in cachedTextEncoder\)\) \{[^{}]*\{[^{}]*\{[^{}]*\};\s*\};\s*\}/g, ""],
  // Arguments were given back when a later one was no text, and results when they could not be read.
  [/try \{([^{}]*)\} catch \(e\) \{(\s*if \(ptr\d\) \{.*\})+\s*throw e;\s*\}/g, "$1"],
  [
    /let deferred.*\s*let deferred.*\s*try \{([^{}]*)deferred\d_0 = ret[^{}]*\(ret\[0\], ret\[1\]\);\s*\} finally \{[^{}]*\}/g,
    "$1return takeString(ret);",
  ],
  [
    /let deferred.*\s*let deferred.*\s*try \{([^{}]*)var ptr\d = ret[^{}]*(if \(ret\[3\]\)) \{[^{}]*(throw .*)\s*\}[^{}]*\} finally \{[^{}]*\}/g,
    "$1$2 $3\nreturn takeString(ret);",
  ],
  [
    /function getStringFromWasm0/g,
    `function takeString(ret) {
    const text = getStringFromWasm0(ret[0], ret[1]);
    wasm.__wbindgen_free(ret[0], ret[1], 1);
    return text;
}
$&`,
  ],
  // Nobody outside has these objects, or wants their addresses.
  [
    /__destroy_into_raw\(\) \{([^{}]*)return ptr;\s*\}\s*free\(\) \{\s*const ptr = this\.__destroy_into_raw\(\);/g,
    "free() {$1",
  ],
  [/if \(Symbol\.dispose\) .*/g, ""],
];

function changed({ path }) {
  const contents = GLUE_CHANGES.reduce(
    (source, [found, replacement]) => {
      const replaced = source.replace(found, replacement);
      if (replaced === source) throw different(found);
      return replaced;
    },
    readFileSync(path, "utf8"),
  );
  const left = /deferred|if \(ptr/.exec(contents);
  if (left) throw different(left[0]);
  return { contents, loader: "js" };
}

function different(what) {
  return new Error(`the glue of wasm-bindgen looks different now, at ${what}: see scripts/build/wasm.mjs`);
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
