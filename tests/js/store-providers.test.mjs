/** TokenExchangeStore: the time that a token provider may take. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertError, failure, onbehalf, rejects, rejectsConfig } from "./helpers.mjs";
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

describe("a provider is called with a signal", () => {
  const never = new Promise(() => {});

  test("of its own call, also where the token is remembered", async (t) => {
    const signals = [];
    const subjectTokenProvider = (_, { signal }) => {
      signals.push(signal);
      return "alice-token";
    };
    const { store } = await serveStore(t, { subjectTokenProvider, onEvent: undefined });
    for (let calls = 0; calls < 3; calls++) await store.findByRef(CRM);
    await store.getToken(CRM);
    assert.equal(new Set(signals).size, 4);
    assert.ok(signals.every((signal) => signal instanceof AbortSignal && !signal.aborted));
  });

  test("that aborts when its time is up, or its caller has gone, and of no other call", {
    timeout: 5000,
  }, async (t) => {
    const contexts = [];
    const subjectTokenProvider = (_, context) => {
      contexts.push(context);
      return contexts.length > 2 ? never : "alice-token";
    };
    const config = { timeoutMs: 100 };
    const { store } = await serveStore(t, { subjectTokenProvider, config, onEvent: undefined });
    for (let calls = 0; calls < 2; calls++) await store.findByRef(CRM);
    const reason = new Error("mine");
    const controller = new AbortController();
    const left = failure(store.getToken(CRM, { signal: controller.signal }));
    controller.abort(reason);
    assert.equal(await left, reason);
    assert.equal(await store.findByRef(CRM), null);
    const { signal: late, ...none } = contexts[3];
    assert.deepEqual(none, {});
    assert.equal(late.reason.name, "TimeoutError");
    assert.deepEqual([contexts[2].signal.reason, contexts[0].signal.aborted], [reason, false]);
  });

  test("and of the actor too, with the same", async (t) => {
    const seen = [];
    const { store } = await serveStore(t, {
      subjectTokenProvider: (_, { signal }) => seen.push(signal) && "alice-token",
      actorTokenProvider: (_, { signal }) => seen.push(signal) && null,
    });
    await store.getToken(CRM);
    assert.equal(seen[0], seen[1]);
  });
});

test("a caller that goes while a provider answers at once gets nothing, and nothing is sent", async (t) => {
  let controller;
  const { server, store, events } = await serveStore(t, {
    subjectTokenProvider: () => {
      controller.abort("gone");
      return "alice-token";
    },
  });
  await store.getToken(CRM, { subjectToken: "alice-token" });
  for (const call of [
    (signal) => store.getToken(CRM, { signal }),
    (signal) => store.getToken(CRM, { signal, scope: "crm:admin" }),
    (signal) => store.getToken(CRM, { signal, cache: false }),
    (signal) => store.findByRef(CRM, { signal }),
    (signal) => store.fetch(CRM, "https://crm.acme.com", { signal }),
  ]) {
    controller = new AbortController();
    assert.equal(await failure(call(controller.signal)), "gone");
  }
  assert.equal(server.requests.length, 1);
  const outcomes = events.slice(1).map(({ type, outcome }) => `${type} ${outcome}`);
  assert.deepEqual(outcomes, Array(5).fill("error aborted"));
});

test("an error inside a function of the caller's is no wrong argument, whatever it looks like", async (t) => {
  const { server, store: inner } = await serveStore(t, { subjectTokenProvider: undefined });
  const closed = new onbehalf.TokenExchangeStore({ configs: [] });
  closed.close();
  const inside = [
    () => inner.getToken(CRM),
    () => inner.getToken(CRM, { subjectToken: "Bearer x" }),
    () => inner.getToken(CRM, { subjectToken: "t", actorToken: "a\nb" }),
    () => closed.getToken(CRM),
  ];
  for (const fail of inside) {
    const auth = async () => void (await fail());
    for (const [options, found] of [
      [{ subjectTokenProvider: fail }, undefined],
      [{ subjectTokenProvider: () => "t", actorTokenProvider: fail }, undefined],
      [{ config: { clientSecret: undefined, auth } }, { subjectToken: "t", actorToken: "u" }],
    ]) {
      const { store, errors } = await serveStore(t, options);
      assert.equal(await store.findByRef(CRM, found), null);
      assert.equal(errors.length, 1);
      assert.ok(errors[0].error instanceof onbehalf.ConfigError);
    }
  }
  assert.equal(server.requests.length, 0);
  const { store, errors } = await serveStore(t, { subjectTokenProvider: () => closed.getToken(CRM) });
  await rejectsConfig(() => store.findByRef(CRM, { actorToken: "a\nb" }), "invalid_option", "actorToken");
  assert.equal(errors.length, 0, "of the call's own mistakes there is no other to tell");
});

test("a provider that keeps the whole process for longer than timeoutMs leaves no time, and no warning", async (t) => {
  const warnings = [];
  const warn = (warning) => warnings.push(warning.name);
  process.on("warning", warn);
  t.after(() => process.off("warning", warn));
  const { server, store } = await serveStore(t, {
    config: { timeoutMs: 5 },
    subjectTokenProvider: async () => {
      for (const end = performance.now() + 20; performance.now() < end; );
      return "alice-token";
    },
  });
  await rejects(store.getToken(CRM), "NetworkError", TIMEOUT);
  await sleep(5);
  assert.deepEqual(warnings, []);
  assert.equal(server.requests.length, 0);
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
