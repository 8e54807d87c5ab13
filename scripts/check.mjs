// npm run check: formatting, lints, and the gates on what the build gave. `--update` rewrites the committed lists.
import { build } from "./build.mjs";
import { budgetCheck } from "./check/budget.mjs";
import { committedTypesCheck } from "./check/committed-types.mjs";
import { forbiddenCratesCheck } from "./check/forbidden-crates.mjs";
import { packListCheck } from "./check/pack-list.mjs";
import { panicLocationsCheck } from "./check/panic-locations.mjs";
import { wireNamesCheck } from "./check/wire-names.mjs";
import { main } from "./lib/main.mjs";
import { capture, npmTool, run } from "./lib/run.mjs";
import { Failure, runSuites } from "./lib/suites.mjs";
import { rust, wasmTarget } from "./lib/versions.mjs";
import { setUp } from "./setup.mjs";

/**
 * Twice: what costs bytes or may panic is denied in the product, not in its tests. What `Cargo.toml` denies is an error
 * always; other warnings are one with the Rust of `rust-version`, for each newer one warns of more.
 */
async function clippy(targets, ...flags) {
  const lint = ["clippy", "--quiet", "--locked", ...flags];
  const version = capture("rustc", ["--version"]).trim();
  const strict = version.startsWith(`rustc ${rust}.`) ? ["-D", "warnings"] : [];
  await tool("cargo", [...lint, "--lib", "--", ...strict])();
  const inTests = ["-A", "clippy::disallowed_macros", "-A", "clippy::disallowed_methods"];
  await tool("cargo", [...lint, ...targets, "--", ...strict, ...inTests])();
  return `no ${strict.length > 0 ? "warnings" : "denied lints"} in the library and in its tests, ${version}`;
}

const DOCS = { RUSTDOCFLAGS: "-D warnings" };

/** Needs a build. */
export const checks = [
  { name: "rustfmt", run: tool("cargo", ["fmt", "--check"], "formatted") },
  { name: "clippy native", run: () => clippy(["--all-targets"]) },
  { name: "clippy wasm", run: () => clippy(["--test", "wasm"], "--target", wasmTarget) },
  { name: "clippy npm", run: () => clippy(["--lib"], "--all-features", "--target", wasmTarget) },
  { name: "cargo doc", run: tool("cargo", ["doc", "--quiet", "--locked", "--no-deps"], "no broken link", DOCS) },
  { name: "biome", run: tool(...npmTool("@biomejs/biome/bin/biome", ["ci", "--error-on-warnings", "--colors=off"])) },
  { name: "tsc", run: tool(...npmTool("typescript/bin/tsc", ["-p", "tsconfig.json"]), "strict, no errors") },
  { name: "wire names", run: wireNamesCheck },
  { name: "forbidden crates", run: forbiddenCratesCheck },
  { name: "panic locations", run: panicLocationsCheck },
  { name: "committed typings", run: committedTypesCheck },
  { name: "pack list", run: packListCheck },
  { name: "budget", run: budgetCheck },
];

/** Runs a program; its closing line is the given one, or the last it printed. */
function tool(program, args, closing, env) {
  return async () => {
    const { status, output } = await run(program, args, { quiet: true, env });
    if (status !== 0) throw new Failure(`${program} ${args.join(" ")}: exit ${status}`, output);
    return closing ?? output.trim().split("\n").at(-1);
  };
}

await main(import.meta.url, async () => {
  await setUp("check");
  console.log(await build());
  if (!(await runSuites(checks))) process.exitCode = 1;
});
