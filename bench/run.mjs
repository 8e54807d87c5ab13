// node bench/run.mjs: all benches into bench/RESULTS.md. `--strict` makes a missed bar a failure.
import { build } from "../scripts/build.mjs";
import { main } from "../scripts/lib/main.mjs";
import { at } from "../scripts/lib/paths.mjs";
import { must } from "../scripts/lib/run.mjs";
import { setUp } from "../scripts/setup.mjs";
import { missedBars } from "./lib/report.mjs";

const BENCHES = ["exchange", "cold-start", "bytes", "store"];

await main(import.meta.url, async () => {
  await setUp("build");
  console.log(await build());
  for (const name of BENCHES) {
    const started = performance.now();
    await must(process.execPath, [at("bench", `${name}.mjs`)]);
    console.log(`\n${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
  const missed = missedBars();
  console.log(`\nbench/RESULTS.md is written. Bars missed: ${missed.length}\n${missed.join("\n")}`);
  if (missed.length > 0 && process.argv.includes("--strict")) process.exitCode = 1;
});
