/** The WebAssembly as text inside the default file is read by whatever the host has for that, or by a loop. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { build } from "esbuild";

let bytesOf;
before(async () => {
  const entry = new URL("../../js/load/hex.ts", import.meta.url).pathname;
  const { outputFiles } = await build({ entryPoints: [entry], format: "esm", write: false });
  ({ bytesOf } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`));
});

const wasm = readFileSync(new URL("../../pkg/core_bg.wasm", import.meta.url));
const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/** Puts a value in place of a global's member, or takes it away, for the time of a test. */
function replace(t, object, name, value) {
  const before = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { value, configurable: true, writable: true });
  t.after(() => (before ? Object.defineProperty(object, name, before) : delete object[name]));
}

describe("hexadecimal text", () => {
  for (const [way, prepare] of [
    ["as the host reads it", () => {}],
    ["by Buffer", (t) => replace(t, Uint8Array, "fromHex", undefined)],
    [
      "by a loop",
      (t) => {
        replace(t, Uint8Array, "fromHex", undefined);
        replace(t, globalThis, "Buffer", undefined);
      },
    ],
  ]) {
    test(`gives its bytes, ${way}`, (t) => {
      const samples = [Buffer.alloc(0), every, randomBytes(4099), wasm];
      const expected = samples.map((bytes) => [bytes.toString("hex"), bytes]);
      prepare(t);
      for (const [text, bytes] of expected) {
        const read = bytesOf(text);
        assert.ok(read.length === bytes.length && read.every((byte, at) => byte === bytes[at]));
      }
    });
  }
});
