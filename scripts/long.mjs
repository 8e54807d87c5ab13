// npm run test:long: what is too long for every day. Properties over many cases, then each fuzz target for
// `-- --seconds 300`. Fuzzing needs a nightly toolchain; cargo-fuzz is installed when it is missing.
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { main } from "./lib/main.mjs";
import { at } from "./lib/paths.mjs";
import { must, run, which } from "./lib/run.mjs";
import { Failure, runSuites } from "./lib/suites.mjs";
import { nativeTestsAtLength } from "./suites/rust.mjs";

async function fuzzTools() {
  const { status } = await run("cargo", ["+nightly", "--version"], { quiet: true });
  if (status !== 0) throw new Failure("fuzzing needs a nightly toolchain: rustup toolchain install nightly");
  if (!which("cargo-fuzz")) await must("cargo", ["install", "cargo-fuzz", "--locked"], { quiet: true });
}

/** Ends with libFuzzer's own last line. A finding is a failure, with the input that shows it. */
async function fuzz(target, seconds) {
  await fuzzTools();
  const args = ["+nightly", "fuzz", "run", target, "--", `-max_total_time=${seconds}`];
  const { status, output } = await run("cargo", args, { quiet: true, cwd: at("fuzz") });
  if (status !== 0) throw new Failure(`cargo ${args.join(" ")}: exit ${status}`, output);
  return /^Done .*$/m.exec(output)?.[0] ?? "ended without a word";
}

await main(import.meta.url, async () => {
  const { values } = parseArgs({ options: { seconds: { type: "string", default: "300" } } });
  const seconds = Number(values.seconds);
  if (!Number.isInteger(seconds) || seconds < 1) throw new Failure("--seconds is a whole number");
  const targets = readdirSync(at("fuzz/fuzz_targets")).map((file) => basename(file, ".rs"));
  const suites = [
    { name: "native at length", run: nativeTestsAtLength },
    ...targets.map((target) => ({ name: `fuzz ${target}`, run: () => fuzz(target, seconds) })),
  ];
  if (!(await runSuites(suites))) process.exitCode = 1;
});
