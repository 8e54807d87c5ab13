// The packed package on an edge runtime: the code is evaluated in a realm of its own, and the WebAssembly.Module that the
// `?module` import gives is of another.
import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { at } from "../../scripts/lib/paths.mjs";
import { inConsumer } from "../../scripts/suites/packaging.mjs";
import { expected } from "./bundlers/expected.mjs";

export function runEdge() {
  return inConsumer(async (folder) => {
    const { build } = await import("esbuild");
    copyFileSync(at("tests/consumers/bundlers/app.mjs"), join(folder, "app.mjs"));
    const foreign = {
      name: "foreign-module",
      setup(plugins) {
        plugins.onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: "foreign" }));
        plugins.onLoad({ filter: /./, namespace: "foreign" }, () => ({ contents: "export default foreignModule" }));
      },
    };
    const { outputFiles } = await build({
      stdin: { contents: 'import { app } from "./app.mjs"; globalThis.result = app();', resolveDir: folder },
      bundle: true,
      conditions: ["edge-light"],
      format: "iife",
      write: false,
      plugins: [foreign],
    });
    const wasm = readFileSync(join(folder, "node_modules/onbehalf/pkg/core_bg.wasm"));
    const host = { AbortController, AbortSignal, Headers, Response, TextDecoder, TextEncoder, URL, URLSearchParams };
    const timers = { setTimeout, clearTimeout, performance, crypto: globalThis.crypto };
    const realm = createContext({ ...host, ...timers, foreignModule: new WebAssembly.Module(wasm) });
    assert.equal(runInContext("foreignModule instanceof WebAssembly.Module", realm), false);
    runInContext(outputFiles[0].text, realm);
    assert.equal(await realm.result, expected);
    return "an exchange over a WebAssembly.Module of another realm";
  });
}
