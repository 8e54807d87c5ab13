/** Calling resources, by a client and by a store: how long an answer is waited for, and who may end the wait. */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { json } from "../servers/quirk/server.mjs";
import { failure, onbehalf, rejects, rejectsConfig, success, toResponse } from "./helpers.mjs";
import { CRM, crmConfig } from "./store-helpers.mjs";

const URL_OF_API = "https://crm.acme.com/api";
const TIMEOUT = { code: "timeout", action: "network", retryable: true, fault: "network" };

/** Both ways to call a resource, with this `fetch` for it; tokens are issued at once. */
function callers(fetch, timeoutMs = 30_000) {
  const issue = (url, init) => (url.endsWith("/token") ? toResponse(success()) : fetch(url, init));
  const config = crmConfig({ origin: "https://as.example" }, { timeoutMs });
  const store = new onbehalf.TokenExchangeStore({
    configs: [config],
    fetch: issue,
    subjectTokenProvider: () => "alice-token",
  });
  const client = new onbehalf.OAuthClient("https://as.example", { fetch, timeoutMs });
  return {
    fetchResource: (init) => client.fetchResource("t", URL_OF_API, init),
    "store.fetch": (init) => store.fetch(CRM, URL_OF_API, init),
  };
}

const deaf = () => new Promise(() => {});
const listeners = (signal) => getEventListeners(signal, "abort").length;

describe("a fetch that ignores its signal", () => {
  for (const [name, call] of Object.entries(callers(deaf))) {
    test(`${name} ends with the reason of a caller who goes`, { timeout: 5000 }, async () => {
      const controller = new AbortController();
      const running = call({ signal: controller.signal });
      await sleep(10);
      assert.equal(listeners(controller.signal), 1);
      controller.abort("gone");
      assert.equal(await failure(running), "gone");
      assert.equal(listeners(controller.signal), 0);
    });
  }

  for (const [name, call] of Object.entries(callers(deaf, 60))) {
    test(`${name} ends when timeoutMs is over, and names the origin`, { timeout: 5000 }, async () => {
      for (const init of [undefined, { signal: new AbortController().signal }]) {
        const error = await rejects(call(init), "NetworkError", TIMEOUT);
        assert.match(error.message, /^https:\/\/crm\.acme\.com did not answer /);
        assert.ok(!error.message.includes("/api"));
        assert.equal(error.cause.name, "TimeoutError");
        if (init) assert.equal(listeners(init.signal), 0);
      }
    });
  }
});

test("nothing is sent for a caller who has gone", async () => {
  const sent = [];
  for (const call of Object.values(callers((url) => sent.push(url)))) {
    assert.equal(await failure(call({ signal: AbortSignal.abort("gone") })), "gone");
  }
  assert.deepEqual(sent, []);
});

describe("the fetch in use", () => {
  test("is told when the time is up, and when the caller goes", { timeout: 5000 }, async () => {
    const signals = [];
    const fetch = (_, { signal }) => {
      signals.push(signal);
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    };
    for (const call of Object.values(callers(fetch, 60))) {
      const controller = new AbortController();
      await rejects(call({ signal: controller.signal }), "NetworkError", TIMEOUT);
      const running = call({ signal: controller.signal });
      while (signals.length < 2) await sleep(1);
      controller.abort("gone");
      assert.equal(await failure(running), "gone");
      assert.deepEqual(
        signals.splice(0).map(({ reason }) => reason?.name ?? reason),
        ["TimeoutError", "gone"],
      );
    }
  });

  const { any } = AbortSignal;
  for (const [host, method] of [
    ["a host that joins signals", any],
    ["one that does not", undefined],
  ]) {
    test(`has given the answer: its body is the caller's to end, and no time limit's, on ${host}`, async (t) => {
      AbortSignal.any = method;
      t.after(() => {
        AbortSignal.any = any;
      });
      const api = createServer((_, response) => {
        response.write("first, ");
        setTimeout(() => response.end("last"), 200);
      });
      await new Promise((resolve) => api.listen(0, "127.0.0.1", resolve));
      t.after(() => api.close().closeAllConnections());
      const url = `http://127.0.0.1:${api.address().port}/`;
      for (const call of Object.values(callers((_, init) => globalThis.fetch(url, init), 100))) {
        const controller = new AbortController();
        const patient = await call({ signal: controller.signal });
        assert.equal(await patient.text(), "first, last");
        assert.equal(await (await call()).text(), "first, last");
        const left = await call({ signal: controller.signal });
        const body = failure(left.text());
        controller.abort(new Error("gone"));
        assert.equal((await body).message, "gone");
      }
    });
  }

  test("leaves nothing on a signal that lives on", async () => {
    const { signal } = new AbortController();
    for (const call of Object.values(callers(() => toResponse(json({}))))) {
      for (let calls = 0; calls < 20; calls++) await call({ signal });
      assert.equal(listeners(signal), 0);
    }
  });

  test("may reject by itself as ever, and is called with what is no init by nobody", async () => {
    const cause = new TypeError("fetch failed");
    for (const call of Object.values(callers(() => Promise.reject(cause)))) {
      const error = await rejects(call(), "NetworkError", { code: "unreachable" });
      assert.equal(error.cause, cause);
      for (const init of [5, "x", true, () => {}]) await rejectsConfig(() => call(init), "invalid_option", "init");
    }
  });
});

test("only http and https have origins that a token may go to", async () => {
  const sent = [];
  const store = new onbehalf.TokenExchangeStore({
    configs: [crmConfig({ origin: "https://as.example" }, { audience: "https://crm.acme.com" })],
    fetch: (url) => sent.push(url),
    subjectTokenProvider: () => "alice-token",
  });
  for (const input of ["blob:https://crm.acme.com/1", "ftp://crm.acme.com/", "data:text/plain,x", "file:///crm"]) {
    await rejectsConfig(() => store.fetch(CRM, input), "endpoint_origin", "input");
  }
  assert.deepEqual(sent, []);
});
