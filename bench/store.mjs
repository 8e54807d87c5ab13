// node bench/store.mjs: what a remembered token costs, beside a Map by hand and beside lru-cache with p-memoize.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { build } from "../scripts/build.mjs";
import { main } from "../scripts/lib/main.mjs";
import { must } from "../scripts/lib/run.mjs";
import { toolbox } from "../scripts/runtimes/tools.mjs";
import { inBenchFolder, measuredRuntimes } from "./lib/folder.mjs";
import { bar, table, writeSection } from "./lib/report.mjs";
import { median, ratio, times } from "./lib/statistics.mjs";

const SIZES = [1_000, 100_000, 1_000_000];
const BY_HAND = "by hand";
const nanos = (micros) => (micros * 1000).toFixed(0);
const x = (value) => `${value.toFixed(2)}×`;
const many = (value) => value.toLocaleString("en").replaceAll(",", " ");

async function benchStore() {
  const nodes = Object.entries(await measuredRuntimes()).filter(([name]) => name.startsWith("node"));
  const [name, node] = nodes.at(-1);
  const result = await inBenchFolder(async (folder) => {
    for (const peer of ["lru-cache", "p-memoize", "mimic-function"]) {
      cpSync(join(await toolbox("bench/peers"), peer), join(folder, "node_modules", peer), { recursive: true });
    }
    const run = async (...args) => {
      const flags = ["--expose-gc", "--max-old-space-size=12000"];
      return JSON.parse(await must(node, [...flags, join(folder, "workers/store.mjs"), ...args], { quiet: true }));
    };
    const lookups = [];
    for (const size of SIZES) lookups.push({ size, ...(await run("lookup", String(size))) });
    const concurrent = await run("concurrent", "100", "15");
    return { lookups, concurrent, memory: await run("memory", "100000") };
  });
  writeSection("store", { title: `A store of tokens (${name})`, bars: bars(result), body: body(result) });
}

const column = (rounds, read) => rounds.map(read);
const wall = ({ wall }) => wall;
const cpu = ({ cpu }) => cpu;
const against = (results, name, read) => ratio(column(results[name], read), column(results[BY_HAND], read));

function bars({ lookups, concurrent }) {
  const all = lookups.flatMap(({ size, same, fresh }) => [
    bar(`cached lookup against a Map by hand, ${many(size)} entries`, against(same, "onbehalf", wall).median, 1.2, x),
    bar(`the same with a token cut from a header`, against(fresh, "onbehalf", wall).median, 1.2, x),
  ]);
  return [...all, bar("requests for 10 000 calls at once of 100 users", concurrent.sent.onbehalf, 100)];
}

function body({ lookups, concurrent, memory }) {
  const sections = lookups.map(
    ({ size, same, fresh }) =>
      `### ${many(size)} entries\n\n${lookupTable("the same string object", same)}\n\n${lookupTable("cut from a header", fresh)}`,
  );
  return `\`findByRef\` of a token that is there. By hand: an async function that asks the same provider and reads a \`Map\` per
target, its subject tokens as keys; it shares no calls, has no bound, and knows of no skew for short lives. Subject
tokens of 900 bytes, looked up in random order, 10 000 in a round, 31 rounds. The same string object: its hash is known.
Cut from a header: \`slice(7)\` of a new string, as a server has it, whose hash every contender has to compute.

${sections.join("\n\n")}

### 10 000 calls at once for 100 users, nothing remembered

${concurrentTable(concurrent)}

### Memory of 100 000 tokens

Beside the subject token, which somebody else holds too; the issued token has 900 bytes. The store keeps the whole answer,
for \`raw\`, \`headers\` and the other members of a \`TokenResponse\`.

${table(
  ["", "bytes per token"],
  Object.entries(memory).map(([name, bytes]) => [label(name), bytes.toFixed(0)]),
)}`;
}

function lookupTable(title, results) {
  const rows = Object.entries(results).map(([name, rounds]) => [
    label(name),
    nanos(median(column(rounds, wall))),
    name === BY_HAND ? "" : times(against(results, name, wall)),
    nanos(median(column(rounds, cpu))),
    name === BY_HAND ? "" : times(against(results, name, cpu)),
  ]);
  return table([title, "ns", "to by hand", "CPU, ns", "CPU to by hand"], rows);
}

function concurrentTable({ rounds, sent }) {
  const rows = Object.entries(rounds).map(([name, all]) => [
    label(name),
    many(sent[name]),
    median(column(all, wall)).toFixed(1),
    median(column(all, cpu)).toFixed(1),
  ]);
  return table(["", "requests", "µs per call", "CPU, µs per call"], rows);
}

const label = (name) => (name === "onbehalf" ? "**onbehalf**" : name === "by hand again" ? "by hand, once more" : name);

await main(import.meta.url, async () => {
  console.log(await build());
  await benchStore();
});
