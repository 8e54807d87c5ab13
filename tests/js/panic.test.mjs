/**
 * Panic containment: against a build with the cargo feature `planted-panic`, in which an exchange for the audience
 * `urn:onbehalf:planted-panic` panics inside its flow. The build makes target/planted-panic/index.js; without it
 * these tests fail, they are not skipped.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import { quirkServer } from "../servers/quirk/server.mjs";
import { assertRedacted, failure, SUBJECT, success } from "./helpers.mjs";
import { asksTheCore, subject } from "./template-helpers.mjs";

const BUILD = new URL("../../target/planted-panic/index.js", import.meta.url);
const PANIC = { subjectToken: "planted.subject.token", audience: "urn:onbehalf:planted-panic" };

async function setUp(t, answers = [success()], options = {}) {
  assert.ok(
    existsSync(BUILD),
    "target/planted-panic/index.js is missing: build with the cargo feature planted-panic first",
  );
  const planted = await import(BUILD);
  const server = await quirkServer();
  t.after(() => server.close());
  server.on("/token", ...answers);
  const make = (more) =>
    new planted.OAuthClient(server.origin, { endpoints: { token: "/token" }, ...options, ...more });
  const client = make();
  return { ...planted, server, make, client, exchange: (by = client) => by.exchangeToken({ subjectToken: SUBJECT }) };
}

function assertInternal({ InternalError, OAuthError }, error) {
  assert.ok(error instanceof InternalError, String(error?.stack));
  assert.ok(OAuthError.is(error));
  const { name, code, action, fault, retryable } = error;
  assert.deepEqual(
    { name, code, action, fault, retryable },
    { name: "InternalError", code: "internal_error", action: "report_bug", fault: "bug", retryable: false },
  );
  assertRedacted(error, [PANIC.subjectToken, "planted-client-secret"], "InternalError");
}

describe("a panic in the core", () => {
  test("T59, the caller rejects with InternalError within 100 ms, and nothing was sent", async (t) => {
    const planted = await setUp(t);
    await planted.exchange();
    planted.server.forget();
    const before = performance.now();
    const error = await failure(planted.client.exchangeToken(PANIC));
    const took = performance.now() - before;
    assertInternal(planted, error);
    assert.ok(took < 100, `${took} ms`);
    assert.equal(planted.server.requests.length, 0);
  });

  test("T58, the message says where, in our own source, and nothing of the call", async (t) => {
    const planted = await setUp(t, [success()]);
    const client = planted.make({ auth: new planted.PostAuth("client", "planted-client-secret") });
    const error = await failure(client.exchangeToken(PANIC));
    assertInternal(planted, error);
    assert.match(error.message, /src\/[\w/]+\.rs:\d+/);
    assert.doesNotMatch(error.message, /\/(root|home|work|Users)\//);
  });

  test("T59, the next call of the same client works, and of others, old and new", async (t) => {
    const planted = await setUp(t);
    const old = planted.make();
    await planted.exchange(old);
    assertInternal(planted, await failure(planted.client.exchangeToken(PANIC)));
    for (const client of [planted.client, old, planted.make(), planted.client.forIssuer(planted.server.origin)]) {
      if (client !== planted.client) planted.server.metadata();
      assert.equal((await planted.exchange(client)).accessToken, "issued");
    }
  });

  test("T59, exchanges that were begun without the core go on, those in flight and later ones", async (t) => {
    const refusal = { status: 400, body: '{"error":"invalid_scope"}', delayMs: 150 };
    const planted = await setUp(t, [success(), success(), { ...success(), delayMs: 150 }, refusal, success()]);
    const exchange = (name) => planted.client.exchangeToken({ subjectToken: `${name}.of.a.user.of.the.agent` });
    for (const name of ["alice", "bob"]) await exchange(name);
    const flying = exchange("carol");
    await planted.server.seen(3);
    const refused = failure(exchange("dan"));
    await planted.server.seen(4);
    assertInternal(planted, await failure(planted.client.exchangeToken(PANIC)));
    assert.equal((await flying).accessToken, "issued");
    assert.equal((await refused).error, "invalid_scope");
    for (const name of ["erin", "frank", "grace"]) assert.equal((await exchange(name)).accessToken, "issued");
    assert.equal(planted.server.requests.length, 7);
  });

  test("T59, what was begun without the core is tried again where the core still works, and later ones begin there", async (t) => {
    const busy = { status: 503, headers: { "retry-after": "0" }, delayMs: 150 };
    const planted = await setUp(t, [success(), success(), busy, success()]);
    const exchange = (name) => planted.client.exchangeToken({ subjectToken: subject(name) });
    for (const name of ["alice", "bob"]) await exchange(name);
    const flying = exchange("carol");
    await planted.server.seen(3);
    assertInternal(planted, await failure(planted.client.exchangeToken(PANIC)));
    assert.equal(await asksTheCore(t, () => exchange("dan")), true);
    assert.equal((await flying).accessToken, "issued");
    assert.equal(planted.server.requests.length, 5);
  });

  test("T59, calls in flight end normally, in whatever step they are", async (t) => {
    const slow = { ...success(), delayMs: 200 };
    const busy = { status: 503, headers: { "retry-after": "1" } };
    const planted = await setUp(t, [busy, slow]);
    const waiting = planted.exchange();
    await planted.server.seen(1);
    const thinking = planted.exchange(planted.make());
    const same = planted.exchange();
    await planted.server.seen(3);
    for (let n = 0; n < 3; n++) assertInternal(planted, await failure(planted.client.exchangeToken(PANIC)));
    for (const call of [waiting, thinking, same]) assert.equal((await call).accessToken, "issued");
  });

  test("T59, a call that ends with an error meanwhile ends with that error", async (t) => {
    const refusal = { status: 400, body: '{"error":"invalid_scope"}', delayMs: 100 };
    const planted = await setUp(t, [refusal]);
    const call = failure(planted.exchange());
    await planted.server.seen(1);
    assertInternal(planted, await failure(planted.client.exchangeToken(PANIC)));
    assert.equal((await call).error, "invalid_scope");
  });

  test("T59, kept metadata survives or is fetched again; the shared fetch in flight ends normally", async (t) => {
    const planted = await setUp(t);
    const issuer = planted.server.metadata();
    const client = new planted.OAuthClient(issuer);
    const calls = [client.discoverServerMetadata(), client.discoverServerMetadata()];
    assertInternal(planted, await failure(planted.client.exchangeToken(PANIC)));
    for (const call of calls) assert.equal((await call).issuer, issuer);
    assert.equal((await client.exchangeToken({ subjectToken: SUBJECT })).accessToken, "issued");
  });

  test("T59, a request prepared before a panic is parsed after it", async (t) => {
    const planted = await setUp(t);
    const request = await planted.client.prepare.exchangeToken({ subjectToken: SUBJECT });
    assertInternal(planted, await failure(planted.client.exchangeToken(PANIC)));
    assert.equal(request.parse(200, {}, success().body).accessToken, "issued");
    assertInternal(planted, await failure(planted.client.prepare.exchangeToken(PANIC)));
    assert.equal(request.parse(200, {}, success().body).accessToken, "issued");
  });

  test("T59, close after a panic is fine", async (t) => {
    const planted = await setUp(t);
    assertInternal(planted, await failure(planted.client.exchangeToken(PANIC)));
    planted.client.close();
    assert.equal((await failure(planted.exchange())).code, "client_closed");
  });

  test("T59, five thousand in a row leave a working package, and memory in bounds", { timeout: 300_000 }, async (t) => {
    const planted = await setUp(t);
    let middle = 0;
    for (let n = 0; n < 5_000; n++) {
      const error = await failure(planted.client.exchangeToken(PANIC));
      if (n % 500 === 0) assertInternal(planted, error);
      else assert.equal(error.code, "internal_error");
      if (n === 2_500) middle = process.memoryUsage().rss;
    }
    assert.equal((await planted.exchange()).accessToken, "issued");
    const grown = process.memoryUsage().rss - middle;
    assert.ok(grown < 300 * 1024 * 1024, `${Math.round(grown / 1024 / 1024)} MiB more after the second half`);
  });

  test("T59, panics of many calls at once: each rejects, the rest succeed", async (t) => {
    const planted = await setUp(t);
    const calls = Array.from({ length: 100 }, (_, n) =>
      n % 3 === 0 ? planted.client.exchangeToken(PANIC) : planted.exchange(),
    );
    const results = await Promise.allSettled(calls);
    for (const [n, result] of results.entries()) {
      if (n % 3 === 0) assertInternal(planted, result.reason);
      else assert.equal(result.value?.accessToken, "issued", String(result.reason));
    }
  });
});
