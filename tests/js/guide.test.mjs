/** docs/guide.md and docs/reference.md: each of their blocks is a module, and is run here as it stands there. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { TokenExchangeStore, TokenResponse } from "onbehalf";
import { json } from "../servers/quirk/server.mjs";
import { failure, fields, GRANT, serve, success } from "./helpers.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const text = ["docs/guide.md", "docs/reference.md"].map((path) => readFileSync(join(root, path), "utf8")).join("");
const blocks = new Map(
  text
    .split(/^## /m)
    .map((section) => [/^.*/.exec(section)[0], /^```js\n(.*?)^```$/ms.exec(section)?.[1]])
    .filter(([, code]) => code !== undefined),
);
const run = new Set();

// Below the checkout, so that `onbehalf` is the package of the checkout.
const folder = mkdtempSync(join(root, "target/guide-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The module under a heading, in this environment. */
async function moduleOf(heading, environment = {}) {
  run.add(heading);
  const path = join(folder, `${run.size}.mjs`);
  writeFileSync(path, blocks.get(heading));
  Object.assign(process.env, environment);
  return import(pathToFileURL(path));
}

/** A server with metadata, and what a module finds of it in its environment. */
async function world(t, ...answers) {
  const server = await serve(t);
  const ISSUER = server.metadata();
  server.on("/token", ...answers);
  return { server, ISSUER, environment: { ISSUER, CLIENT_ID: "agent", CLIENT_SECRET: "secret", CRM: server.origin } };
}

const exchanges = (server) => server.requests.filter(({ path }) => path === "/token");

describe("docs/guide.md and docs/reference.md", () => {
  test("have one block to a section at most", () => {
    assert.equal(text.match(/^```js$/gm).length, blocks.size);
  });

  test("a request handler: the user's contacts, and a status for whatever goes wrong", async (t) => {
    const refused = json({ error: "invalid_grant" }, 400);
    const busy = json({ error: "temporarily_unavailable" }, 503, { "retry-after": "3600" });
    const misconfigured = json({ error: "unauthorized_client" }, 400);
    const { server, environment } = await world(t, success(), refused, busy, misconfigured);
    server.on("/contacts", json(["Ada"]));
    const { handle } = await moduleOf("A request handler", environment);
    const logged = t.mock.method(console, "error", () => {}).mock;
    const ask = (authorization) =>
      handle(new Request("https://agent.test/contacts", { headers: authorization ? { authorization } : {} }));

    const answer = await ask("Bearer alice");
    assert.deepEqual([answer.status, await answer.json()], [200, ["Ada"]]);
    assert.equal((await ask("Bearer alice")).status, 200);
    assert.equal(exchanges(server).length, 1, "one store for all requests");

    for (const [authorization, status] of [
      [undefined, 401],
      ["Basic abc", 401],
      [`Bearer ${"x".repeat(70_000)}`, 401],
      ["Bearer bob", 401],
    ]) {
      const { status: got, headers } = await ask(authorization);
      assert.deepEqual([got, headers.get("www-authenticate")], [status, "Bearer"]);
    }
    const later = await ask("Bearer carol");
    assert.deepEqual([later.status, later.headers.get("retry-after")], [503, "3600"]);
    assert.equal(logged.callCount(), 0);
    assert.equal((await ask("Bearer dave")).status, 500);
    assert.match(logged.calls[0].arguments[0], /"action":"fix_config"/);
  });

  test("a service's own token: one request for all, and another one half a minute before its end", async (t) => {
    const { server, environment } = await world(t, success({ expires_in: 300 }), json({}, 500), success());
    const { serviceToken } = await moduleOf("A service's own token", environment);
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const [one, two] = await Promise.all([serviceToken(), serviceToken()]);
    assert.equal(one, two);
    t.mock.timers.tick(269_000);
    assert.equal(await serviceToken(), one);
    t.mock.timers.tick(2000);
    assert.equal((await failure(serviceToken())).code, "http_error");
    assert.notEqual(await serviceToken(), one, "a failure is not kept");
    assert.deepEqual(fields(exchanges(server)[0]).grant_type, [GRANT.clientCredentials]);
    assert.equal(exchanges(server).length, 3);
  });

  test("many tenants: each with its own credentials, at its own server", async (t) => {
    const [one, two] = [await world(t, success()), await world(t, success())];
    const TENANTS = JSON.stringify({ [one.ISSUER]: ["first", "secret 1"], [two.ISSUER]: ["second", "secret 2"] });
    const { clientOf } = await moduleOf("Many tenants", { TENANTS });
    for (const [{ server, ISSUER }, id] of [
      [one, "first:secret+1"],
      [two, "second:secret+2"],
    ]) {
      await clientOf(ISSUER).exchangeToken({ subjectToken: "alice" });
      const [{ headers }] = exchanges(server);
      assert.equal(headers.authorization, `Basic ${btoa(id)}`);
      assert.equal(clientOf(ISSUER), clientOf(ISSUER));
    }
    assert.throws(() => clientOf("https://elsewhere.test"), /no such tenant/);
  });

  test("proxies and private certificates: every request goes by the dispatcher, with all of its init", async (t) => {
    const { environment } = await world(t, success());
    const undici = join(folder, "node_modules/undici");
    mkdirSync(undici, { recursive: true });
    writeFileSync(join(undici, "package.json"), '{ "main": "index.mjs" }');
    writeFileSync(
      join(undici, "index.mjs"),
      `export class Agent { constructor(options) { this.options = options; } }
       export const calls = [];
       export const fetch = (url, { dispatcher, ...init }) => {
         calls.push({ dispatcher, init });
         return globalThis.fetch(url, init);
       };`,
    );
    const CA_FILE = join(folder, "ca.pem");
    writeFileSync(CA_FILE, "a certificate");
    const { client } = await moduleOf("Proxies and private certificates", { ...environment, CA_FILE });
    await client.exchangeToken({ subjectToken: "alice" });
    const { calls } = await import(pathToFileURL(join(undici, "index.mjs")));
    assert.equal(calls.length, 2);
    for (const { dispatcher, init } of calls) {
      assert.equal(String(dispatcher.options.connect.ca), "a certificate");
      assert.equal(init.redirect, "manual");
      assert.ok(init.signal instanceof AbortSignal);
    }
  });

  test("logging: a line for each call, without a token", async (t) => {
    const { environment } = await world(t, success({ access_token: "issued-and-secret" }));
    const { client } = await moduleOf("Logging", environment);
    const { mock } = t.mock.method(console, "log", () => {});
    await client.exchangeToken({ subjectToken: "alice-and-secret" });
    assert.equal(mock.callCount(), 1);
    assert.equal(JSON.parse(mock.calls[0].arguments[0]).outcome, "ok");
    assert.doesNotMatch(mock.calls[0].arguments[0], /secret/);
  });

  test("tracing: a span for each request, ended also when it fails", async (t) => {
    const { server, environment } = await world(t, success(), { close: true });
    const { tracedClient } = await moduleOf("Tracing", environment);
    const spans = [];
    const tracer = {
      startActiveSpan(name, work) {
        const span = { name, setAttribute: (_, value) => (span.status = value), end: () => (span.ended = true) };
        spans.push(span);
        return work(span);
      },
    };
    const client = tracedClient(tracer);
    await client.exchangeToken({ subjectToken: "alice" });
    assert.equal((await failure(client.exchangeToken({ subjectToken: "alice" }))).code, "unreachable");
    assert.equal(exchanges(server).length, 2);
    assert.deepEqual(
      spans.map(({ name, status, ended }) => [name, status, ended]),
      [
        ["GET /.well-known/oauth-authorization-server", 200, true],
        ["POST /token", 200, true],
        ["POST /token", undefined, true],
      ],
    );
  });

  test("testing your code: answers in turn, and what was asked", async () => {
    const { fakeClient, issues, refuses } = await moduleOf("Testing your code");
    const { asked, client } = fakeClient(issues("one"), refuses("invalid_grant"));
    const token = await client.exchangeToken({ subjectToken: "alice" });
    assert.deepEqual([token.accessToken, token.assumed], ["one", []]);
    assert.equal((await failure(client.exchangeToken({ subjectToken: "bob" }))).action, "renew_subject");
    assert.deepEqual(
      asked.map(({ subject_token }) => subject_token),
      ["alice", "bob"],
    );
    assert.equal(TokenResponse.from({ accessToken: "x", tokenType: "Bearer" }).authorizationHeader(), "Bearer x");
  });

  test("shutting down: the server first, then the store", async () => {
    const { shutDown } = await moduleOf("Shutting down");
    const server = createServer().listen(0, "127.0.0.1");
    const store = new TokenExchangeStore({
      configs: [
        { ref: "r", name: "n", kind: "k", scope: "s", status: "active", issuer: "https://as.test", clientId: "c" },
      ],
    });
    await shutDown(server, store);
    assert.equal(server.listening, false);
    assert.equal((await failure(store.forSubject("alice").getToken("r"))).code, "client_closed");
  });

  test("init: the form that is brought its WebAssembly", async () => {
    await moduleOf("init");
    const { OAuthClient } = await import("onbehalf/slim");
    assert.equal(new OAuthClient("https://as.test").issuer, "https://as.test");
  });

  test("no block is left out", () => {
    assert.deepEqual([...run].sort(), [...blocks.keys()].sort());
  });
});
