/** The WebAssembly as text inside the default file: written by the build, read back when the package starts. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { build } from "esbuild";
import { printable } from "../../scripts/build/printable.mjs";

let bytesOf;
before(async () => {
  const entry = new URL("../../js/load/printable.ts", import.meta.url).pathname;
  const { outputFiles } = await build({ entryPoints: [entry], format: "esm", write: false });
  ({ bytesOf } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`));
});

const readBack = (bytes) => {
  const { text, table } = printable(bytes);
  assert.match(text, /^[ !#-[\]-~]*$/, "nothing that a string literal, a page or a bundler would have to escape");
  return Buffer.from(bytesOf(text, table));
};

describe("bytes as printable text", () => {
  test("are the same bytes when read back", () => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const skewed = Buffer.concat([every, every.subarray(0, 200), every.subarray(100), Buffer.alloc(9, '"\\}~\0')]);
    const samples = [Buffer.alloc(0), Buffer.from([0]), Buffer.alloc(999), every, skewed];
    for (let length = 1; length < 3000; length += 97) samples.push(randomBytes(length));
    for (const bytes of samples) assert.deepEqual(readBack(bytes), bytes);
  });

  test("take one character for most bytes of the published module", () => {
    const wasm = readFileSync(new URL("../../pkg/core_bg.wasm", import.meta.url));
    assert.deepEqual(readBack(wasm), wasm);
    assert.ok(printable(wasm).text.length < wasm.length * 1.1);
  });

  test("are the same text at every build", () => {
    const bytes = randomBytes(5000);
    assert.deepEqual(printable(bytes), printable(Buffer.from(bytes)));
  });
});
