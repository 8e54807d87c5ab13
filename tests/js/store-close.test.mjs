/** TokenExchangeStore: what is done after `close`, and what is not. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { rejectsConfig, SUCCESS, success } from "./helpers.mjs";
import { CRM, serveStore } from "./store-helpers.mjs";

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
});
