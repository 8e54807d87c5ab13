/** TokenExchangeStore: `forSubject`, the store as one user sees it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { onbehalf, rejectsConfig, success, TYPE, throwsConfig } from "./helpers.mjs";
import { CRM, crmConfig, serveStore } from "./store-helpers.mjs";

describe("forSubject", () => {
  test("acts for one user, and shares tokens, calls and configurations", async (t) => {
    const { server, store } = await serveStore(t, { subjectTokenProvider: undefined });
    const [alice, bob] = [store.forSubject("alice-token"), store.forSubject("bob-token")];
    const [one, two, again] = await Promise.all([alice.findByRef(CRM), bob.findByRef(CRM), alice.getToken(CRM)]);
    assert.match(one.ref, /for-alice-token$/);
    assert.match(two.ref, /for-bob-token$/);
    assert.equal(again.accessToken, one.ref);
    assert.equal(server.requests.length, 2);
    assert.equal((await store.forSubject("alice-token").findByRef(CRM)).ref, one.ref);
    assert.equal((await alice.listActive()).length, 1);
    assert.equal((await alice.listByKind("fixed")).length, 0);
    const acting = store.forSubject("alice-token", { actorToken: "robot" });
    assert.notEqual((await acting.findByRef(CRM)).ref, one.ref);
  });

  test("takes no token of another user, and no options that are none", async (t) => {
    const { server, store } = await serveStore(t);
    const alice = store.forSubject("alice-token");
    for (const method of ["findByRef", "getToken", "fetch"]) {
      const call = (options) =>
        method === "fetch" ? alice.fetch(CRM, "https://crm.acme.com", {}, options) : alice[method](CRM, options);
      for (const name of ["subjectToken", "actorToken"]) {
        await rejectsConfig(() => call({ [name]: "bob-token" }), "unknown_option", name);
      }
      for (const options of [5, "x", [], () => {}]) {
        await rejectsConfig(() => call(options), "invalid_option", "options");
      }
    }
    assert.equal(server.requests.length, 0);
    await alice.getToken(CRM, { subjectToken: undefined, actorToken: null });
    assert.equal(new Map(server.requests[0].form).get("subject_token"), "alice-token", "absent ones are none");
  });

  test("a subject token is required", async (t) => {
    const { store } = await serveStore(t);
    for (const [value, code] of [
      [undefined, "missing_option"],
      ["", "missing_option"],
      [7, "invalid_option"],
    ]) {
      assert.throws(() => store.forSubject(value), { code, field: "subjectToken" });
    }
    assert.throws(() => store.forSubject("t", { actor: "x" }), { code: "unknown_option" });
  });

  test("a token that is none is refused at once", async (t) => {
    const { server, store } = await serveStore(t, { answers: [success()] });
    const long = "x".repeat(65_537);
    for (const token of [" ", " a", "Bearer x", "bearer x", "bearer", "a\nb", "ä", long]) {
      throwsConfig(() => store.forSubject(token), "invalid_option", "subjectToken");
      throwsConfig(() => store.forSubject("t", { actorToken: token }), "invalid_option", "actorToken");
    }
    const redacted = "‹redacted: use token.expose()›";
    throwsConfig(() => store.forSubject(redacted), "redacted_token", "subjectToken");
    throwsConfig(() => store.forSubject("t", { actorToken: redacted }), "redacted_token", "actorToken");
    assert.ok(store.forSubject("a.b-c_d~e+f/g=", { actorToken: "a b" }));
    const configs = [crmConfig(server), crmConfig(server, { ref: "saml", subjectTokenType: TYPE.saml2 })];
    const assertions = new onbehalf.TokenExchangeStore({ configs });
    await rejectsConfig(() => assertions.forSubject(long).getToken(CRM), "invalid_option", "subjectToken");
    assert.ok((await assertions.forSubject(long).getToken("saml")).accessToken, "an assertion may be as long");
    server.forget();
    throwsConfig(() => assertions.forSubject("x".repeat(1_048_577)), "invalid_option", "subjectToken");
    assert.equal(server.requests.length, 0);
  });

  test("T69, a token that is none is not looked at once for each configuration", async (t) => {
    const { server } = await serveStore(t);
    const configs = Array.from({ length: 300 }, (_, at) =>
      crmConfig(server, { ref: `crm-${at}`, audience: `crm-${at}` }),
    );
    const store = new onbehalf.TokenExchangeStore({ configs });
    const long = "x".repeat(1_000_000);
    const started = performance.now();
    throwsConfig(() => store.forSubject(long), "invalid_option", "subjectToken");
    throwsConfig(() => store.invalidateCache(null, { subjectToken: long }), "invalid_option", "subjectToken");
    assert.ok(performance.now() - started < 1000, "each of the 300 would take milliseconds");
  });
});
