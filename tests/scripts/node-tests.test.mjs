/** The runner of Node's tests, which takes no test for passed that has not run. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { nodeTests } from "../../scripts/lib/node-tests.mjs";

const folder = mkdtempSync(join(tmpdir(), "onbehalf-"));
after(() => rmSync(folder, { recursive: true }));

/** Runs a file of one test that passes and these lines. */
function running(name, lines) {
  const file = join(folder, `${name}.test.mjs`);
  writeFileSync(file, `import { describe, test } from "node:test";\ntest("passes # SKIP", () => {});\n${lines}\n`);
  // Node's runner would take itself for one of its own tests otherwise, and run nothing.
  return nodeTests([file], { NODE_TEST_CONTEXT: undefined });
}

test("tests that all run pass", async () => {
  const { closing, pass } = await running("plain", "");
  assert.equal(pass, 1);
  assert.match(closing, /pass 1, fail 0, skipped 0$/);
});

for (const [name, lines] of [
  ["test", `test.skip("x", () => {});`],
  ["late", `test("x", (t) => t.skip());`],
  ["reason", `test("x", { skip: "why" }, () => {});`],
  ["todo", `test.todo("x");`],
  ["suite", `describe.skip("x", () => test("y", () => {}));`],
  ["inner", `describe("x", () => describe.skip("y", () => test("z", () => {})));`],
  ["said", `console.log("skipped 0");\ntest.skip("x", () => {});`],
]) {
  test(`one that is skipped fails: ${name}`, async () => {
    await assert.rejects(running(name, lines), /not all tests have run: .* skipped 1$/);
  });
}
