/** Calling resources with a token at hand: `client.fetchResource`, and what it shares with `store.fetch`. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { json, redirect } from "../servers/quirk/server.mjs";
import {
  assertRedacted,
  fakeFetch,
  onbehalf,
  rejects,
  rejectsConfig,
  serveToken,
  success,
  toResponse,
} from "./helpers.mjs";
import { asksFor, CRM, crmConfig, presented } from "./store-helpers.mjs";

/** A client and a store of one server, which is the resource too. */
async function mistaken(t) {
  const { server, client } = await serveToken(t, [success()]);
  server.on("/api", json({}));
  const configs = [crmConfig(server, { audience: `${server.origin}/api` })];
  const store = new onbehalf.TokenExchangeStore({ configs, subjectTokenProvider: () => "alice-token" });
  t.after(() => store.close());
  return { server, client, store };
}
describe("client.fetchResource", () => {
  test("presents a token response or an access token", async (t) => {
    const { server, exchange, client } = await serveToken(t);
    server.on("/api", json({ ok: true }));
    const token = await exchange({});
    const response = await client.fetchResource(token, `${server.origin}/api`, { method: "DELETE" });
    assert.deepEqual(await response.json(), { ok: true });
    await client.fetchResource("plain-token", `${server.origin}/api`);
    assert.deepEqual(presented({ requests: server.at("/api") }), ["Bearer issued", "Bearer plain-token"]);
    assert.equal(server.at("/api")[0].method, "DELETE");
  });

  test("a refusal of the token is a typed error, any other answer is given back", async (t) => {
    const { server, client } = await serveToken(t);
    const answer = async (scripted) => {
      server.on("/api", scripted);
      return client.fetchResource("presented-token-of-alice", `${server.origin}/api`);
    };
    const echo = 'Bearer error="invalid_token", error_description="presented-token-of-alice expired"';
    const error = await rejects(answer({ status: 401, headers: { "www-authenticate": echo } }), "InvalidTokenError", {
      code: "invalid_token",
      action: "renew_subject",
      status: 401,
      errorDescription: /expired/,
    });
    assertRedacted({ ...error.toJSON() }, ["presented-token-of-alice"]);
    await rejects(answer(asksFor("a b")), "InsufficientScopeError", { requiredScopes: ["a", "b"] });
    for (const plain of [{ status: 401 }, { status: 403 }, { status: 500 }, redirect("https://x.example"), json({})]) {
      assert.equal((await answer(plain)).status, plain.status ?? 200);
    }
  });

  test("what no fetch sends is the caller's mistake, not the network's", async (t) => {
    const { server, client, store } = await mistaken(t);
    const url = `${server.origin}/api`;
    const body = new URLSearchParams("a=b");
    for (const [init, field] of [
      [{ method: "TRACE" }, "method"],
      [{ method: "connect" }, "method"],
      [{ method: "Track" }, "method"],
      [{ method: "G T" }, "method"],
      [{ method: "" }, "method"],
      [{ body }, "body"],
      [{ body: "" }, "body"],
      [{ body, method: "head" }, "body"],
      [{ headers: { "Transfer-Encoding": "chunked" } }, "headers.transfer-encoding"],
      [{ headers: { expect: "100-continue" } }, "headers.expect"],
      [{ headers: { "keep-alive": "timeout=5" } }, "headers.keep-alive"],
      [{ headers: { upgrade: "h2c" } }, "headers.upgrade"],
      [{ credentials: "x" }, "init"],
      [{ mode: "navigate" }, "init"],
    ]) {
      await rejectsConfig(() => client.fetchResource("t", url, init), "invalid_option", field);
      await rejectsConfig(() => store.fetch(CRM, url, init), "invalid_option", field);
    }
    assert.deepEqual(server.at("/api"), []);
    for (const method of ["get", "POST", "PATCH", "PROPFIND", "OPTIONS"]) {
      assert.equal((await client.fetchResource("t", url, { method })).status, 200);
    }
    await client.fetchResource("t", url, { method: "DELETE", body: "x" });
    const request = new Request(url, { method: "PUT", body: "x" });
    await client.fetchResource("t", request);
    assert.equal(server.at("/api").at(-1).method, "PUT");
  });

  test("X1, a Host header takes the token to no other site", async () => {
    const seen = [];
    const fetch = async (_, init) => {
      if (init.method === "POST") return toResponse(success());
      seen.push(Object.keys(init.headers));
      return new Response();
    };
    const configs = [crmConfig({ origin: "https://as.example" })];
    const store = new onbehalf.TokenExchangeStore({ configs, fetch, subjectTokenProvider: () => "alice-token" });
    const client = new onbehalf.OAuthClient("https://as.example", { fetch });
    const url = "https://crm.acme.com/";
    for (const headers of [
      { Host: "evil.example" },
      [["host", "evil.example"]],
      new Headers({ host: "evil.example" }),
    ]) {
      await client.fetchResource("t", url, { headers });
      await store.fetch(CRM, url, { headers });
      await store.fetch(CRM, new Request(url, { headers }));
    }
    assert.deepEqual(seen, Array(9).fill(["authorization"]));
  });

  test("a Request is sent as it says, unless the call says otherwise", async () => {
    const url = "https://crm.acme.com/api";
    const said = {
      credentials: "omit",
      cache: "no-store",
      mode: "same-origin",
      referrer: "",
      referrerPolicy: "no-referrer",
      integrity: "sha256-AAAA",
      keepalive: true,
    };
    const fetch = fakeFetch(json({}), success());
    const client = new onbehalf.OAuthClient("https://as.example", { fetch });
    const sent = async (input, init) => {
      await client.fetchResource("t", input, init);
      const { method: _, headers: __, signal: ___, redirect, ...rest } = fetch.calls.at(-1).init;
      assert.equal(redirect, "manual");
      return rest;
    };
    assert.deepEqual(await sent(new Request(url)), {}, "what the host does anyway is not asked for");
    assert.deepEqual(await sent(new Request(url, { ...said, redirect: "error" })), said);
    const { cache: _, mode: __, ...rest } = said;
    assert.deepEqual(await sent({ url, ...rest, cache: undefined, mode: null }), rest, "of another implementation");
    const init = { credentials: "include", cache: undefined };
    assert.deepEqual(await sent(new Request(url, said), init), { ...said, credentials: "include" });
    assert.equal((await sent({ url, mode: "navigate" })).mode, "same-origin", "as fetch does with such a Request");
    const posted = await sent(new Request(url, { method: "POST", body: "x", keepalive: true }));
    assert.deepEqual(Object.keys(posted).sort(), ["body", "duplex"], "no fetch keeps a stream alive");

    const store = new onbehalf.TokenExchangeStore({
      configs: [crmConfig({ origin: "https://as.example" })],
      fetch: fakeFetch(success(), (_, init) => toResponse(json({ credentials: init.credentials }))),
    });
    const view = store.forSubject("t");
    const response = await view.fetch(CRM, new Request(url, { credentials: "omit" }));
    assert.deepEqual(await response.json(), { credentials: "omit" });
  });

  test("a Request in a page is read as a whole: there its stream is hidden, or sent by HTTP/2 only", async (t) => {
    const { server, client } = await serveToken(t);
    server.on("/api", json({}));
    const { navigator } = globalThis;
    t.after(() => Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true }));
    Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Mozilla/5.0 (X11)" }, configurable: true });
    const request = (init) =>
      Object.defineProperty(new Request(`${server.origin}/api`, init), "body", { value: undefined });
    await client.fetchResource("t", request({ method: "PUT", body: "posted" }));
    await client.fetchResource("t", request({ method: "POST" }));
    await client.fetchResource("t", request());
    await client.fetchResource("t", request({ method: "POST", body: "its own" }), { body: "of the call" });
    const used = request({ method: "POST", body: "posted" });
    await used.text();
    await rejectsConfig(() => client.fetchResource("t", used), "invalid_option", "input");
    assert.deepEqual(
      server.at("/api").map(({ method, body }) => [method, body]),
      [
        ["PUT", "posted"],
        ["POST", ""],
        ["GET", ""],
        ["POST", "of the call"],
      ],
    );
  });

  test("where and what may not be sent is refused before anything is", async (t) => {
    const { server, client } = await serveToken(t);
    const url = `${server.origin}/api`;
    for (const [token, input, init, code, field] of [
      ["t", "http://crm.example/", {}, "insecure_url", "input"],
      ["t", "ftp://crm.example/", {}, "invalid_endpoint", "input"],
      ["t", "nowhere", {}, "invalid_option", "input"],
      ["t", "https://user@crm.example/", {}, "invalid_option", "input"],
      ["t", "https://:password@crm.example/", {}, "invalid_option", "input"],
      ["", url, {}, "invalid_option", "token"],
      ["Bearer t", url, {}, "invalid_option", "token"],
      [undefined, url, {}, "invalid_option", "token"],
      ["‹redacted: use token.expose()›", url, {}, "redacted_token", "token"],
      ["t", url, { headers: [["AUTHORIZATION", "x"]] }, "invalid_option", "headers.authorization"],
    ]) {
      await rejectsConfig(() => client.fetchResource(token, input, init), code, field);
    }
    assert.equal(server.requests.length, 0);
  });
});
