// The packed package through bundlers and compilers as they are without a configuration, and what came out is run.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { at } from "../../../scripts/lib/paths.mjs";
import { npmTool, run } from "../../../scripts/lib/run.mjs";
import { Failure } from "../../../scripts/lib/suites.mjs";
import { serveFolder, withBrowser } from "../../../scripts/runtimes/browsers.mjs";
import { bundlers, runtimes } from "../../../scripts/runtimes/tools.mjs";
import { inConsumer } from "../../../scripts/suites/packaging.mjs";
import { expected, expectedOfWeb } from "./expected.mjs";

const compatibilityDate = "2026-04-01";

const ways = { vite, webpack, esbuild, typescript, wrangler };
export const bundlerNames = Object.keys(ways);

/** Runs one of them in a project of its own; gives its closing line. */
export function bundle(name) {
  return inConsumer(async (folder) => {
    for (const file of ["app.mjs", "browser.mjs", "browser-web.mjs", "node.mjs", "worker.mjs"]) {
      copyFileSync(at("tests/consumers/bundlers", file), join(folder, file));
    }
    return ways[name](folder, { ...(await runtimes()), ...(await bundlers()) });
  });
}

async function vite(folder, { node24, vite }) {
  for (const entry of ["browser", "browser-web"]) {
    writeFileSync(join(folder, "index.html"), page(`/${entry}.mjs`, "module"));
    await tool(node24, [vite, "build", "--outDir", `out/${entry}`], folder);
  }
  const pages = await inChromium(folder);
  writeFileSync(
    join(folder, "vite.config.mjs"),
    `export default {
      ssr: { noExternal: true, target: "webworker", resolve: { conditions: ["workerd"] } },
      build: { ssr: "worker.mjs", outDir: "out/worker", rollupOptions: { external: /\\.wasm$/ } },
    };`,
  );
  await tool(node24, [vite, "build"], folder);
  return `vite ${version(vite)}: ${pages}; ${await inWorkerd(join(folder, "out/worker"))}`;
}

async function webpack(folder, { node24, webpack }) {
  for (const entry of ["browser", "browser-web"]) {
    const args = ["--mode", "production", "--entry", `./${entry}.mjs`, "--output-path", join(folder, "out", entry)];
    await tool(node24, [webpack, "build", ...args], folder);
    writeFileSync(join(folder, "out", entry, "index.html"), page("/main.js"));
  }
  const pages = await inChromium(folder);
  writeFileSync(
    join(folder, "webpack.config.cjs"),
    `module.exports = {
      mode: "production",
      entry: "./worker.mjs",
      target: "es2022",
      experiments: { outputModule: true },
      output: { library: { type: "module" }, path: ${JSON.stringify(join(folder, "out/worker"))}, filename: "worker.js" },
      resolve: { conditionNames: ["workerd", "import"] },
      externalsType: "module",
      externals: /\\.wasm$/,
    };`,
  );
  assert.doesNotMatch(await tool(node24, [webpack, "build"], folder), /WARNING/);
  return `webpack ${version(webpack, "webpack")}: ${pages}; ${await inWorkerd(join(folder, "out/worker"))}`;
}

async function esbuild(folder, { node20, node24 }) {
  const program = at("node_modules/esbuild/bin/esbuild");
  const build = (...args) => tool(program, ["--bundle", "--minify", "--log-level=warning", ...args], folder);
  await build("browser.mjs", "--format=esm", "--outfile=out/browser/main.js");
  writeFileSync(join(folder, "out/browser/index.html"), page("/main.js", "module"));
  const browser = await inChromium(folder, ["browser"]);
  for (const [format, file] of [
    ["esm", "function.mjs"],
    ["cjs", "function.cjs"],
  ]) {
    await build("node.mjs", "--platform=node", `--format=${format}`, `--outfile=out/node/${file}`);
    for (const node of [node20, node24]) {
      assert.equal((await tool(node, [join(folder, "out/node", file)], "/")).trim(), expected, file);
    }
  }
  await build("worker.mjs", "--format=esm", "--conditions=workerd", "--loader:.wasm=copy", "--outdir=out/worker");
  const worker = await inWorkerd(join(folder, "out/worker"));
  const { version } = JSON.parse(readFileSync(at("node_modules/esbuild/package.json"), "utf8"));
  return `esbuild ${version}: ${browser}; as one file of ES modules and of CommonJS on Node 20 and 24; ${worker}`;
}

/** One project per way of finding modules; no DOM library, no @types, and the typings of the package are checked too. */
async function typescript(folder, { node20 }) {
  const settings = { strict: true, skipLibCheck: false, target: "es2022", lib: ["es2022"], types: [] };
  const projects = [
    { module: "node16", type: "module" },
    { module: "node16", type: "commonjs" },
    { module: "nodenext", type: "module" },
    { module: "nodenext", type: "commonjs" },
    { module: "esnext", moduleResolution: "bundler", type: "module" },
  ];
  for (const { type, ...resolution } of projects) {
    const project = join(folder, Object.values(resolution).join("-"), type);
    mkdirSync(project, { recursive: true });
    copyFileSync(at("tests/consumers/bundlers/program.ts"), join(project, "program.ts"));
    writeFileSync(join(project, "package.json"), JSON.stringify({ type }));
    const compilerOptions = { ...settings, ...resolution, exactOptionalPropertyTypes: true, outDir: "out" };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
    await tool(...npmTool("typescript/bin/tsc", ["-p", "."]), project);
    const script = `import("${join(project, "out/program.js")}").then((m) => m.program()).then(console.log)`;
    const output = await tool(node20, ["-e", script], project);
    assert.equal(output.trim(), "Bearer narrow-token | crm:read | missing_option subjectToken", project);
  }
  const { version } = JSON.parse(readFileSync(at("node_modules/typescript/package.json"), "utf8"));
  return `typescript ${version}: ${projects.length} projects compiled and run, without DOM and @types`;
}

/** What wrangler would upload, run by the runtime it would run on. */
async function wrangler(folder, { node22, wrangler }) {
  const args = ["deploy", "worker.mjs", "--dry-run", "--outdir", "out", "--name", "worker"];
  args.push("--compatibility-date", compatibilityDate);
  const home = join(folder, "home");
  const env = { HOME: home, XDG_CONFIG_HOME: home, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" };
  await tool(node22, [wrangler, ...args], folder, { ...env, CI: "1" });
  const out = join(folder, "out");
  const wasm = readdirSync(out).filter((name) => name.endsWith(".wasm"));
  assert.equal(wasm.length, 1, "the WebAssembly module is uploaded as one");
  return `wrangler ${version(wrangler)}: dry run under Node 22; ${await inWorkerd(out)}`;
}

/** Runs worker.js of a folder, with the WebAssembly where it imports it from. */
async function inWorkerd(folder) {
  const { Miniflare } = await import("miniflare");
  const path = join(folder, "worker.js");
  const contents = readFileSync(path, "utf8");
  const wasm = join(folder, /["']([^"']+\.wasm)["']/.exec(contents)[1]);
  const core = readFileSync(at("pkg/core_bg.wasm"));
  const miniflare = new Miniflare({
    modulesRoot: "/",
    modules: [
      { type: "ESModule", path, contents },
      { type: "CompiledWasm", path: wasm, contents: core },
    ],
    compatibilityDate,
  });
  const get = async (path) => (await miniflare.dispatchFetch(`http://worker${path}`)).text();
  try {
    assert.equal(await get("/"), expected);
    const started = performance.now();
    assert.equal(await get("/leave"), "left");
    assert.equal(await get("/join"), "shared");
    const waited = performance.now() - started;
    assert.ok(waited < 4000, `what a request has begun outlives it: ${waited} ms`);
  } finally {
    await miniflare.dispose();
  }
  return "as a Worker in workerd";
}

/** Opens what was built, each entry on a page of its own, and checks the result it leaves. */
async function inChromium(folder, entries = ["browser", "browser-web"]) {
  const results = { browser: expected, "browser-web": expectedOfWeb };
  return withBrowser("chromium", async (browser) => {
    for (const entry of entries) {
      const site = await serveFolder({ "/": join(folder, "out", entry) });
      try {
        const opened = await browser.newPage();
        await opened.goto(site.url);
        await opened.waitForFunction(() => document.title !== "waiting", { timeout: 30_000 });
        assert.equal(await opened.title(), results[entry], entry);
      } finally {
        await site.close();
      }
    }
    return `${entries.length === 1 ? "onbehalf" : "onbehalf and onbehalf/web"} in ${await browser.version()}`;
  });
}

function page(script, type) {
  const attribute = type ? ` type="${type}"` : "";
  return `<!doctype html><title>waiting</title><body><script${attribute} src="${script}"></script></body>`;
}

async function tool(program, args, cwd, env = {}) {
  const { status, output } = await run(program, args, { quiet: true, cwd, env });
  if (status !== 0) throw new Failure(`${args.slice(0, 2).join(" ")}: exit ${status}`, output);
  return output;
}

/** The version of a tool by the path of its script; `name` when another package brings the script. */
function version(script, name) {
  const folder = dirname(dirname(script));
  const file = name ? join(dirname(folder), name, "package.json") : join(folder, "package.json");
  return JSON.parse(readFileSync(file, "utf8")).version;
}
