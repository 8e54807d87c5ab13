// The JavaScript suites: tests/js over the built package, those of the scripts, and the example that is the main job.
import { nodeTests } from "../lib/node-tests.mjs";
import { at } from "../lib/paths.mjs";
import { run } from "../lib/run.mjs";
import { filesBelow } from "../lib/stamp.mjs";
import { Failure } from "../lib/suites.mjs";

export async function jsTests() {
  const files = filesBelow("tests/js", "tests/scripts", "tests/servers").filter((file) => /\.test\.m?js$/.test(file));
  if (files.length === 0) throw new Failure("no *.test.mjs in tests/js");
  const { closing } = await nodeTests(files);
  return closing;
}

/** The main job; `args` as on its command line. Gives its last line. */
export async function mainJob(...args) {
  const { status, output } = await run(process.execPath, [at("examples/start.mjs"), ...args], { quiet: true });
  if (status !== 0) throw new Failure(`examples/start.mjs ${args.join(" ")}: exit ${status}`, output);
  return output.trim().split("\n").at(-1);
}
