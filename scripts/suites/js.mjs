// The JavaScript suites: tests/js over the built package, and the example that is the package's main job.
import { at } from "../lib/paths.mjs";
import { run } from "../lib/run.mjs";
import { filesBelow } from "../lib/stamp.mjs";
import { Failure } from "../lib/suites.mjs";

export async function jsTests() {
  const files = filesBelow("tests/js", "tests/servers").filter((file) => /\.test\.m?js$/.test(file));
  if (files.length === 0) throw new Failure("no *.test.mjs in tests/js");
  const { status, output } = await run(process.execPath, ["--test", "--test-reporter=tap", ...files], { quiet: true });
  const count = (what) => Number(new RegExp(`^# ${what} (\\d+)`, "m").exec(output)?.[1] ?? 0);
  const closing = `${files.length} files, tests ${count("tests")}, pass ${count("pass")}, fail ${count("fail")}, skipped ${count("skipped")}`;
  if (status !== 0) throw new Failure(`node --test: exit ${status}: ${closing}`, failuresOf(output));
  if (count("pass") === 0) throw new Failure("node --test: no test has run", output);
  return closing;
}

export async function mainJob() {
  const { status, output } = await run(process.execPath, [at("examples/start.mjs")], { quiet: true });
  if (status !== 0) throw new Failure(`examples/start.mjs: exit ${status}`, output);
  return output.trim().split("\n").at(-1);
}

/** Of a TAP report, the failed tests with their diagnostics. */
function failuresOf(tap) {
  const lines = tap.split("\n");
  const kept = [];
  let keeping = false;
  for (const line of lines) {
    if (/^\s*(not )?ok \d/.test(line)) keeping = /^\s*not ok/.test(line);
    if (/^\s*# Subtest/.test(line)) continue;
    if (keeping || /^# (?!tests|suites|pass|fail|cancelled|skipped|todo|duration)/.test(line)) kept.push(line);
  }
  return kept.join("\n");
}
