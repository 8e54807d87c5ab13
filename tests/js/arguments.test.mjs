// Arguments that look right and are not: refused by name, before anything is sent, and never taken for a bad network.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BasicAuth, MultiZoneBasicAuth, OAuthClient, TokenExchangeStore, TokenResponse } from "onbehalf";

const PLAIN = { accessToken: "token-0123456789", tokenType: "Bearer" };

function counting() {
  const fetch = async () => {
    fetch.calls++;
    return { status: 200, headers: {}, text: async () => "{}" };
  };
  fetch.calls = 0;
  return fetch;
}

function clientOf(fetch) {
  const auth = new BasicAuth("agent", "secret-0123456789");
  return new OAuthClient("https://as.example", { auth, endpoints: { token: "/token" }, fetch });
}

function storeOf(fetch, config = {}) {
  const target = { tokenEndpoint: "https://as.example/token", audience: "https://api.example", clientId: "agent" };
  const named = { ref: "crm", name: "CRM", kind: "user-delegated", scope: "crm:read", status: "active" };
  return new TokenExchangeStore({ configs: [{ ...named, ...target, ...config }], fetch });
}

const refused = (field) => ({ name: "ConfigError", code: "invalid_option", field });

describe("arguments that look right and are not", () => {
  test("header injection through TokenResponse.from: no header is made of it", () => {
    for (const accessToken of ["a\r\nx: y", "Bearer a", " a", "ä"]) {
      assert.throws(
        () => TokenResponse.from({ ...PLAIN, accessToken }).authorizationHeader(),
        (error) => error.name === "ConfigError",
        JSON.stringify(accessToken),
      );
    }
    assert.equal(TokenResponse.from(PLAIN).authorizationHeader(), "Bearer token-0123456789");
  });

  test("a promise or a date in place of headers or parameters is refused, not sent as nothing", async () => {
    const fetch = counting();
    const client = clientOf(fetch);
    const params = { subjectToken: "subject-0123456789" };
    const headers = Promise.resolve({ "x-tenant": "a" });
    await assert.rejects(client.exchangeToken(params, { headers }), refused("headers"));
    await assert.rejects(client.exchangeToken({ ...params, extra: new Date() }), refused("extra"));
    assert.throws(() => new OAuthClient("https://as.example", { customHeaders: new Date() }), refused("customHeaders"));
    assert.equal(fetch.calls, 0);
  });

  test("a signal that is none is refused by fetchResource, and no network is blamed", async () => {
    const fetch = counting();
    const token = TokenResponse.from(PLAIN);
    for (const signal of [{}, 5, "abort"]) {
      await assert.rejects(clientOf(fetch).fetchResource(token, "https://api.example/", { signal }), refused("signal"));
    }
    assert.equal(fetch.calls, 0);
  });

  test("findByRef rejects for a wrong actor token as for a wrong subject token", async () => {
    const fetch = counting();
    const store = storeOf(fetch);
    const subjectToken = "subject-0123456789";
    await assert.rejects(store.findByRef("crm", { subjectToken, actorToken: "Bearer x" }), refused("actorToken"));
    await assert.rejects(store.findByRef("crm", { subjectToken: "Bearer x" }), refused("subjectToken"));
    assert.equal(fetch.calls, 0);
  });

  describe("is worded alike on both sides of the boundary, with the path as written", () => {
    const client = () => clientOf(counting());
    const make = (config) => storeOf(counting(), config);
    const subjectToken = "subject-0123456789";
    const response = (value) => clientOf(async () => value).exchangeToken({ subjectToken });
    const cycle = {};
    cycle.self = cycle;
    for (const [message, call] of [
      ["`subjectToken` has to be a string", () => client().exchangeToken({ subjectToken: 5 })],
      ["`subjectToken` is required", () => client().exchangeToken({})],
      ["there is no option `subject`: did you mean `subjectToken`?", () => client().exchangeToken({ subject: "x" })],
      ["`params` has to be a plain object", () => client().exchangeToken([])],
      ["`claims.a` cannot be sent", () => client().exchangeToken({ subjectToken, claims: { a: 5n } })],
      ["`options` cannot be written as JSON", () => client().exchangeToken({ subjectToken }, { zone: cycle })],
      ["`extra.a` has to be a string", () => client().exchangeToken({ subjectToken, extra: { a: 5 } })],
      ["`signal` has to be an AbortSignal", () => client().exchangeToken({ subjectToken }, { signal: 5 })],
      ["`token` has to be a TokenResponse or an access token", () => client().fetchResource(5, "https://a.example")],
      [
        "`headers.upgrade` is not for the caller to set",
        () => client().fetchResource("t", "https://a.example", { headers: { upgrade: "x" } }),
      ],
      ["`fetch` has to resolve to a Response", () => response(undefined)],
      ["`fetch` resolved to an object without a numeric status", () => response({})],
      ["`issuer` has to be a string", () => new OAuthClient(5)],
      ["`fetch` has to be a function", () => new OAuthClient("https://as.example", { fetch: 5 })],
      [
        "`source` has to be a URL, a Response, bytes or a WebAssembly.Module",
        () => fresh().then(({ init }) => init(5)),
      ],
      ["`clientSecret` is required", () => new BasicAuth("agent", "")],
      ["`encoding` has to be form or raw", () => new BasicAuth("agent", "secret", { encoding: "x" })],
      ["there is no option `charset`", () => new BasicAuth("agent", "secret", { charset: "x" })],
      ["`options` has to be a plain object", () => new BasicAuth("agent", "secret", "raw")],
      [
        "there are no credentials for this zone, only for: a",
        () => new MultiZoneBasicAuth({ a: ["i", "s"] }).getAuthForZone("b"),
      ],
      [
        "`accessToken` is the redacted text of a token, not the token: keep what `expose()` gives instead",
        () => TokenResponse.from({ ...PLAIN, accessToken: "‹redacted: use token.expose()›" }),
      ],
      ["`configs[0].fetch` has to be a function", () => make({ fetch: 5 })],
      ["`configs[0].auth` has to be a client authentication of onbehalf, or a function", () => make({ auth: "x" })],
      ["`configs[0].extraParams.$&` has to be a string", () => make({ extraParams: { "$&": 5 } })],
      ["`configs[0]` cannot be written as JSON", () => make({ tags: cycle })],
      ["there is no option `configs[0].own`", () => make({ own: "x" })],
      ["there is no option `configs[0].tenant`", () => make({ tenant: "x" })],
      [
        "there is no option `configs[0].scopes`: did you mean `configs[0].scope`?",
        () => make({ scope: undefined, scopes: "a" }),
      ],
      ["there is no option `configs[0].retries`: did you mean `configs[0].maxRetries`?", () => make({ retries: 1 })],
      ["there is no option `configs[0].origin`: did you mean `configs[0].origins`?", () => make({ origin: "x" })],
      ["there is no option `browsers`", () => new OAuthClient("https://as.example", { browsers: 1 })],
      ["`configs[0].name` is required", () => make({ name: null })],
      ["`configs[0]` has to be a plain object", () => new TokenExchangeStore({ configs: [5] })],
      ["`subjectToken` is required, or a `subjectTokenProvider` of the store", () => make().getToken("crm")],
      ["`cache` has to be true or false", () => make().getToken("crm", { subjectToken, cache: 0 })],
    ]) {
      test(message, () => assert.rejects(async () => call(), { name: "ConfigError", message }));
    }

    /** A copy of the package that has not loaded anything yet. */
    const fresh = () => import(`${import.meta.resolve("onbehalf")}?wording`);
  });

  describe("an option of another method is unknown, not ignored", () => {
    const every = ["subjectToken", "actorToken", "signal", "cache", "scope", "stepUp"];
    const value = { signal: new AbortController().signal, cache: true, stepUp: "throw" };
    const url = "https://api.example/";
    const subjectToken = "subject-0123456789";
    for (const [name, known, call] of [
      ["invalidateCache", ["subjectToken"], async (store, options) => store.invalidateCache("crm", options)],
      ["forSubject", ["actorToken"], async (store, options) => store.forSubject(subjectToken, options)],
      ["findByRef", every.slice(0, 4), (store, options) => store.findByRef("crm", options)],
      ["getToken", every.slice(0, 5), (store, options) => store.getToken("crm", options)],
      ["fetch", ["subjectToken", "actorToken", "stepUp"], (store, options) => store.fetch("crm", url, {}, options)],
      ["findByRef of a view", ["signal", "cache"], (store, options) => viewOf(store).findByRef("crm", options)],
      ["getToken of a view", ["signal", "cache", "scope"], (store, options) => viewOf(store).getToken("crm", options)],
      ["fetch of a view", ["stepUp"], (store, options) => viewOf(store).fetch("crm", url, {}, options)],
    ]) {
      test(name, async () => {
        const fetch = counting();
        const store = storeOf(fetch);
        for (const option of [...every, "subject"].filter((option) => !known.includes(option))) {
          const refusal = { name: "ConfigError", code: "unknown_option", field: option };
          await assert.rejects(call(store, { [option]: value[option] ?? "other-0123456789" }), refusal, option);
        }
        for (const options of [5, "x", [], () => {}]) await assert.rejects(call(store, options), refused("options"));
        assert.equal(fetch.calls, 0);
      });
    }

    const viewOf = (store) => store.forSubject(subjectToken);
  });

  test("control characters in names and values are escaped where a refusal shows them, alike on both sides", async () => {
    const wild = "a\nERROR\r\t\u001b[31m\u007f\u0085\u200e\u2028\u202a\u202e\u2066\u2067\u2069";
    const tamed = "a\\nERROR\\r\\t\\u001b[31m\\u007f\\u0085\\u200e\\u2028\\u202a\\u202e\\u2066\\u2067\\u2069";
    const subjectToken = "subject-0123456789";
    const store = storeOf(counting(), { ref: wild, status: "inactive" });
    const client = clientOf(counting());
    for (const [shown, call] of [
      [tamed, () => client.exchangeToken({ subjectToken, [wild]: "x" })],
      [tamed, () => client.exchangeToken({ subjectToken }, { zone: "a", [wild]: "x" })],
      [tamed, () => new OAuthClient("https://as.example", { discovery: { [wild]: 5 } })],
      [`extra.${tamed}`, () => client.exchangeToken({ subjectToken, extra: { [wild]: 5 } })],
      [`claims.${tamed}`, () => client.exchangeToken({ subjectToken, claims: { [wild]: 5n } })],
      [`encoding.${tamed}`, () => new BasicAuth("agent", "secret", { [`encoding.${wild}`]: "x" })],
      [`zones.${tamed}`, () => new MultiZoneBasicAuth({ [wild]: "x" })],
      [tamed, () => new MultiZoneBasicAuth({ [wild]: ["i", "s"] }).getAuthForZone("b")],
      [`configs[0].extraParams.${tamed}`, () => storeOf(counting(), { extraParams: { [wild]: 5 } })],
      [`configs[0].${tamed}`, () => storeOf(counting(), { [wild]: 5 })],
      [tamed, () => store.findByRef(subjectToken, { [wild]: "x" })],
    ]) {
      await assert.rejects(
        async () => call(),
        ({ message, field }) => {
          assert.ok(message.includes(shown), message);
          assert.doesNotMatch(`${message}${field}`, /[\p{Cc}\u2028\u202e]/u);
          return true;
        },
      );
    }
    await assert.rejects(
      store.getToken(wild, { subjectToken }),
      ({ message }) => !/[\p{Cc}\u2028\u202e]/u.test(message),
    );
  });

  test("tags are a list, one may stand alone", async () => {
    assert.throws(() => storeOf(counting(), { tags: ["a", 5] }), refused("configs[0].tags[1]"));
    for (const tags of ["finance", ["finance"]]) {
      const [credential] = await storeOf(counting(), { tags }).listActive();
      assert.deepEqual(credential.tags, ["finance"]);
    }
  });
});
