// TypeScript facade + glue + wasm → the JavaScript files of the package, one self-contained file per form.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { at } from "../lib/paths.mjs";
import { filesBelow, hashOf, unlessFresh, writeAtomic } from "../lib/stamp.mjs";
import { esbuild as esbuildVersion } from "../lib/versions.mjs";

/** The forms of the main entry. They differ in where the wasm comes from: js/load/<load>.ts. */
export const forms = [
  { file: "index.js", load: "inline", format: "esm" },
  { file: "index.cjs", load: "inline", format: "cjs" },
  { file: "workerd.js", load: "workerd", format: "esm" },
  { file: "edge.js", load: "edge", format: "esm" },
  { file: "web.js", load: "web", format: "esm" },
  { file: "slim.js", load: "slim", format: "esm" },
];

/** Writes all bundles of a variant unless they are fresh. Gives true when they were written. */
export function bundle(variant) {
  const wasm = ["core_bg.wasm", "glue.js"].map((name) => join(variant.wasmDir, name));
  const input = hashOf([...filesBelow("js", "scripts/build/bundle.mjs"), ...wasm], esbuildVersion);
  return unlessFresh(join(variant.wasmDir, "bundle.json"), input, async () => {
    mkdirSync(variant.outDir, { recursive: true });
    const written = await Promise.all(forms.map((form) => bundleOne(variant, form)));
    const published = join(variant.outDir, "core_bg.wasm");
    writeAtomic(published, readFileSync(join(variant.wasmDir, "core_bg.wasm")));
    return [...written, published];
  });
}

/** For the import by a name put together, in js/load/workerd.ts. Written here: the minifier leaves out all comments. */
const leaveAlone = "/*webpackIgnore:true*//*@vite-ignore*/";

async function bundleOne(variant, { file, load, format }) {
  const { build } = await import("esbuild");
  const result = await build({
    entryPoints: [at("js/index.ts")],
    bundle: true,
    format,
    target: "es2022",
    platform: "neutral",
    // Classes get their names back in js/brand.ts.
    minify: true,
    // Node prints the source line of an uncaught error: it must not be the one that holds the wasm.
    ...(load === "inline" && { lineLimit: 400 }),
    legalComments: "none",
    charset: "utf8",
    external: ["*.wasm", "*.wasm?module"],
    banner: format === "esm" ? { js: '/* @ts-self-types="./index.d.ts" */' } : {},
    plugins: [formPlugin(variant, load)],
    write: false,
    logLevel: "warning",
  });
  const path = join(variant.outDir, file);
  writeAtomic(path, result.outputFiles[0].text.replace(/\bimport\((?=\w+\))/, `$&${leaveAlone}`));
  return path;
}

/** Puts the glue, the wasm text and the loader of this form where js/core.ts imports them. */
function formPlugin(variant, load) {
  return {
    name: "form",
    setup(build) {
      build.onResolve({ filter: /^onbehalf:glue$/ }, () => ({ path: join(variant.wasmDir, "glue.js") }));
      build.onResolve({ filter: /^onbehalf:wasm-text$/ }, () => ({
        path: join(variant.wasmDir, "core_bg.wasm"),
        namespace: "wasm-text",
      }));
      build.onLoad({ filter: /./, namespace: "wasm-text" }, ({ path }) => ({
        contents: `export default "${readFileSync(path, "hex")}"`,
      }));
      build.onResolve({ filter: /\/load\/inline\.js$/ }, () => ({ path: at(`js/load/${load}.ts`) }));
    },
  };
}
