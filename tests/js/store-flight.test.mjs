/** TokenExchangeStore: the rules of flights, one test each. */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, test } from "node:test";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { failure, onbehalf, rejects, rejectsConfig, success, toResponse } from "./helpers.mjs";
import { CRM, crmConfig, deferred, issuing, serveStore } from "./store-helpers.mjs";

/** A fetch whose answers are given by hand: `calls[i].answer(…)`, `calls[i].fail(…)`, `calls[i].aborted`. */
function manualFetch({ deaf = false } = {}) {
  const calls = [];
  const fetch = (url, { signal, body }) => {
    const { promise, resolve, reject } = deferred();
    const call = { url, body, aborted: false, answer: (answer) => resolve(toResponse(answer)), fail: reject };
    signal.addEventListener("abort", () => {
      call.aborted = true;
      if (!deaf) reject(signal.reason);
    });
    calls.push(call);
    return promise;
  };
  return { fetch, calls };
}

async function manualStore(t, options = {}) {
  const { fetch, calls } = manualFetch(options);
  const store = new onbehalf.TokenExchangeStore({
    configs: [crmConfig({ origin: "https://as.example" }, options.config)],
    fetch,
  });
  t.after(() => store.close());
  const get = (signal, subjectToken = "alice-token") => store.getToken(CRM, { subjectToken, signal });
  return { store, calls, get };
}

describe("a flight", () => {
  test("P141, ten thousand calls for a hundred users make a hundred requests", async (t) => {
    const { server, store } = await serveStore(t, { answers: [issuing()] });
    const calls = Array.from({ length: 10_000 }, (_, index) =>
      store.findByRef(CRM, { subjectToken: `user-${index % 100}` }),
    );
    const credentials = await Promise.all(calls);
    for (const [index, { ref }] of credentials.entries()) assert.match(ref, new RegExp(`-for-user-${index % 100}$`));
    assert.equal(server.requests.length, 100);
    const { entries, hits, misses, joins, inFlight } = store.stats();
    assert.deepEqual(
      { entries, misses, calls: hits + misses + joins, inFlight },
      {
        entries: 100,
        misses: 100,
        calls: 10_000,
        inFlight: 0,
      },
    );
  });

  test("a wait that is over names the host that was asked: that of the token endpoint", async (t) => {
    const message = (host) => `https://${host}.example did not answer before \`timeoutMs\` was over`;
    for (const [config, host] of [
      [{ issuer: "https://as.example/a", tokenEndpoint: "https://tokens.example/t?key=private" }, "tokens"],
      [{ tokenEndpoint: "https://tokens.example/t" }, "tokens"],
      [{ issuer: "https://as.example/a", tokenEndpoint: null }, "as"],
    ]) {
      const { fetch } = manualFetch({ deaf: true });
      const store = new onbehalf.TokenExchangeStore({
        configs: [crmConfig({ origin: "" }, { ...config, timeoutMs: 60 })],
        fetch,
        // So the wait is over before the exchange is.
        subjectTokenProvider: () => sleep(30, "alice-token"),
      });
      t.after(() => store.close());
      assert.equal((await failure(store.getToken(CRM))).message, message(host));
    }
  });

  test("its promise never rejects unheard: a failure nobody waits for stays silent", async (t) => {
    const unheard = [];
    const listener = (reason) => unheard.push(reason);
    process.on("unhandledRejection", listener);
    t.after(() => process.off("unhandledRejection", listener));
    const { calls, get } = await manualStore(t, { deaf: true });
    const controller = new AbortController();
    const call = get(controller.signal);
    await turn();
    controller.abort("gone");
    assert.equal(await failure(call), "gone");
    calls[0].fail(new Error("late"));
    await sleep(10);
    assert.deepEqual(unheard, []);
  });

  test("B34, a failure is everybody's and is not kept", async (t) => {
    const answers = [{ status: 500, delayMs: 20 }, success()];
    const { server, store } = await serveStore(t, { answers });
    const errors = await Promise.all(Array.from({ length: 100 }, () => failure(store.getToken(CRM))));
    assert.equal(new Set(errors).size, 1);
    assert.equal(server.requests.length, 1);
    assert.equal((await store.getToken(CRM)).accessToken, "issued");
  });

  test("B35, a caller's abort ends its own wait at once, and nobody else's", async (t) => {
    const { store, calls, get } = await manualStore(t);
    const controller = new AbortController();
    const [first, second, third] = [get(controller.signal), get(), get(controller.signal)];
    await turn();
    controller.abort("gone");
    assert.equal(await failure(first), "gone");
    assert.equal(await failure(third), "gone");
    assert.equal(calls[0].aborted, false);
    calls[0].answer(success());
    assert.equal((await second).accessToken, "issued");
    assert.equal(calls.length, 1);
    assert.equal(store.stats().entries, 1);
  });

  test("calls with one signal have one listener on it, which hosts count, and none when they are over", async (t) => {
    const { calls, get } = await manualStore(t);
    const { signal } = new AbortController();
    const listeners = () => getEventListeners(signal, "abort").length;
    const waits = Array.from({ length: 24 }, (_, index) => get(signal, `user-${index % 12}`));
    await turn();
    assert.deepEqual([listeners(), calls.length], [1, 12]);
    for (const call of calls) call.answer(success());
    await Promise.all(waits);
    assert.equal(listeners(), 0);
  });

  test("when all have gone the request is aborted, and the next call makes its own", async (t) => {
    const { store, calls, get } = await manualStore(t);
    const controllers = [new AbortController(), new AbortController()];
    const gone = controllers.map(({ signal }) => failure(get(signal)));
    await turn();
    controllers[0].abort("one");
    await turn();
    assert.equal(calls[0].aborted, false);
    controllers[1].abort("two");
    assert.deepEqual(await Promise.all(gone), ["one", "two"]);
    assert.equal(calls[0].aborted, true);
    assert.equal(store.stats().inFlight, 0);
    const next = get();
    await turn();
    assert.equal(calls.length, 2);
    calls[1].answer(success());
    await next;
  });

  test("one that hangs is taken out of the way by whoever has time left when its own is up", async (t) => {
    const { store, calls, get } = await manualStore(t, { deaf: true, config: { timeoutMs: 400 } });
    // Some hosts never settle the promises and timers of a request that has ended.
    const { setTimeout } = globalThis;
    globalThis.setTimeout = () => 0;
    const hung = get();
    hung.catch(() => {});
    await turn();
    globalThis.setTimeout = setTimeout;
    const early = get();
    await sleep(200);
    const late = [get(), get()];
    const started = performance.now();
    await rejects(early, "NetworkError", { code: "timeout" });
    assert.equal(calls.length, 1, "it was joined");
    while (calls.length < 2 && performance.now() - started < 5000) await sleep(10);
    const waited = performance.now() - started;
    assert.ok(waited > 180 && waited < 400, `what was left of its time, not ${waited} ms`);
    calls[1].answer(success());
    for (const joiner of late) assert.equal((await joiner).accessToken, "issued");
    assert.equal(calls.length, 2, "those who were late share the new one");
    assert.equal(store.stats().inFlight, 0);
  });

  test("one that was replaced does not take its successor out of the way", async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
    const { calls, get } = await manualStore(t, { config: { timeoutMs: 60_000 } });
    const old = get();
    await turn();
    t.mock.timers.setTime(1_000_000 + 61_001);
    const first = get();
    await turn();
    assert.equal(calls.length, 2);
    // Of no stated life, so that it is not kept: whoever comes next finds the successor, or nothing.
    calls[0].answer(success({ access_token: "old", expires_in: undefined }));
    assert.equal((await old).accessToken, "old");
    const second = get();
    await turn();
    assert.equal(calls.length, 2, "the successor was joined");
    calls[1].answer(success({ access_token: "new" }));
    assert.deepEqual([(await first).accessToken, (await second).accessToken], ["new", "new"]);
  });

  test("other subjects do not wait for it", async (t) => {
    const { calls, get } = await manualStore(t);
    const slow = get(undefined, "slow");
    const quick = get(undefined, "quick");
    await turn();
    calls[1].answer(success({ access_token: "quick" }));
    assert.equal((await quick).accessToken, "quick");
    calls[0].answer(success({ access_token: "slow" }));
    assert.equal((await slow).accessToken, "slow");
  });

  test("cache: false flies alone", async (t) => {
    const { store, calls } = await manualStore(t);
    const options = { subjectToken: "alice-token" };
    const shared = store.getToken(CRM, options);
    const alone = store.getToken(CRM, { ...options, cache: false });
    await turn();
    assert.equal(calls.length, 2);
    for (const [index, call] of calls.entries()) call.answer(success({ access_token: `${index}` }));
    assert.deepEqual([(await shared).accessToken, (await alone).accessToken], ["0", "1"]);
  });

  test("cache: false is counted while it is under way, and remembers no scope", async (t) => {
    const { store, calls } = await manualStore(t);
    const options = { subjectToken: "alice-token", cache: false };
    const waits = [store.getToken(CRM, options), store.getToken(CRM, { ...options, scope: "crm:admin" })];
    await turn();
    assert.equal(store.stats().inFlight, 2);
    for (const call of calls) call.answer(success());
    await Promise.all(waits);
    assert.equal(store.stats().inFlight, 0);
    await rejectsConfig(() => store.getToken(CRM, { ...options, scope: "\u00e4" }), "invalid_option", "scope");
    assert.equal(calls.length, 2);
  });

  test("a time-out ends it for all", async (t) => {
    const { calls, get } = await manualStore(t, { config: { timeoutMs: 30 } });
    const waits = [get(), get()];
    await Promise.all(waits.map((wait) => rejects(wait, "NetworkError", { code: "timeout" })));
    assert.equal(calls.length, 1);
    assert.equal(calls[0].aborted, true);
  });

  test("concurrent discovery is one request as well", async (t) => {
    const { server } = await serveStore(t);
    const issuer = server.metadata();
    const store = new onbehalf.TokenExchangeStore({ configs: [crmConfig(server, { tokenEndpoint: null, issuer })] });
    await Promise.all(["a", "b", "c"].map((subjectToken) => store.getToken(CRM, { subjectToken })));
    assert.equal(server.requests.filter(({ method }) => method === "GET").length, 1);
    assert.equal(server.at("/token").length, 3);
  });
});

describe("whoever waits for a flight has its own time", () => {
  /** Two configurations of one identity, whose limits differ, and a server whose answers are given by hand. */
  function twins(t, quick, patient) {
    const { fetch, calls } = manualFetch();
    const config = (ref, limits) => crmConfig({ origin: "https://as.example" }, { ref, ...limits });
    const store = new onbehalf.TokenExchangeStore({
      configs: [config("quick", quick), config("patient", patient)],
      subjectTokenProvider: () => "alice-token",
      fetch,
    });
    t.after(() => store.close());
    return { store, calls };
  }
  const TIMEOUT = { code: "timeout", retryable: true, action: "network" };

  for (const order of [
    ["quick", "patient"],
    ["patient", "quick"],
  ]) {
    test(`of its configuration: ${order.join(" first, then ")}`, { timeout: 5000 }, async (t) => {
      const { store, calls } = twins(t, { timeoutMs: 100 }, { timeoutMs: 4000 });
      const started = performance.now();
      const { quick, patient } = Object.fromEntries(order.map((ref) => [ref, store.getToken(ref)]));
      await rejects(quick, "NetworkError", TIMEOUT);
      const waited = performance.now() - started;
      assert.ok(waited > 80 && waited < 600, `${waited} ms`);
      for (const call of calls) call.answer(success());
      const token = await patient;
      assert.equal(await store.getToken("quick"), token, "what is kept is for both");
    });
  }

  test("and its number of tries, and its size of answers", async (t) => {
    const busy = { status: 503, headers: { "retry-after": "0" } };
    const large = success({ padding: "x".repeat(3000) });
    for (const [quick, patient, answers, className] of [
      [{ maxRetries: 0 }, { maxRetries: 1 }, [busy, success()], "OAuthHttpError"],
      [{ maxResponseBytes: 1000 }, { maxResponseBytes: 10_000 }, [large], "OAuthHttpError"],
    ]) {
      const { store, calls } = twins(t, quick, patient);
      const [one, other] = [store.getToken("quick"), store.getToken("patient")];
      await turn();
      assert.equal(calls.length, 2);
      calls[0].answer(answers[0]);
      calls[1].answer(answers[0]);
      await rejects(one, className);
      while (answers.length > 1 && calls.length < 3) await sleep(1);
      calls[2]?.answer(answers[1]);
      assert.equal((await other).accessToken, "issued");
    }
  });

  /** A store whose provider takes these times, one after the other. */
  async function slowly(t, ...times) {
    return serveStore(t, {
      config: { timeoutMs: 600 },
      answers: [{ ...success(), delayMs: 300 }],
      subjectTokenProvider: async () => {
        await sleep(times.shift() ?? 0);
        return "alice-token";
      },
    });
  }

  test("and not what the provider has left to the one who started it", { timeout: 5000 }, async (t) => {
    const { server, store } = await slowly(t, 450);
    const starter = store.getToken(CRM);
    await server.seen(1);
    const joiner = store.getToken(CRM);
    await rejects(starter, "NetworkError", TIMEOUT);
    assert.equal((await joiner).accessToken, "issued");
    assert.deepEqual([server.requests.length, store.stats().joins], [1, 1]);
  });

  test("and no longer: of a joiner the provider has left little", { timeout: 5000 }, async (t) => {
    const { server, store } = await slowly(t, 580);
    const started = performance.now();
    const joiner = store.getToken(CRM);
    await sleep(450);
    const starter = store.getToken(CRM, { subjectToken: "alice-token" });
    await rejects(joiner, "NetworkError", TIMEOUT);
    const waited = performance.now() - started;
    assert.ok(waited > 580 && waited < 700, `${waited} ms`);
    assert.equal((await starter).accessToken, "issued");
    assert.deepEqual([server.requests.length, store.stats().joins], [1, 1]);
  });

  test("who came late makes another call when the time of the first is up", { timeout: 5000 }, async (t) => {
    const { store, calls, get } = await manualStore(t, { config: { timeoutMs: 400 } });
    const first = get();
    await sleep(200);
    const late = [get(), get()];
    await rejects(first, "NetworkError", TIMEOUT);
    // The time of the first and that of its call are two timers.
    while (calls.length < 2) await sleep(1);
    await turn();
    assert.equal(calls.length, 2, "one for both");
    calls[1].answer(success());
    for (const call of late) assert.equal((await call).accessToken, "issued");
    assert.equal(store.stats().inFlight, 0);
  });
});
