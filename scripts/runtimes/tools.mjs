// Programs from npm that are too large for the checkout: runtimes and bundlers, in the versions of a lock file.
import { copyFileSync, existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { cached } from "../lib/cache.mjs";
import { at } from "../lib/paths.mjs";
import { must } from "../lib/run.mjs";
import { hashOf } from "../lib/stamp.mjs";
import { Failure } from "../lib/suites.mjs";

/** The node_modules of the lock file in `folder`, installed once per user for each state of that file. */
export async function toolbox(folder) {
  const files = ["package.json", "package-lock.json"].map((name) => join(folder, name));
  const name = `${basename(dirname(folder))}-${hashOf(files, process.platform, process.arch).slice(0, 16)}`;
  const installed = await cached(name, async (temporary) => {
    console.log(`Installing the ${basename(dirname(folder))} …`);
    for (const file of files) copyFileSync(at(file), join(temporary, basename(file)));
    await must("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { quiet: true, cwd: temporary });
  });
  return join(installed, "node_modules");
}

const machine = `${process.platform}-${process.arch}`;
const bunArch = { arm64: "aarch64" }[process.arch] ?? process.arch;

/** The programs of all runtimes but browsers: `{ node20, node22, node24, deno, bun }`, each the path of a binary. */
export async function runtimes() {
  const modules = await toolbox("tests/runtimes/tools");
  const glibc = process.platform === "linux" ? "-glibc" : "";
  return existing({
    node20: join(modules, `node-20-${machine}/bin/node`),
    node22: join(modules, `node-22-${machine}/bin/node`),
    node24: join(modules, `node-24-${machine}/bin/node`),
    deno: join(modules, `@deno/${machine}${glibc}/deno`),
    bun: join(modules, `@oven/bun-${process.platform}-${bunArch}/bin/bun`),
  });
}

/** The entry scripts of the bundlers, to be run with a Node of `runtimes()`. */
export async function bundlers() {
  const modules = await toolbox("tests/consumers/bundlers/tools");
  return existing({
    vite: join(modules, "vite/bin/vite.js"),
    webpack: join(modules, "webpack-cli/bin/cli.js"),
    wrangler: join(modules, "wrangler/bin/wrangler.js"),
  });
}

function existing(programs) {
  const missing = Object.keys(programs).filter((name) => !existsSync(programs[name]));
  if (missing.length > 0) throw new Failure(`not to be had from npm on ${machine}: ${missing.join(", ")}`);
  return programs;
}
