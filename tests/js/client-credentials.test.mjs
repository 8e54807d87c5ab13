/** The client credentials grant. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BasicAuth, OAuthClient, PostAuth } from "onbehalf";
import { json } from "../servers/quirk/server.mjs";
import { assertFields, assertSameData, GRANT, rejects, rejectsConfig, serveToken, success } from "./helpers.mjs";

const GRANT_ONLY = { grant_type: GRANT.clientCredentials };
const PLAIN = success({ issued_token_type: undefined });

async function setUp(t, answers = [PLAIN], options = { auth: new BasicAuth("client", "secret") }) {
  const { server, client } = await serveToken(t, answers, options);
  return { server, client, request: (params, call) => client.clientCredentials(params, call) };
}

describe("client credentials", () => {
  for (const [params, field] of [
    [{ subjectToken: "x" }, "subjectToken"],
    [{ signal: new AbortController().signal }, "signal"],
    [{ grant_type: "password" }, "grant_type"],
  ]) {
    test(`P30, the unknown parameter ${field} is refused by name, nothing is sent`, async (t) => {
      const { server, request } = await setUp(t);
      await rejectsConfig(() => request(params), "unknown_option", field);
      assert.equal(server.requests.length, 0);
    });
  }

  test("P31, an OAuth error is an OAuthProtocolError with code and description", async (t) => {
    const { request } = await setUp(t, [json({ error: "invalid_scope", error_description: "no such scope" }, 400)]);
    await rejects(request({ scope: "x" }), "OAuthProtocolError", {
      code: "oauth_error",
      error: "invalid_scope",
      errorDescription: "no such scope",
      status: 400,
      action: "narrow_request",
      retryable: false,
    });
  });

  test("P31, 500 text/plain: OAuthHttpError, retryable", async (t) => {
    const { request } = await setUp(t, [{ status: 500, headers: { "content-type": "text/plain" }, body: "down" }]);
    await rejects(request({}), "OAuthHttpError", { code: "http_error", status: 500, retryable: true });
  });

  for (const [name, body] of [
    ["bad JSON", "invalid json {"],
    ["no access_token", '{"token_type":"Bearer"}'],
    ["no token_type", '{"access_token":"a"}'],
  ]) {
    test(`P31, ${name}: invalid_response`, async (t) => {
      const { request } = await setUp(t, [{ headers: { "content-type": "application/json" }, body }]);
      await rejects(request({}), "OAuthProtocolError", { code: "invalid_response", retryable: false });
    });
  }

  test("P30, minimal: grant_type alone and Basic", async (t) => {
    const { server, request } = await setUp(t);
    const token = await request({});
    assertFields(server.requests[0], GRANT_ONLY);
    assert.equal(server.requests[0].headers.authorization, "Basic Y2xpZW50OnNlY3JldA==");
    assert.equal(token.accessToken, "issued");
    assert.equal(token.issuedTokenType, undefined);
    assert.deepEqual(token.assumed, []);
  });

  test("P30, parameters may be left out altogether", async (t) => {
    const { server, request } = await setUp(t);
    await request();
    assertFields(server.requests[0], GRANT_ONLY);
  });

  test("P30, resource, scope and audience: only what is set is sent", async (t) => {
    const { server, request } = await setUp(t);
    await request({ resource: ["https://a.example/", "https://b.example/"], scope: ["read", "write"] });
    await request({ audience: "crm", scope: "read", resource: undefined });
    assertFields(server.requests[0], {
      ...GRANT_ONLY,
      resource: ["https://a.example/", "https://b.example/"],
      scope: "read write",
    });
    assertFields(server.requests[1], { ...GRANT_ONLY, audience: "crm", scope: "read" });
  });

  test("P30, authorization details go out as JSON and come back parsed", async (t) => {
    const granted = [{ type: "account", identifier: "7" }];
    const { server, request } = await setUp(t, [success({ authorization_details: granted })]);
    const token = await request({ authorizationDetails: [{ type: "account" }] });
    assertFields(server.requests[0], { ...GRANT_ONLY, authorization_details: '[{"type":"account"}]' });
    assertSameData(token.authorizationDetails, granted);
  });

  test("P30, with an assertion by a function of the caller", async (t) => {
    const auth = ({ body }) => {
      body.set("client_id", "client");
      body.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
      body.set("client_assertion", "a.b.c");
    };
    const { server, request } = await setUp(t, [PLAIN], { auth });
    await request({ scope: "read" });
    assert.equal(server.requests[0].headers.authorization, undefined);
    assertFields(server.requests[0], {
      ...GRANT_ONLY,
      scope: "read",
      client_id: "client",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: "a.b.c",
    });
  });

  test("P30, client_secret_post sends id and secret in the body alone", async (t) => {
    const { server, request } = await setUp(t, [PLAIN], { auth: new PostAuth("client", "s e&c=r+et") });
    await request({});
    assert.equal(server.requests[0].headers.authorization, undefined);
    assertFields(server.requests[0], { ...GRANT_ONLY, client_id: "client", client_secret: "s e&c=r+et" });
  });

  test("P30, two calls of one client share nothing but discovery: each has its own request", async (t) => {
    const { server, client } = await setUp(t, [success({ access_token: "one" }), success({ access_token: "two" })]);
    const tokens = await Promise.all([client.clientCredentials({}), client.clientCredentials({})]);
    assert.deepEqual(tokens.map((token) => token.accessToken).sort(), ["one", "two"]);
    assert.equal(server.at("/token").length, 2);
  });

  test("P30, the token endpoint comes from discovery when it is not given", async (t) => {
    const { server } = await setUp(t);
    const issuer = server.metadata("/tenant");
    server.on("/tenant/token", PLAIN);
    await new OAuthClient(issuer, { clientId: "c" }).clientCredentials();
    assert.deepEqual(
      server.requests.map((request) => request.path),
      ["/.well-known/oauth-authorization-server/tenant", "/tenant/token"],
    );
    assertFields(server.requests[1], { ...GRANT_ONLY, client_id: "c" });
  });
});
