/** How long metadata is kept, and who shares a fetch. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OAuthClient } from "onbehalf";
import { json, wellKnownPaths } from "../servers/quirk/server.mjs";
import { failure, fakeFetch, rejects, SUBJECT, serve, success } from "./helpers.mjs";

const ISSUER = "https://as.example/t";
const GOOD = json({ issuer: ISSUER, token_endpoint: `${ISSUER}/token` });
const NOT_FOUND = { status: 404, body: "" };
const START = Date.UTC(2030, 0, 1);

/** A client over a fake fetch, with a clock that only `t.mock.timers.tick` moves; host timers stay real. */
function setUp(t, answers, options = {}) {
  t.mock.timers.enable({ apis: ["Date"], now: START });
  const fetch = fakeFetch(...answers);
  const client = new OAuthClient(ISSUER, { fetch, maxRetries: 0, ...options });
  const later = (ms) => t.mock.timers.tick(ms);
  return { client, fetch, later, discover: () => client.discoverServerMetadata() };
}

describe("time to live", () => {
  for (const [name, answer, code] of [
    ["404 everywhere", NOT_FOUND, "discovery_failed"],
    ["a wrong issuer", json({ issuer: "https://evil.example" }), "issuer_mismatch"],
    ["an unusable document", { headers: { "content-type": "application/json" }, body: "{" }, undefined],
  ]) {
    test(`P64, ${name} is remembered for 60 s, then asked again`, async (t) => {
      const { fetch, later, discover } = setUp(t, [answer]);
      const first = await rejects(discover(), "OAuthProtocolError", { retryable: false });
      if (code) assert.equal(first.code, code);
      const round = fetch.calls.length;
      later(59_000);
      const again = await rejects(discover(), "OAuthProtocolError", { code: first.code });
      assert.equal(again.message, first.message);
      await failure(discover());
      assert.equal(fetch.calls.length, round);
      later(2_000);
      await failure(discover());
      assert.equal(fetch.calls.length, 2 * round);
    });
  }

  test("P64, 404 then a document: found after 61 s", async (t) => {
    const { fetch, later, discover } = setUp(t, [NOT_FOUND, NOT_FOUND, NOT_FOUND, GOOD]);
    await failure(discover());
    await failure(discover());
    later(61_000);
    assert.equal((await discover()).issuer, ISSUER);
    assert.equal(fetch.calls.length, 4);
  });

  test("P64, negativeTtlMs 0: asked every time", async (t) => {
    const { fetch, discover } = setUp(t, [NOT_FOUND, NOT_FOUND, NOT_FOUND, GOOD], { discovery: { negativeTtlMs: 0 } });
    await failure(discover());
    assert.equal((await discover()).issuer, ISSUER);
    assert.equal(fetch.calls.length, 4);
  });

  test("P64, a failure is never kept longer than a document would be", async (t) => {
    const discovery = { ttlMs: 1_000, negativeTtlMs: 60_000 };
    const { later, discover } = setUp(t, [NOT_FOUND, NOT_FOUND, NOT_FOUND, GOOD], { discovery });
    await failure(discover());
    later(1_500);
    assert.equal((await discover()).issuer, ISSUER);
  });

  for (const [name, answer] of [
    ["503", { status: 503, body: "" }],
    ["429", { status: 429, body: "" }],
    ["500", { status: 500, body: "" }],
    ["a refused connection", new TypeError("fetch failed")],
  ]) {
    test(`P63, T08, ${name} is not remembered: the next call asks again and works`, async (t) => {
      const { fetch, discover } = setUp(t, [answer, GOOD]);
      await rejects(discover(), "OAuthError", { retryable: true });
      assert.equal((await discover()).issuer, ISSUER);
      assert.equal(fetch.calls.length, 2);
    });
  }

  test("P65, 2.14 row 13, a document is kept for an hour, then asked for again", async (t) => {
    const { fetch, later, discover } = setUp(t, [GOOD]);
    await discover();
    later(3_599_000);
    await discover();
    assert.equal(fetch.calls.length, 1);
    later(2_000);
    await discover();
    assert.equal(fetch.calls.length, 2);
  });

  test("P65, ttlMs decides, and 0 keeps nothing", async (t) => {
    const short = setUp(t, [GOOD], { discovery: { ttlMs: 5_000 } });
    await short.discover();
    short.later(4_000);
    await short.discover();
    assert.equal(short.fetch.calls.length, 1);
    short.later(2_000);
    await short.discover();
    assert.equal(short.fetch.calls.length, 2);
    t.mock.timers.reset();
    const none = setUp(t, [GOOD], { discovery: { ttlMs: 0 } });
    await none.discover();
    await none.discover();
    assert.equal(none.fetch.calls.length, 2);
  });

  test("P65, a clock that jumps back does not keep a document for ever", async (t) => {
    const { fetch, later, discover } = setUp(t, [GOOD]);
    later(10_000_000);
    await discover();
    t.mock.timers.setTime(START);
    await discover();
    later(3_601_000);
    await discover();
    assert.ok(fetch.calls.length >= 2, `${fetch.calls.length} fetches`);
  });

  test("P65, an exchange and discoverServerMetadata use the same kept document", async (t) => {
    const { client, fetch, discover } = setUp(t, [GOOD, success(), GOOD]);
    await discover();
    await client.exchangeToken({ subjectToken: SUBJECT });
    await discover();
    assert.deepEqual(
      fetch.calls.map(({ url }) => url),
      ["https://as.example/.well-known/oauth-authorization-server/t", `${ISSUER}/token`],
    );
  });

  test("P65, what a caller does to the metadata does not change the kept document", async (t) => {
    const { discover } = setUp(t, [GOOD]);
    const metadata = await discover();
    // A frozen object is as good as a copy.
    Reflect.set(metadata, "tokenEndpoint", "https://evil.example/token");
    Reflect.set(metadata.raw, "token_endpoint", "https://evil.example/token");
    const again = await discover();
    assert.equal(again.tokenEndpoint, `${ISSUER}/token`);
    assert.equal(again.raw.token_endpoint, `${ISSUER}/token`);
  });
});

describe("one fetch for all who wait", () => {
  async function setUpSlow(t, options = {}) {
    const server = await serve(t);
    const issuer = server.metadata("/t");
    const [place] = wellKnownPaths("/t");
    const slow = { ...json({ issuer, token_endpoint: `${issuer}/token` }), delayMs: 150 };
    server.on(place, slow).on("/t/token", success());
    return { server, place, issuer, client: new OAuthClient(issuer, { maxRetries: 0, ...options }) };
  }

  test("P67, T08, twenty cold calls of both kinds make one metadata request", async (t) => {
    const { server, place, client } = await setUpSlow(t);
    const calls = Array.from({ length: 20 }, (_, n) =>
      n % 2 ? client.discoverServerMetadata() : client.exchangeToken({ subjectToken: SUBJECT }),
    );
    await Promise.all(calls);
    assert.equal(server.at(place).length, 1);
    assert.equal(server.at("/t/token").length, 10);
  });

  for (const [name, index] of [
    ["the one that started it", 0],
    ["one that joined", 2],
  ]) {
    test(`P67, aborting ${name} ends only its own wait`, async (t) => {
      const { server, place, client } = await setUpSlow(t);
      const reason = new Error("user left");
      const controllers = Array.from({ length: 4 }, () => new AbortController());
      const calls = controllers.map(({ signal }) => client.exchangeToken({ subjectToken: SUBJECT }, { signal }));
      const settled = Promise.allSettled(calls);
      await server.seen(1, place);
      controllers[index].abort(reason);
      assert.equal(await failure(calls[index]), reason);
      assert.equal(server.at("/t/token").length, 0);
      const results = await settled;
      assert.equal(results[index].reason, reason);
      assert.equal(results.filter(({ status }) => status === "fulfilled").length, 3);
      assert.equal(server.at(place).length, 1);
      assert.equal(server.at("/t/token").length, 3);
    });
  }

  test("P67, the short deadline of the first caller does not end the wait of the others", async (t) => {
    const { server, place, client } = await setUpSlow(t);
    const impatient = client.discoverServerMetadata({ timeoutMs: 50 }).catch((error) => error);
    const patient = client.discoverServerMetadata();
    assert.equal((await impatient).code, "timeout");
    assert.equal((await patient).tokenEndpoint, `${server.origin}/t/token`);
    assert.equal(server.at(place).length, 1);
  });

  test("P67, the short deadline of a joiner does not end the fetch", async (t) => {
    const { server, place, client } = await setUpSlow(t);
    const patient = client.discoverServerMetadata();
    const impatient = client.discoverServerMetadata({ timeoutMs: 50 }).catch((error) => error);
    assert.equal((await impatient).code, "timeout");
    assert.equal((await patient).issuer, `${server.origin}/t`);
    assert.equal(server.at(place).length, 1);
  });

  test("P67, a call with more time than the client's has it for a fetch of its own", async (t) => {
    const { server, place, client } = await setUpSlow(t, { timeoutMs: 50 });
    const { issuer } = await client.discoverServerMetadata({ timeoutMs: 5_000 });
    assert.equal(issuer, `${server.origin}/t`);
    assert.equal(server.at(place).length, 1);
  });

  test("P67, a fetch that has ended is not aborted afterwards", async () => {
    const fetch = fakeFetch(GOOD);
    const client = new OAuthClient(ISSUER, { fetch });
    await Promise.all([client.discoverServerMetadata(), client.discoverServerMetadata()]);
    assert.deepEqual(
      fetch.calls.map(({ init }) => init.signal.aborted),
      [false],
    );
  });

  test("T08, a shared failure reaches all who wait, and the next call starts anew", async (t) => {
    const { server, place, issuer, client } = await setUpSlow(t);
    const good = json({ issuer, token_endpoint: `${issuer}/token` });
    server.on(place, { status: 503, delayMs: 50 }, good);
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => client.discoverServerMetadata()));
    assert.ok(results.every(({ reason }) => reason?.status === 503 && reason.retryable));
    assert.equal(server.at(place).length, 1);
    assert.equal((await client.discoverServerMetadata()).issuer, issuer);
  });

  test("T08, after everybody has aborted the next call works", async (t) => {
    const { server, place, issuer, client } = await setUpSlow(t);
    const controller = new AbortController();
    const calls = [1, 2].map(() => client.discoverServerMetadata({ signal: controller.signal }));
    const settled = Promise.allSettled(calls);
    await server.seen(1, place);
    controller.abort();
    const results = await settled;
    assert.ok(results.every(({ reason }) => reason === controller.signal.reason));
    assert.equal((await client.discoverServerMetadata()).issuer, issuer);
  });
});
