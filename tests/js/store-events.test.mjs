/** `onEvent` of the store and of the client. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { json } from "../servers/quirk/server.mjs";
import { failure, fields, onbehalf, serve, serveToken, success } from "./helpers.mjs";
import { asksFor, CRM, crmConfig, issuing, jwt, serveStore } from "./store-helpers.mjs";

const SECRETS = ["alice-token", "bob-token", "token-1-for", "agent-secret", "issued"];

function assertNoToken(events) {
  const text = JSON.stringify(events);
  for (const secret of SECRETS) assert.ok(!text.includes(secret), `${secret} in ${text}`);
}

describe("onEvent of a store", () => {
  test("tells of exchange, cache, join and evict, with who, where, what and how long", async (t) => {
    const { store, events } = await serveStore(t, { answers: [success({ scope: "crm:read" })] });
    await Promise.all([store.findByRef(CRM), store.findByRef(CRM)]);
    await store.findByRef(CRM);
    store.invalidateCache(CRM);
    assert.deepEqual(
      events.map(({ type, outcome }) => [type, outcome]),
      [
        ["exchange", "ok"],
        ["join", "ok"],
        ["cache", "ok"],
        ["evict", "invalidated"],
      ],
    );
    const [exchange] = events;
    const { durationMs, subject, issuer, ...rest } = exchange;
    assert.deepEqual(rest, {
      type: "exchange",
      ref: CRM,
      clientId: "agent-identity",
      resource: ["https://crm.acme.com"],
      scopes: ["crm:read"],
      requestedScopes: ["crm:read", "crm:write"],
      outcome: "ok",
    });
    assert.match(issuer, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.ok(durationMs > 0 && durationMs < 10_000);
    assert.equal(new Set(events.map((event) => event.subject)).size, 1);
    assert.match(subject, /^[\w+/]{22}$/);
    assertNoToken(events);
  });

  test("names targets and scopes once, and no empty ones", async (t) => {
    const config = { resource: undefined, audience: ["", "crm"], requestedScopes: ["a a", "b"] };
    const { store, events } = await serveStore(t, { config });
    await store.findByRef(CRM);
    await store.getToken(CRM, { scope: "a a b" });
    for (const event of events) assert.deepEqual([event.resource, event.requestedScopes], [["crm"], ["a", "b"]]);
  });

  test("a listener that changes what it is given changes nothing for the next one, nor what is asked for", async (t) => {
    const told = [];
    const onEvent = (event) => {
      told.push(JSON.stringify([event.resource, event.requestedScopes]));
      for (const list of [event.resource, event.requestedScopes]) list.push("admin");
    };
    const { server, store } = await serveStore(t, { onEvent });
    const api = await serve(t);
    api.on("/", asksFor("more"), { status: 200 });
    const config = { origins: [api.origin] };
    const other = new onbehalf.TokenExchangeStore({ configs: [crmConfig(server, config)], onEvent });
    for (const each of [store, other])
      for (const subjectToken of ["a", "b"]) await each.getToken(CRM, { subjectToken });
    assert.deepEqual([...new Set(told)], ['[["https://crm.acme.com"],["crm:read","crm:write"]]']);
    await other.fetch(CRM, `${api.origin}/`, {}, { subjectToken: "a", stepUp: "exchange" });
    assert.deepEqual(fields(server.requests.at(-1)).scope, ["crm:read crm:write more"]);
  });

  test("tells of denied and error", async (t) => {
    const cases = [
      [json({ error: "invalid_grant" }, 400), "denied", "oauth_error", "renew_subject"],
      [json({ error: "access_denied" }, 403), "denied", "oauth_error", "denied"],
      [{ status: 500 }, "error", "http_error", "server_fault"],
      [json({ error: "invalid_client" }, 401), "error", "client_authentication_failed", "fix_client_auth"],
    ];
    for (const [answer, type, outcome, action] of cases) {
      const { store, events } = await serveStore(t, { answers: [answer] });
      await store.findByRef(CRM);
      assert.deepEqual(
        events.map((event) => [event.type, event.outcome, event.action]),
        [[type, outcome, action]],
      );
      assert.ok(events[0].subject);
      assertNoToken(events);
    }
    const { store, events } = await serveStore(t, { subjectTokenProvider: () => null });
    await store.findByRef(CRM);
    await store.findByRef("unknown");
    assert.deepEqual(
      events.map(({ type, ref, outcome }) => [type, ref, outcome]),
      [
        ["denied", CRM, "subject_token_unavailable"],
        ["error", undefined, "unknown_ref"],
      ],
    );
    assert.ok(!("ref" in events[1]), "what was taken for a ref may be a token");
    const inactive = await serveStore(t, { config: { status: "revoked" } });
    await inactive.store.findByRef(CRM);
    const [{ type, ref, clientId, outcome }] = inactive.events;
    assert.deepEqual([type, ref, clientId, outcome], ["error", CRM, "agent-identity", "inactive_ref"]);
  });

  test("tells of a rejected fetch for whom and with which scopes it was made", async (t) => {
    const api = await serve(t);
    api.on("/api", asksFor("more"), { close: true });
    const config = { audience: `${api.origin}/api` };
    const { store, events } = await serveStore(t, { config });
    await failure(store.fetch(CRM, `${api.origin}/api`, {}, { stepUp: "exchange" }));
    const { type, outcome, subject, requestedScopes } = events.at(-1);
    assert.deepEqual([type, outcome, subject], ["error", "unreachable", events[0].subject]);
    assert.deepEqual(requestedScopes, ["crm:read", "crm:write", "more"]);
  });

  test("tells of each rejected fetch once", async (t) => {
    const api = await serve(t);
    api.on("/api", asksFor("crm:admin"));
    api.on("/hang", { hang: true });
    const config = { audience: `${api.origin}/api` };
    const answers = [success(), success({ token_type: "DPoP" }), json({ error: "invalid_grant" }, 400)];
    const { store, events } = await serveStore(t, { config, answers });
    const told = async (input, init, options) => {
      events.length = 0;
      const error = await failure(store.fetch(CRM, input, init, { subjectToken: "alice-token", ...options }));
      assertNoToken(events);
      const failures = events.filter(({ outcome }) => outcome !== "ok");
      assert.deepEqual(
        failures.map(({ ref, action }) => [ref, action]),
        [[CRM, error.action]],
      );
      const [{ type, outcome, subject, durationMs }] = failures;
      assert.ok(subject && durationMs >= 0);
      return [type, outcome];
    };
    assert.deepEqual(await told("https://evil.example/"), ["error", "endpoint_origin"]);
    assert.deepEqual(await told(`${api.origin}/api`, {}, { stepUp: "throw" }), ["denied", "insufficient_scope"]);
    const controller = new AbortController();
    const left = told(`${api.origin}/hang`, { signal: controller.signal });
    await api.seen(2);
    controller.abort(new Error("gone"));
    assert.deepEqual(await left, ["error", "aborted"]);
    assert.deepEqual(await told(`${api.origin}/api`, {}, { subjectToken: "bob-token" }), ["error", "invalid_option"]);
    assert.deepEqual(await told(`${api.origin}/api`, {}, { subjectToken: "carol" }), ["denied", "oauth_error"]);
    events.length = 0;
    await failure(store.fetch("unknown", `${api.origin}/api`));
    store.close();
    await failure(store.fetch(CRM, `${api.origin}/api`));
    assert.deepEqual(
      events.filter(({ type }) => type !== "evict").map(({ ref, outcome }) => [ref, outcome]),
      [
        [undefined, "unknown_ref"],
        [CRM, "client_closed"],
      ],
    );
  });

  test("tells of nothing else that goes wrong: what docs/reference.md lists below the events", async () => {
    const events = [];
    const options = {
      fetch: async () => Response.json({ access_token: "a", token_type: "Bearer" }),
      onEvent: (event) => events.push(event),
    };
    const config = { ref: "crm", name: "n", kind: "k", scope: "s", status: "active", clientId: "c" };
    const place = { issuer: "https://as.test", tokenEndpoint: "https://as.test/token", audience: "https://crm.test" };
    const store = new onbehalf.TokenExchangeStore({ ...options, configs: [{ ...config, ...place }] });
    const client = new onbehalf.OAuthClient("https://as.test", { ...options, endpoints: { token: "/token" } });
    const closed = new onbehalf.OAuthClient("https://as.test", options);
    closed.close();
    for (const [refused, code] of [
      [async () => store.forSubject("caf\u00e9"), "invalid_option"],
      [() => store.getToken("crm", { subjectToken: "t", nobody: 1 }), "unknown_option"],
      [() => store.getToken("crm", { subjectToken: 5 }), "invalid_option"],
      [() => store.fetch("crm", "no URL", {}, { subjectToken: "t" }), "invalid_option"],
      [() => store.fetch("crm", "https://crm.test", { headers: { authorization: "a" } }), "invalid_option"],
      [() => client.exchangeToken(5), "invalid_option"],
      [() => client.exchangeToken({ subjectToken: "t" }, { signal: 5 }), "invalid_option"],
      [() => client.fetchResource("t", "no URL"), "invalid_option"],
      [() => closed.exchangeToken({ subjectToken: "t" }), "client_closed"],
    ]) {
      assert.equal((await failure(refused())).code, code);
    }
    await client.fetchResource("t", "https://crm.test");
    await client.prepare.exchangeToken({ subjectToken: "t" });
    assert.deepEqual(events, []);
    assert.equal((await failure(store.getToken("crm", { subjectToken: " t" }))).code, "invalid_option");
    assert.equal(events.length, 1, "the listener is called at all");
  });

  test("the fingerprint tells subjects apart within a store, and nothing outside of it", async (t) => {
    const claims = { iss: "https://as.example", sub: "alice" };
    const seen = async (...subjects) => {
      const { store, events } = await serveStore(t);
      for (const subjectToken of subjects) await store.getToken(CRM, { subjectToken });
      return events.map(({ subject }) => subject);
    };
    const [first, renewed, bob, opaque] = await seen(
      jwt(claims),
      jwt({ ...claims, jti: 2 }),
      jwt({ ...claims, sub: "bob" }),
      "x",
    );
    assert.equal(first, renewed, "the same user with a renewed token");
    assert.equal(new Set([first, bob, opaque]).size, 3);
    assert.notEqual((await seen(jwt(claims)))[0], first, "another store, another key");
  });

  test("evictions for want of room are told of", async (t) => {
    const { store, events } = await serveStore(t, { maxEntries: 1 });
    await store.getToken(CRM, { subjectToken: "a" });
    await store.getToken(CRM, { subjectToken: "b" });
    assert.deepEqual(
      events.map(({ type }) => type),
      ["exchange", "exchange", "evict"],
    );
    assert.equal(events[2].subject, events[0].subject);
  });

  test("a listener may forget tokens while it is told of one that is forgotten", async (t) => {
    const maxEntries = 2;
    const [first, second, third, fourth] = ["a", "b", "c", "d"];
    for (const forget of [(store) => store.invalidateCache(CRM), (store) => store.flushCache()]) {
      let heard = 0;
      const onEvent = ({ type }) => {
        if (type === "evict" && heard++ === 0) forget(store);
      };
      const { server, store } = await serveStore(t, { maxEntries, onEvent });
      const get = (subjectToken) => store.getToken(CRM, { subjectToken });
      for (const subject of [first, second, third]) await get(subject);
      assert.equal(store.stats().entries, 0, "what was on its way was forgotten with the rest");
      for (const subject of [first, second]) await get(subject);
      assert.equal(store.stats().entries, 2);
      const { requests } = server;
      const before = requests.length;
      for (const subject of [first, second]) await get(subject);
      assert.equal(requests.length, before, "both are remembered");
      for (const subject of [third, fourth]) await get(subject);
      assert.equal(store.stats().entries, maxEntries);
      assert.equal(store.invalidateCache(), maxEntries);
      assert.deepEqual([store.stats().entries, store.flushCache()], [0, 0]);
    }
  });

  test("a listener that fails, and one that listens late, disturb nobody", async (t) => {
    for (const onEvent of [() => assert.fail("mine"), () => Promise.reject(new Error("mine"))]) {
      const { store } = await serveStore(t, { onEvent });
      assert.ok(await store.findByRef(CRM));
      assert.ok(await store.findByRef(CRM));
    }
  });

  test("an exchange that all have left is told of as aborted", async (t) => {
    const { server, store, events } = await serveStore(t, { answers: [{ hang: true }, issuing()] });
    const controller = new AbortController();
    const call = store.findByRef(CRM, { signal: controller.signal });
    await server.seen(1);
    controller.abort("gone");
    assert.equal(await failure(call), "gone");
    await store.findByRef(CRM);
    assert.deepEqual(
      events.map(({ type, outcome }) => [type, outcome]),
      [
        ["error", "aborted"],
        ["exchange", "ok"],
      ],
    );
  });
});

describe("a caller that has gone", () => {
  const outcomes = (events) => events.map(({ type, outcome }) => [type, outcome]);

  for (const [name, reason] of [
    ["the host's reason", undefined],
    ["a reason of its own", "gone"],
    ["an error of its own", new Error("mine")],
  ]) {
    test(`is told of as aborted, with ${name}: alone, as a joiner, without memory, before the start`, async (t) => {
      const { server, store, events } = await serveStore(t, { answers: [{ hang: true }] });
      const leave = async (requests, options, wait) => {
        const controller = new AbortController();
        const call = failure(store.getToken(CRM, { ...options, signal: controller.signal }));
        await server.seen(requests);
        await wait?.();
        controller.abort(reason);
        assert.equal(await call, controller.signal.reason);
      };
      const alone = new AbortController();
      const first = failure(store.getToken(CRM, { signal: alone.signal }));
      await leave(1, {}, turn);
      assert.deepEqual(outcomes(events.splice(0)), [["join", "aborted"]]);
      alone.abort(reason);
      assert.equal(await first, alone.signal.reason);
      await turn();
      assert.deepEqual(outcomes(events.splice(0)), [["error", "aborted"]]);
      await leave(2, { cache: false });
      assert.deepEqual(outcomes(events.splice(0)), [["error", "aborted"]]);
      const signal = AbortSignal.abort(reason);
      assert.equal(await failure(store.getToken(CRM, { signal })), signal.reason);
      assert.deepEqual(outcomes(events), [["error", "aborted"]]);
    });

    test(`of a client is told of as aborted, with ${name}`, async (t) => {
      const events = [];
      const { server, exchange } = await serveToken(t, [{ hang: true }], { onEvent: (event) => events.push(event) });
      const controller = new AbortController();
      const call = failure(exchange({}, { signal: controller.signal }));
      await server.seen(1);
      controller.abort(reason);
      assert.equal(await call, controller.signal.reason);
      assert.deepEqual(outcomes(events), [["error", "aborted"]]);
    });
  }

  test("is not blamed for a failure of others, nor is what a function of the caller throws called an abort", async (t) => {
    const reason = new DOMException("mine", "AbortError");
    const events = [];
    const { exchange } = await serveToken(t, undefined, {
      auth: () => Promise.reject(reason),
      onEvent: (event) => events.push(event),
    });
    assert.equal(await failure(exchange({})), reason);
    const hostile = Object.defineProperty({}, "name", { get: () => assert.fail("a getter") });
    const other = await serveToken(t, undefined, {
      auth: () => Promise.reject(hostile),
      onEvent: (event) => events.push(event),
    });
    assert.equal(await failure(other.exchange({})), hostile);
    assert.deepEqual(outcomes(events), [
      ["error", "failed"],
      ["error", "failed"],
    ]);
  });
});

describe("onEvent of a client", () => {
  test("tells of every operation, and of no token", async (t) => {
    const events = [];
    const answers = [success({ scope: "a" }), json({ error: "invalid_grant" }, 400), success()];
    const { client, exchange } = await serveToken(t, answers, {
      auth: new onbehalf.BasicAuth("agent", "agent-secret"),
      onEvent: (event) => events.push(event),
    });
    await exchange({ subjectToken: "alice-token", audience: ["", "crm"], scope: ["a a", "b"] });
    await failure(exchange({ subjectToken: "alice-token" }));
    await client.clientCredentials();
    await failure(client.discoverServerMetadata());
    assert.deepEqual(
      events.map(({ type, operation, outcome }) => [type, operation, outcome]),
      [
        ["exchange", "exchangeToken", "ok"],
        ["denied", "exchangeToken", "oauth_error"],
        ["exchange", "clientCredentials", "ok"],
        ["error", "discoverServerMetadata", "discovery_failed"],
      ],
    );
    const [first, second, third] = events;
    assert.deepEqual([first.scopes, first.requestedScopes, first.resource], [["a"], ["a", "b"], ["crm"]]);
    assert.equal(first.clientId, "agent");
    assert.equal(first.subject, second.subject);
    assert.equal(third.subject, undefined);
    assertNoToken(events);
  });

  test("must be a function", () => {
    assert.throws(() => new onbehalf.OAuthClient("https://as.example", { onEvent: {} }), {
      code: "invalid_option",
      field: "onEvent",
    });
  });
});
