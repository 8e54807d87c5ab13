// Each `panic!`, `unwrap`, index or slice that the compiler could not rule out leaves its source file's name in the
// wasm. A new one is a way to lose the instance: handle the case, or accept it here with a look at why.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compareWithCommitted } from "../lib/committed.mjs";
import { at, release } from "../lib/paths.mjs";

export function panicLocationsCheck() {
  const text = readFileSync(join(release.outDir, "core_bg.wasm"), "latin1");
  const found = new Set();
  // Texts stand without a separator, so a prefix counts only when it is one of these.
  const paths = /(\/rustc\/[0-9a-f]{40}\/|library\/[\w-]+\/|\/(?:crates|rust\/deps)\/[\w.+-]+?\/)*src\/[\w/-]+?\.rs/g;
  for (const [path] of text.matchAll(paths)) {
    // The standard library's own change with the compiler.
    if (path.includes("library/")) continue;
    // Versions change without the code.
    found.add(path.replace(/^\/(?:crates|rust\/deps)\/([\w-]+?)-\d[^/]*\//, "$1/"));
  }
  return compareWithCommitted(at("tests/packaging/panic-locations.txt"), [...found].sort(), "panic locations");
}
