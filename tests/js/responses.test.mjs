/** What is accepted as a token response, and what is made of it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { OAuthClient, OAuthError, TokenResponse } from "onbehalf";
import { json } from "../servers/quirk/server.mjs";
import { fakeFetch, rejects, SUBJECT, SUCCESS, serveToken, success, TYPE } from "./helpers.mjs";

const JSON_TYPE = { "content-type": "application/json" };
const INVALID = { code: "invalid_response", retryable: false, action: "server_fault", fault: "server" };
const TEN_YEARS = 10 * 365 * 86_400;

/** Exchanges against one scripted answer, without a network. */
function answered(answer, params = {}, options = {}) {
  const fetch = fakeFetch(answer);
  const client = new OAuthClient("https://as.example", { endpoints: { token: "/token" }, fetch, ...options });
  return client.exchangeToken({ subjectToken: SUBJECT, ...params });
}

/** A success whose JSON text is `members` spliced in as they are written. */
const literally = (members) => ({ headers: JSON_TYPE, body: `{"access_token":"a","token_type":"Bearer",${members}}` });

describe("members that must have a type", () => {
  for (const [name, members] of [
    ["access_token null", { access_token: null }],
    ["access_token empty", { access_token: "" }],
    ["access_token a number", { access_token: 5 }],
    ["access_token an object", { access_token: { value: "a" } }],
    ["access_token missing", { access_token: undefined }],
    ["access_token with a line break (2.14 row 9)", { access_token: "a\r\nX-Evil: 1" }],
    ["access_token with NUL (2.14 row 9)", { access_token: "a\u0000b" }],
    ["access_token with DEL (2.14 row 9)", { access_token: "a\u007fb" }],
    ["token_type a number", { token_type: 5 }],
    ["token_type null", { token_type: null }],
    ["token_type missing", { token_type: undefined }],
    ["issued_token_type a number", { issued_token_type: 5 }],
    ["issued_token_type a list", { issued_token_type: [TYPE.accessToken] }],
    ["refresh_token null", { refresh_token: null }],
    ["refresh_token empty", { refresh_token: "" }],
    ["refresh_token a number", { refresh_token: 5 }],
    ["refresh_token with a line break (2.14 row 9)", { refresh_token: "a\nb" }],
    ["id_token null", { id_token: null }],
    ["id_token empty", { id_token: "" }],
    ["scope null", { scope: null }],
    ["scope a list", { scope: ["read"] }],
    ["scope a number", { scope: 5 }],
  ]) {
    test(`X4, V-21 to V-27, ${name}: invalid_response`, async () => {
      await rejects(answered(success(members)), "OAuthProtocolError", INVALID);
    });
  }

  for (const [name, body] of [
    ["null", "null"],
    ["a list", '[{"access_token":"a","token_type":"Bearer"}]'],
    ["a text", '"access_token"'],
    ["a number", "5"],
    ["two documents", `${JSON.stringify(SUCCESS)}${JSON.stringify(SUCCESS)}`],
    ["JSON with a tail", `${JSON.stringify(SUCCESS)} x`],
    ["single quotes", "{'access_token':'a','token_type':'Bearer'}"],
    ["a trailing comma", '{"access_token":"a","token_type":"Bearer",}'],
    ["a comment", '{"access_token":"a","token_type":"Bearer"/* */}'],
    ["a raw control character in a text", '{"access_token":"a\u0001","token_type":"Bearer"}'],
    ["NaN", '{"access_token":"a","token_type":"Bearer","x":NaN}'],
    ["a form", "access_token=a&token_type=Bearer"],
  ]) {
    test(`V-20, a body that is ${name}: invalid_response`, async () => {
      await rejects(answered({ headers: JSON_TYPE, body }), "OAuthProtocolError", INVALID);
    });
  }

  test("T69, nesting of a hundred thousand levels does not crash: a typed error or a token, and the next call works", async () => {
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
    ]) {
      const deep = `"deep":${open.repeat(100_000)}1${close.repeat(100_000)}`;
      const result = await answered(literally(deep)).catch((error) => error);
      assert.ok(result instanceof TokenResponse || result.code === "invalid_response", String(result));
      assert.equal((await answered(success())).accessToken, "issued");
    }
  });

  test("T69, whatever JSON an answer holds, the result is a token or one of our errors", async () => {
    const member = fc.oneof(fc.jsonValue(), fc.constantFrom("Bearer", "N_A", "a", 3600, "3600", TYPE.accessToken));
    const names = ["access_token", "token_type", "expires_in", "issued_token_type", "scope", "refresh_token", "error"];
    const record = fc.record(Object.fromEntries(names.map((name) => [name, member])), { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(200, 400, 401, 500), fc.oneof(record, fc.jsonValue()), async (status, value) => {
        const result = await answered(json(value, status)).catch((error) => error);
        if (result instanceof TokenResponse) {
          assert.equal(result.accessToken, value.access_token);
          assert.ok(result.accessToken.length > 0);
          assert.equal(status, 200);
        } else {
          assert.ok(OAuthError.is(result) && result.code !== "internal_error", String(result));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("content type", () => {
  for (const type of [
    "text/html",
    "text/plain",
    "application/xml",
    "application/jwt",
    "application/jsonx",
    "json",
    "text/json",
  ]) {
    test(`X4, a 200 as ${type} with a valid document: invalid_response`, async () => {
      const answer = success({}, 200, { "content-type": type });
      await rejects(answered(answer), "OAuthProtocolError", INVALID);
    });
  }

  for (const type of [
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    "application/problem+json",
    "application/vnd.example.token+JSON; v=1",
  ]) {
    test(`V-19, a 200 as ${type} is read`, async () => {
      assert.equal((await answered(success({}, 200, { "content-type": type }))).accessToken, "issued");
    });
  }

  test("V-19, a 200 without a content type is read", async (t) => {
    const { exchange } = await serveToken(t, [{ body: JSON.stringify(SUCCESS) }]);
    assert.equal((await exchange({})).accessToken, "issued");
  });

  for (const type of ["Application/JSON", "application/problem+json", "text/html", "text/plain", undefined]) {
    test(`2.14 row 2, the OAuth error of a 400 as ${type} is not lost`, async (t) => {
      const headers = type ? { "content-type": type } : {};
      const body = JSON.stringify({ error: "invalid_scope", error_description: "no" });
      const { exchange } = await serveToken(t, [{ status: 400, headers, body }]);
      const expected = { code: "oauth_error", error: "invalid_scope", errorDescription: "no", status: 400 };
      await rejects(exchange({}), "TokenExchangeError", expected);
    });
  }
});

describe("status", () => {
  test("2.14 row 1, a 200 with an error is that OAuth error with its real status", async () => {
    for (const more of [{}, { access_token: "a", token_type: "Bearer" }]) {
      const body = { error: "invalid_grant", error_description: "expired", ...more };
      await rejects(answered(json(body)), "TokenExchangeError", {
        code: "oauth_error",
        error: "invalid_grant",
        errorDescription: "expired",
        status: 200,
        action: "renew_subject",
        retryable: false,
      });
    }
  });

  test("2.14 row 18, 201 from the token endpoint: unexpected_status with a message of its own", async () => {
    const expected = { code: "unexpected_status", status: 201, retryable: false };
    const error = await rejects(answered(success({}, 201)), "OAuthHttpError", expected);
    assert.match(error.message, /201/);
  });

  for (const status of [202, 203, 206, 299]) {
    test(`V-16, ${status}: unexpected_status, the token is not used`, async () => {
      await rejects(answered(success({}, status)), "OAuthHttpError", { code: "unexpected_status", status });
    });
  }

  test("2.14 row 3, a 401 with a challenge and a body: both are kept", async (t) => {
    const headers = { "www-authenticate": 'Bearer realm="crm", error="invalid_token", scope="a b"' };
    const { exchange } = await serveToken(t, [
      json({ error: "invalid_grant", error_description: "old" }, 401, headers),
    ]);
    const error = await rejects(exchange({}), "TokenExchangeError", {
      error: "invalid_grant",
      errorDescription: "old",
    });
    assert.equal(error.challenges.length, 1);
    assert.equal(error.challenges[0].scheme, "bearer");
    assert.deepEqual({ ...error.challenges[0].params }, { realm: "crm", error: "invalid_token", scope: "a b" });
  });

  test("2.14 row 4, a 5xx keeps status, a bounded snippet, request ids and the hint to wait", async (t) => {
    const body = `<html>\u001b[31m${"down ".repeat(500)}`;
    const headers = { "content-type": "text/html", "retry-after": "60", "x-request-id": "r-7", "set-cookie": "sid=1" };
    const { exchange } = await serveToken(t, [{ status: 503, headers, body }], { maxRetries: 0 });
    const error = await rejects(exchange({}), "OAuthHttpError", { status: 503, retryAfterMs: 60_000, retryable: true });
    assert.ok(error.bodySnippet.startsWith("<html>") && error.bodySnippet.length <= 512, error.bodySnippet);
    assert.ok(!error.bodySnippet.includes("\u001b"));
    assert.equal(error.headers["x-request-id"], "r-7");
    assert.equal("set-cookie" in error.headers, false);
  });

  for (const [name, answer] of [
    ["error an object (Google)", json({ error: { code: 400, message: "bad", status: "INVALID_ARGUMENT" } }, 400)],
    ["error a number", json({ error: 5 }, 400)],
    ["error empty", json({ error: "" }, 400)],
    ["a list", json([{ error: "invalid_grant" }], 400)],
    ["XML", { status: 400, headers: { "content-type": "text/xml" }, body: "<error>invalid_grant</error>" }],
    ["nothing", { status: 400, body: "" }],
  ]) {
    test(`B17, a 400 whose body is ${name}: http_error`, async () => {
      await rejects(answered(answer), "OAuthHttpError", { code: "http_error", status: 400, retryable: false });
    });
  }
});

describe("expires_in", () => {
  for (const text of [
    "-1",
    "12.5",
    "3600.5",
    "-0.5",
    "null",
    "true",
    "{}",
    "[60]",
    '""',
    '" 3600"',
    '"3600 "',
    '"-1"',
    '"+1"',
    '"1.5"',
    '"1e3"',
    '"0x10"',
    '"abc"',
    '"3600abc"',
    '"１"',
    '"1000000000000000"',
  ]) {
    test(`2.14 row 6, B18, ${text}: invalid_response`, async () => {
      await rejects(answered(literally(`"expires_in":${text}`)), "OAuthProtocolError", INVALID);
    });
  }

  for (const [text, expected] of [
    ["0", 0],
    ["1", 1],
    ["3600", 3600],
    ['"3600"', 3600],
    ['"0"', 0],
    ['"007"', 7],
    [`${TEN_YEARS - 1}`, TEN_YEARS - 1],
  ]) {
    test(`2.14 row 6, B18, P14, ${text}: ${expected} seconds`, async (t) => {
      t.mock.timers.enable({ apis: ["Date"], now: Date.UTC(2030, 0, 1) });
      const token = await answered(literally(`"expires_in":${text}`));
      assert.equal(token.expiresIn, expected);
      assert.equal(token.expiresAt, Date.UTC(2030, 0, 1) + expected * 1000);
    });
  }

  for (const text of ["999999999", "999999999999999", '"999999999999999"']) {
    test(`2.14 row 6, ${text} is clamped to ten years`, async () => {
      const { expiresIn, expiresAt } = await answered(literally(`"expires_in":${text}`));
      assert.ok(expiresIn >= TEN_YEARS && expiresIn <= TEN_YEARS + 3 * 86_400, String(expiresIn));
      assert.ok(Math.abs(expiresAt - Date.now() - expiresIn * 1000) < 60_000, String(expiresAt));
    });
  }

  for (const text of ["1e99", "1e400", "99999999999999999999999"]) {
    test(`2.14 row 6, ${text} is refused or clamped, never handed on`, async () => {
      const result = await answered(literally(`"expires_in":${text}`)).catch((error) => error);
      assert.ok(result.code === "invalid_response" || result.expiresIn <= TEN_YEARS + 3 * 86_400, String(result));
    });
  }

  test("B18, a missing one invents no lifetime", async () => {
    const token = await answered(success({ expires_in: undefined }));
    assert.equal(token.expiresIn, undefined);
    assert.equal(token.expiresAt, undefined);
  });
});
