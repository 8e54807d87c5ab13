/** What an exchange and a client credentials request look like on the wire, and what a plain answer becomes. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { BasicAuth, Client, NoneAuth, OAuthClient } from "onbehalf";
import { json } from "../servers/quirk/server.mjs";
import {
  assertFields,
  EXCHANGE,
  fakeFetch,
  fields,
  rejects,
  SUBJECT,
  serveToken,
  success,
  TYPE,
  version,
} from "./helpers.mjs";

describe("token exchange request", () => {
  test("P1, Basic client and an access token as subject: exact request", async (t) => {
    const { server, exchange } = await serveToken(t, [success()], { auth: new BasicAuth("client", "secret") });
    await exchange({ subjectTokenType: TYPE.accessToken });
    assert.equal(server.requests.length, 1);
    const [request] = server.requests;
    assert.equal(request.method, "POST");
    assert.equal(request.path, "/token");
    assert.equal(request.query, "");
    assert.match(request.headers["content-type"], /^application\/x-www-form-urlencoded(;charset=utf-8)?$/i);
    assert.equal(request.headers.accept, "application/json");
    assert.equal(request.headers.authorization, "Basic Y2xpZW50OnNlY3JldA==");
    assert.equal(request.headers["content-length"], String(Buffer.byteLength(request.body)));
    assertFields(request, EXCHANGE);
  });

  test("P1, the subject type defaults to access token", async (t) => {
    const { server, exchange } = await serveToken(t);
    await exchange({});
    assertFields(server.requests[0], EXCHANGE);
  });

  test("P2, audience, scope, requested type and actor pair without authentication: exact fields", async (t) => {
    const { server, exchange } = await serveToken(t, [success({ issued_token_type: TYPE.jwt })]);
    await exchange({
      audience: "https://api.example.com",
      scope: "read write",
      requestedTokenType: TYPE.jwt,
      actorToken: "actor_token_value",
      actorTokenType: TYPE.jwt,
    });
    const [request] = server.requests;
    assert.equal(request.headers.authorization, undefined);
    assertFields(request, {
      ...EXCHANGE,
      audience: "https://api.example.com",
      scope: "read write",
      requested_token_type: TYPE.jwt,
      actor_token: "actor_token_value",
      actor_token_type: TYPE.jwt,
    });
  });

  test("P2, the actor type defaults to access token", async (t) => {
    const { server, exchange } = await serveToken(t);
    await exchange({ actorToken: "actor" });
    assertFields(server.requests[0], { ...EXCHANGE, actor_token: "actor", actor_token_type: TYPE.accessToken });
  });

  test("P9, the substitute-user subject type and any other URI go out untouched", async (t) => {
    const { server, exchange } = await serveToken(t);
    for (const type of [TYPE.substituteUser, "urn:params:oauth:token-type:jwt", "https://example.com/type?a=b&c#d"]) {
      server.forget();
      await exchange({ subjectTokenType: type });
      assertFields(server.requests[0], { ...EXCHANGE, subject_token_type: type });
    }
  });

  test("P12, the user agent is the package and its version, or what the option says", async (t) => {
    const { server, exchange } = await serveToken(t);
    await exchange({});
    assert.equal(server.requests[0].headers["user-agent"], `onbehalf/${version}`);
    const named = new OAuthClient(server.origin, { endpoints: { token: "/token" }, userAgent: "crm-agent/2.1" });
    await named.exchangeToken({ subjectToken: SUBJECT });
    assert.equal(server.requests[1].headers["user-agent"], "crm-agent/2.1");
  });

  test("P1, a public client sends client_id in the body and no Authorization header", async (t) => {
    const { server } = await serveToken(t);
    const options = { endpoints: { token: "/token" } };
    const clients = [
      new OAuthClient(server.origin, { ...options, clientId: "public client" }),
      new OAuthClient(server.origin, { ...options, auth: new NoneAuth("public client") }),
      new OAuthClient(server.origin, { ...options, clientId: "public client", auth: new NoneAuth("public client") }),
    ];
    for (const client of clients) {
      server.forget();
      await client.exchangeToken({ subjectToken: SUBJECT });
      assert.equal(server.requests[0].headers.authorization, undefined);
      assertFields(server.requests[0], { ...EXCHANGE, client_id: "public client" });
    }
  });

  test("B03, lists repeat audience and resource in order; empty elements are left out", async (t) => {
    const { server, exchange } = await serveToken(t);
    await exchange({
      audience: ["crm", "", "billing"],
      resource: ["https://b.example/", "https://a.example/x?y=z"],
      scope: ["read", "", "write admin"],
    });
    assertFields(server.requests[0], {
      ...EXCHANGE,
      audience: ["crm", "billing"],
      resource: ["https://b.example/", "https://a.example/x?y=z"],
      scope: "read write admin",
    });
  });

  test("B03, empty lists, null and undefined send no field", async (t) => {
    const { server, exchange } = await serveToken(t);
    await exchange({ audience: [], resource: null, scope: [], actorToken: undefined, requestedTokenType: null });
    await exchange({ audience: [""], resource: [""], scope: [""] });
    assertFields(server.requests[0], EXCHANGE);
    assertFields(server.requests[1], EXCHANGE);
  });

  test("V-09, extra fields as record, URLSearchParams and pairs; repeats keep their order", async (t) => {
    const { server, exchange } = await serveToken(t);
    const pairs = [
      ["connector_id", "ldap"],
      ["x", "1"],
      ["x", "2"],
    ];
    await exchange({ extra: { connector_id: "ldap", x: ["1", "2"] } });
    await exchange({ extra: new URLSearchParams(pairs) });
    await exchange({ extra: pairs });
    for (const request of server.requests) assertFields(request, { ...EXCHANGE, connector_id: "ldap", x: ["1", "2"] });
    assert.equal(server.requests.length, 3);
  });

  test("P1, authorization details go out as JSON", async (t) => {
    const { server, exchange } = await serveToken(t);
    const authorizationDetails = [{ type: "payment", actions: ["initiate"], amount: { value: "1€" } }];
    await exchange({ authorizationDetails });
    const {
      authorization_details: [text],
      ...rest
    } = fields(server.requests[0]);
    assert.deepEqual(JSON.parse(text), authorizationDetails);
    assert.deepEqual(Object.keys(rest).sort(), Object.keys(EXCHANGE).sort());
  });

  test("B39, claims go out as they are when they are a text, as JSON when they are an object", async (t) => {
    const { server, exchange } = await serveToken(t);
    const claims = { access_token: { acrs: { essential: true, value: "c1" } } };
    await exchange({ claims: JSON.stringify(claims, null, 1) });
    await exchange({ claims });
    assertFields(server.requests[0], { ...EXCHANGE, claims: JSON.stringify(claims, null, 1) });
    assertFields(server.requests[1], { ...EXCHANGE, claims: JSON.stringify(claims) });
  });

  test("P1, any text in audience and extra survives form encoding", async () => {
    const fetch = fakeFetch(success());
    const client = new OAuthClient("https://as.example", { endpoints: { token: "/token" }, fetch });
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).filter((value) => !/\p{Cc}/u.test(value));
    await fc.assert(
      fc.asyncProperty(text, text, async (audience, value) => {
        fetch.calls.length = 0;
        await client.exchangeToken({ subjectToken: SUBJECT, audience, extra: { probe: value } });
        assertFields(fetch.calls[0], { ...EXCHANGE, audience, probe: value });
      }),
      { numRuns: 200 },
    );
  });

  test("P1, Client is OAuthClient", () => {
    assert.equal(Client, OAuthClient);
  });
});

describe("token exchange result", () => {
  test("P4, 400 with error and description: TokenExchangeError with both", async (t) => {
    const body = {
      error: "invalid_request",
      error_description: "Invalid subject_token",
      error_uri: "https://e.example/1",
    };
    const { server, exchange } = await serveToken(t, [json(body, 400)]);
    await rejects(exchange({}), "TokenExchangeError", {
      code: "oauth_error",
      error: "invalid_request",
      errorDescription: "Invalid subject_token",
      errorUri: "https://e.example/1",
      status: 400,
      retryable: false,
    });
    assert.equal(server.requests.length, 1);
  });

  test("P5, 500 text/plain: OAuthHttpError, retryable, sent once", async (t) => {
    const answer = { status: 500, headers: { "content-type": "text/plain" }, body: "Internal Server Error" };
    const { server, exchange } = await serveToken(t, [answer]);
    const error = await rejects(exchange({}), "OAuthHttpError", {
      code: "http_error",
      status: 500,
      retryable: true,
      action: "server_fault",
      fault: "server",
    });
    assert.equal(error.bodySnippet, "Internal Server Error");
    assert.equal(server.requests.length, 1);
  });

  for (const [name, body] of [
    ["P6, 200 with invalid JSON", "invalid json {"],
    ["P6, 200 with an empty body", ""],
    ["P6, 200 with half a document", '{"access_token":"a","token_type":"Bear'],
    ["P7, 200 without access_token", JSON.stringify({ token_type: "Bearer" })],
    ["P8, 200 without token_type", JSON.stringify({ access_token: "a" })],
  ]) {
    test(`${name}: invalid_response`, async (t) => {
      const { server, exchange } = await serveToken(t, [{ headers: { "content-type": "application/json" }, body }]);
      const expected = {
        code: "invalid_response",
        retryable: false,
        action: "server_fault",
        fault: "server",
        status: 200,
      };
      await rejects(exchange({}), "OAuthProtocolError", expected);
      assert.equal(server.requests.length, 1);
    });
  }

  test("P3, every member of a full answer is mapped", async (t) => {
    const { server, exchange } = await serveToken(t, [
      json({ access_token: "new", token_type: "Bearer", expires_in: 3600, refresh_token: "rt", scope: "read write" }),
    ]);
    const before = Date.now();
    const token = await exchange({});
    const after = Date.now();
    assert.equal(token.accessToken, "new");
    assert.equal(token.tokenType, "Bearer");
    assert.equal(token.expiresIn, 3600);
    assert.ok(token.expiresAt >= before + 3_600_000 && token.expiresAt <= after + 3_600_000, String(token.expiresAt));
    assert.equal(token.refreshToken, "rt");
    assert.deepEqual(token.scope, ["read", "write"]);
    assert.equal(token.scopeSource, "response");
    assert.deepEqual(token.missingScopes, []);
    assert.equal(token.issuedTokenType, undefined);
    assert.equal(token.idToken, undefined);
    assert.equal(token.issuer, server.origin);
    assert.equal(token.authorizationHeader(), "Bearer new");
  });

  test("P8, token_type dpop in any case is DPoP, and no header is made of it without a proof", async (t) => {
    const { exchange } = await serveToken(t, [success({ token_type: "dpop" }), success({ token_type: "DPOP" })]);
    for (let n = 0; n < 2; n++) {
      const token = await exchange({});
      assert.equal(token.tokenType, "DPoP");
      assert.throws(() => token.authorizationHeader());
    }
  });
});
