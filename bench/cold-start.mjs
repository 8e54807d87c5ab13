// node bench/cold-start.mjs: from the start of a process over the import to the first exchange, `fetch` stubbed out.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "../scripts/build.mjs";
import { main } from "../scripts/lib/main.mjs";
import { inBenchFolder, libraries, measuredRuntimes } from "./lib/folder.mjs";
import { bar, chart, table, versionOf, writeSection } from "./lib/report.mjs";
import { difference, median, plus } from "./lib/statistics.mjs";
import { barChart } from "./lib/svg.mjs";

const RUNS = 25;
/** Who the others are compared with. */
const BASE = "openid-client";
const CONTENDERS = ["bare", "bare again", ...libraries];
const ms = (value) => value.toFixed(1);
const milli = (value) => `${value.toFixed(1)} ms`;

async function benchColdStart() {
  const programs = await measuredRuntimes();
  const results = await inBenchFolder((folder) =>
    Object.entries(programs).map(([name, program]) => ({
      ...described(name, program),
      runs: measure(folder, name, program),
    })),
  );
  writeSection("cold-start", { title: "Cold start", bars: bars(results), body: body(results) });
}

function described(name, program) {
  const version = /\d+\.\d+\.\d+/.exec(spawnSync(program, ["--version"], { encoding: "utf8" }).stdout)[0];
  const shown = name.startsWith("node") ? "Node" : { deno: "Deno", bun: "Bun" }[name];
  return { name, runtime: `${shown} ${version}` };
}

/** `{ contender: [{ import, first, sum, wall }] }`, the contenders taking turns. */
function measure(folder, name, program) {
  const runs = Object.fromEntries(CONTENDERS.map((contender) => [contender, []]));
  for (let round = -2; round < RUNS; round++) {
    // From the other end every second time.
    for (const contender of round % 2 ? CONTENDERS : CONTENDERS.toReversed()) {
      const run = start(folder, name, program, contender.split(" ")[0]);
      // The first two fill the caches of the machine, and Deno's of compiled code.
      if (round >= 0) runs[contender].push(run);
    }
  }
  return runs;
}

function start(folder, name, program, job) {
  const args = name === "deno" ? ["run", "--quiet", "--no-prompt"] : [];
  // For imports that are not written out; it is where the files of the package are.
  if (name === "deno") args.push(`--allow-read=${folder}`);
  const env = { ...process.env, DENO_DIR: join(folder, ".deno"), DENO_NO_UPDATE_CHECK: "1" };
  const begun = process.hrtime.bigint();
  const child = spawnSync(program, [...args, "workers/cold.mjs", job], { cwd: folder, env, encoding: "utf8" });
  const wall = Number(process.hrtime.bigint() - begun) / 1e6;
  if (child.status !== 0) throw new Error(`${name}, ${job}: exit ${child.status}\n${child.stderr}`);
  return { ...JSON.parse(child.stdout), wall };
}

const column = (runs, field) => runs.map((run) => run[field]);
const more = (runs, name, field) => difference(column(runs[name], field), column(runs[BASE], field));

function bars(results) {
  const wanted = results.find(({ name }) => name === "node24");
  if (!wanted) return [];
  const { runtime, runs } = wanted;
  return [
    bar(
      `process start to first exchange, more than openid-client, whole process, ${runtime}`,
      more(runs, "onbehalf", "wall").median,
      10,
      milli,
    ),
    bar(
      `the same within the process, import and first exchange, ${runtime}`,
      more(runs, "onbehalf", "sum").median,
      10,
      milli,
    ),
  ];
}

function body(results) {
  const intro = `A new process that imports the package from node_modules, makes a client and one exchange over a \`fetch\` that
answers at once. ${RUNS} runs of each, in turns; medians, milliseconds. "Bare" imports nothing; it takes part twice, and the
second row is the noise. The first \`Response\` of a process is in everybody's first exchange: Node loads its \`fetch\` then.`;
  const parts = [intro, ...results.map(({ runtime, runs }) => rows(runtime, runs)), coldChart(results)];
  return parts.join("\n\n");
}

function rows(runtime, runs) {
  const cells = CONTENDERS.map((name) => [
    { bare: "bare `fetch`", "bare again": "bare `fetch`, once more", onbehalf: "**onbehalf**" }[name] ??
      `${name} ${versionOf(name)}`,
    ...["import", "first", "sum", "wall"].map((field) => ms(median(column(runs[name], field)))),
    ...["sum", "wall"].map((field) => (name === BASE ? "" : plus(more(runs, name, field)))),
  ]);
  const columns = [
    "import",
    "first exchange",
    "sum",
    "whole process",
    "sum over openid-client",
    "whole over openid-client",
  ];
  return table([runtime, ...columns], cells);
}

function coldChart(results) {
  const groups = results.map(({ runtime, runs }) => ({
    name: runtime,
    rows: ["bare", ...libraries].map((name) => {
      const parts = ["import", "first"].map((field) => median(column(runs[name], field)));
      const label = name === "bare" ? "bare fetch" : name;
      return { label, parts, text: milli(parts[0] + parts[1]), ours: name === "onbehalf" };
    }),
  }));
  const title = "Cold start: import (light) and first exchange (dark)";
  return chart("cold-start", barChart({ title, groups }), title);
}

await main(import.meta.url, async () => {
  await build();
  await benchColdStart();
});
