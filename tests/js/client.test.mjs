/** The life of a client: forIssuer, close, and what making one costs. */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { BasicAuth, BearerAuth, MultiZoneBasicAuth, NoneAuth, OAuthClient, PostAuth } from "onbehalf";
import { json } from "../servers/quirk/server.mjs";
import {
  assertFields,
  basic,
  EXCHANGE,
  failure,
  fakeFetch,
  rejectsConfig,
  runModule,
  SUBJECT,
  serve,
  serveToken,
  success,
  throwsConfig,
  toResponse,
} from "./helpers.mjs";

const exchange = (client, options) => client.exchangeToken({ subjectToken: SUBJECT }, options);

describe("forIssuer", () => {
  for (const [name, auth, options] of [
    ["BasicAuth", new BasicAuth("client", "secret")],
    ["PostAuth", new PostAuth("client", "secret")],
    ["BearerAuth", new BearerAuth("workload.token")],
    ["MultiZoneBasicAuth", new MultiZoneBasicAuth({ a: ["client", "secret"] }), { zone: "a" }],
    ["a function", ({ headers }) => headers.set("authorization", "Basic c2VjcmV0")],
  ]) {
    test(`T01, ${name} does not go along: ConfigError, the other server sees no request`, async (t) => {
      const [server, evil] = [await serve(t), await serve(t)];
      server.metadata();
      server.on("/token", success());
      evil.metadata();
      evil.on("/token", success());
      const client = new OAuthClient(server.origin, { auth });
      const other = client.forIssuer(evil.origin);
      await rejectsConfig(() => exchange(other, options));
      await rejectsConfig(() => other.clientCredentials({}, options));
      assert.deepEqual(evil.at("/token"), []);
      assert.ok(evil.requests.every(({ headers }) => headers.authorization === undefined));
      assert.equal((await exchange(client, options)).accessToken, "issued");
    });
  }

  test("P23, the credentials of the zone that is called as the other issuer go along, and no others", async (t) => {
    const [server, second, third] = [await serve(t), await serve(t), await serve(t)];
    second.metadata();
    second.on("/token", success());
    const zones = { [server.origin]: ["first", "1"], [second.origin]: ["second", "2"] };
    const client = new OAuthClient(server.origin, { auth: new MultiZoneBasicAuth(zones) });
    await exchange(client.forIssuer(second.origin));
    assert.equal(second.at("/token")[0].headers.authorization, basic("second", "2"));
    await rejectsConfig(
      () => exchange(client.forIssuer(second.origin), { zone: server.origin }),
      "unknown_zone",
      "zone",
    );
    await rejectsConfig(() => exchange(client.forIssuer(third.origin)));
    assert.deepEqual(third.requests, []);
  });

  test("the same issuer is no other: everything goes along", async (t) => {
    const { server, client } = await serveToken(t, [success()], { auth: new BasicAuth("client", "secret") });
    await exchange(client.forIssuer(client.issuer));
    assert.equal(server.requests[0].headers.authorization, basic("client", "secret"));
  });

  test("T01, endpoints do not go along: the other issuer is discovered", async (t) => {
    const [server, second] = [await serve(t), await serve(t)];
    server.on("/mine", success());
    second.metadata();
    second.on("/token", success({ access_token: "second" }));
    const client = new OAuthClient(server.origin, { endpoints: { token: `${server.origin}/mine` } });
    assert.equal((await exchange(client.forIssuer(second.origin))).accessToken, "second");
    assert.equal(server.requests.length, 0);
  });

  test("T01, T09, the first issuer's metadata is not used for the second", async (t) => {
    const [server, second] = [await serve(t), await serve(t)];
    server.metadata();
    second.metadata();
    const client = new OAuthClient(server.origin);
    await client.discoverServerMetadata();
    const metadata = await client.forIssuer(second.origin).discoverServerMetadata();
    assert.equal(metadata.issuer, second.origin);
    assert.equal(metadata.tokenEndpoint, `${second.origin}/token`);
  });

  test("P23, what is no secret goes along: public client, user agent, headers, limits, fetch", async () => {
    const fetch = fakeFetch((url) =>
      url.includes("well-known")
        ? toResponse(json({ issuer: "https://b.example", token_endpoint: "https://b.example/token" }))
        : toResponse(success()),
    );
    const options = { auth: new NoneAuth("public"), fetch, userAgent: "agent/1", customHeaders: { "X-Tenant": "7" } };
    const client = new OAuthClient("https://a.example", { ...options, maxResponseBytes: 5_000 });
    const other = client.forIssuer("https://b.example");
    assert.ok(other instanceof OAuthClient);
    const token = await exchange(other);
    assert.equal(token.issuer, "https://b.example");
    assert.deepEqual(
      fetch.calls.map(({ url }) => new URL(url).host),
      ["b.example", "b.example"],
    );
    const headers = new Headers(fetch.calls[1].init.headers);
    assert.equal(headers.get("user-agent"), "agent/1");
    assert.equal(headers.get("x-tenant"), "7");
    assertFields(fetch.calls[1], { ...EXCHANGE, client_id: "public" });
  });

  test("P24, an issuer that the constructor would refuse is refused here", () => {
    const client = new OAuthClient("https://a.example");
    throwsConfig(() => client.forIssuer("http://b.example"), "insecure_url", "issuer");
    throwsConfig(() => client.forIssuer(), "missing_option", "issuer");
    throwsConfig(() => client.forIssuer("https://b.example/?x"), "invalid_option", "issuer");
    client.close();
    throwsConfig(() => client.forIssuer("https://b.example"), "client_closed");
  });
});

describe("close", () => {
  test("T59, later calls reject with client_closed and send nothing; twice is fine", async (t) => {
    const { server, client } = await serveToken(t);
    client.close();
    client.close();
    await rejectsConfig(() => exchange(client), "client_closed");
    await rejectsConfig(() => client.clientCredentials(), "client_closed");
    await rejectsConfig(() => client.discoverServerMetadata(), "client_closed");
    await rejectsConfig(() => client.prepare.exchangeToken({ subjectToken: SUBJECT }), "client_closed");
    await rejectsConfig(() => client.fetchResource("token", `${server.origin}/api`), "client_closed");
    assert.equal(server.requests.length, 0);
  });

  test("T59, running calls finish, also one that has yet to discover and to repeat", async (t) => {
    const server = await serve(t);
    const issuer = server.metadata();
    server.on("/token", { status: 503, headers: { "retry-after": "0" }, delayMs: 100 }, { ...success(), delayMs: 100 });
    const client = new OAuthClient(issuer);
    const running = exchange(client);
    client.close();
    assert.equal((await running).accessToken, "issued");
    await rejectsConfig(() => exchange(client), "client_closed");
  });

  test("T59, Symbol.dispose closes", async (t) => {
    const { client } = await serveToken(t);
    assert.equal(typeof Symbol.dispose, "symbol");
    client[Symbol.dispose]();
    client[Symbol.dispose]();
    await rejectsConfig(() => exchange(client), "client_closed");
  });

  test("T59, closing one client leaves another, and one made by forIssuer, alone", async (t) => {
    const { server, client } = await serveToken(t);
    server.metadata();
    const other = client.forIssuer(server.origin);
    const same = new OAuthClient(server.origin, { endpoints: { token: "/token" } });
    client.close();
    assert.equal((await exchange(same)).accessToken, "issued");
    assert.equal((await exchange(other)).accessToken, "issued");
  });

  test("T59, ten thousand clients made and closed leave a working package, and no memory in the core", async () => {
    // Without a turn of the event loop in between, in which the host would collect what is closed by nobody.
    const { status, stdout, stderr } = await runModule(`
      let memory;
      const { Instance } = WebAssembly;
      WebAssembly.Instance = function (...args) {
        const instance = new Instance(...args);
        memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
        return instance;
      };
      const { OAuthClient } = await import("onbehalf");
      const made = (id) => new OAuthClient("https://as.example", { clientId: id.padEnd(10_000, "x"),
        endpoints: { token: "/token" }, fetch: async () => Response.json({ access_token: "issued", token_type: "Bearer" }) });
      for (let n = 0; n < 10_000; n++) made("client-" + n).close();
      const token = await made("last").exchangeToken({ subjectToken: "t" });
      console.log(token.accessToken, memory.buffer.byteLength);
    `);
    assert.deepEqual([status, stderr], [0, ""]);
    const [token, bytes] = stdout.split(" ");
    assert.equal(token, "issued");
    assert.ok(Number(bytes) < 4_000_000, `${bytes} bytes`);
  });
});

describe("many calls at once", () => {
  test("T41, two hundred exchanges in flight each get their own token", async (t) => {
    const { server, client } = await serveToken(t);
    server.on("/token", ({ form }) => {
      const { subject_token: subject } = Object.fromEntries(form);
      return { ...success({ access_token: `for-${subject}` }), delayMs: Number(subject.slice(1)) % 50 };
    });
    const subjects = Array.from({ length: 200 }, (_, n) => `u${n}`);
    const tokens = await Promise.all(subjects.map((subjectToken) => client.exchangeToken({ subjectToken })));
    assert.deepEqual(
      tokens.map((token) => token.accessToken),
      subjects.map((subject) => `for-${subject}`),
    );
  });

  test("P30, the client never caches: equal calls are equal requests", async (t) => {
    const { server, client } = await serveToken(t);
    await Promise.all([exchange(client), exchange(client), exchange(client)]);
    await exchange(client);
    assert.equal(server.requests.length, 4);
  });

  test("B34, one failing call does not touch the others", async (t) => {
    const { client } = await serveToken(t, [{ close: true }, success()]);
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => exchange(client)));
    const failed = results.filter(({ status }) => status === "rejected");
    assert.equal(failed.length, 1);
    assert.equal(failed[0].reason.code, "unreachable");
  });
});

describe("the package", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

  test("T68, no dependencies at run time, no install scripts", () => {
    assert.deepEqual(Object.keys(manifest.dependencies ?? {}), []);
    assert.deepEqual(Object.keys(manifest.optionalDependencies ?? {}), []);
    for (const name of ["preinstall", "install", "postinstall"]) assert.equal(manifest.scripts?.[name], undefined);
  });

  const WATCH = `
    const seen = [];
    const watch = (owner, name) => {
      const original = owner[name];
      owner[name] = function (...args) { seen.push(name); return original.apply(this, args); };
    };
    for (const name of ["fetch", "setTimeout", "setInterval", "setImmediate"]) watch(globalThis, name);
    for (const name of ["getRandomValues", "randomUUID"]) watch(Crypto.prototype, name);
    watch(Math, "random");`;
  const CONSTRUCT = `
    const { BasicAuth, OAuthClient, MultiZoneBasicAuth } = await import("onbehalf");
    const auth = new BasicAuth("client", "secret");
    const client = new OAuthClient("https://as.example", { auth, timeoutMs: 600_000 });
    client.forIssuer("https://other.example");
    new OAuthClient("https://as.example", { auth: new MultiZoneBasicAuth({ a: ["i", "s"] }) });
    console.log(JSON.stringify(seen));`;

  test("T68, import and construction draw no randomness, start no timer, send nothing, and let the process end", async () => {
    const before = performance.now();
    const { stdout, stderr, status } = await runModule(WATCH + CONSTRUCT);
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), []);
    assert.equal(stderr, "");
    assert.ok(performance.now() - before < 10_000);
  });

  test("T68, it works without eval and new Function", async () => {
    const script = `
      const forbidden = function () { throw new Error("code from a string"); };
      forbidden.prototype = Function.prototype;
      Function.prototype.constructor = globalThis.Function = globalThis.eval = forbidden;
      const { OAuthClient } = await import("onbehalf");
      const fetch = async () => Response.json({ access_token: "a", token_type: "Bearer" });
      const client = new OAuthClient("https://as.example", { fetch, endpoints: { token: "/token" } });
      console.log((await client.exchangeToken({ subjectToken: "s" })).accessToken);`;
    const { stdout, stderr, status } = await runModule(script);
    assert.equal(status, 0, stderr);
    assert.equal(stdout, "a\n");
  });

  test("X18, nothing of a finished call, retried, aborted or timed out, keeps the process alive", async (t) => {
    const { server } = await serveToken(t, [
      { status: 503, headers: { "retry-after": "0" } },
      success(),
      { hang: true },
    ]);
    const script = `
      const { OAuthClient } = await import("onbehalf");
      const client = new OAuthClient("${server.origin}", { endpoints: { token: "/token" }, timeoutMs: 300_000 });
      const call = (options) => client.exchangeToken({ subjectToken: "s" }, options);
      console.log((await call()).accessToken);
      await call({ timeoutMs: 50 }).catch((error) => console.log(error.code));
      await call({ signal: AbortSignal.abort("x") }).catch((reason) => console.log(reason));
      const controller = new AbortController();
      setTimeout(() => controller.abort("y"), 50);
      await call({ signal: controller.signal }).catch((reason) => console.log(reason));`;
    const before = performance.now();
    const { stdout, stderr, status } = await runModule(script);
    assert.equal(status, 0, stderr);
    assert.equal(stdout, "issued\ntimeout\nx\ny\n");
    assert.ok(performance.now() - before < 20_000);
  });

  test("X18, a caller's long-lived signal gathers no listeners", async (t) => {
    const { server, client } = await serveToken(t);
    const { signal } = new AbortController();
    for (let n = 0; n < 20; n++) await exchange(client, { signal });
    server.on("/token", { status: 400 });
    await failure(exchange(client, { signal }));
    await failure(exchange(client, { signal, timeoutMs: -1 }));
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });
});
