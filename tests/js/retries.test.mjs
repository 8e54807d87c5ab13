/** What is repeated, how often, and after which wait. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BasicAuth, OAuthClient } from "onbehalf";
import { json, wellKnownPaths } from "../servers/quirk/server.mjs";
import { failure, fakeFetch, fields, rejects, SUBJECT, serve, serveToken, success } from "./helpers.mjs";

const again = (status, after = "0") => ({ status, headers: { "retry-after": after } });
const TOKEN_ENDPOINT = { endpoints: { token: "/token" } };

/** How long a call takes, in milliseconds. */
async function timed(promise) {
  const start = performance.now();
  await promise;
  return performance.now() - start;
}

describe("what is not repeated", () => {
  for (const [name, answer] of [
    ["400 without a body", { status: 400, body: "" }],
    ["400 invalid_grant", json({ error: "invalid_grant" }, 400)],
    ["400 invalid_scope", json({ error: "invalid_scope" }, 400)],
    ["400 unsupported_grant_type", json({ error: "unsupported_grant_type" }, 400)],
    ["401 invalid_client", json({ error: "invalid_client" }, 401)],
    ["403", { status: 403, body: "" }],
    ["404", { status: 404, body: "" }],
    ["408", { status: 408, body: "" }],
    ["425", { status: 425, body: "" }],
    ["500", { status: 500, body: "" }],
    ["500 server_error with Retry-After", json({ error: "server_error" }, 500, { "retry-after": "0" })],
    ["502", again(502)],
    ["504", again(504)],
    ["200 that is no token", json({})],
    ["a failed connection", new TypeError("fetch failed")],
  ]) {
    test(`X19, P16, an exchange that ends with ${name} is sent once`, async () => {
      const fetch = fakeFetch(answer, success());
      const client = new OAuthClient("https://as.example", { ...TOKEN_ENDPOINT, fetch });
      await failure(client.exchangeToken({ subjectToken: SUBJECT }));
      assert.equal(fetch.calls.length, 1);
    });
  }

  test("P63, maxRetries 0 repeats nothing and keeps what the server said about waiting", async (t) => {
    const { server, exchange } = await serveToken(t, [again(429, "120"), success()], { maxRetries: 0 });
    const expected = { code: "http_error", status: 429, retryAfterMs: 120_000, retryable: true, action: "wait" };
    await rejects(exchange({}), "OAuthHttpError", expected);
    assert.equal(server.requests.length, 1);
  });

  for (const [name, answer, className, expected] of [
    ["429", again(429, "60"), "OAuthHttpError", { code: "http_error", status: 429, retryAfterMs: 60_000 }],
    ["503", again(503, "60"), "OAuthHttpError", { code: "http_error", status: 503, retryAfterMs: 60_000 }],
    [
      "temporarily_unavailable with status 200",
      json({ error: "temporarily_unavailable" }, 200, { "retry-after": "60" }),
      "TokenExchangeError",
      { code: "oauth_error", error: "temporarily_unavailable", status: 200, retryAfterMs: 60_000 },
    ],
    [
      "temporarily_unavailable",
      json({ error: "temporarily_unavailable" }, 400, { "retry-after": "60" }),
      "TokenExchangeError",
      { code: "oauth_error", error: "temporarily_unavailable", status: 400, retryAfterMs: 60_000 },
    ],
  ]) {
    test(`P38, ${name} with a Retry-After longer than the time left: the error at once`, async (t) => {
      const { server, exchange } = await serveToken(t, [answer], { timeoutMs: 5_000 });
      const call = rejects(exchange({}), className, { ...expected, retryable: true, action: "wait", fault: "server" });
      const took = await timed(call);
      assert.ok(took < 2_000, `${took} ms`);
      assert.equal(server.requests.length, 1);
    });
  }
});

describe("what is repeated", () => {
  for (const [name, answer] of [
    ["429", again(429)],
    ["503", again(503)],
    ["200 temporarily_unavailable", json({ error: "temporarily_unavailable" }, 200, { "retry-after": "0" })],
    ["400 temporarily_unavailable", json({ error: "temporarily_unavailable" }, 400, { "retry-after": "0" })],
    ["503 temporarily_unavailable", json({ error: "temporarily_unavailable" }, 503, { "retry-after": "0" })],
  ]) {
    test(`P38, B11, ${name} then success: the same request again`, async (t) => {
      const auth = new BasicAuth("client", "secret");
      const { server, exchange } = await serveToken(t, [answer, answer, success()], { auth });
      assert.equal((await exchange({ audience: ["a", "b"] })).accessToken, "issued");
      assert.equal(server.requests.length, 3);
      const [first, ...rest] = server.requests;
      for (const request of rest) {
        assert.deepEqual(fields(request), fields(first));
        assert.equal(request.headers.authorization, first.headers.authorization);
      }
    });
  }

  test("P38, client credentials are repeated likewise", async (t) => {
    const { server, client } = await serveToken(t, [again(503), success({ issued_token_type: undefined })]);
    assert.equal((await client.clientCredentials()).accessToken, "issued");
    assert.equal(server.requests.length, 2);
  });

  test("P38, at most maxRetries times: 3 by default, the last error is reported", async (t) => {
    const { server, exchange } = await serveToken(t, [again(503), again(503), again(503), again(429)]);
    await rejects(exchange({}), "OAuthHttpError", { code: "http_error", status: 429, action: "wait" });
    assert.equal(server.requests.length, 4);
  });

  test("P38, maxRetries 1", async (t) => {
    const { server, exchange } = await serveToken(t, [again(503)], { maxRetries: 1 });
    await rejects(exchange({}), "OAuthHttpError", { status: 503, action: "wait", retryable: true });
    assert.equal(server.requests.length, 2);
  });

  test("P38, Retry-After in seconds is waited for", async (t) => {
    const { exchange } = await serveToken(t, [again(429, "1"), success()]);
    const took = await timed(exchange({}));
    assert.ok(took >= 950 && took < 4_000, `${took} ms`);
  });

  test("P38, Retry-After as an HTTP date is waited for", async (t) => {
    const now = Date.UTC(2030, 0, 1);
    t.mock.timers.enable({ apis: ["Date"], now });
    const { exchange } = await serveToken(t, [again(503, new Date(now + 1_000).toUTCString()), success()]);
    const took = await timed(exchange({}));
    assert.ok(took >= 950 && took < 4_000, `${took} ms`);
  });

  test("P38, Retry-After as a date of the past means now", async (t) => {
    const past = "Sun, 06 Nov 1994 08:49:37 GMT";
    const { server, exchange } = await serveToken(t, [again(503, past), success()]);
    const took = await timed(exchange({}));
    assert.ok(took < 2_000, `${took} ms`);
    assert.equal(server.requests.length, 2);
  });

  test("P38, without Retry-After it backs off by itself, within the deadline", async (t) => {
    const { server, exchange } = await serveToken(t, [{ status: 503 }, success()]);
    const took = await timed(exchange({}));
    assert.ok(took >= 20 && took < 10_000, `${took} ms`);
    assert.equal(server.requests.length, 2);
  });

  for (const [name, value, expected] of [
    ["seconds", "7", 7_000],
    ["zero", "0", 0],
    ["an HTTP date", "Tue, 01 Jan 2030 00:02:00 GMT", 120_000],
    ["an old RFC 850 date or nothing", "Tuesday, 01-Jan-30 00:02:00 GMT", [undefined, 120_000]],
    ["a negative number", "-5", undefined],
    ["a fraction", "1.5", undefined],
    ["words", "soon", undefined],
    ["nothing", "", undefined],
  ]) {
    test(`P63, Retry-After: ${name} in retryAfterMs`, async (t) => {
      t.mock.timers.enable({ apis: ["Date"], now: Date.UTC(2030, 0, 1) });
      const { exchange } = await serveToken(t, [again(429, value)], { maxRetries: 0 });
      const { retryAfterMs } = await rejects(exchange({}), "OAuthHttpError", { status: 429 });
      assert.ok([expected].flat().includes(retryAfterMs), String(retryAfterMs));
    });
  }

  test("P63, a Retry-After of a thousand digits neither overflows nor waits", async (t) => {
    const { server, exchange } = await serveToken(t, [again(503, "9".repeat(1000)), success()], { timeoutMs: 3_000 });
    const expected = { code: "http_error", status: 503, action: "wait", retryAfterMs: 2 ** 31 - 1 };
    const took = await timed(rejects(exchange({}), "OAuthHttpError", expected));
    assert.ok(took < 2_500, `${took} ms`);
    assert.equal(server.requests.length, 1);
  });
});

describe("repeated reads", () => {
  for (const [name, answer] of [
    ["429", again(429)],
    ["502", again(502)],
    ["503", again(503)],
    ["504", again(504)],
    ["a cut connection", { close: true }],
  ]) {
    test(`P63, discovery that meets ${name} is repeated`, async (t) => {
      const server = await serve(t);
      const [place] = wellKnownPaths();
      server.on(place, answer, json({ issuer: server.origin, token_endpoint: `${server.origin}/token` }));
      const metadata = await new OAuthClient(server.origin).discoverServerMetadata();
      assert.equal(metadata.tokenEndpoint, `${server.origin}/token`);
      assert.deepEqual(
        server.requests.map(({ path }) => path),
        [place, place],
      );
    });
  }

  for (const [name, answer] of [
    ["500", { status: 500 }],
    ["403", { status: 403 }],
  ]) {
    test(`P63, discovery that meets ${name} is not`, async (t) => {
      const server = await serve(t);
      server.on(wellKnownPaths()[0], answer);
      await rejects(new OAuthClient(server.origin).discoverServerMetadata(), "OAuthHttpError", { code: "http_error" });
      assert.equal(server.requests.length, 1);
    });
  }
});
