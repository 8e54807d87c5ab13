/** TokenExchangeStore: what is done after `close`, and what is not. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { rejectsConfig, SUCCESS, success } from "./helpers.mjs";
import { CRM, deferred, serveStore } from "./store-helpers.mjs";

describe("close", () => {
  test("after close, calls reject with client_closed and running ones finish", async (t) => {
    const { server, store } = await serveStore(t, { answers: [{ ...success(), delayMs: 50 }] });
    const running = store.findByRef(CRM);
    await server.seen(1);
    store.close();
    store.close();
    assert.equal((await running).ref, SUCCESS.access_token);
    for (const call of [
      () => store.findByRef(CRM),
      () => store.getToken(CRM),
      () => store.fetch(CRM, "https://x.example"),
      () => store.listActive(),
      () => store.listByKind("fixed"),
    ]) {
      await rejectsConfig(call, "client_closed");
    }
    assert.equal(store.stats().entries, 0);
  });

  for (const remembered of [false, true]) {
    test(`a call whose provider is asked when it is closed has its token${remembered ? ", also of one that was remembered" : ""}`, async (t) => {
      for (const method of ["findByRef", "getToken"]) {
        let given = "alice-token";
        const { server, store, errors } = await serveStore(t, {
          subjectTokenProvider: () => given,
          onEvent: undefined,
        });
        if (remembered) await store.findByRef(CRM);
        const { promise, resolve } = deferred();
        given = promise;
        const running = [store[method](CRM), store[method](CRM, { actorToken: "robot" })];
        await turn();
        store.close();
        resolve("alice-token");
        for (const call of running) assert.ok(await call);
        assert.deepEqual([errors.length, store.stats().entries], [0, 0], "and nothing is kept of it");
        assert.equal(server.requests.length, remembered ? 3 : 2);
        await rejectsConfig(() => store[method](CRM), "client_closed");
      }
    });
  }

  test("a call of a resource that is answered with a 401 after it was closed is made with a fresh token", async (t) => {
    const gate = deferred();
    const { server, store } = await serveStore(t, { config: { origins: ["https://crm.acme.com"] } });
    const { fetch } = globalThis;
    t.after(() => {
      globalThis.fetch = fetch;
    });
    const sent = [];
    globalThis.fetch = (url, init) => {
      if (!url.startsWith("https://crm.acme.com")) return fetch(url, init);
      sent.push(init.headers.authorization);
      return sent.length === 1 ? gate.promise : Response.json({});
    };
    const call = store.fetch(CRM, "https://crm.acme.com/api");
    while (sent.length === 0) await turn();
    store.close();
    gate.resolve(new Response(null, { status: 401 }));
    assert.equal((await call).status, 200);
    assert.deepEqual(sent, ["Bearer token-1-for-alice-token", "Bearer token-2-for-alice-token"]);
    assert.deepEqual([server.requests.length, store.stats().entries], [2, 0]);
  });
});
