// What every runtime gets: the packed package, a build of it with a planted panic, the smoke test and its server.
import { copyFileSync, cpSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { smokeServer } from "../../tests/runtimes/server.mjs";
import { names } from "../../tests/runtimes/smoke.mjs";
import { at, planted } from "../lib/paths.mjs";
import { Failure } from "../lib/suites.mjs";
import { inConsumer } from "../suites/packaging.mjs";

/** Gives `work` a folder with the package installed, and `serve(use)`, which runs `use(origin)` beside a server. */
export function inSmokeConsumer(work) {
  return inConsumer((folder) => {
    for (const file of ["run.mjs", "run.cjs", "smoke.mjs"]) {
      copyFileSync(at("tests/runtimes", file), join(folder, file));
    }
    if (!existsSync(join(planted.outDir, "index.js"))) {
      throw new Failure("there is no build with a planted panic: run the suite `build with planted panic` first");
    }
    cpSync(planted.outDir, join(folder, "planted"), { recursive: true });
    writeFileSync(join(folder, "planted/package.json"), JSON.stringify({ type: "module" }));
    return work(folder);
  });
}

/** A server for one run, so that its counts are those of the run. */
export async function withServer(use) {
  const server = await smokeServer();
  try {
    return await use(server.origin);
  } finally {
    await server.close();
  }
}

/** Gives the name of the host when all cases have passed. A case that has not run is a failure. */
export function judge(way, { host, passed, failed }) {
  const missing = names.filter((name) => !passed.includes(name) && !failed.some((line) => line.startsWith(name)));
  const wrong = [...failed, ...missing.map((name) => `${name}: has not run`)];
  if (wrong.length > 0) throw new Failure(`${host}, ${way}: ${wrong.length} of ${names.length} fail`, wrong.join("\n"));
  console.log(`${host}, ${way}: ${passed.length} passed`);
  return host;
}

export const caseCount = names.length;
