// The packed package on every runtime and through every bundler. Nothing here may be skipped: a runtime that is missing
// is a failure. By itself: `node scripts/suites/runtimes.mjs [name, …]`, after a build.
import { bundle, bundlerNames } from "../../tests/consumers/bundlers/run.mjs";
import { main } from "../lib/main.mjs";
import { runSuites } from "../lib/suites.mjs";
import { runChromium, runFirefox } from "../runtimes/browsers.mjs";
import { runBun, runDeno, runNodes } from "../runtimes/programs.mjs";
import { bundlers, runtimes } from "../runtimes/tools.mjs";
import { runWorkerd } from "../runtimes/workerd.mjs";

/** Installs what is missing, but for browsers: for set-up, so that the suites' seconds are their own. */
export async function installRuntimes() {
  await runtimes();
  await bundlers();
}

export const runtimeSuites = [
  { name: "runtime node", run: runNodes },
  { name: "runtime deno", run: runDeno },
  { name: "runtime bun", run: runBun },
  { name: "runtime workerd", run: runWorkerd },
  { name: "runtime chromium", run: runChromium },
  { name: "runtime firefox", run: runFirefox },
];

export const bundlerSuites = bundlerNames.map((name) => ({ name: `bundler ${name}`, run: () => bundle(name) }));

await main(import.meta.url, async () => {
  const wanted = process.argv.slice(2);
  const all = [...runtimeSuites, ...bundlerSuites];
  const chosen = wanted.length > 0 ? all.filter(({ name }) => wanted.some((part) => name.includes(part))) : all;
  if (chosen.length === 0) throw new Error(`no such suite. There are: ${all.map(({ name }) => name).join(", ")}`);
  await installRuntimes();
  if (!(await runSuites(chosen))) process.exitCode = 1;
});
