/** Hosts that have no WebAssembly, or forbid it, and modules that are not ours. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runModule } from "./helpers.mjs";

/** What `make` throws or rejects with in a process in which `before` ran first. */
async function refusal(before, make, entry = "onbehalf") {
  const { stdout, stderr } = await runModule(`
    ${before};
    const { ConfigError, OAuthClient, init } = await import("${entry}");
    try { await (${make}); } catch (error) {
      console.log(JSON.stringify([error instanceof ConfigError, error.code, error.message]));
    }
  `);
  assert.equal(stderr, "");
  const [isConfigError, code, message] = JSON.parse(stdout);
  assert.ok(isConfigError);
  return { code, message };
}

const CLIENT = 'new OAuthClient("https://as.example")';

describe("wasm_unavailable", () => {
  test("on a host without WebAssembly", async () => {
    const { code, message } = await refusal("delete globalThis.WebAssembly", CLIENT);
    assert.equal(code, "wasm_unavailable");
    assert.match(message, /this host has no WebAssembly/);
  });

  test("on a host that refuses to compile it, with the policy that would allow it", async () => {
    const forbid = "WebAssembly.Module = function () { throw new WebAssembly.CompileError('blocked'); }";
    const { code, message } = await refusal(forbid, CLIENT);
    assert.equal(code, "wasm_unavailable");
    assert.match(message, /'wasm-unsafe-eval'/);
  });

  for (const [name, source] of [
    ["no module at all", "new Uint8Array(8)"],
    ["the module of another program", "new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])"],
    ["an answer that is no success", "new Response('', { status: 404 })"],
  ]) {
    test(`for ${name}`, async () => {
      const { code } = await refusal("", `init(${source})`, "onbehalf/slim");
      assert.equal(code, "wasm_unavailable");
    });
  }
});

test("not_initialised, a client of onbehalf/slim before init", async () => {
  const { code, message } = await refusal("", CLIENT, "onbehalf/slim");
  assert.equal(code, "not_initialised");
  assert.match(message, /init\(source\)/);
});
