// Test files run by Node's own runner.
import { availableParallelism } from "node:os";
import { run } from "./run.mjs";
import { Failure } from "./suites.mjs";

/** Gives the closing line and how many tests have passed. A run without tests, or with one that was skipped, is a failure. */
export async function nodeTests(files, env = {}) {
  // Most tests wait for something: on two cores Node would run one file at a time.
  const atOnce = Math.max(2, availableParallelism() - 1);
  const args = ["--test", "--test-reporter=tap", `--test-concurrency=${atOnce}`, ...files];
  const { status, output } = await run(process.execPath, args, { quiet: true, env });
  const count = (what) => Number(new RegExp(`^# ${what} (\\d+)`, "m").exec(output)?.[1] ?? 0);
  const pass = count("pass");
  // Node's own count leaves out a suite that is skipped as a whole.
  const skipped = output.match(/^ *(?:not )?ok \d.* # (?:SKIP|TODO)\b/gm)?.length ?? 0;
  const closing = `${files.length} files, tests ${count("tests")}, pass ${pass}, fail ${count("fail")}, skipped ${skipped}`;
  if (status !== 0) throw new Failure(`node --test: exit ${status}: ${closing}`, failuresOf(output));
  if (pass === 0 || skipped > 0) throw new Failure(`node --test: not all tests have run: ${closing}`, output);
  return { closing, pass };
}

/** Of a TAP report, the failed tests with their diagnostics. */
function failuresOf(tap) {
  const kept = [];
  let keeping = false;
  for (const line of tap.split("\n")) {
    if (/^\s*(not )?ok \d/.test(line)) keeping = /^\s*not ok/.test(line);
    if (/^\s*# Subtest/.test(line)) continue;
    if (keeping || /^# (?!tests|suites|pass|fail|cancelled|skipped|todo|duration)/.test(line)) kept.push(line);
  }
  return kept.join("\n");
}
