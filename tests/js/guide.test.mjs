/**
 * docs/guide.md and docs/reference.md: each of their blocks is a module, and is run here as it stands there. What is written in
 * TypeScript is compiled strictly by the suite "type resolution", and runs here without its types.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transformSync } from "esbuild";
import { BasicAuth, TokenExchangeStore, TokenResponse } from "onbehalf";
import { json } from "../servers/quirk/server.mjs";
import { documented } from "./documented.mjs";
import { failure, fields, GRANT, serve, success } from "./helpers.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const text = ["docs/guide.md", "docs/reference.md"].map((path) => readFileSync(join(root, path), "utf8")).join("");
const blocks = documented(text);
const run = new Set();

// Below the checkout, so that `onbehalf` is the package of the checkout.
const folder = mkdtempSync(join(root, "target/guide-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The module under a heading, in this environment. */
async function moduleOf(heading, environment = {}) {
  run.add(heading);
  const path = join(folder, `${[...blocks.keys()].indexOf(heading)}.mjs`);
  const { language, code } = blocks.get(heading);
  writeFileSync(path, transformSync(code, { loader: language }).code);
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
    assert.equal(text.match(/^```[jt]s$/gm).length, blocks.size);
  });

  /** Asks a handler with this Authorization header. */
  const ask = (handle, authorization, signal) =>
    handle(new Request("https://agent.test/contacts", { headers: authorization ? { authorization } : {}, signal }));

  test("a request handler: the user's contacts, and a status for whatever goes wrong", async (t) => {
    const refused = json({ error: "invalid_grant" }, 400);
    const busy = json({ error: "temporarily_unavailable" }, 503, { "retry-after": "3600" });
    const { server, environment } = await world(t, success(), refused, busy);
    server.on("/contacts", json(["Ada"]));
    const { makeHandler } = await moduleOf("A request handler");
    const handle = makeHandler(environment);
    const logged = t.mock.method(console, "error", () => {}).mock;

    const answer = await ask(handle, "Bearer alice");
    assert.deepEqual([answer.status, await answer.json()], [200, ["Ada"]]);
    assert.equal((await ask(handle, "Bearer alice")).status, 200);
    assert.equal(exchanges(server).length, 1, "one store for all requests");

    for (const [authorization, error] of [
      [undefined, "missing_token"],
      ["Basic abc", "missing_token"],
      [`Bearer ${"x".repeat(70_000)}`, "renew_subject"],
      ["Bearer caf\u00e9", "renew_subject"],
      ["Bearer bob", "renew_subject"],
    ]) {
      const answer = await ask(handle, authorization);
      assert.deepEqual([answer.status, await answer.json()], [401, { error }]);
      assert.equal(answer.headers.get("www-authenticate"), "Bearer");
    }
    assert.equal((await ask(handle, "Bearer carol", AbortSignal.abort())).status, 499);
    assert.equal(logged.callCount(), 0, "what the user did is not logged");
    const later = await ask(handle, "Bearer carol");
    assert.deepEqual([later.status, later.headers.get("retry-after")], [503, "3600"]);
  });

  test("a request handler: logs what is set up wrongly, and starts with all variables only", async (t) => {
    const answers = ["unauthorized_client", "invalid_client", "invalid_target"].map((error) => json({ error }, 400));
    const { environment } = await world(t, ...answers);
    const { makeHandler } = await moduleOf("A request handler");
    const logged = t.mock.method(console, "error", () => {}).mock;
    const wrong = { ...environment, ISSUER: `${environment.ISSUER}/wrong` };
    const down = { ...environment, ISSUER: "http://127.0.0.1:9" };
    const handle = makeHandler(environment);
    for (const [asked, status, code] of [
      [handle, 500, "oauth_error"],
      [handle, 500, "client_authentication_failed"],
      [handle, 403, "oauth_error"],
      [makeHandler(wrong), 502, "discovery_failed"],
      [makeHandler(down), 503, "unreachable"],
    ]) {
      assert.equal((await ask(asked, "Bearer alice")).status, status);
      assert.equal(JSON.parse(logged.calls.at(-1).arguments[0]).code, code);
    }
    assert.equal(logged.callCount(), 5);
    assert.throws(() => makeHandler({ ...environment, CLIENT_SECRET: undefined }), /must be set/);
  });

  test("Express: the handler's answer, and nothing for a caller who has gone", async (t) => {
    const { routeOf } = await moduleOf("Express");
    let arrived;
    const asked = new Promise((resolve) => (arrived = resolve));
    const failed = [];
    const route = routeOf(async ({ headers, signal }) => {
      if (headers.get("authorization") === "Bearer alice") return Response.json(["Ada"], { headers: { "x-a": "b" } });
      if (!headers.get("authorization")) throw new Error("a bug");
      arrived(signal);
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    const server = createServer((req, res) =>
      route(req, res).catch((error) => {
        failed.push(error.message);
        res.end();
      }),
    );
    t.after(() => server.close());
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${server.address().port}/`;

    const answer = await fetch(url, { headers: { authorization: "Bearer alice" } });
    assert.deepEqual([answer.status, answer.headers.get("x-a"), await answer.json()], [200, "b", ["Ada"]]);
    const leaving = new AbortController();
    const left = failure(fetch(url, { headers: { authorization: "Bearer bob" }, signal: leaving.signal }));
    const signal = await asked;
    leaving.abort();
    await left;
    await new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener("abort", resolve)));
    await (await fetch(url)).text();
    assert.deepEqual(failed, ["a bug"]);
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
    const { status } = await failure(client.exchangeToken({ subjectToken: "carol" }));
    assert.equal(status, 500, "more was asked than there are answers");
  });

  test("testing your code: two different tokens compare as equal", () => {
    const [one, two] = ["one", "two"].map((accessToken) => TokenResponse.from({ accessToken, tokenType: "Bearer" }));
    assert.deepStrictEqual(one, two);
    assert.notDeepStrictEqual(one.expose(), two.expose());
    assert.deepStrictEqual(new BasicAuth("a", "b"), new BasicAuth("a", "c"));
    assert.equal(one.authorizationHeader(), "Bearer one");
  });

  test("testing code that uses a store: one fetch for the server and the API", async () => {
    const { issues, refuses } = await moduleOf("Testing your code");
    const { fakeStore } = await moduleOf("Testing code that uses a store");
    const api = (authorization) => Response.json([authorization]);
    const contacts = ({ store }) => store.forSubject("alice").fetch("crm", "https://crm.test/contacts");
    const good = fakeStore({ token: () => issues("one"), api });
    assert.deepEqual(await (await contacts(good)).json(), ["Bearer one"]);
    assert.deepEqual(good.sent, ["POST https://as.test/token", "GET https://crm.test/contacts"]);
    const expired = fakeStore({ token: () => refuses("invalid_grant"), api });
    assert.equal((await failure(contacts(expired))).action, "renew_subject");
    const down = () => {
      throw new TypeError("fetch failed");
    };
    assert.equal((await failure(contacts(fakeStore({ token: down, api })))).action, "network");
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
