// The files of the npm package, by name: one too many is a leak, one too few a broken import.
import { compareWithCommitted } from "../lib/committed.mjs";
import { at } from "../lib/paths.mjs";
import { capture } from "../lib/run.mjs";

export function packListCheck() {
  const [{ files }] = JSON.parse(capture("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"]));
  const names = files.map(({ path }) => path).sort();
  return compareWithCommitted(at("tests/packaging/files.txt"), names, "packed files");
}
