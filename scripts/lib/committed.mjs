// Comparing what a build gave with a list kept in git. `node <check> --update` writes the list anew.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { root } from "./paths.mjs";
import { Failure } from "./suites.mjs";

/** Gives the closing line, or throws with the difference. */
export function compareWithCommitted(path, lines, what, update = process.argv.includes("--update")) {
  const name = relative(root, path);
  if (update) {
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
    return `${name} written, ${lines.length} ${what}`;
  }
  const known = existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
  const added = lines.filter((line) => !known.includes(line)).map((line) => `+ ${line}`);
  const gone = known.filter((line) => !lines.includes(line)).map((line) => `- ${line}`);
  if (added.length + gone.length > 0) {
    throw new Failure(
      `${what} are not those of ${name}: ${added.length} new, ${gone.length} gone. If meant: npm run check:update`,
      [...added, ...gone].join("\n"),
    );
  }
  return `${lines.length} ${what}, as in ${name}`;
}
