// The packed package in hosts other than Node: workerd, an edge runtime with a module of another realm, Chromium.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { at } from "../../scripts/lib/paths.mjs";
import { which } from "../../scripts/lib/run.mjs";
import { Failure } from "../../scripts/lib/suites.mjs";
import { inConsumer } from "../../scripts/suites/packaging.mjs";
import { expected } from "./portable.mjs";

const portable = at("tests/consumers/portable.mjs");

export function runWorkerd() {
  return inConsumer(async (folder) => {
    const { Miniflare } = await import("miniflare");
    const module = (type, path, contents) => ({ type, path: join(folder, path), contents });
    const published = (name) => readFileSync(join(folder, "node_modules/onbehalf/pkg", name));
    const worker = `
      import * as onbehalf from "./workerd.js";
      import { portableExchange } from "./portable.mjs";
      export default { fetch: async () => new Response(await portableExchange(onbehalf)) };`;
    const miniflare = new Miniflare({
      modulesRoot: folder,
      modules: [
        module("ESModule", "worker.mjs", worker),
        module("ESModule", "workerd.js", published("workerd.js").toString()),
        module("ESModule", "portable.mjs", readFileSync(portable, "utf8")),
        module("CompiledWasm", "core_bg.wasm", published("core_bg.wasm")),
      ],
      compatibilityDate: "2024-01-01",
    });
    try {
      assert.equal(await (await miniflare.dispatchFetch("http://worker/")).text(), expected);
      return "an exchange in workerd";
    } finally {
      await miniflare.dispose();
    }
  });
}

/** Edge runtimes evaluate the code in a realm of its own, and compile `?module` imports in another. */
export function runEdge() {
  return inConsumer(async (folder) => {
    const { build } = await import("esbuild");
    const entry = `
      import * as onbehalf from "./node_modules/onbehalf/pkg/edge.js";
      import { portableExchange } from ${JSON.stringify(portable)};
      globalThis.result = portableExchange(onbehalf);`;
    const foreign = {
      name: "foreign-module",
      setup(plugins) {
        plugins.onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: "foreign" }));
        plugins.onLoad({ filter: /./, namespace: "foreign" }, () => ({ contents: "export default foreignModule" }));
      },
    };
    const { outputFiles } = await build({
      stdin: { contents: entry, resolveDir: folder },
      bundle: true,
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

export function runChromium() {
  return inConsumer(async (folder) => {
    const executablePath = which("chromium") ?? which("google-chrome");
    if (!executablePath) throw new Failure("no chromium: `node scripts/setup.mjs --for test` installs it");
    const server = await serve(join(folder, "node_modules/onbehalf/pkg"));
    const { default: puppeteer } = await import("puppeteer-core");
    const args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
    const browser = await puppeteer.launch({ executablePath, args, headless: true });
    try {
      for (const form of ["index.js", "web.js"]) {
        const page = await browser.newPage();
        await page.goto(server.url);
        const result = await page.evaluate(async (file) => {
          const onbehalf = await import(`/${file}`);
          const { portableExchange } = await import("/portable.mjs");
          await onbehalf.init();
          return portableExchange(onbehalf);
        }, form);
        assert.equal(result, expected, form);
        await page.close();
      }
      return `an exchange over index.js and over web.js in ${await browser.version()}`;
    } finally {
      await browser.close();
      server.close();
    }
  });
}

/** The published files, under a content security policy that allows no more than the package needs. */
async function serve(folder) {
  const types = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
  const server = createServer(({ url }, response) => {
    if (url === "/") {
      const policy = "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
      response.writeHead(200, { "content-type": "text/html", "content-security-policy": policy });
      response.end("<!doctype html><title>onbehalf</title>");
    } else if (types[extname(url)]) {
      response.writeHead(200, { "content-type": types[extname(url)] });
      response.end(readFileSync(url === "/portable.mjs" ? portable : join(folder, url)));
    } else {
      response.writeHead(404).end();
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
