// node bench/exchange.mjs: one token exchange over loopback, and what of it is the library's own time.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { build } from "../scripts/build.mjs";
import { main } from "../scripts/lib/main.mjs";
import { must } from "../scripts/lib/run.mjs";
import { inBenchFolder, libraries, measuredRuntimes } from "./lib/folder.mjs";
import { bar, chart, table, versionOf, writeSection } from "./lib/report.mjs";
import { difference, median, plus, ratio, times } from "./lib/statistics.mjs";
import { barChart } from "./lib/svg.mjs";

const ROUNDS = 91;
const CONTENDERS = ["bare", "bare again", ...libraries];
const SHOWN = {
  bare: "bare `fetch`",
  "bare again": "bare `fetch`, once more",
  stub: "the stub",
  "stub again": "the stub, once more",
};
const shown = (name) => SHOWN[name] ?? (name === "onbehalf" ? "**onbehalf**" : `${name} ${versionOf(name)}`);
const us = (value) => value.toFixed(value < 100 ? 1 : 0);
const x = (value) => `${value.toFixed(2)}×`;
const micro = (value) => `${value.toFixed(0)} µs`;

async function benchExchange() {
  const programs = Object.entries(await measuredRuntimes());
  const nodes = programs.filter(([name]) => name.startsWith("node")).map(([, program]) => program);
  const results = await inBenchFolder((folder) =>
    beside(folder, async (origin) => {
      const measured = [];
      for (const node of nodes) {
        const output = await must(node, [join(folder, "workers/exchange.mjs"), origin, String(ROUNDS)], {
          quiet: true,
        });
        measured.push(JSON.parse(output.split("\n").find((line) => line.startsWith('{"version"'))));
      }
      return measured;
    }),
  );
  writeSection("exchange", { title: "A token exchange", bars: bars(results), body: body(results) });
}

/** Runs `use(origin)` beside the token endpoint, which is a process of its own. */
async function beside(folder, use) {
  const server = spawn(process.execPath, [join(folder, "workers/server.mjs")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [port] = await once(server.stdout, "data");
    return await use(`http://127.0.0.1:${Number(port)}`);
  } finally {
    server.kill();
  }
}

const column = (rounds, read) => rounds.map(read);
const against = ({ wire }, read) => ratio(column(wire.onbehalf, read), column(wire.oauth4webapi, read)).median;
const own = ({ stubbed }, name, read) => difference(column(stubbed[name], read), column(stubbed.stub, read));
const p50 = (round) => round.p50;
const cpu = (round) => round.cpu;

function bars(results) {
  const all = results.flatMap((result) => [
    bar(
      `exchange p50 against oauth4webapi, ${nodeOf(result)}`,
      against(result, ({ one }) => one.p50),
      1.1,
      x,
    ),
    bar(
      `exchange CPU against oauth4webapi, ${nodeOf(result)}`,
      against(result, ({ one }) => one.cpu),
      1.1,
      x,
    ),
    bar(
      `the same CPU with 50 at once, ${nodeOf(result)}`,
      against(result, ({ many }) => many.cpu),
      1.1,
      x,
    ),
  ]);
  const latest = results.at(-1);
  return [
    ...all,
    bar(`own time with \`fetch\` stubbed out, p50, ${nodeOf(latest)}`, own(latest, "onbehalf", p50).median, 50, micro),
    bar(`the same as CPU time, ${nodeOf(latest)}`, own(latest, "onbehalf", cpu).median, 50, micro),
  ];
}

const nodeOf = ({ version }) => `Node ${version}`;

function body(results) {
  const parts = [
    `An RFC 8693 exchange: client_secret_basic, a subject token of 900 bytes, audience and scope, an answer with a token
of 900 bytes. Every contender sends the same request, checked, and there is one request per exchange, counted. The
server is a minimal \`node:http\` one in a process of its own. ${ROUNDS} rounds; in each round every contender makes 200
exchanges one after the other and 300 with 50 under way at a time, in an order drawn anew. Bare \`fetch\` takes part twice:
its second row is the noise. The exchanges are those of an agent, for one user after the other and the same target: onbehalf
begins all but the first two of its like without the core.`,
  ];
  for (const result of results)
    parts.push(`### ${nodeOf(result)}`, wireTable(result, "one"), wireTable(result, "many"));
  parts.push(wireChart(results));
  parts.push(`### Own time

The same jobs over a \`fetch\` that answers with a \`new Response\` at once. Own time is what a call takes over the stub
itself, which makes the answer and reads it with \`json()\`; microseconds per call. The median call knows nothing of the
garbage collector and of other programs; CPU time counts the first and not the second.`);
  for (const result of results) parts.push(`#### ${nodeOf(result)}`, stubTable(result));
  parts.push(ownChart(results));
  return parts.join("\n\n");
}

function wireTable({ wire }, way) {
  const read = (name, field) => wire[name].map((round) => round[way][field]);
  const against = (name, base, field) => (name === base ? "" : times(ratio(read(name, field), read(base, field))));
  const rows = CONTENDERS.map((name) => [
    shown(name),
    us(median(read(name, "p50"))),
    against(name, "oauth4webapi", "p50"),
    against(name, "bare", "p50"),
    us(median(read(name, "cpu"))),
    against(name, "oauth4webapi", "cpu"),
  ]);
  const heading = way === "one" ? "one at a time" : "50 at a time";
  return table([heading, "p50, µs", "to oauth4webapi", "to bare `fetch`", "CPU, µs", "CPU to oauth4webapi"], rows);
}

function stubTable(result) {
  const rows = ["stub", "stub again", "bare", ...libraries].map((name) => [
    shown(name),
    us(median(column(result.stubbed[name], p50))),
    name === "stub" ? "" : plus(own(result, name, p50)),
    us(median(column(result.stubbed[name], cpu))),
    name === "stub" ? "" : plus(own(result, name, cpu)),
  ]);
  return table(["`fetch` stubbed out", "p50, µs", "own time, µs", "CPU, µs", "own CPU, µs"], rows);
}

function wireChart(results) {
  const groups = results.map((result) => ({
    name: nodeOf(result),
    rows: ["bare", ...libraries].map((name) => {
      const value = median(column(result.wire[name], ({ one }) => one.p50));
      return { label: name === "bare" ? "bare fetch" : name, value, text: micro(value), ours: name === "onbehalf" };
    }),
  }));
  const title = "One exchange over loopback, median, one at a time";
  return chart("exchange", barChart({ title, groups }), title);
}

function ownChart(results) {
  const groups = results.map((result) => ({
    name: nodeOf(result),
    rows: ["bare", ...libraries].map((name) => {
      const value = Math.max(own(result, name, cpu).median, 0);
      return {
        label: name === "bare" ? "bare fetch" : name,
        value,
        text: `${us(value)} µs`,
        ours: name === "onbehalf",
      };
    }),
  }));
  const title = "Own CPU time of a call, fetch stubbed out";
  return chart("own-time", barChart({ title, groups, limit: { value: 50, label: "limit 50 µs" } }), title);
}

await main(import.meta.url, async () => {
  await build();
  await benchExchange();
});
