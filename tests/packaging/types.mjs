// The published typings under each way in which TypeScript finds them, without skipLibCheck.
import { copyFileSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { at } from "../../scripts/lib/paths.mjs";
import { npmTool, run } from "../../scripts/lib/run.mjs";
import { Failure } from "../../scripts/lib/suites.mjs";
import { inConsumer } from "../../scripts/suites/packaging.mjs";

const ways = [
  { module: "node16", files: ["esm.mts", "slim.mts", "cjs.cts"] },
  { module: "nodenext", files: ["esm.mts", "slim.mts", "cjs.cts"] },
  { module: "esnext", moduleResolution: "bundler", files: ["esm.mts", "slim.mts", "plain.ts"] },
];
/** Browsers and Workers have the DOM library, Node programs often only @types/node. */
const hosts = [
  { name: "dom", lib: ["es2022", "dom"], types: [] },
  { name: "node", lib: ["es2022"], types: ["node"] },
];
const compilers = ["typescript-7", "typescript-5.9", "typescript-5.4"];
const older = "../tests/packaging/compilers/node_modules";

export function typeResolution() {
  return inConsumer(async (folder) => {
    for (const file of ["esm.mts", "cjs.cts", "plain.ts"])
      copyFileSync(at("tests/packaging/use.ts"), join(folder, file));
    copyFileSync(at("tests/packaging/use-slim.ts"), join(folder, "slim.mts"));
    for (const name of ["@types/node", "undici-types"]) {
      mkdirSync(join(folder, "node_modules", name), { recursive: true });
      cpSync(at("node_modules", name), join(folder, "node_modules", name), { recursive: true });
    }
    const failures = [];
    let count = 0;
    for (const compiler of compilers) {
      for (const host of hosts) {
        for (const { files, ...way } of ways) {
          const label = `${compiler}, ${Object.values(way).join("/")}, ${host.name}`;
          const output = await compile(folder, compiler, files, { ...way, lib: host.lib, types: host.types });
          count++;
          if (output) failures.push(`${label}:\n${output}`);
        }
      }
    }
    if (failures.length > 0)
      throw new Failure(`${failures.length} of ${count} ways to compile fail`, failures.join("\n"));
    return `${count} ways to compile: ${compilers.join(", ")}; ${ways.map(({ module }) => module).join(", ")}; with dom, with node`;
  });
}

async function compile(folder, compiler, files, options) {
  const compilerOptions = {
    target: "es2022",
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    ...options,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  const { status, output } = await run(
    ...npmTool(compiler === "typescript-7" ? "typescript/bin/tsc" : `${older}/${compiler}/bin/tsc`, ["-p", folder]),
    { quiet: true, cwd: folder },
  );
  return status === 0 ? "" : output || `exit ${status}`;
}
