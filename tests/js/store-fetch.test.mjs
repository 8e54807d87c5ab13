/** Calling resources: `store.fetch` and `client.fetchResource`. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { json, redirect } from "../servers/quirk/server.mjs";
import {
  assertError,
  assertRedacted,
  failure,
  fakeFetch,
  onbehalf,
  rejects,
  rejectsConfig,
  serve,
  serveToken,
  success,
  TYPE,
  thrown,
  toResponse,
} from "./helpers.mjs";
import { CRM, crmConfig, serveStore } from "./store-helpers.mjs";

const unauthorized = { status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' } };
const asksFor = (scope) => ({
  status: 403,
  headers: { "www-authenticate": `Bearer error="insufficient_scope", scope="${scope}"` },
});

/** A store, and a resource server that answers at /api. */
async function world(t, answers, options = {}) {
  const api = await serve(t);
  api.on("/api", ...answers);
  const made = await serveStore(t, { ...options, config: { audience: `${api.origin}/api`, ...options.config } });
  return { ...made, api, url: `${api.origin}/api` };
}

/** A client and a store of one server, which is the resource too. */
async function mistaken(t) {
  const { server, client } = await serveToken(t, [success()]);
  server.on("/api", json({}));
  const configs = [crmConfig(server, { audience: `${server.origin}/api` })];
  const store = new onbehalf.TokenExchangeStore({ configs, subjectTokenProvider: () => "alice-token" });
  t.after(() => store.close());
  return { server, client, store };
}

const presented = (api) => api.requests.map(({ headers }) => headers.authorization);

describe("store.fetch", () => {
  test("presents the token, sends what it is given, and gives the answer back", async (t) => {
    const { store, api, url } = await world(t, [json({ contacts: [] }, 201)]);
    const init = { method: "PUT", headers: { "x-request": "1" }, body: "text" };
    const response = await store.fetch(CRM, `${url}?page=2`, init);
    assert.ok(response instanceof Response);
    assert.deepEqual([response.status, await response.json()], [201, { contacts: [] }]);
    const [request] = api.requests;
    assert.equal(request.headers.authorization, "Bearer token-1-for-alice-token");
    assert.deepEqual(
      [request.method, request.query, request.body, request.headers["x-request"]],
      ["PUT", "?page=2", "text", "1"],
    );
    await store.fetch(CRM, new URL(url));
    await store.fetch(CRM, new Request(url, { headers: { "x-from": "request" } }));
    assert.equal(api.requests[2].headers["x-from"], "request");
    assert.equal(store.stats().misses, 1);
  });

  test("acts for the subject of the call, or of the view", async (t) => {
    const { store, api, url } = await world(t, [success()]);
    await store.fetch(CRM, url, undefined, { subjectToken: "bob-token" });
    await store.forSubject("carol-token").fetch(CRM, url);
    assert.deepEqual(presented(api), ["Bearer token-1-for-bob-token", "Bearer token-2-for-carol-token"]);
  });

  test("a 401 evicts the token and is answered with one fresh one", async (t) => {
    const { server, store, api, url, events } = await world(t, [unauthorized, json({ ok: true })]);
    assert.equal((await store.fetch(CRM, url)).status, 200);
    assert.deepEqual(presented(api), ["Bearer token-1-for-alice-token", "Bearer token-2-for-alice-token"]);
    assert.equal(server.requests.length, 2);
    assert.deepEqual(
      events.map(({ type, outcome }) => [type, outcome]),
      [
        ["exchange", "ok"],
        ["evict", "refused"],
        ["exchange", "ok"],
      ],
    );
  });

  test("a second 401 is given back, and neither token is kept", async (t) => {
    const { store, api, url } = await world(t, [unauthorized]);
    assert.equal((await store.fetch(CRM, url)).status, 401);
    assert.equal(api.requests.length, 2);
    assert.equal(store.stats().entries, 0);
  });

  test("calls that were refused at the same time share one fresh exchange", async (t) => {
    const refuseFirst = ({ headers }) => (headers.authorization.includes("token-1-") ? unauthorized : json({}));
    const { server, store, url } = await world(t, [refuseFirst]);
    await store.getToken(CRM);
    const responses = await Promise.all(Array.from({ length: 20 }, () => store.fetch(CRM, url)));
    assert.deepEqual(new Set(responses.map(({ status }) => status)), new Set([200]));
    assert.equal(server.requests.length, 2);
  });

  test("a body that can be read once is not sent twice", async (t) => {
    const stream = () => new Blob(["streamed"]).stream();
    const bodies = [
      ["a stream", { body: stream(), duplex: "half" }, 1],
      ["a string", { body: "x" }, 2],
      ["bytes", { body: new Uint8Array([1]) }, 2],
      ["a form", { body: new URLSearchParams({ a: "b" }) }, 2],
      ["a blob", { body: new Blob(["x"]) }, 2],
    ];
    for (const [name, init, requests] of bodies) {
      const { store, api, url } = await world(t, [unauthorized, json({})]);
      const response = await store.fetch(CRM, url, { method: "POST", ...init });
      assert.deepEqual([api.requests.length, response.status], [requests, requests === 1 ? 401 : 200], name);
      assert.equal(store.stats().entries, requests - 1, "the refused token is gone all the same");
    }
    const { store, api, url } = await world(t, [unauthorized, json({})]);
    const request = new Request(url, { method: "POST", body: "text of a request" });
    assert.equal((await store.fetch(CRM, request)).status, 401);
    assert.deepEqual([api.requests.length, api.requests[0].body], [1, "text of a request"]);
  });

  test("without stepUp a 403 is given back", async (t) => {
    const { server, store, url } = await world(t, [asksFor("crm:admin")]);
    const response = await store.fetch(CRM, url);
    assert.equal(response.status, 403);
    assert.equal(server.requests.length, 1);
  });

  test("B44, stepUp exchange: the union of the scopes, and the bound", async (t) => {
    const { server, store, url } = await world(t, [asksFor("crm:admin"), json({})]);
    const response = await store.fetch(CRM, url, { method: "POST", body: "x" }, { stepUp: "exchange" });
    assert.equal(response.status, 200);
    const scopes = server.requests.map(({ form }) => new Map(form).get("scope"));
    assert.deepEqual(scopes, ["crm:read crm:write", "crm:read crm:write crm:admin"]);

    let count = 0;
    const insatiable = await world(t, [() => asksFor(`more:${++count}`)]);
    assert.equal((await insatiable.store.fetch(CRM, insatiable.url, {}, { stepUp: "exchange" })).status, 403);
    assert.equal(insatiable.server.requests.length, 3);

    const again = await world(t, [asksFor("crm:read")]);
    assert.equal((await again.store.fetch(CRM, again.url, {}, { stepUp: "exchange" })).status, 403);
    assert.equal(again.server.requests.length, 1, "nothing more to ask for");
  });

  test("stepUp throw rejects with what is asked for", async (t) => {
    const { store, url } = await world(t, [asksFor("crm:admin crm:audit")]);
    await rejects(store.fetch(CRM, url, {}, { stepUp: "throw" }), "InsufficientScopeError", {
      code: "insufficient_scope",
      action: "step_up",
      status: 403,
      requiredScopes: ["crm:admin", "crm:audit"],
    });
  });

  test("any other refusal is the resource's own", async (t) => {
    for (const answer of [{ status: 403 }, json({ error: "forbidden" }, 403), { status: 500 }]) {
      const { server, store, url } = await world(t, [answer]);
      assert.equal((await store.fetch(CRM, url, {}, { stepUp: "throw" })).status, answer.status);
      assert.equal(server.requests.length, 1);
    }
  });

  test("the token goes to the origins of the configuration only", async (t) => {
    const { server, store, api, url } = await world(t, [json({})]);
    const elsewhere = await serve(t);
    for (const target of [elsewhere.origin, url.replace("127.0.0.1", "localhost"), "https://crm.acme.com"]) {
      await rejectsConfig(() => store.fetch(CRM, target), "endpoint_origin", "input");
    }
    assert.deepEqual([server.requests.length, api.requests.length, elsewhere.requests.length], [0, 0, 0]);
    const allowed = await world(t, [json({})], { config: { audience: "crm", origins: [elsewhere.origin] } });
    elsewhere.on("/", json({}));
    await allowed.store.fetch(CRM, elsewhere.origin);
    assert.equal(elsewhere.requests.length, 1);
    await rejectsConfig(() => allowed.store.fetch(CRM, allowed.url), "endpoint_origin", "input");
  });

  test("no token goes across a redirect, which comes back as it is", async (t) => {
    const elsewhere = await serve(t);
    for (const status of [301, 302, 303, 307, 308]) {
      const { store, url } = await world(t, [redirect(elsewhere.origin, status)]);
      const response = await store.fetch(CRM, url, { redirect: "follow" });
      assert.deepEqual([response.status, response.headers.get("location")], [status, elsewhere.origin]);
    }
    assert.equal(elsewhere.requests.length, 0);
    const followed = { status: 200, redirected: true, headers: {}, body: null };
    const careless = new onbehalf.TokenExchangeStore({
      configs: [crmConfig({ origin: "https://as.example" })],
      fetch: fakeFetch(success(), followed),
      subjectTokenProvider: () => "t",
    });
    const url = "https://crm.acme.com/api";
    await rejects(careless.fetch(CRM, url), "OAuthHttpError", { code: "unexpected_redirect" });
  });

  test("wrong arguments are refused before anything is sent", async (t) => {
    const { server, store, api, url } = await world(t, [json({})]);
    for (const [input, init, options, field] of [
      ["/api", undefined, undefined, "input"],
      [undefined, undefined, undefined, "input"],
      [url.replace("//", "//user:pass@"), undefined, undefined, "input"],
      [url, { headers: { Authorization: "Bearer mine" } }, undefined, "headers.authorization"],
      [new Request(url, { headers: { authorization: "x" } }), undefined, undefined, "headers.authorization"],
      [url, { headers: { "b ad": "x" } }, undefined, "headers"],
      [url, {}, { stepUp: "always" }, "stepUp"],
      [url, {}, { scope: "x" }, "scope"],
    ]) {
      await rejectsConfig(() => store.fetch(CRM, input, init, options), undefined, field);
    }
    assert.deepEqual([server.requests.length, api.requests.length], [0, 0]);
  });

  test("T47, a token that is no access token is presented to nobody", async (t) => {
    const members = { token_type: "N_A", issued_token_type: "urn:ietf:params:oauth:token-type:id_token" };
    const { store, api, url } = await world(t, [json({})], { answers: [success(members)] });
    await rejectsConfig(() => store.fetch(CRM, url), "invalid_option");
    assert.equal(api.requests.length, 0);
  });

  test("the caller's abort ends it with the caller's reason, wherever it is", async (t) => {
    for (const [answers, options] of [
      [[{ hang: true }], {}],
      [[json({})], { answers: [{ hang: true }] }],
    ]) {
      const { store, url } = await world(t, answers, options);
      const controller = new AbortController();
      const call = store.fetch(CRM, url, { signal: controller.signal });
      setTimeout(() => controller.abort("gone"), 30);
      assert.equal(await failure(call), "gone");
    }
  });

  test("failures are typed", async (t) => {
    const { store, url } = await world(t, [{ close: true }]);
    const error = await rejects(store.fetch(CRM, url), "NetworkError", { code: "unreachable" });
    assertRedacted(error, ["token-1-for"]);
    const { store: refused, url: other } = await world(t, [json({})], {
      answers: [json({ error: "invalid_grant" }, 400)],
    });
    await rejects(refused.fetch(CRM, other), "TokenExchangeError", { action: "renew_subject" });
  });
});

test("T47, a token that is of no use as a bearer token becomes no credential", async (t) => {
  for (const members of [
    { token_type: "N_A", issued_token_type: TYPE.saml2 },
    { token_type: "DPoP" },
    { issued_token_type: TYPE.idToken },
  ]) {
    const { server, store, errors } = await serveStore(t, { answers: [success(members)] });
    assert.equal(await store.findByRef(CRM), null);
    assert.equal(await store.findByRef(CRM), null, "nor when it is remembered");
    assert.equal(await store.findByRef(CRM, { cache: false }), null);
    const token = await store.getToken(CRM);
    const { message } = thrown(() => token.authorizationHeader());
    for (const { error } of errors) {
      assertError(error, "ConfigError", { code: "invalid_option", field: "tokenType", message });
    }
    assert.deepEqual([errors.length, server.requests.length], [3, 2]);
    const strict = await serveStore(t, { answers: [success(members)], onUnavailable: "throw" });
    await rejectsConfig(() => strict.store.findByRef(CRM), "invalid_option", "tokenType");
  }
});

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

  test("where and what may not be sent is refused before anything is", async (t) => {
    const { server, client } = await serveToken(t);
    const url = `${server.origin}/api`;
    for (const [token, input, init, code, field] of [
      ["t", "http://crm.example/", {}, "insecure_url", "input"],
      ["t", "ftp://crm.example/", {}, "invalid_endpoint", "input"],
      ["t", "nowhere", {}, "invalid_option", "input"],
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
