/** The build skips what is fresh: what lies in another checkout does not count. */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";

const lib = new URL("../../scripts/lib/", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "onbehalf-stamp-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A checkout with the scripts under test, and a build step that writes one file. */
async function checkout(name) {
  const root = join(folder, name);
  for (const file of ["stamp.mjs", "paths.mjs"]) cpSync(new URL(file, lib), join(root, "scripts/lib", file));
  const { unlessFresh } = await import(pathToFileURL(join(root, "scripts/lib/stamp.mjs")));
  const out = join(root, "pkg/out.txt");
  const build = () =>
    unlessFresh(join(root, "target/stamp.json"), "input", () => {
      mkdirSync(join(root, "pkg"), { recursive: true });
      writeFileSync(out, "built");
      return [out];
    });
  return { root, out, build };
}

test("a step runs again in a checkout that got the target folder of another, and then no more", async () => {
  const first = await checkout("first");
  assert.equal(await first.build(), true);
  assert.equal(await first.build(), false);

  const second = await checkout("second");
  cpSync(join(first.root, "target"), join(second.root, "target"), { recursive: true });
  assert.equal(await second.build(), true);
  assert.ok(existsSync(second.out));
  assert.equal(await second.build(), false);
});
