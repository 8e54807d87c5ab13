// A folder as a user has one: the package and its peers installed side by side, and the jobs that use them.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { at } from "../../scripts/lib/paths.mjs";
import { runtimes } from "../../scripts/runtimes/tools.mjs";

/** The libraries that are compared. */
export const libraries = ["oauth4webapi", "openid-client", "onbehalf"];

/** Copies, so that a build at the same time changes nothing while it is measured. */
export async function inBenchFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), "onbehalf-bench-"));
  try {
    const modules = join(folder, "node_modules");
    mkdirSync(join(modules, "onbehalf"), { recursive: true });
    cpSync(at("pkg"), join(modules, "onbehalf/pkg"), { recursive: true });
    cpSync(at("package.json"), join(modules, "onbehalf/package.json"));
    // openid-client needs jose.
    for (const name of ["oauth4webapi", "openid-client", "jose"]) {
      cpSync(at("node_modules", name), join(modules, name), { recursive: true });
    }
    for (const name of ["jobs", "workers"]) cpSync(at("bench/lib", name), join(folder, name), { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The runtimes to measure in, `{ node20, node24, deno, bun }`; on a machine that npm has none for, this Node only. */
export async function measuredRuntimes() {
  try {
    const { node20, node24, deno, bun } = await runtimes();
    return { node20, node24, deno, bun };
  } catch (error) {
    console.log(`Only this Node is measured: ${error.message}`);
    return { [`node${process.versions.node.split(".")[0]}`]: process.execPath };
  }
}
