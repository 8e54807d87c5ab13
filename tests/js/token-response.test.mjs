/** token_type, issued_token_type, scope, and the TokenResponse object itself. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OAuthClient, TokenResponse } from "onbehalf";
import { json } from "../servers/quirk/server.mjs";
import {
  assertError,
  assertSameData,
  fakeFetch,
  rejects,
  SUBJECT,
  serveToken,
  success,
  TYPE,
  thrown,
  throwsConfig,
} from "./helpers.mjs";

const INVALID = { code: "invalid_response", retryable: false, action: "server_fault", fault: "server" };

function answered(members, params = {}, options = {}) {
  const fetch = fakeFetch(success(members));
  const client = new OAuthClient("https://as.example", { endpoints: { token: "/token" }, fetch, ...options });
  return client.exchangeToken({ subjectToken: SUBJECT, ...params });
}

describe("token_type", () => {
  for (const type of ["mac", "pop", "Basic", "Bearer DPoP", "bearertoken", "N/A"]) {
    test(`B19, ${type}: unsupported_token_type`, async () => {
      const expected = { code: "unsupported_token_type", retryable: false, action: "server_fault" };
      await rejects(answered({ token_type: type }), "OAuthProtocolError", expected);
    });
  }

  for (const type of ["", " ", " bearer ", "bearer\u0000"]) {
    test(`V-22, ${JSON.stringify(type)} is refused`, async () => {
      const error = await rejects(answered({ token_type: type }), "OAuthProtocolError", { retryable: false });
      assert.ok(["unsupported_token_type", "invalid_response"].includes(error.code), error.code);
    });
  }

  for (const type of ["Bearer", "bearer", "BEARER", "bEARER"]) {
    test(`B19, ${type} is Bearer`, async () => {
      const token = await answered({ token_type: type });
      assert.equal(token.tokenType, "Bearer");
      assert.equal(token.authorizationHeader(), "Bearer issued");
    });
  }
});

describe("N_A", () => {
  const asked = { requestedTokenType: TYPE.idToken };

  for (const [name, members, params] of [
    ["without issued_token_type", { issued_token_type: undefined }, asked],
    ["without issued_token_type, nothing asked for", { issued_token_type: undefined }, {}],
    ["beside an access token", { issued_token_type: TYPE.accessToken }, { requestedTokenType: TYPE.accessToken }],
    ["beside an access token, nothing asked for", { issued_token_type: TYPE.accessToken }, {}],
  ]) {
    test(`B04, B19, ${name}: invalid_response`, async () => {
      await rejects(answered({ token_type: "N_A", ...members }, params), "OAuthProtocolError", INVALID);
    });
  }

  test("B04, T47, beside an id token it is accepted in any case, and never becomes a header", async () => {
    for (const token_type of ["N_A", "n_a", "N_a"]) {
      const token = await answered({ token_type, issued_token_type: TYPE.idToken }, asked);
      assert.equal(token.tokenType, "N_A");
      assert.equal(token.accessToken, "issued");
      assert.equal(token.issuedTokenType, TYPE.idToken);
      assertError(
        thrown(() => token.authorizationHeader()),
        "OAuthError",
      );
    }
  });
});

describe("issued_token_type", () => {
  for (const [asked, issued] of [
    [TYPE.jwt, TYPE.accessToken],
    [TYPE.accessToken, TYPE.refreshToken],
    [TYPE.idToken, `${TYPE.idToken}x`],
    [TYPE.jwt, TYPE.jwt.toUpperCase()],
    [TYPE.jwt, ""],
  ]) {
    test(`X4, 2.14 row 7, "${issued.slice(33)}" where "${asked.slice(33)}" was asked for: invalid_response`, async () => {
      const call = answered({ issued_token_type: issued }, { requestedTokenType: asked });
      await rejects(call, "OAuthProtocolError", INVALID);
    });
  }

  test("2.14 row 7, the one asked for is accepted, nothing is assumed", async () => {
    const token = await answered({ issued_token_type: TYPE.jwt }, { requestedTokenType: TYPE.jwt });
    assert.equal(token.issuedTokenType, TYPE.jwt);
    assert.deepEqual(token.assumed, []);
  });

  test("2.14 row 7, when none was asked for any is accepted and reported", async () => {
    assert.equal((await answered({ issued_token_type: TYPE.refreshToken })).issuedTokenType, TYPE.refreshToken);
  });

  test("2.14 row 7, a missing one is accepted and listed in assumed", async () => {
    for (const params of [{}, { requestedTokenType: TYPE.jwt }]) {
      const token = await answered({ issued_token_type: undefined }, params);
      assert.equal(token.issuedTokenType, undefined);
      assert.deepEqual(token.assumed, ["issuedTokenType"]);
    }
  });

  for (const [name, options] of [
    ["conformance fapi2", { conformance: "fapi2" }],
    ["a preset that requires it", { preset: { id: "strict", response: { issuedType: "required" } } }],
  ]) {
    test(`2.14 row 7, ${name} refuses a missing one`, async () => {
      await rejects(answered({ issued_token_type: undefined }, {}, options), "OAuthProtocolError", INVALID);
      assert.equal((await answered({}, {}, options)).issuedTokenType, TYPE.accessToken);
    });
  }

  test("B19, a preset may list further token types", async () => {
    const preset = { id: "mac-server", response: { tokenTypes: ["Bearer", "mac"] } };
    assert.equal((await answered({ token_type: "mac" }, {}, { preset })).tokenType.toLowerCase(), "mac");
    const call = answered({ token_type: "pop" }, {}, { preset });
    await rejects(call, "OAuthProtocolError", { code: "unsupported_token_type" });
  });
});

describe("scope", () => {
  for (const [name, members, params, scope, scopeSource, missingScopes] of [
    ["granted as asked", { scope: "a b" }, { scope: "b a" }, ["a", "b"], "response", []],
    ["narrowed", { scope: "a" }, { scope: "a b c" }, ["a"], "response", ["b", "c"]],
    ["widened", { scope: "a b" }, { scope: ["a"] }, ["a", "b"], "response", []],
    ["absent, asked for", {}, { scope: ["a", "b"] }, ["a", "b"], "request", []],
    ["absent, not asked for", {}, {}, [], "unknown", []],
    ["empty", { scope: "" }, { scope: "a" }, [], "response", ["a"]],
    ["with many spaces", { scope: " a  b " }, { scope: "a" }, ["a", "b"], "response", []],
    ["case matters", { scope: "Read" }, { scope: "read" }, ["Read"], "response", ["read"]],
  ]) {
    test(`2.14 row 16, ${name}`, async () => {
      const token = await answered(members, params);
      assert.deepEqual([...token.scope], scope);
      assert.equal(token.scopeSource, scopeSource);
      assert.deepEqual([...token.missingScopes], missingScopes);
    });
  }
});

describe("TokenResponse", () => {
  test("its lists are frozen and the same at each look, those of expose are the caller's own", async () => {
    const members = { scope: "a b", authorization_details: [{ type: "x" }] };
    const issued = await answered(members, { scope: "a b c" });
    const made = TokenResponse.from({ accessToken: "x", tokenType: "Bearer", scope: ["a", "b"], missingScopes: ["c"] });
    for (const token of [issued, made]) {
      for (const name of ["scope", "missingScopes", "assumed"]) {
        assert.ok(Object.isFrozen(token[name]), name);
        assert.equal(token[name], token[name], name);
        const exposed = token.expose();
        exposed[name].push("mine");
        assert.deepEqual(token.expose()[name], [...token[name]], name);
      }
      assert.deepEqual([token.scope, token.missingScopes], [["a", "b"], ["c"]]);
    }
    issued.expose().authorizationDetails.push("mine");
    assert.deepEqual(JSON.parse(JSON.stringify(issued.expose().authorizationDetails)), members.authorization_details);
  });

  test("B01, raw is the whole document: frozen, without a prototype, unknown members kept", async () => {
    const members = { ext_expires_in: 5, "not-before-policy": 0, nested: { a: [null] }, __proto__x: 1 };
    const token = await answered(members);
    const { raw } = token;
    assert.equal(token.raw, raw, "read once");
    assert.equal(Object.getPrototypeOf(raw), null);
    assert.ok(Object.isFrozen(raw));
    assertSameData(raw.nested, { a: [null] });
    assert.equal(raw.ext_expires_in, 5);
    assert.equal(raw["not-before-policy"], 0);
    assert.equal(raw.access_token, "issued");
  });

  test("B17, a member named __proto__ pollutes nothing", async (t) => {
    const body = `{"access_token":"a","token_type":"Bearer","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`;
    const { exchange } = await serveToken(t, [{ headers: { "content-type": "application/json" }, body }]);
    const token = await exchange({});
    assert.equal(token.polluted, undefined);
    assert.equal({}.polluted, undefined);
    assert.equal(token.raw.polluted, undefined);
  });

  test("V-20, of duplicate members the last wins, in the fields and in raw", async () => {
    const body = `{"access_token":"first","token_type":"mac","access_token":"last","token_type":"Bearer"}`;
    const fetch = fakeFetch({ headers: { "content-type": "application/json" }, body });
    const client = new OAuthClient("https://as.example", { endpoints: { token: "/token" }, fetch });
    const token = await client.exchangeToken({ subjectToken: SUBJECT });
    assert.equal(token.accessToken, "last");
    assert.equal(token.raw.access_token, "last");
    assert.equal(token.tokenType, "Bearer");
  });

  test("V-20, a BOM is skipped", async (t) => {
    const headers = { "content-type": "application/json" };
    const { exchange } = await serveToken(t, [{ headers, body: `\uFEFF${success().body}` }]);
    assert.equal((await exchange({})).accessToken, "issued");
  });

  test("V-20, escapes and all of Unicode arrive as they were sent", async () => {
    const scope = 'quote" back\\slash é 😀 \u2028';
    const token = await answered({ x: scope, y: "\ud83d\ude00" });
    assert.equal(token.raw.x, scope);
    assert.equal(token.raw.y, "😀");
  });

  test("B01, headers are in lower case and without cookies", async (t) => {
    const headers = { "X-Request-Id": "r-1", "Set-Cookie": ["a=1", "b=2"], "Cache-Control": "no-store" };
    const { exchange } = await serveToken(t, [success({}, 200, headers)]);
    const token = await exchange({});
    assert.equal(token.headers["x-request-id"], "r-1");
    assert.equal(token.headers["cache-control"], "no-store");
    assert.equal("set-cookie" in token.headers, false);
    assert.ok(Object.keys(token.headers).every((name) => name === name.toLowerCase()));
  });

  test("T72, expose and from: a round trip through JSON keeps every field", async () => {
    const members = {
      scope: "a",
      refresh_token: "rt",
      id_token: "h.p.s",
      authorization_details: [{ type: "x" }],
      z: 1,
    };
    const token = await answered(members, { scope: "a b" });
    const plain = token.expose();
    assert.equal(Object.getPrototypeOf(plain), Object.prototype);
    const back = TokenResponse.from(JSON.parse(JSON.stringify(plain)));
    assert.ok(back instanceof TokenResponse);
    for (const key of [
      "accessToken",
      "tokenType",
      "issuedTokenType",
      "expiresIn",
      "expiresAt",
      "scope",
      "scopeSource",
      "missingScopes",
      "refreshToken",
      "idToken",
      "authorizationDetails",
      "issuer",
      "assumed",
    ]) {
      assert.notEqual(plain[key], undefined, key);
      assert.deepEqual(plain[key], token[key], key);
      assert.deepEqual(back[key], token[key], key);
    }
    assert.equal(back.authorizationHeader(), "Bearer issued");
    assert.deepEqual({ ...back.raw }, { ...token.raw });
  });

  for (const [name, plain] of [
    ["nothing", undefined],
    ["null", null],
    ["a text", "token"],
    ["an empty object", {}],
    ["no token type", { accessToken: "a" }],
    ["a wire document", { access_token: "a", token_type: "Bearer" }],
    ["a token that is a number", { accessToken: 5, tokenType: "Bearer" }],
  ]) {
    test(`T72, TokenResponse.from of ${name}: ConfigError`, () => {
      const error = assertError(
        thrown(() => TokenResponse.from(plain)),
        "ConfigError",
        { action: "fix_config" },
      );
      assert.match(error.code, /_option$/);
    });
  }

  const cycle = {};
  cycle.self = cycle;
  for (const [field, values] of Object.entries({
    raw: ["x", 5, [], () => {}, { a: 5n }, cycle, { a: [Number.NaN] }, { toJSON: () => undefined }, new Date()],
    scopeSource: ["guess", 5, {}],
    authorizationDetails: ["x", {}, [5n], [cycle], [() => {}]],
    headers: ["x", 5, [5], { a: 5 }],
    expiresAt: ["1893456000000", Number.NaN, Number.POSITIVE_INFINITY, {}],
  })) {
    test(`T72, TokenResponse.from refuses ${field} that is none, by name`, () => {
      for (const value of values) {
        const error = thrown(() => TokenResponse.from({ accessToken: "a", tokenType: "Bearer", [field]: value }));
        assertError(error, "ConfigError", { code: "invalid_option", field: new RegExp(`^${field}\\b`) });
      }
      const absent = TokenResponse.from({ accessToken: "a", tokenType: "Bearer", [field]: null });
      assert.deepEqual(
        absent[field] ?? null,
        { raw: Object.create(null), scopeSource: "unknown", headers: {} }[field] ?? null,
      );
    });
  }

  test("T72, TokenResponse.from of a redacted copy: redacted_token", async () => {
    const copy = JSON.parse(JSON.stringify(await answered({})));
    const error = throwsConfig(() => TokenResponse.from(copy), "redacted_token");
    assert.match(error.message, /expose\(\)/);
  });

  for (const name of ["accessToken", "refreshToken", "idToken"]) {
    test(`T72, TokenResponse.from refuses whatever holds the redacted text as ${name}`, () => {
      for (const text of ["‹redacted›", "Bearer ‹redacted: use token.expose()›", "‹redacted: use token.expose()›x"]) {
        const plain = { accessToken: "a", tokenType: "Bearer", [name]: text };
        throwsConfig(() => TokenResponse.from(plain), "redacted_token", name);
      }
    });
  }

  test("T72, expose and from: what was issued comes back, also what no request could carry", async () => {
    const preset = { id: "documents", response: { payload: ["grant"] } };
    const body = '{"token_type":"Bearer","refresh_token":" r ","grant":{\n"name":"é"}}';
    const fetch = fakeFetch({ headers: { "content-type": "application/json" }, body });
    const client = new OAuthClient("https://as.example", { endpoints: { token: "/token" }, fetch, preset });
    const token = await client.exchangeToken({ subjectToken: SUBJECT });
    const back = TokenResponse.from(token.expose());
    assert.deepEqual([back.accessToken, back.refreshToken], ['{\n"name":"é"}', " r "]);
    throwsConfig(() => back.authorizationHeader(), "invalid_option", "accessToken");
  });

  test("B04, an answer of client credentials has the same shape", async () => {
    const fetch = fakeFetch(json({ access_token: "cc", token_type: "bearer", expires_in: 60 }));
    const client = new OAuthClient("https://as.example", { endpoints: { token: "/token" }, fetch });
    const token = await client.clientCredentials();
    assert.ok(token instanceof TokenResponse);
    assert.deepEqual([token.accessToken, token.tokenType, token.expiresIn], ["cc", "Bearer", 60]);
    assert.equal(token.issuer, "https://as.example");
  });
});
