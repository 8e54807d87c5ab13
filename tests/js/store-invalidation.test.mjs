/** TokenExchangeStore: forgetting tokens, also those on their way. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { onbehalf, success, TYPE, throwsConfig } from "./helpers.mjs";
import { CRM, clock, crmConfig, deferred, issuing, jwt, serveStore } from "./store-helpers.mjs";

describe("invalidation", () => {
  const users = async (t, options) => {
    const world = await serveStore(t, options);
    const of = (user, ref = CRM) => world.store.findByRef(ref, { subjectToken: user });
    return { ...world, of };
  };

  test("by configuration, by subject, and all", async (t) => {
    const { server } = await serveStore(t);
    const configs = [crmConfig(server), crmConfig(server, { ref: "erp", audience: "erp" })];
    const store = new onbehalf.TokenExchangeStore({ configs });
    const fill = async () => {
      for (const ref of [CRM, "erp"]) {
        for (const subjectToken of ["a", "b"]) await store.getToken(ref, { subjectToken });
        await store.getToken(ref, { subjectToken: "a", actorToken: "robot" });
        await store.getToken(ref, { subjectToken: "a", scope: "more" });
      }
    };
    await fill();
    assert.equal(store.invalidateCache("unknown"), 0);
    assert.equal(store.invalidateCache(CRM, { subjectToken: "a" }), 3);
    assert.equal(store.invalidateCache(CRM), 1);
    assert.equal(store.invalidateCache(null, { subjectToken: "a" }), 3);
    assert.equal(store.stats().entries, 1);
    await fill();
    assert.equal(store.invalidateCache(), 8);
    await fill();
    assert.equal(store.flushCache(), 8);
    assert.equal(store.flushCache(), 0);
  });

  test("revokeByIdentity forgets the tokens of a user, by the user's own token or by the exchanged one", async (t) => {
    const issuer = "https://as.example";
    const subject = (sub, jti) => jwt({ iss: issuer, sub, jti });
    const issued = jwt({ iss: "https://other.example", sub: "alice-there" });
    const { store, of } = await users(t, { answers: [success({ access_token: issued }), issuing()] });
    await of("opaque");
    await of(subject("alice", 1));
    await of(subject("alice", 2));
    await of(subject("bob", 1));
    assert.equal(store.revokeByIdentity(issuer, "carol"), 0);
    assert.equal(store.revokeByIdentity("https://other.example", "alice"), 0);
    assert.equal(store.revokeByIdentity(`${issuer}/`, "alice"), 2);
    assert.equal(store.revokeByIdentity("https://other.example", "alice-there"), 1);
    assert.equal(store.stats().entries, 1);
  });

  test("revokeByIdentity forgets a token although a listener revoked another while it was being kept", async (t) => {
    const issuer = "https://as.example";
    const issued = (sub) => success({ access_token: jwt({ iss: issuer, sub }) });
    const onEvent = ({ outcome }) => outcome === "evicted" && world.store.revokeByIdentity(issuer, "nobody");
    const world = await users(t, { maxEntries: 1, onEvent, answers: [issued("alice"), issued("bob")] });
    await world.of("opaque-1");
    await world.of("opaque-2");
    assert.equal(world.store.revokeByIdentity(issuer, "bob"), 1);
  });

  test("by a configuration that nobody asked for yet: what it shares with another is gone", async (t) => {
    const { server } = await serveStore(t);
    const configs = [
      crmConfig(server),
      crmConfig(server, { ref: "twin" }),
      crmConfig(server, { ref: "x", scope: "x" }),
    ];
    configs[2].requestedScopes = ["x"];
    const store = new onbehalf.TokenExchangeStore({ configs, subjectTokenProvider: () => "alice-token" });
    const fill = () => Promise.all([store.getToken(CRM), store.getToken(CRM, { scope: "more", actorToken: "robot" })]);
    await fill();
    assert.equal(store.invalidateCache("x"), 0);
    assert.equal(store.invalidateCache("twin"), 2);
    await fill();
    assert.equal(store.invalidateCache("twin"), 2);
    await fill();
    await store.getToken("x", { scope: "more", actorToken: "robot" });
    assert.equal(store.invalidateCache("x"), 1, "of the scopes it was asked for");
  });

  test("a subject token that is none is refused rather than not found", async (t) => {
    const { server, store } = await serveStore(t);
    const redacted = "‹redacted: use token.expose()›";
    const long = "x".repeat(65_537);
    for (const [subjectToken, code] of [
      ...["Bearer a", "bearer", " a", "a ", "\u00e9", "a\nb", 7, long].map((token) => [token, "invalid_option"]),
      ["", "missing_option"],
      [redacted, "redacted_token"],
    ]) {
      for (const ref of [CRM, undefined]) {
        throwsConfig(() => store.invalidateCache(ref, { subjectToken }), code, "subjectToken");
      }
    }
    const saml = crmConfig(server, { subjectTokenType: TYPE.saml2 });
    const assertions = new onbehalf.TokenExchangeStore({ configs: [saml] });
    assert.equal(assertions.invalidateCache(CRM, { subjectToken: long }), 0, "an assertion may be as long");
  });

  describe("revokeByIdentity, while exchanges are under way", () => {
    const issuer = "https://as.example";
    const issued = (sub) => success({ access_token: jwt({ iss: issuer, sub }) });
    const flying = async (t, ...answers) => {
      const gates = answers.map(() => deferred());
      const started = gates.map(
        ({ promise }) =>
          () =>
            promise,
      );
      const { server, store } = await serveStore(t, { answers: [...started, issued("alice")] });
      const calls = answers.map((_, index) => store.getToken(CRM, { subjectToken: `opaque-${index}` }));
      await server.seen(answers.length);
      const land = async () => {
        for (const [index, answer] of answers.entries()) gates[index].resolve(answer);
        for (const call of calls) assert.ok((await call).accessToken);
      };
      return { store, land };
    };

    test("whose token comes is seen when it comes: it is given out and not kept", async (t) => {
      const { store, land } = await flying(t, issued("alice"), issued("bob"));
      assert.equal(store.revokeByIdentity(issuer, "alice"), 0);
      await land();
      assert.equal(store.stats().entries, 1, "that of another is kept");
      await store.getToken(CRM, { subjectToken: "opaque-0" });
      assert.equal(store.stats().entries, 2, "and what was begun later");
    });

    test("of others, what is on its way is kept", async (t) => {
      const { store, land } = await flying(t, issued("alice"), issued("bob"));
      for (let index = 0; index < 200; index++) store.revokeByIdentity(issuer, `carol-${index}`);
      await land();
      assert.equal(store.stats().entries, 2);
    });

    test("neither a long token on its way nor hundreds of revocations hold others up", async (t) => {
      const claims = { iss: issuer, sub: "alice", groups: Array(200_000).fill(1) };
      const answer = { access_token: jwt(claims), token_type: "N_A", issued_token_type: TYPE.jwt };
      const { store, land } = await flying(t, success(answer));
      for (let index = 0; index < 200; index++) store.revokeByIdentity(issuer, `carol-${index}`);
      const started = performance.now();
      await land();
      const taken = performance.now() - started;
      assert.ok(taken < 1000, `${taken} ms`);
      assert.equal(store.stats().entries, 1);
    });

    test("a newer token does not take the place of one that is remembered", async (t) => {
      const advance = clock(t);
      const gate = deferred();
      const answers = [success({ access_token: "old", expires_in: 3600 }), () => gate.promise, { status: 503 }];
      const { server, store } = await serveStore(t, { answers, config: { maxRetries: 0 } });
      await store.getToken(CRM);
      advance(3575);
      const renewing = store.getToken(CRM);
      await server.seen(2);
      store.revokeByIdentity(issuer, "alice");
      gate.resolve(issued("alice"));
      assert.notEqual((await renewing).accessToken, "old");
      assert.equal((await store.getToken(CRM)).accessToken, "old");
    });

    test("after hundreds of revocations nothing of it is kept, rather than that all are remembered", async (t) => {
      const { store, land } = await flying(t, issued("alice"), issued("bob"));
      for (let index = 0; index < 1000; index++) store.revokeByIdentity(issuer, `carol-${index}`);
      await land();
      assert.equal(store.stats().entries, 0);
      await store.getToken(CRM);
      assert.equal(store.stats().entries, 1);
    });
  });

  for (const [name, forget] of [
    ["invalidateCache", (store) => store.invalidateCache(CRM)],
    ["invalidateCache of the subject", (store) => store.invalidateCache(CRM, { subjectToken: "alice-token" })],
    ["flushCache", (store) => store.flushCache()],
    ["revokeByIdentity", (store) => store.revokeByIdentity("https://as.example", "alice")],
    ["close", (store) => store.close()],
  ]) {
    test(`T42, what is on its way when ${name} is called is given out and not kept`, async (t) => {
      const alice = jwt({ iss: "https://as.example", sub: "alice" });
      const gate = deferred();
      const answers = [() => gate.promise, success({ access_token: "second" })];
      const subject = name === "revokeByIdentity" ? alice : "alice-token";
      const { server, store } = await serveStore(t, { answers, subjectTokenProvider: () => subject });
      const running = store.findByRef(CRM);
      await server.seen(1);
      assert.equal(forget(store), name === "close" ? undefined : 0);
      gate.resolve(success({ access_token: "first" }));
      assert.equal((await running).ref, "first");
      assert.equal(store.stats().entries, 0);
      if (name !== "close") assert.equal((await store.findByRef(CRM)).ref, "second");
    });
  }

  test("T42, a lookup after the invalidation does not join what began before it", async (t) => {
    const gate = deferred();
    const answers = [() => gate.promise, success({ access_token: "second" })];
    const { server, store } = await serveStore(t, { answers });
    const running = store.findByRef(CRM);
    await server.seen(1);
    store.invalidateCache(CRM);
    assert.equal((await store.findByRef(CRM)).ref, "second");
    gate.resolve(success({ access_token: "first" }));
    assert.equal((await running).ref, "first");
    assert.equal((await store.findByRef(CRM)).ref, "second", "the late one did not take its place");
  });
});
