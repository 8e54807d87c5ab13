// The ten lines of the README in an empty project with the packed package, by `import` and by `require`, on Node.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { at } from "../../scripts/lib/paths.mjs";
import { run } from "../../scripts/lib/run.mjs";
import { Failure } from "../../scripts/lib/suites.mjs";
import { inConsumer } from "../../scripts/suites/packaging.mjs";

const ways = [
  { name: "import", args: ["readme.mjs"] },
  { name: "require", args: ["readme.cjs"] },
  // As Node was before 20.19: takes index.cjs.
  { name: "require without require(esm)", args: ["--no-experimental-require-module", "readme.cjs"] },
];

/** The lines as they stand in the README, with what each form of module begins with. */
function tenLines() {
  const readme = readFileSync(at("README.md"), "utf8");
  const [, imported, lines] = /^## Ten lines\n\n```js\n(import [^\n]*\n)(.*?)^```$/ms.exec(readme);
  const [, required] = /^In CommonJS the first line is `(.*)`\.$/m.exec(readme);
  return { imported, required, lines };
}

export async function runReadme() {
  // Not at the top: what it needs of node_modules may not be installed before the suites run.
  const { startDemo } = await import("../../examples/lib/demo.mjs");
  const { server, crm, close } = await startDemo();
  try {
    const { access_token: userToken } = await server.signIn("alice");
    const world = { issuer: server.issuer, agent: server.agent, crm: { url: crm.url }, userToken };
    return await inConsumer((folder) =>
      runLines(folder, `const { ${Object.keys(world)} } = ${JSON.stringify(world)};`),
    );
  } finally {
    await close();
  }
}

async function runLines(folder, world) {
  const { imported, required, lines } = tenLines();
  writeFileSync(join(folder, "readme.mjs"), `${imported}${world}${lines}`);
  // A CommonJS module has no `await` of its own.
  writeFileSync(join(folder, "readme.cjs"), `${required}\n${world}\n(async () => {${lines}})();`);
  for (const { name, args } of ways) {
    const { status, output } = await run(process.execPath, args, { quiet: true, cwd: folder });
    if (status !== 0) throw new Failure(`${name}: exit ${status}`, output);
    assert.match(output, /user: 'alice'[^}]*'Ada Lovelace'/, name);
  }
  return `${ways.map(({ name }) => name).join(", ")}: the contacts of alice, on Node ${process.versions.node}`;
}
