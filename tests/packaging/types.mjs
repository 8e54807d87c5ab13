// The published typings under each way in which TypeScript finds them, without skipLibCheck; and what docs/guide.md has in
// TypeScript.
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { at } from "../../scripts/lib/paths.mjs";
import { npmTool, run } from "../../scripts/lib/run.mjs";
import { Failure } from "../../scripts/lib/suites.mjs";
import { inConsumer } from "../../scripts/suites/packaging.mjs";
import { documented } from "../js/documented.mjs";

const ways = [
  { module: "node16", files: ["esm.mts", "slim.mts", "cjs.cts"] },
  { module: "nodenext", files: ["esm.mts", "slim.mts", "cjs.cts"] },
  { module: "esnext", moduleResolution: "bundler", files: ["esm.mts", "slim.mts", "plain.ts"] },
];
/** Browsers have the DOM library, Node programs often only @types/node, and Workers typings of their own. */
const hosts = [
  { name: "dom", lib: ["es2022", "dom"], types: [] },
  { name: "node", lib: ["es2022"], types: ["node"] },
  { name: "worker", lib: ["es2022"], types: [], only: ["worker.mts"] },
];
const compilers = ["typescript-7", "typescript-5.9", "typescript-5.4"];
const older = "../tests/packaging/compilers/node_modules";

export function typeResolution() {
  return inConsumer(async (folder) => {
    for (const file of ["esm.mts", "cjs.cts", "plain.ts"])
      copyFileSync(at("tests/packaging/use.ts"), join(folder, file));
    copyFileSync(at("tests/packaging/use-slim.ts"), join(folder, "slim.mts"));
    copyFileSync(at("tests/packaging/use-worker.ts"), join(folder, "worker.mts"));
    const guide = guideModules();
    for (const [file, code] of guide) writeFileSync(join(folder, file), code);
    for (const name of ["@types/node", "undici-types"]) {
      mkdirSync(join(folder, "node_modules", name), { recursive: true });
      cpSync(at("node_modules", name), join(folder, "node_modules", name), { recursive: true });
    }
    const jobs = compilers.flatMap((compiler) => hosts.flatMap((host) => ways.map((way) => ({ compiler, host, way }))));
    const queue = jobs.map((job, i) => ({ ...job, config: join(folder, `tsconfig.${i}.json`) }));
    const failures = [];
    const worker = async () => {
      for (let job = queue.shift(); job; job = queue.shift())
        failures.push(...(await compile(folder, job, [...guide.keys()])));
    };
    await Promise.all([worker(), worker()]);
    if (failures.length > 0) {
      throw new Failure(`${failures.length} of ${jobs.length} ways to compile fail`, failures.join("\n"));
    }
    const modules = ways.map(({ module }) => module).join(", ");
    const hostNames = "with dom, with @types/node and the guide, as a Worker";
    return `${jobs.length} ways to compile: ${compilers.join(", ")}; ${modules}; ${hostNames}`;
  });
}

/** The modules of docs/guide.md that are written in TypeScript, by file. */
function guideModules() {
  const blocks = [...documented(readFileSync(at("docs/guide.md"), "utf8")).values()];
  const written = blocks.filter(({ language }) => language === "ts");
  if (written.length === 0) throw new Failure("docs/guide.md has no TypeScript");
  return new Map(written.map(({ code }, i) => [`guide-${i}.mts`, code]));
}

/** Gives what the compiler says, in a list that is empty when it says nothing. */
async function compile(folder, { compiler, host, way, config }, guide) {
  const { files, ...resolution } = way;
  const { name, only, ...library } = host;
  const checked = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
  const always = { ...checked, target: "es2022", noEmit: true };
  writeFileSync(
    config,
    JSON.stringify({
      compilerOptions: { ...always, ...resolution, ...library },
      files: only ?? [...files, ...(name === "node" ? guide : [])],
    }),
  );
  const path = compiler === "typescript-7" ? "typescript/bin/tsc" : `${older}/${compiler}/bin/tsc`;
  const { status, output } = await run(...npmTool(path, ["-p", config]), { quiet: true, cwd: folder });
  if (status === 0) return [];
  return [`${compiler}, ${Object.values(resolution).join("/")}, ${name}: exit ${status}\n${output}`];
}
