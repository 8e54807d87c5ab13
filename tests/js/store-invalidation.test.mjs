/** TokenExchangeStore: forgetting tokens, also those on their way. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { onbehalf, success } from "./helpers.mjs";
import { CRM, crmConfig, deferred, issuing, jwt, serveStore } from "./store-helpers.mjs";

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
