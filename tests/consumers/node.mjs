// The packed package in an empty project, by `import` and by `require`, on Node.
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { at } from "../../scripts/lib/paths.mjs";
import { run } from "../../scripts/lib/run.mjs";
import { Failure } from "../../scripts/lib/suites.mjs";
import { inConsumer } from "../../scripts/suites/packaging.mjs";

const ways = [
  { name: "import", args: ["import.mjs"] },
  { name: "require", args: ["require.cjs"] },
  // As Node was before 20.19: takes index.cjs.
  { name: "require without require(esm)", args: ["--no-experimental-require-module", "require.cjs"] },
];

export function runNode() {
  return inConsumer(async (folder) => {
    for (const file of ["import.mjs", "require.cjs", "exchange.mjs"]) {
      copyFileSync(at("tests/consumers", file), join(folder, file));
    }
    for (const { name, args } of ways) {
      const { status, output } = await run(process.execPath, args, { quiet: true, cwd: folder });
      if (status !== 0) throw new Failure(`${name}: exit ${status}`, output);
      console.log(`${name}: ${output.trim()}`);
    }
    return `${ways.length} consumers on Node ${process.versions.node}`;
  });
}
