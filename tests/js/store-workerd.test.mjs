/** The store where promises die with the request in which they were made: on workerd. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Miniflare } from "miniflare";
import { json } from "../servers/quirk/server.mjs";
import { serve, success } from "./helpers.mjs";

const pkg = new URL("../../pkg/", import.meta.url);

/** The package as it is, and as it would be on a host whose `cloudflare:workers` cannot be imported. */
const form = readFileSync(new URL("workerd.js", pkg), "utf8");
const withoutWaitUntil = form.replace('"cloudflare","workers"', '"cloudflare","none"');

/** Runs a worker. `get(path)` gives the text of its answer, `drop(path, ms)` resets the connection after that time. */
async function serveWorker(t, contents, { script = form, compatibilityDate = "2026-01-01" } = {}) {
  const miniflare = new Miniflare({
    modulesRoot: pkg.pathname,
    modules: [
      { type: "ESModule", path: new URL("worker.js", pkg).pathname, contents },
      { type: "ESModule", path: new URL("workerd.js", pkg).pathname, contents: script },
      { type: "CompiledWasm", path: new URL("core_bg.wasm", pkg).pathname },
    ],
    compatibilityDate,
    // Without the proxy in front, so that the worker notices when a client has gone.
    unsafeDirectSockets: [{ host: "127.0.0.1" }],
  });
  t.after(() => miniflare.dispose());
  const origin = await miniflare.unsafeGetDirectURL();
  return {
    get: async (path) => (await fetch(new URL(path, origin))).text(),
    drop: async (path, ms) => {
      const client = connect(Number(origin.port), origin.hostname);
      client.write(`GET ${path} HTTP/1.1\r\nHost: worker\r\n\r\n`);
      await sleep(ms);
      client.resetAndDestroy();
    },
  };
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
  const { get } = await serveWorker(t, worker);
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
  const { get } = await serveWorker(
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

/** A worker with a store that finds its server by discovery. What `/?user=…` comes to is told as text. */
const storeOf = (config) => `
  import { TokenExchangeStore } from "./workerd.js";
  const store = new TokenExchangeStore({ configs: [{
    ref: "crm", name: "CRM", kind: "user-delegated", scope: "a", status: "active", clientId: "c",
    ...${JSON.stringify(config)},
  }] });
  export default {
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      const signal = pathname === "/signal" ? AbortSignal.timeout(${LEAVES}) : undefined;
      const call = store.getToken("crm", { subjectToken: searchParams.get("user"), signal }).then(
        ({ accessToken }) => accessToken,
        (error) => \`\${error.name} \${error.code}: \${error.message}\`,
      );
      if (pathname !== "/early") return new Response(await call);
      await scheduler.wait(${LEAVES});
      return new Response("early");
    },
  };
`;
const LEAVES = 150;

/** How a request ends while others wait for what it has begun. */
const endings = {
  "its client disconnects": ({ drop }) => drop("/?user=alice", LEAVES),
  "its own signal ends it": async ({ get }) => assert.match(await get("/signal?user=alice"), /^TimeoutError/),
  "it answers early": async ({ get }) => assert.equal(await get("/early?user=alice"), "early"),
};

describe("what a request has begun goes on for others when", () => {
  for (const [ending, leave] of Object.entries(endings)) {
    for (const compatibilityDate of ["2024-01-01", "2026-01-01"]) {
      for (const what of ["discovery", "an exchange"]) {
        test(`${ending} during ${what}, ${compatibilityDate}`, { timeout: 60_000 }, async (t) => {
          const server = await serve(t);
          const slow = (answer) => ({ ...answer, delayMs: 600 });
          const issuer = server.metadata();
          const shared = what === "discovery" ? METADATA : "/token";
          if (what === "discovery") server.on(METADATA, slow(json({ issuer, token_endpoint: `${issuer}/token` })));
          server.on("/token", what === "discovery" ? success() : slow(success()));
          const worker = await serveWorker(t, storeOf({ issuer, timeoutMs: 3000 }), { compatibilityDate });
          const { get } = worker;
          const left = leave(worker);
          await server.seen(1, shared);
          const started = performance.now();
          const joiner = get("/?user=alice");
          await left;
          const answers = await Promise.all([joiner, get("/?user=alice")]);
          const waited = performance.now() - started;
          assert.deepEqual(answers, ["issued", "issued"]);
          assert.ok(waited < 2000, `${waited} ms`);
          assert.equal(server.at(shared).length, 1);
        });
      }
    }
  }
});

test("steady traffic of which some is cancelled fails for nobody else", { timeout: 60_000 }, async (t) => {
  const server = await serve(t);
  const issuer = server.metadata();
  server.on(METADATA, { ...json({ issuer, token_endpoint: `${issuer}/token` }), delayMs: 300 });
  server.on("/token", success());
  const { get, drop } = await serveWorker(t, storeOf({ issuer, timeoutMs: 800 }));
  const calls = [];
  for (let index = 0; index < 24; index++) {
    const path = `/?user=user-${index}`;
    if (index % 4 > 0) calls.push(get(path));
    else drop(path, 100);
    await sleep(75);
  }
  assert.deepEqual(new Set(await Promise.all(calls)), new Set(["issued"]));
  assert.equal(server.at(METADATA).length, 1);
});

test("a request for which nobody waits any more is aborted", { timeout: 60_000 }, async (t) => {
  const server = await serve(t);
  server.on("/token", { hang: true });
  const { get } = await serveWorker(t, storeOf({ tokenEndpoint: `${server.origin}/token`, timeoutMs: 20_000 }));
  const left = get("/signal?user=alice");
  await server.seen(1);
  const started = performance.now();
  assert.match(await left, /^TimeoutError/);
  assert.equal(await server.requests[0].gone, true);
  assert.ok(performance.now() - started < 5000);
});

test("where nothing can be handed to the host, no error of its own comes out, and who has time left asks anew", {
  timeout: 60_000,
}, async (t) => {
  assert.notEqual(withoutWaitUntil, form);
  const server = await serve(t);
  const issuer = server.metadata();
  const metadata = json({ issuer, token_endpoint: `${issuer}/token` });
  server.on(METADATA, { ...metadata, delayMs: 500 }, metadata);
  server.on("/token", success());
  const { get } = await serveWorker(t, storeOf({ issuer, timeoutMs: 1000 }), { script: withoutWaitUntil });
  const left = get("/signal?user=alice");
  await server.seen(1);
  const early = get("/?user=bob");
  await left;
  await sleep(300);
  // The request that it waits for is of another one, which has ended: the host refuses to abort it from here.
  const late = await get("/?user=carol");
  assert.match(await early, /^(issued|NetworkError timeout: )/);
  assert.equal(late, "issued");
});

const METADATA = "/.well-known/oauth-authorization-server";
