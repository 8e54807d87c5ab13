/** What is told of when more than one thing is wrong. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OAuthClient } from "onbehalf";
import { failure, fakeFetch, ISSUER, onbehalf, rejectsConfig, SUBJECT, serveToken, success } from "./helpers.mjs";
import { CRM, crmConfig } from "./store-helpers.mjs";

const subject = { subjectToken: SUBJECT };

describe("of several things that are wrong", () => {
  test("V-10, an unknown name comes first: it may be the misspelt one of what is missing", async (t) => {
    const { client } = await serveToken(t);
    await rejectsConfig(() => client.exchangeToken({ subjecttoken: SUBJECT }), "unknown_option", "subjecttoken");
    await rejectsConfig(() => client.exchangeToken({ audience: [5], audiense: "x" }), "unknown_option", "audiense");
  });

  test("V-10, no abort hides a ConfigError; accepted arguments give the abort's reason, and nothing is sent", async (t) => {
    const { server, client } = await serveToken(t);
    const discovering = new OAuthClient(server.metadata());
    const signal = AbortSignal.abort("gone");
    let authenticated = 0;
    const custom = await serveToken(t, undefined, { auth: () => authenticated++ });
    for (const { exchangeToken, clientCredentials, discoverServerMetadata } of [
      bound(client),
      bound(client.prepare),
      bound(custom.client),
      bound(custom.client.prepare),
      bound(discovering),
    ]) {
      await rejectsConfig(() => exchangeToken({}, { signal }), "missing_option", "subjectToken");
      await rejectsConfig(() => exchangeToken(subject, { signal, timeoutMs: 0 }), "invalid_option", "timeoutMs");
      await rejectsConfig(() => exchangeToken({ ...subject, audience: [5] }, { signal }), undefined, "audience[0]");
      await rejectsConfig(() => clientCredentials({ extra: 5 }, { signal }), "invalid_option", "extra");
      await rejectsConfig(() => discoverServerMetadata({ signal, timeout: 5 }), "unknown_option", "timeout");
      assert.equal(await failure(discoverServerMetadata({ signal })), "gone");
    }
    for (const any of [client, client.prepare, custom.client, custom.client.prepare, discovering]) {
      assert.equal(await failure(any.exchangeToken(subject, { signal })), "gone");
      assert.equal(await failure(any.clientCredentials({}, { signal })), "gone");
    }
    await discovering.discoverServerMetadata();
    assert.equal(
      await failure(discovering.discoverServerMetadata({ signal })),
      "gone",
      "nor is what is remembered given",
    );
    assert.deepEqual([server.requests.length, custom.server.requests.length, authenticated], [1, 0, 0]);
  });

  test("V-10, a store as well: neither a token nor a scope of the call is hidden by its abort", async () => {
    const fetch = fakeFetch(success());
    const store = new onbehalf.TokenExchangeStore({ configs: [crmConfig({ origin: ISSUER })], fetch });
    const signal = AbortSignal.abort("gone");
    const get = (options) => store.getToken(CRM, { subjectToken: SUBJECT, signal, ...options });
    await rejectsConfig(() => get({ subjectToken: "Bearer x" }), "invalid_option", "subjectToken");
    await rejectsConfig(() => get({ actorToken: "ä" }), "invalid_option", "actorToken");
    await rejectsConfig(() => get({ scope: 'a"b' }), "invalid_option", "scope");
    await rejectsConfig(() => get({ cache: "no" }), "invalid_option", "cache");
    await rejectsConfig(() => get({ subjectToken: null }), "missing_option", "subjectToken");
    for (const options of [{}, { scope: "a b" }, { actorToken: "robot" }]) {
      assert.equal(await failure(get(options)), "gone");
    }
    const view = store.forSubject(SUBJECT);
    await rejectsConfig(() => view.getToken(CRM, { signal, scope: "ä" }), "invalid_option", "scope");
    assert.equal(await failure(view.findByRef(CRM, { signal })), "gone");
    assert.equal(fetch.calls.length, 0);
  });

  test("V-10, after close it is client_closed, for accepted arguments and for those only the core would refuse", async (t) => {
    const { server, client } = await serveToken(t);
    client.close();
    for (const params of [subject, {}, { ...subject, audience: [5] }]) {
      await rejectsConfig(() => client.exchangeToken(params), "client_closed");
      await rejectsConfig(() => client.prepare.exchangeToken(params), "client_closed");
    }
    assert.equal(server.requests.length, 0);
  });
});

/** The operations of a client or of its `prepare`, to be called by themselves. */
function bound(client) {
  const names = ["exchangeToken", "clientCredentials", "discoverServerMetadata"];
  return Object.fromEntries(names.map((name) => [name, client[name].bind(client)]));
}
