/** TokenExchangeStore: what others choose, such as scopes that a resource asks for, does not fill the memory. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runModule, success } from "./helpers.mjs";
import { CRM, serveStore } from "./store-helpers.mjs";

/**
 * What stays of each of so many calls, in bytes, after two thousand to warm up. `call` is the source of one, with `store`
 * and `index`; `before` and `after` are what is done around them.
 */
async function bytesOfEach({ options = "", call, calls = 6000, before = "", after = "" }) {
  const { status, stdout, stderr } = await runModule(`
    import { setFlagsFromString } from "node:v8";
    import { runInNewContext } from "node:vm";
    import { TokenExchangeStore } from "onbehalf";
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc");
    const body = JSON.stringify({ access_token: "t", token_type: "Bearer", expires_in: 3600 });
    const answer = { status: 200, headers: { "content-type": "application/json" }, text: async () => body };
    const store = new TokenExchangeStore({
      configs: [{ ref: "a", name: "A", kind: "k", scope: "s", status: "active",
        tokenEndpoint: "https://as.example/token", clientId: "c" }],
      fetch: async () => answer,
      ${options}
    });
    // Flat, as one that came out of a parser.
    const long = (name) => Buffer.from(name + "." + "x".repeat(1000), "latin1").toString("latin1");
    let index = 0;
    const memoryAfter = async (calls) => {
      for (const end = index + calls; index < end; index++) { ${call} }
      gc();
      await new Promise((resolve) => setTimeout(resolve, 20));
      gc();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    ${before}
    const before = await memoryAfter(2000);
    await memoryAfter(${calls});
    ${after}
    console.log(store.stats().entries, (await memoryAfter(0) - before) / ${calls});
  `);
  assert.deepEqual([status, stderr], [0, ""]);
  const [entries, each] = stdout.split(" ").map(Number);
  return { entries, each };
}

test("T69, a token that is hard to find in its answer does not hang", async (t) => {
  const letters = "a".repeat(30_000);
  // It stands there with an escape, and before it a text in which every place looks like its beginning and its end.
  const token = JSON.stringify(`${letters}b${letters}`).replace("b", "\\u0062");
  const body = `{"pad":"${"a".repeat(900_000)}","token_type":"Bearer","expires_in":3600,"access_token":${token}}`;
  const { store } = await serveStore(t, { answers: [{ ...success(), body }] });
  const started = performance.now();
  assert.equal((await store.getToken(CRM)).accessToken, `${letters}b${letters}`);
  assert.ok(performance.now() - started < 2000, `${performance.now() - started} ms`);
});

describe("past maxEntries", () => {
  for (const [what, options] of [
    ["scopes of a resource", "{ subjectToken: 'alice', scope: long(index) }"],
    ["actors", "{ subjectToken: 'alice', actorToken: long(index) }"],
    ["subjects", "{ subjectToken: long(index) }"],
  ]) {
    test(`eight thousand ${what} leave a bounded memory`, async () => {
      const call = `await store.getToken("a", ${options});`;
      const { entries, each } = await bytesOfEach({ options: "maxEntries: 10,", call });
      assert.equal(entries, 10);
      assert.ok(each < 150, `${each} bytes stay of each`);
    });
  }
});

test("of eight thousand scopes of calls that neither read nor write nothing is remembered", async () => {
  const call = "await store.getToken('a', { subjectToken: 'alice', scope: long(index), cache: false });";
  const { entries, each } = await bytesOfEach({ call });
  assert.equal(entries, 0);
  assert.ok(each < 150, `${each} bytes stay of each`);
});

describe("with room for all", () => {
  const get = `await store.getToken("a", { subjectToken: long(index) });`;

  test("an answer is kept once: its token is a part of it", async () => {
    const text = `text: async () => JSON.stringify({ access_token: long("issued" + index).padEnd(5000, "y"),
      token_type: "Bearer", expires_in: 3600 })`;
    const fetch = `fetch: async () => ({ status: 200, headers: { "content-type": "application/json" }, ${text} }),`;
    // The subject tokens are short: they are kept as well.
    const call = `await store.getToken("a", { subjectToken: "user-" + index });`;
    const { entries, each } = await bytesOfEach({ options: fetch, call });
    assert.equal(entries, 8000);
    assert.ok(each > 5000 && each < 7000, `${each} bytes of each answer of 5100`);
  });

  for (const [what, world] of [
    [
      "have expired",
      {
        before: "const { now } = Date; Date.now = () => now() + index * 7200;",
        call: get,
      },
    ],
    ["have logged out", { call: `${get} store.invalidateCache("a", { subjectToken: long(index - 500) });` }],
    ["were flushed", { call: get, after: "store.flushCache();" }],
    ["were there when it was closed", { call: get, after: "store.close();" }],
  ]) {
    test(`nothing stays of users who ${what}`, async () => {
      const { entries, each } = await bytesOfEach(world);
      assert.ok(entries < 1000, `${entries} entries`);
      assert.ok(each < 150, `${each} bytes stay of each`);
    });
  }
});
