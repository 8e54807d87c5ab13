// The JavaScript that wasm-bindgen writes around the module, as the package has it.
import { readFileSync } from "node:fs";
import { root } from "../lib/paths.mjs";

/**
 * The glue keeps its instance in module variables. Wrapped into a function it can be had more than once, and a fresh
 * instance can stand beside one that has panicked.
 */
export async function glueFactory(glue, names) {
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
      throw new Error(`${name} is not where it is looked for in the glue: see scripts/build/glue.mjs`);
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
  // Results were given back when they could not be read. No export takes more than one text, so that arguments are not.
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
  return new Error(`the glue of wasm-bindgen looks different now, at ${what}: see scripts/build/glue.mjs`);
}
