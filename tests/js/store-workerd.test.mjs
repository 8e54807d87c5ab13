/** The store where promises die with the request in which they were made: on workerd. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Miniflare } from "miniflare";
import { serve, success } from "./helpers.mjs";

const pkg = new URL("../../pkg/", import.meta.url);

/** Runs a worker, and gives a function that gets a path of it. */
function serveWorker(t, contents) {
  const miniflare = new Miniflare({
    modulesRoot: pkg.pathname,
    modules: [
      { type: "ESModule", path: new URL("worker.js", pkg).pathname, contents },
      { type: "ESModule", path: new URL("workerd.js", pkg).pathname },
      { type: "CompiledWasm", path: new URL("core_bg.wasm", pkg).pathname },
    ],
    compatibilityDate: "2026-01-01",
  });
  t.after(() => miniflare.dispose());
  return async (path) => (await miniflare.dispatchFetch(`http://worker${path}`)).text();
}

test("a request that ends during its exchange does not hold up the next one", { timeout: 60_000 }, async (t) => {
  const server = await serve(t);
  // The first answer never comes; its request ends before.
  server.on("/token", { hang: true }, success({ access_token: "second" }));
  const worker = `
    import { TokenExchangeStore } from "./workerd.js";
    const store = new TokenExchangeStore({ configs: [{
      ref: "crm", name: "CRM", kind: "user-delegated", scope: "a", status: "active",
      tokenEndpoint: "${server.origin}/token", clientId: "c", timeoutMs: 500,
    }] });
    export default {
      async fetch(request) {
        const call = store.findByRef("crm", { subjectToken: "alice" });
        if (new URL(request.url).pathname === "/leave") {
          call.catch(() => {});
          // As a handler does that answers before its work is done: what it left behind is cancelled.
          await scheduler.wait(150);
          return new Response("left");
        }
        return new Response((await call)?.ref ?? "nothing");
      },
    };
  `;
  const get = serveWorker(t, worker);
  assert.equal(await get("/leave"), "left");
  await server.seen(1);
  const started = performance.now();
  // Whoever finds the dead exchange makes its own when the time of that one is up, in what is left of its own.
  const answers = await Promise.all([get("/"), sleep(200).then(() => get("/"))]);
  const waited = performance.now() - started;
  assert.deepEqual(answers, ["second", "second"]);
  assert.ok(waited < 5000, `${waited} ms`);
  assert.equal(server.requests.length, 2);
  assert.equal(await get("/"), "second");
  assert.equal(server.requests.length, 2, "the token is kept");
});

test("a remembered token is given out in every request, and a provider that hangs holds up none", {
  timeout: 60_000,
}, async (t) => {
  const server = await serve(t);
  server.on("/token", success({ access_token: "remembered" }));
  const get = serveWorker(
    t,
    `
    import { TokenExchangeStore } from "./workerd.js";
    let subjectTokenProvider = async () => "alice";
    const store = new TokenExchangeStore({
      configs: [{
        ref: "crm", name: "CRM", kind: "user-delegated", scope: "a", status: "active",
        tokenEndpoint: "${server.origin}/token", clientId: "c", timeoutMs: 300,
      }],
      subjectTokenProvider: (ref) => subjectTokenProvider(ref),
    });
    export default {
      async fetch(request) {
        const hangs = new URL(request.url).pathname === "/hang";
        subjectTokenProvider = hangs ? () => new Promise(() => {}) : async () => "alice";
        return new Response((await store.findByRef("crm"))?.ref ?? "nothing");
      },
    };
  `,
  );
  for (const [path, ref] of Object.entries({
    "/1": "remembered",
    "/2": "remembered",
    "/hang": "nothing",
    "/3": "remembered",
  })) {
    assert.equal(await get(path), ref, path);
  }
  assert.equal(server.requests.length, 1);
});
