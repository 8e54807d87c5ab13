/** TokenExchangeStore: whose token, and how long. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { json } from "../servers/quirk/server.mjs";
import { onbehalf, rejects, success } from "./helpers.mjs";
import { CRM, clock, crmConfig, jwt, serveStore } from "./store-helpers.mjs";

describe("identity", () => {
  test("P140, a miss, a hit, another user, another resource: 1, 1, 2, 2 exchanges", async (t) => {
    const { server, store } = await serveStore(t);
    const other = { ref: "erp", audience: "https://erp.acme.com" };
    const both = new onbehalf.TokenExchangeStore({ configs: [crmConfig(server), crmConfig(server, other)] });
    const of = (ref, subjectToken) => both.getToken(ref, { subjectToken });
    const first = await of(CRM, "alice-token");
    assert.equal(server.requests.length, 1);
    assert.equal(await of(CRM, "alice-token"), first);
    assert.equal(server.requests.length, 1);
    assert.notEqual(await of(CRM, "bob-token"), first);
    assert.equal(server.requests.length, 2);
    server.forget();
    assert.notEqual(await of("erp", "alice-token"), first);
    assert.notEqual(await of("erp", "bob-token"), await of(CRM, "bob-token"));
    assert.equal(server.requests.length, 2);
    assert.deepEqual(store.stats().entries, 0, "stores share nothing");
  });

  test("X6, two subject tokens of the same user never share a token", async (t) => {
    const { server, store } = await serveStore(t);
    const claims = { iss: "https://as.example", sub: "alice" };
    const [one, two] = [jwt({ ...claims, jti: "1" }), jwt({ ...claims, jti: "2" })];
    const first = await store.getToken(CRM, { subjectToken: one });
    assert.notEqual((await store.getToken(CRM, { subjectToken: two })).accessToken, first.accessToken);
    assert.equal(server.requests.length, 2);
  });

  test("X8, users A then B: B gets B's, and once A has logged out A gets nothing", async (t) => {
    let session = "a-token";
    const { server, store } = await serveStore(t, { subjectTokenProvider: async () => session });
    assert.match((await store.findByRef(CRM)).ref, /for-a-token$/);
    session = "b-token";
    assert.match((await store.findByRef(CRM)).ref, /for-b-token$/);
    session = null;
    assert.equal(await store.findByRef(CRM), null);
    session = "a-token";
    assert.match((await store.findByRef(CRM)).ref, /for-a-token$/);
    assert.equal(server.requests.length, 2, "A's own token was still there");
  });

  test("T38, T39, configurations and subjects that differ in any part never share a token", async (t) => {
    const { server } = await serveStore(t);
    const parts = [
      {},
      { clientId: "agent" },
      { clientSecret: "other" },
      { requestedScopes: ["crm:read"] },
      { audience: "a|b" },
      { audience: ["a", "b"] },
      { audience: "ab" },
      { resource: "https://crm.acme.com/api" },
      { resource: "https://crm.acme.com/api", audience: [] },
      { extraParams: { tenant: "a" } },
      { extraParams: { tenant: "b" } },
      { customHeaders: { "x-tenant": "a" } },
      { audience: "\u{e9}" },
      { audience: "e\u{301}" },
      { requestedTokenType: "urn:ietf:params:oauth:token-type:access_token" },
    ];
    const store = new onbehalf.TokenExchangeStore({
      configs: parts.map((part, index) => crmConfig(server, { ref: `r${index}`, ...part })),
    });
    const tokens = new Set();
    const subjects = ["s", "S", "st", "s t", "s|t"];
    for (const subjectToken of subjects) {
      for (const index of parts.keys()) tokens.add((await store.getToken(`r${index}`, { subjectToken })).accessToken);
    }
    assert.equal(tokens.size, parts.length * subjects.length);
    assert.equal(server.requests.length, tokens.size);
  });

  test("two configurations that ask for the very same share it, each with a credential of its own", async (t) => {
    const { server } = await serveStore(t);
    const configs = [crmConfig(server), crmConfig(server, { ref: "twin", name: "Twin", kind: "fixed" })];
    const store = new onbehalf.TokenExchangeStore({ configs, subjectTokenProvider: () => "alice-token" });
    const [one, two] = [await store.findByRef(CRM), await store.findByRef("twin")];
    assert.equal(one.ref, two.ref);
    assert.deepEqual([one.id, two.id, two.name], ["token-exchange:crm-service-token", "token-exchange:twin", "Twin"]);
    assert.equal((await store.findByRef(CRM)).id, one.id);
    assert.equal(server.requests.length, 1);
    store.flushCache();
    const both = await Promise.all([store.findByRef(CRM), store.findByRef("twin")]);
    assert.deepEqual(
      both.map(({ id, kind }) => [id, kind]),
      [
        [one.id, "user-delegated"],
        [two.id, "fixed"],
      ],
      "also when one has joined the exchange of the other",
    );
    assert.equal(server.requests.length, 2);
  });

  test("configurations with functions of their own share with no other", async (t) => {
    const { server } = await serveStore(t);
    const own = (ref) => crmConfig(server, { ref, clientSecret: undefined, auth: ({ body }) => body.set("x", ref) });
    const store = new onbehalf.TokenExchangeStore({ configs: [own("a"), own("b")], subjectTokenProvider: () => "t" });
    assert.notEqual((await store.findByRef("a")).ref, (await store.findByRef("b")).ref);
  });
});

describe("life", () => {
  test("a token is given out until the skew before its end", async (t) => {
    const advance = clock(t);
    const { server, store } = await serveStore(t, { answers: [success({ expires_in: 3600 })] });
    await store.findByRef(CRM);
    advance(3569);
    await store.findByRef(CRM);
    assert.equal(server.requests.length, 1);
    advance(1);
    await store.findByRef(CRM);
    assert.equal(server.requests.length, 2);
  });

  test("P143, a token that is not to be kept is given out, and exchanged anew each time", async (t) => {
    const expired = jwt({ exp: Math.floor(Date.now() / 1000) - 60 });
    const cases = [
      [{ expires_in: 0 }, {}],
      [{ expires_in: undefined }, {}],
      [{ expires_in: 400 }, { skewSeconds: 400 }],
      [{ expires_in: 3600 }, { maxExpiresInSeconds: 0 }],
      [{ expires_in: 3600 }, { maxEntries: 0 }],
      [{ expires_in: 3600 }, { subjectTokenProvider: () => expired }],
      [{ expires_in: 3600, access_token: expired }, {}],
    ];
    for (const [members, options] of cases) {
      const { server, store } = await serveStore(t, { answers: [success(members)], ...options });
      assert.ok((await store.findByRef(CRM)).ref);
      assert.ok((await store.findByRef(CRM)).ref);
      assert.equal(server.requests.length, 2, JSON.stringify(members));
      assert.equal(store.stats().entries, 0);
    }
  });

  test("defaultExpiresInSeconds is the life of a token that states none", async (t) => {
    const advance = clock(t);
    const answers = [success({ expires_in: undefined })];
    const { server, store } = await serveStore(t, { answers, defaultExpiresInSeconds: 600 });
    assert.equal((await store.findByRef(CRM)).expiresAt, undefined);
    advance(569);
    await store.findByRef(CRM);
    assert.equal(server.requests.length, 1);
    advance(1);
    await store.findByRef(CRM);
    assert.equal(server.requests.length, 2);
  });

  test("a token does not outlive the subject's", async (t) => {
    const advance = clock(t);
    const subject = jwt({ sub: "alice", exp: Math.floor(Date.now() / 1000) + 600 });
    const { server, store } = await serveStore(t, { subjectTokenProvider: () => subject });
    await store.findByRef(CRM);
    advance(560);
    await store.findByRef(CRM);
    assert.equal(server.requests.length, 1);
    advance(20);
    await store.findByRef(CRM);
    assert.equal(server.requests.length, 2);
  });

  test("in the skew window a failure that may pass is bridged by the old token, while it has five seconds", async (t) => {
    const advance = clock(t);
    const answers = [success({ expires_in: 3600 }), { status: 500 }];
    const { server, store, events } = await serveStore(t, { answers });
    const first = await store.findByRef(CRM);
    advance(3575);
    assert.equal((await store.findByRef(CRM)).ref, first.ref);
    assert.equal(server.requests.length, 2, "the server was asked");
    assert.deepEqual(
      events.map(({ type, stale }) => [type, stale]),
      [
        ["exchange", undefined],
        ["error", undefined],
        ["cache", true],
      ],
    );
    advance(20);
    assert.equal(await store.findByRef(CRM), null);
  });

  test("in the skew window a final refusal is final, and the old token is gone", async (t) => {
    const advance = clock(t);
    const answers = [success({ expires_in: 3600 }), json({ error: "invalid_grant" }, 400), { status: 503 }];
    const { store } = await serveStore(t, { answers, config: { maxRetries: 0 } });
    await store.findByRef(CRM);
    advance(3575);
    await rejects(store.getToken(CRM), "TokenExchangeError");
    assert.equal(store.stats().entries, 0);
    await rejects(store.getToken(CRM), "OAuthHttpError");
  });

  for (const seconds of [6, 7200]) {
    test(`B33, a clock that was set back by ${seconds} seconds is not believed`, async (t) => {
      const advance = clock(t);
      const { server, store } = await serveStore(t);
      await store.findByRef(CRM);
      advance(-seconds);
      await store.findByRef(CRM);
      assert.equal(server.requests.length, 2);
    });
  }

  test("B33, clocks are set back by a little all the time", async (t) => {
    const advance = clock(t);
    const { server, store } = await serveStore(t);
    await store.findByRef(CRM);
    advance(-4);
    await store.findByRef(CRM);
    assert.equal(server.requests.length, 1);
  });

  test("cache: false neither reads nor writes", async (t) => {
    const { server, store } = await serveStore(t);
    await store.findByRef(CRM, { cache: false });
    assert.equal(store.stats().entries, 0);
    const kept = await store.findByRef(CRM);
    assert.notEqual((await store.findByRef(CRM, { cache: false })).ref, kept.ref);
    assert.equal((await store.findByRef(CRM)).ref, kept.ref);
    assert.equal(server.requests.length, 3);
  });
});

describe("bounds", () => {
  test("P142, past maxEntries the oldest go, those in use last", async (t) => {
    const { server, store } = await serveStore(t, { maxEntries: 3 });
    const of = (user) => store.findByRef(CRM, { subjectToken: user });
    for (const user of ["a", "b", "c"]) await of(user);
    await of("a");
    await of("d");
    assert.deepEqual([store.stats().entries, store.stats().evictions], [3, 1]);
    assert.equal(server.requests.length, 4);
    await of("a");
    await of("c");
    await of("d");
    assert.equal(server.requests.length, 4, "b was the one to go");
    await of("b");
    assert.equal(server.requests.length, 5);
  });

  test("tokens that were used stay while there are others, however many of them are older", async (t) => {
    const { server, store } = await serveStore(t, { maxEntries: 300 });
    const all = (name, count) =>
      Promise.all(Array.from({ length: count }, (_, index) => store.getToken(CRM, { subjectToken: name + index })));
    await all("user-", 300);
    await all("user-", 200);
    await all("new-", 100);
    server.forget();
    await all("user-", 200);
    assert.deepEqual([server.requests.length, store.stats().evictions], [0, 100]);
    await all("newer-", 300);
    assert.deepEqual(
      [store.stats().entries, store.stats().evictions],
      [300, 400],
      "until others are used more recently",
    );
  });

  test("expired tokens make room before others", async (t) => {
    const advance = clock(t);
    const lives = [60, 3600, 3600, 3600];
    const { store } = await serveStore(t, { answers: [() => success({ expires_in: lives.shift() })], maxEntries: 3 });
    for (const user of ["a", "b"]) await store.findByRef(CRM, { subjectToken: user });
    advance(120);
    for (const user of ["c", "d"]) await store.findByRef(CRM, { subjectToken: user });
    assert.deepEqual([store.stats().entries, store.stats().evictions], [3, 0]);
  });
});
