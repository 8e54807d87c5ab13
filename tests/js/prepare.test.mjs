/** `prepare.*`: the same operations for any transport. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BasicAuth, MultiZoneBasicAuth, OAuthClient, TokenResponse } from "onbehalf";
import {
  assertError,
  assertFields,
  basic,
  EXCHANGE,
  failure,
  fakeFetch,
  fields,
  GRANT,
  ISSUER,
  rejects,
  rejectsConfig,
  SUBJECT,
  SUCCESS,
  serve,
  serveToken,
  success,
  thrown,
  toResponse,
} from "./helpers.mjs";

const JSON_HEADERS = { "content-type": "application/json" };
const TEXT = JSON.stringify(SUCCESS);

/** A client whose fetch must never be called. */
function silent(options = {}) {
  const fetch = fakeFetch(new Error("prepare must not send"));
  const client = new OAuthClient(ISSUER, { endpoints: { token: "/token" }, fetch, ...options });
  return {
    client,
    fetch,
    prepare: (params, call) => client.prepare.exchangeToken({ subjectToken: SUBJECT, ...params }, call),
  };
}

describe("prepare", () => {
  test("B01, no endpoint known: prepare_unsupported, no discovery", async () => {
    for (const options of [{ endpoints: {} }, { endpoints: { introspect: "/i" } }]) {
      const { prepare, fetch } = silent(options);
      await rejectsConfig(() => prepare(), "prepare_unsupported");
      assert.equal(fetch.calls.length, 0);
    }
  });

  test("B01, there is a request for metadata, also while it is remembered", async () => {
    const { client, fetch } = silent({ endpoints: {} });
    for (let round = 0; round < 2; round++) {
      const { url, method, parse } = await client.prepare.discoverServerMetadata();
      assert.deepEqual([url, method], [`${ISSUER}/.well-known/oauth-authorization-server`, "GET"]);
      const document = JSON.stringify({ issuer: ISSUER, token_endpoint: `${ISSUER}/new` });
      assert.equal(parse(200, JSON_HEADERS, document).tokenEndpoint, `${ISSUER}/new`);
      assert.equal((await client.prepare.exchangeToken({ subjectToken: SUBJECT })).url, `${ISSUER}/new`);
    }
    assert.equal(fetch.calls.length, 0);
  });

  test("B01, bad parameters and options are refused as in a call", async () => {
    const { client, prepare, fetch } = silent();
    await rejectsConfig(() => client.prepare.exchangeToken({}), "missing_option", "subjectToken");
    await rejectsConfig(() => prepare({ subject_token: "x" }), "unknown_option", "subject_token");
    await rejectsConfig(() => prepare({}, { timeout: 1 }), "unknown_option", "timeout");
    await rejectsConfig(() => client.prepare.clientCredentials({ x: 1 }), "unknown_option", "x");
    assert.equal(fetch.calls.length, 0);
  });

  test("B01, the request is complete, plain data, and nothing is sent", async () => {
    const { prepare, fetch } = silent({ auth: new BasicAuth("client", "secret"), customHeaders: { "X-Tenant": "7" } });
    const request = await prepare({ audience: ["a", "b"], scope: "read" });
    assert.equal(request.url, `${ISSUER}/token`);
    assert.equal(request.method, "POST");
    assert.equal(typeof request.body, "string");
    assert.equal(Object.getPrototypeOf(request.headers), Object.prototype);
    const headers = new Headers(request.headers);
    assert.equal(headers.get("authorization"), "Basic Y2xpZW50OnNlY3JldA==");
    assert.equal(headers.get("accept"), "application/json");
    assert.equal(headers.get("x-tenant"), "7");
    assert.match(headers.get("content-type"), /^application\/x-www-form-urlencoded/);
    assertFields({ init: request }, { ...EXCHANGE, audience: ["a", "b"], scope: "read" });
    assert.equal(fetch.calls.length, 0);
  });

  test("B01, it is what the driven call sends, byte for byte", async (t) => {
    const { server, client } = await serveToken(t, [success()], { auth: new BasicAuth("a:b", "p%/+ é") });
    const params = { subjectToken: SUBJECT, audience: ["x", "é"], extra: { z: ["1", "2"] } };
    const request = await client.prepare.exchangeToken(params);
    await client.exchangeToken(params);
    assert.equal(server.requests.length, 1);
    assert.equal(request.url, `${server.origin}/token`);
    assert.equal(request.body, server.requests[0].body);
    for (const [name, value] of Object.entries(request.headers)) {
      assert.equal(server.requests[0].headers[name.toLowerCase()], value, name);
    }
  });

  test("B01, sent by the platform's own fetch and parsed: the same result", async (t) => {
    const { client } = await serveToken(t, [success({ scope: "read" })]);
    const request = await client.prepare.exchangeToken({ subjectToken: SUBJECT, scope: "read write" });
    const { url, method, headers, body, parse } = request;
    const response = await fetch(url, { method, headers, body });
    const token = parse(response.status, response.headers, await response.text());
    assert.ok(token instanceof TokenResponse);
    assert.equal(token.accessToken, "issued");
    assert.deepEqual(token.missingScopes, ["write"]);
    assert.equal(token.authorizationHeader(), "Bearer issued");
  });

  for (const [name, headers] of [
    ["Headers", new Headers(JSON_HEADERS)],
    ["a record", JSON_HEADERS],
    ["a record in another case", { "CONTENT-TYPE": "application/json" }],
    ["a record of lists (node:http)", { "content-type": ["application/json"] }],
    ["pairs", [["Content-Type", "application/json"]]],
  ]) {
    test(`B01, parse takes ${name}, and a text, bytes or a buffer, any number of times`, async () => {
      const { parse } = await silent().prepare();
      const bytes = new TextEncoder().encode(TEXT);
      for (const body of [TEXT, bytes, Buffer.from(TEXT), bytes.buffer]) {
        assert.equal(parse(200, headers, body).accessToken, "issued");
      }
    });
  }

  test("B01, the content type given to parse counts, whatever its form", async () => {
    const { parse } = await silent().prepare();
    for (const headers of [
      new Headers({ "content-type": "text/html" }),
      { "Content-Type": "text/html" },
      [["content-type", "text/html"]],
    ]) {
      assertError(
        thrown(() => parse(200, headers, TEXT)),
        "OAuthProtocolError",
        { code: "invalid_response" },
      );
    }
    assert.equal(parse(200, {}, TEXT).accessToken, "issued");
  });

  for (const [name, status, headers, body, className, expected] of [
    [
      "an OAuth error",
      400,
      JSON_HEADERS,
      '{"error":"invalid_scope"}',
      "TokenExchangeError",
      { error: "invalid_scope" },
    ],
    ["a page", 500, {}, "down", "OAuthHttpError", { code: "http_error", status: 500, bodySnippet: "down" }],
    ["a redirect", 302, { location: "https://evil.example/x" }, "", "OAuthHttpError", { code: "unexpected_redirect" }],
    ["201", 201, JSON_HEADERS, TEXT, "OAuthHttpError", { code: "unexpected_status", status: 201 }],
    ["half a document", 200, JSON_HEADERS, TEXT.slice(1), "OAuthProtocolError", { code: "invalid_response" }],
    ["a bare 401", 401, {}, "", "AuthenticationError", { code: "client_authentication_failed" }],
  ]) {
    test(`B17, parse throws for ${name}`, async () => {
      const { parse } = await silent().prepare();
      assertError(
        thrown(() => parse(status, headers, body)),
        className,
        expected,
      );
    });
  }

  for (const [name, args] of [
    ["no status", [undefined, {}, TEXT]],
    ["a status that is a text", ["200", {}, TEXT]],
    ["a status of four digits", [1000, {}, TEXT]],
    ["a status below zero", [-1, {}, TEXT]],
    ["headers that are a text", [200, "content-type: application/json", TEXT]],
    ["pairs that are none", [200, ["content-type"], TEXT]],
    ["a body that is an object", [200, {}, JSON.parse(TEXT)]],
    ["a Response", [new Response(TEXT)]],
  ]) {
    test(`B17, parse refuses ${name}`, async () => {
      const { parse } = await silent().prepare();
      assertError(
        thrown(() => parse(...args)),
        "ConfigError",
        { action: "fix_config" },
      );
    });
  }

  test("P38, an answer to be repeated gives the next request and the wait, and its parse goes on", async () => {
    const { prepare, fetch } = silent();
    const first = await prepare({ audience: "a" });
    const answer = first.parse(429, { "retry-after": "7" }, "");
    assert.ok(!(answer instanceof TokenResponse));
    assert.equal(answer.retryAfterMs, 7_000);
    assert.equal(answer.retry.url, first.url);
    assert.equal(answer.retry.method, "POST");
    assert.deepEqual(fields({ init: answer.retry }), fields({ init: first }));
    assert.equal(answer.retry.parse(200, JSON_HEADERS, TEXT).accessToken, "issued");
    assert.equal(first.parse(200, JSON_HEADERS, TEXT).accessToken, "issued");
    assert.equal(fetch.calls.length, 0);
  });

  test("P38, after maxRetries answers of that kind parse throws", async () => {
    let request = await silent({ maxRetries: 2 }).prepare();
    for (let n = 0; n < 2; n++) request = request.parse(503, { "retry-after": "0" }, "").retry;
    const error = thrown(() => request.parse(503, { "retry-after": "0" }, ""));
    assertError(error, "OAuthHttpError", { status: 503, action: "wait" });
    const { parse } = await silent({ maxRetries: 0 }).prepare();
    assertError(
      thrown(() => parse(503, { "retry-after": "0" }, "")),
      "OAuthHttpError",
      { status: 503 },
    );
  });

  test("P124, a function as authentication is awaited, and what it throws reaches the caller", async () => {
    const auth = async ({ headers, body, endpoint }) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      headers.set("authorization", `Signature ${endpoint}`);
      body.set("client_id", "fn");
    };
    const request = await silent({ auth }).prepare();
    assert.equal(new Headers(request.headers).get("authorization"), `Signature ${ISSUER}/token`);
    assertFields({ init: request }, { ...EXCHANGE, client_id: "fn" });
    assert.equal(request.parse(200, {}, TEXT).accessToken, "issued");
    const reason = new Error("sealed");
    assert.equal(await failure(silent({ auth: () => Promise.reject(reason) }).prepare()), reason);
  });

  test("X18, the caller's signal and time count here too", async () => {
    const reason = new Error("gone");
    assert.equal(await failure(silent().prepare({}, { signal: AbortSignal.abort(reason) })), reason);
    const stuck = silent({ auth: () => new Promise(() => {}) });
    await rejects(stuck.prepare({}, { timeoutMs: 50 }), "NetworkError", { code: "timeout" });
  });

  test("T34, what a function has added is not sent twice: there is no retry, but the time to wait", async () => {
    const auth = ({ body }) => body.set("client_assertion", "good.for.once");
    const { parse } = await silent({ auth }).prepare();
    const error = thrown(() => parse(503, { "retry-after": "2" }, ""));
    assertError(error, "OAuthHttpError", { status: 503, retryable: true, retryAfterMs: 2000 });
  });

  test("X4, of an answer that is longer than allowed nothing is read", async () => {
    const { parse } = await silent({ maxResponseBytes: 100 }).prepare();
    for (const body of ["[".repeat(101), "é".repeat(51), new Uint8Array(101)]) {
      const error = thrown(() => parse(200, JSON_HEADERS, body));
      assertError(error, "OAuthHttpError", { code: "response_too_large", status: 200 });
    }
    assertError(
      thrown(() => parse(307, { location: "https://evil.example/" }, "x".repeat(101))),
      "OAuthHttpError",
      { code: "unexpected_redirect" },
    );
    assert.equal(thrown(() => parse(200, JSON_HEADERS, "[".repeat(100))).code, "invalid_response");
  });

  test("P23, the zone of the call counts", async () => {
    const { prepare } = silent({ auth: new MultiZoneBasicAuth({ a: ["id", "secret"] }) });
    assert.equal(new Headers((await prepare({}, { zone: "a" })).headers).get("authorization"), basic("id", "secret"));
    await rejectsConfig(() => prepare({}, { zone: "b" }), "unknown_zone", "zone");
  });

  test("P30, client credentials are prepared likewise", async () => {
    const { client } = silent({ clientId: "public" });
    const request = await client.prepare.clientCredentials({ scope: "read" });
    assertFields({ init: request }, { grant_type: GRANT.clientCredentials, client_id: "public", scope: "read" });
    assert.equal(request.parse(200, {}, TEXT).accessToken, "issued");
  });

  test("P65, after a discovery the endpoint is known", async (t) => {
    const server = await serve(t);
    const client = new OAuthClient(server.metadata());
    await rejectsConfig(() => client.prepare.exchangeToken({ subjectToken: SUBJECT }), "prepare_unsupported");
    await client.discoverServerMetadata();
    const request = await client.prepare.exchangeToken({ subjectToken: SUBJECT });
    assert.equal(request.url, `${server.origin}/token`);
    assert.equal(server.requests.length, 1);
  });
});

describe("T02, an answer that is read when the metadata is another", () => {
  const metadata = (issuer, token) => ({
    headers: JSON_HEADERS,
    body: JSON.stringify({ issuer, token_endpoint: token }),
  });

  /** A client that has discovered, prepared an exchange, and discovered once more, with other metadata. */
  async function late(t) {
    const documents = [metadata(ISSUER, `${ISSUER}/first`), metadata(ISSUER, `${ISSUER}/second`)];
    const fetch = fakeFetch(...documents);
    const client = new OAuthClient(ISSUER, {
      discovery: { ttlMs: 3_600_000 },
      auth: new BasicAuth("a", "alices"),
      fetch,
    });
    t.mock.timers.enable({ apis: ["Date"], now: 1_893_456_000_000 });
    await client.discoverServerMetadata();
    const prepared = await client.prepare.exchangeToken({ subjectToken: "alice" });
    t.mock.timers.setTime(1_893_456_000_000 + 3_600_001);
    await client.discoverServerMetadata();
    assert.equal(fetch.calls.length, 2);
    return prepared;
  }

  /** Somebody else's exchanges in the same process, each under way until it is answered. */
  function others() {
    const waiting = new Map();
    const fetch = (_, { body }) => {
      const who = new URLSearchParams(body).get("subject_token");
      return new Promise((resolve) =>
        waiting.set(who, () => resolve(toResponse({ headers: JSON_HEADERS, body: answer(who) }))),
      );
    };
    const answer = (who) => JSON.stringify({ ...SUCCESS, access_token: `token of ${who}` });
    const client = new OAuthClient("https://other.example", { endpoints: { token: "/token" }, fetch });
    const calls = ["bob", "carol"].map(async (who) => [who, await client.exchangeToken({ subjectToken: who })]);
    return async () => {
      for (const done of waiting.values()) done();
      for (const [who, { accessToken }] of await Promise.all(calls)) assert.equal(accessToken, `token of ${who}`);
    };
  }

  test("is read, and gives nobody another's token or request", async (t) => {
    const prepared = await late(t);
    const finish = others();
    await new Promise(setImmediate);
    const { retry, retryAfterMs } = prepared.parse(503, { "retry-after": "1" }, "");
    assert.equal(retryAfterMs, 1000);
    assert.equal(retry.url, `${ISSUER}/first`);
    assertFields({ init: retry }, { ...EXCHANGE, subject_token: "alice" });
    assert.equal(retry.parse(200, JSON_HEADERS, TEXT).accessToken, "issued");
    assert.equal(prepared.parse(200, JSON_HEADERS, TEXT).accessToken, "issued");
    await finish();
  });

  test("the endpoint of a call is not for the caller to name", async () => {
    await rejectsConfig(() => silent().prepare({}, { endpoint: "https://evil.example" }), "unknown_option", "endpoint");
  });
});

describe("an answer that arrives after close", () => {
  test("T59, is read as one that arrives before, and so is the answer to the next request", async () => {
    const { client, prepare } = silent();
    const prepared = await prepare();
    client.close();
    assert.equal(prepared.parse(200, JSON_HEADERS, TEXT).accessToken, "issued");
    const { retry } = prepared.parse(503, { "retry-after": "0" }, "");
    assert.equal(retry.parse(200, JSON_HEADERS, TEXT).accessToken, "issued");
    assertError(
      thrown(() => prepared.parse(400, JSON_HEADERS, '{"error":"invalid_grant"}')),
      "TokenExchangeError",
    );
    await rejectsConfig(() => prepare(), "client_closed");
  });

  test("T59, also when the endpoint was discovered", async (t) => {
    const server = await serve(t);
    const client = new OAuthClient(server.metadata());
    await client.discoverServerMetadata();
    const prepared = await client.prepare.exchangeToken({ subjectToken: SUBJECT });
    client.close();
    assert.equal(prepared.parse(200, JSON_HEADERS, TEXT).accessToken, "issued");
  });
});
