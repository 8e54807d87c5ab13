// Arguments that look right and are not: refused by name, before anything is sent, and never taken for a bad network.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BasicAuth, OAuthClient, TokenExchangeStore, TokenResponse } from "onbehalf";

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

  test("tags are a list, one may stand alone", async () => {
    assert.throws(() => storeOf(counting(), { tags: ["a", 5] }), refused("configs[0].tags[1]"));
    for (const tags of ["finance", ["finance"]]) {
      const [credential] = await storeOf(counting(), { tags }).listActive();
      assert.deepEqual(credential.tags, ["finance"]);
    }
  });
});
