/** Calling resources with the tokens of a store: `store.fetch`. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { json, redirect } from "../servers/quirk/server.mjs";
import {
  assertError,
  assertRedacted,
  failure,
  fakeFetch,
  fields,
  onbehalf,
  rejects,
  rejectsConfig,
  serve,
  success,
  TYPE,
  thrown,
} from "./helpers.mjs";
import { asksFor, CRM, crmConfig, presented, serveStore } from "./store-helpers.mjs";

const unauthorized = { status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' } };
/** A store, and a resource server that answers at /api. */
async function world(t, answers, options = {}) {
  const api = await serve(t);
  api.on("/api", ...answers);
  const made = await serveStore(t, { ...options, config: { audience: `${api.origin}/api`, ...options.config } });
  return { ...made, api, url: `${api.origin}/api` };
}

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

  test("T42, a 401 evicts the token and is answered with one fresh one", async (t) => {
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

  test("a 401 that asks for claims is answered with a token that was asked for with them", async (t) => {
    const claims = { access_token: { nbf: { essential: true, value: "1" } } };
    const encoded = Buffer.from(JSON.stringify(claims)).toString("base64");
    const challenge = `Bearer error="insufficient_claims", claims="${encoded}"`;
    const asking = { status: 401, headers: { "www-authenticate": challenge } };
    const config = { claims: { id_token: null } };
    const { server, store, url } = await world(t, [asking, json({ ok: true })], { config });
    assert.equal((await store.fetch(CRM, url)).status, 200);
    const sent = server.requests.map((request) => JSON.parse(fields(request).claims[0]));
    assert.deepEqual(sent, [config.claims, claims]);
  });

  test("a 401 that asks for something that is no claims request is answered with a fresh token", async (t) => {
    const asking = { status: 401, headers: { "www-authenticate": 'Bearer claims="bm90IEpTT04="' } };
    const { server, store, url } = await world(t, [asking, json({ ok: true })]);
    assert.equal((await store.fetch(CRM, url)).status, 200);
    assert.ok(server.requests.every((request) => fields(request).claims === undefined));
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

  test("the body of a Request is read once in a page, and sent twice after a 401", async (t) => {
    const { navigator } = globalThis;
    t.after(() => Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true }));
    Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Mozilla/5.0 (X11)" }, configurable: true });
    const { store, api, url } = await world(t, [unauthorized, json({})]);
    const request = new Request(url, { method: "POST", body: "posted" });
    Object.defineProperty(request, "body", { value: undefined });
    assert.equal((await store.fetch(CRM, request)).status, 200);
    assert.deepEqual(
      api.requests.map(({ body }) => body),
      ["posted", "posted"],
    );
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

  test("B44, T63, stepUp exchange: the union of the scopes, and the bound", async (t) => {
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
