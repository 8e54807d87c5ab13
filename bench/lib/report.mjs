// bench/RESULTS.md: each bench writes its own section of it, and a chart or two, whether run alone or by run.mjs.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, loadavg, platform, totalmem } from "node:os";
import { dirname } from "node:path";
import { at } from "../../scripts/lib/paths.mjs";
import { capture } from "../../scripts/lib/run.mjs";
import { packageJson } from "../../scripts/lib/versions.mjs";

const RESULTS = at("bench/RESULTS.md");
/** In this order. A section that has not been written yet is left out. */
const SECTIONS = ["exchange", "cold-start", "bytes", "store"];

const HEAD = `# Measured

Written by \`node bench/run.mjs\`; each bench (\`bench/exchange.mjs\`, …) writes its own section and can be run alone.
Times of a machine that others use too are noise: what counts is the ratios, of contenders that take turns in one
process or start one after the other, round by round. They are medians of the paired rounds, with quartiles in
parentheses.`;

/** A limit that a result is held to: `value` at most `limit`. `text` says what of. */
export function bar(text, value, limit, show = String) {
  return { text, value, limit, show, met: value <= limit };
}

/** Puts a section into the results and prints it. */
export function writeSection(name, { title, bars = [], body }) {
  if (!SECTIONS.includes(name)) throw new Error(`report.mjs does not know the section ${name}`);
  const lines = bars.map(
    ({ text, value, limit, show, met }) =>
      `- ${met ? "**pass**" : "**FAIL**"} ${text}: ${show(value)}, limit ${show(limit)}`,
  );
  const text = [`## ${title}`, conditions(), lines.join("\n"), body.trim()].filter(Boolean).join("\n\n");
  const sections = readSections();
  sections.set(name, text);
  const all = SECTIONS.filter((known) => sections.has(known));
  const parts = all.map((known) => `<!-- begin ${known} -->\n${sections.get(known)}\n<!-- end ${known} -->`);
  const held = all.flatMap((known) => sections.get(known).match(/^- \*\*(?:pass|FAIL)\*\*.*$/gm) ?? []);
  const summary = held.length > 0 ? [`## Bars\n\n${held.join("\n")}`] : [];
  writeFileSync(RESULTS, `${[HEAD, ...summary, ...parts].join("\n\n")}\n`);
  console.log(`\n${text}`);
}

/** The lines of the bars that the results miss. */
export function missedBars() {
  return [...readSections().values()].flatMap((text) => text.match(/^- \*\*FAIL\*\*.*$/gm) ?? []);
}

function readSections() {
  const text = existsSync(RESULTS) ? readFileSync(RESULTS, "utf8") : "";
  const found = text.matchAll(/<!-- begin (\S+) -->\n([\s\S]*?)\n<!-- end \1 -->/g);
  return new Map([...found].map(([, name, content]) => [name, content]));
}

/** When, where and of what: measured again with every section. */
function conditions() {
  const now = new Date().toISOString().slice(0, 10);
  const memory = Math.round(totalmem() / 2 ** 30);
  const machine = `${cpus()[0].model.trim()}, ${cpus().length} cores, ${memory} GB, ${platform()} ${arch()}`;
  const load = loadavg()[0].toFixed(1);
  return `${now}, onbehalf ${packageJson.version} (${commit()}). ${machine}; load ${load} at the end.`;
}

function commit() {
  try {
    const changed = capture("git", [
      "status",
      "--porcelain",
      "--",
      "Cargo.toml",
      "Cargo.lock",
      "src",
      "js",
      "scripts/build",
    ]);
    return `${capture("git", ["rev-parse", "--short", "HEAD"]).trim()}${changed ? " with changes" : ""}`;
  } catch {
    return "not from git";
  }
}

/** The version of an installed npm package. */
export function versionOf(name) {
  return JSON.parse(readFileSync(at("node_modules", name, "package.json"), "utf8")).version;
}

/** A Markdown table; cells after the first are numbers, to the right. */
export function table(columns, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

/** Writes bench/charts/<name>.svg and gives the Markdown that shows it. */
export function chart(name, drawing, description) {
  const path = at("bench/charts", `${name}.svg`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, drawing);
  return `![${description}](charts/${name}.svg)`;
}
