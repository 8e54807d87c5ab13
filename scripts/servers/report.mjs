// docs/servers.md: what each real server answered in the last complete run. The suites write it, nobody else does.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { at } from "../lib/paths.mjs";
import { writeAtomic } from "../lib/stamp.mjs";

const path = at("docs/servers.md");

const HEAD = `# Real servers

Written by the suites that run against them (\`npm test\`). Every row is a case that passed: what was asked through
\`OAuthClient\`, what the server answered, what became of it.
`;

/**
 * Puts the rows of one server in place of its last ones. `results` are \`{ section, case, result }\` in the order in
 * which the cases are declared, so that the same run writes the same file.
 */
export function writeServerReport({ server, version, results }) {
  const sections = new Map(existsSync(path) ? sectionsOf(readFileSync(path, "utf8")) : []);
  sections.set(server, [`## ${server}`, "", ...table({ server, version, results })].join("\n"));
  const names = [...sections.keys()].sort();
  mkdirSync(at("docs"), { recursive: true });
  writeAtomic(path, `${[HEAD.trim(), ...names.map((name) => sections.get(name).trim())].join("\n\n")}\n`);
}

function sectionsOf(text) {
  return text
    .split(/^(?=## )/m)
    .slice(1)
    .map((section) => [/^## (.*)$/m.exec(section)[1], section]);
}

function table({ server, version, results }) {
  const row = (...cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rows = results.map(({ section, case: name, result }) => row(server, version, `${section}: ${name}`, result));
  return [row("Server", "Version", "Case", "Result"), row("---", "---", "---", "---"), ...rows];
}
