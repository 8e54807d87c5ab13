/** TokenExchangeStore: the time that a token provider may take. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertError, failure, rejects } from "./helpers.mjs";
import { CRM, serveStore } from "./store-helpers.mjs";

const never = () => new Promise(() => {});
const TIMEOUT = { code: "timeout", action: "network", retryable: true, fault: "network" };

describe("a provider that never settles", () => {
  for (const [whose, providers] of [
    ["subject", { subjectTokenProvider: never }],
    ["actor", { actorTokenProvider: never }],
  ]) {
    test(`of the ${whose} is bounded by timeoutMs: NetworkError`, { timeout: 5000 }, async (t) => {
      const { server, store, errors } = await serveStore(t, { config: { timeoutMs: 50 }, ...providers });
      const error = await rejects(store.getToken(CRM), "NetworkError", TIMEOUT);
      assert.match(error.message, new RegExp(`${whose}TokenProvider`));
      assert.equal(error.cause.name, "TimeoutError");
      assert.equal(await store.findByRef(CRM), null);
      assert.equal(await store.findByRef(CRM, { signal: new AbortController().signal }), null);
      for (const { error } of errors) assertError(error, "NetworkError", TIMEOUT);
      assert.equal(errors.length, 2);
      assert.equal(server.requests.length, 0);
    });
  }

  test("is bounded where the token is remembered and nobody listens, too", { timeout: 5000 }, async (t) => {
    let hangs = false;
    const { server, store, errors } = await serveStore(t, {
      config: { timeoutMs: 200 },
      subjectTokenProvider: () => (hangs ? never() : "alice-token"),
      onEvent: undefined,
    });
    const { ref } = await store.findByRef(CRM);
    assert.equal((await store.findByRef(CRM)).ref, ref);
    hangs = true;
    assert.equal(await store.findByRef(CRM), null);
    assertError(errors[0].error, "NetworkError", TIMEOUT);
    assert.equal(server.requests.length, 1);
  });

  test("ends for a caller that goes, by findByRef and by getToken", { timeout: 5000 }, async (t) => {
    const { store } = await serveStore(t, { actorTokenProvider: never });
    for (const method of ["findByRef", "getToken"]) {
      const controller = new AbortController();
      const call = store[method](CRM, { signal: controller.signal });
      setTimeout(() => controller.abort("gone"), 20);
      assert.equal(await failure(call), "gone");
    }
  });
});

test("what a provider has taken of timeoutMs, the exchange has not", { timeout: 5000 }, async (t) => {
  for (const options of [undefined, { cache: false }]) {
    const { server, store } = await serveStore(t, {
      answers: [{ hang: true }],
      config: { timeoutMs: 600 },
      subjectTokenProvider: async () => {
        await sleep(400);
        return "alice-token";
      },
    });
    const started = performance.now();
    await rejects(store.getToken(CRM, options), "NetworkError", TIMEOUT);
    assert.ok(performance.now() - started < 900, `${performance.now() - started} ms`);
    assert.equal(server.requests.length, 1);
  }
});

test("a provider that takes its time, and answers at last, is believed by a store that remembers", async (t) => {
  const { server, store, errors } = await serveStore(t, {
    subjectTokenProvider: async () => {
      await sleep(5);
      return "alice-token";
    },
    onEvent: undefined,
  });
  const first = await store.findByRef(CRM);
  assert.equal(await store.findByRef(CRM), first);
  assert.deepEqual([server.requests.length, store.stats().hits, errors.length], [1, 1, 0]);
});
