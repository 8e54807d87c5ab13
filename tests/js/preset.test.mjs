/** Presets: how a server wants things, as data; and `verifyIssued`. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BasicAuth, OAuthClient } from "onbehalf";
import { json } from "../servers/quirk/server.mjs";
import {
  assertFields,
  basic,
  EXCHANGE,
  failure,
  fakeFetch,
  GRANT,
  ISSUER,
  rejects,
  rejectsConfig,
  SUBJECT,
  success,
  TYPE,
  throwsConfig,
} from "./helpers.mjs";
import { jwt } from "./store-helpers.mjs";

/** An exchange under a preset of one's own (or a named one), over one scripted answer. */
function under(preset, { answer = success(), params, options } = {}) {
  const fetch = fakeFetch(answer);
  const own = typeof preset === "string" ? preset : { id: "mine", ...preset };
  const client = new OAuthClient(ISSUER, {
    preset: own,
    endpoints: { token: "/token" },
    maxRetries: 0,
    fetch,
    ...options,
  });
  return { fetch, call: () => client.exchangeToken({ subjectToken: SUBJECT, ...params }) };
}

describe("a preset of one's own", () => {
  for (const [name, preset, params, field] of [
    ["B16, a required extra parameter is missing", { requiredExtra: ["connector_id"] }, {}, "extra.connector_id"],
    [
      "a forbidden resource is given",
      { target: { forbid: ["resource"] } },
      { resource: "https://a.example" },
      "resource",
    ],
    ["a forbidden audience is given", { target: { forbid: ["audience"] } }, { audience: "a" }, "audience"],
    ["a second audience is given", { target: { many: false } }, { audience: ["a", "b"] }, "audience"],
    ["a required target is missing", { target: { required: true } }, {}, undefined],
    ["a required scope is missing", { scope: { required: true } }, {}, "scope"],
    ["a foreign subject type", { subjectTypes: [TYPE.jwt] }, { subjectTokenType: TYPE.idToken }, "subjectTokenType"],
    [
      "a foreign requested type",
      { requestedTypes: [TYPE.jwt] },
      { requestedTokenType: TYPE.idToken },
      "requestedTokenType",
    ],
  ]) {
    test(`B10, ${name}: ConfigError before the network`, async () => {
      const { fetch, call } = under(preset, { params });
      await rejectsConfig(call, undefined, field);
      assert.equal(fetch.calls.length, 0);
    });
  }

  test("B41, a preset that forbids the Authorization header refuses Basic before the network", async () => {
    const preset = { clientAuth: { forbidHeader: true } };
    const fetch = fakeFetch(success());
    const use = async () => {
      const options = {
        preset: { id: "sts", ...preset },
        auth: new BasicAuth("a", "b"),
        endpoints: { token: "/t" },
        fetch,
      };
      return new OAuthClient(ISSUER, options).exchangeToken({ subjectToken: SUBJECT });
    };
    assert.equal((await failure(use())).name, "ConfigError");
    assert.equal(fetch.calls.length, 0);
  });

  for (const [name, preset, params, expected] of [
    ["nothing but an id is rfc8693", {}, {}, EXCHANGE],
    [
      "requested type always sent",
      { sendRequestedType: "always" },
      {},
      { ...EXCHANGE, requested_token_type: TYPE.accessToken },
    ],
    ["another grant", { grantType: "urn:example:grant" }, {}, { ...EXCHANGE, grant_type: "urn:example:grant" }],
    [
      "a required extra parameter that is there",
      { requiredExtra: ["connector_id"] },
      { extra: { connector_id: "ldap" } },
      { ...EXCHANGE, connector_id: "ldap" },
    ],
  ]) {
    test(`B01, ${name}`, async () => {
      const { fetch, call } = under(preset, { params });
      await call();
      assertFields(fetch.calls[0], expected);
    });
  }

  test("B01, the subject token under another name", async () => {
    const { fetch, call } = under({ names: { subjectToken: "assertion" } });
    await call();
    const form = new URLSearchParams(fetch.calls[0].init.body);
    assert.equal(form.get("assertion"), SUBJECT);
    assert.equal(form.has("subject_token"), false);
  });

  test("B12, Basic as this server reads it; the choice in BasicAuth goes first", async () => {
    for (const [auth, expected] of [
      [new BasicAuth("client-1", "p%/+ é"), basic("client-1", "p%/+ é")],
      [new BasicAuth("client-1", "p%/+ é", { encoding: "form" }), basic("client%2D1", "p%25%2F%2B+%C3%A9")],
    ]) {
      const { fetch, call } = under({ clientAuth: { basicEncoding: "raw" } }, { options: { auth } });
      await call();
      assert.equal(new Headers(fetch.calls[0].init.headers).get("authorization"), expected);
    }
  });

  test("B21, discovery by OpenID alone", async () => {
    const document = json({ issuer: `${ISSUER}/t`, token_endpoint: `${ISSUER}/t/token` });
    const fetch = fakeFetch(document);
    const client = new OAuthClient(`${ISSUER}/t`, { preset: { id: "mine", discovery: "oidc" }, fetch });
    await client.discoverServerMetadata();
    assert.ok(fetch.calls.every(({ url }) => url.includes("openid-configuration")));
    assert.equal(fetch.calls.length, 1);
  });

  test("X19, its own error rules go first: status, error, suberror, member and the beginning of the text must all match", async () => {
    const rule = { status: 400, error: "invalid_request", suberror: "s", member: "m", text: "Bad", action: "denied" };
    const body = { error: "invalid_request", error_description: "Bad thing", suberror: "s", m: 1 };
    const actionOf = async (answer) => (await failure(under({ errors: [rule] }, { answer }).call())).action;
    assert.equal(await actionOf(json(body, 400)), "denied");
    for (const other of [
      json(body, 403),
      json({ ...body, error: "invalid_scope" }, 400),
      json({ ...body, suberror: "t" }, 400),
      json({ ...body, m: undefined }, 400),
      json({ ...body, error_description: "not Bad" }, 400),
    ]) {
      assert.notEqual(await actionOf(other), "denied", other.body);
    }
  });

  test("B01, every member that servers.md lists for a preset is understood", async () => {
    const preset = {
      grantType: GRANT.exchange,
      names: { subjectToken: "subject_token" },
      target: { via: "audience", many: true, required: false, forbid: ["resource"] },
      scope: { required: false, omitMeans: "inherit" },
      subjectTypes: [TYPE.accessToken],
      actorTypes: [TYPE.accessToken],
      requestedTypes: [TYPE.accessToken],
      sendRequestedType: "if-set",
      requiredExtra: [],
      clientAuth: { allowed: ["none"], basicEncoding: "form" },
      response: { tokenTypes: ["Bearer"], issuedType: "optional", expiresIn: "number-or-string", payload: [] },
      errors: [],
      discovery: "rfc8414",
    };
    const { fetch, call } = under(preset, { params: { audience: "a" } });
    assert.equal((await call()).accessToken, "issued");
    assertFields(fetch.calls[0], { ...EXCHANGE, audience: "a" });
  });
});

describe("named presets", () => {
  test("P24, an unknown name is refused with its own code", () => {
    throwsConfig(() => new OAuthClient(ISSUER, { preset: "nobody" }), "unknown_preset", "preset");
  });

  test("B01, rfc8693 written out is the default", async () => {
    const { fetch, call } = under("rfc8693");
    await call();
    assertFields(fetch.calls[0], EXCHANGE);
  });

  for (const [status, error, text, action] of [
    [400, "invalid_request", "Invalid token", "renew_subject"],
    [400, "invalid_request", "Requested audience not available: crm", "narrow_request"],
    [400, "invalid_request", "Standard token exchange is not enabled for the requested client", "fix_config"],
    [400, "invalid_client", "Audience not found", "narrow_request"],
    [400, "invalid_scope", "Missing consents for Token Exchange in client crm", "user_interaction"],
    [400, "invalid_scope", "Invalid scopes: x", "narrow_request"],
    [403, "access_denied", "Client is not within the token audience", "denied"],
    [401, "invalid_client", "Invalid client or Invalid client credentials", "fix_client_auth"],
    [401, "unauthorized_client", "Invalid client or Invalid client credentials", "fix_client_auth"],
  ]) {
    test(`P152, keycloak, ${status} ${error} "${text}": ${action}, not retryable`, async () => {
      const answer = json({ error, error_description: text }, status);
      const found = await failure(under("keycloak", { answer }).call());
      assert.equal(found.action, action);
      assert.equal(found.error, error);
      assert.equal(found.errorDescription, text);
      assert.equal(found.retryable, false);
    });
  }

  test("P151, keycloak's other members stay in raw; an id token comes as N_A", async () => {
    const members = { refresh_expires_in: 0, "not-before-policy": 0, session_state: "s" };
    const token = await under("keycloak", { answer: success(members) }).call();
    assert.equal(token.raw["not-before-policy"], 0);
    const answer = success({ token_type: "N_A", issued_token_type: TYPE.idToken });
    const idToken = await under("keycloak", { answer, params: { requestedTokenType: TYPE.idToken } }).call();
    assert.equal(idToken.tokenType, "N_A");
  });
});

describe("verifyIssued", () => {
  const SUBJECT_CLAIMS = { iss: ISSUER, sub: "user-1", exp: 2_000_000_000 };
  const GOOD = { iss: ISSUER, sub: "user-1", aud: "crm", scope: "read", exp: 1_900_000_000 };

  function issued(claims, more) {
    const answer = success({ access_token: typeof claims === "string" ? claims : jwt(claims) });
    const params = { subjectToken: jwt(SUBJECT_CLAIMS), audience: "crm", scope: "read", verifyIssued: true, ...more };
    return under({}, { answer, params }).call();
  }

  for (const [name, claims] of [
    ["another audience", { ...GOOD, aud: "billing" }],
    ["one audience more", { ...GOOD, aud: ["crm", "billing"] }],
    ["no audience", { ...GOOD, aud: undefined }],
    ["more scopes", { ...GOOD, scope: "read write" }],
    ["another subject", { ...GOOD, sub: "user-2" }],
    ["another issuer", { ...GOOD, iss: "https://evil.example" }],
    ["a longer life than the subject's", { ...GOOD, exp: 2_000_001_000 }],
    ["no JWT, which cannot be compared", "opaque-token"],
  ]) {
    test(`T33, ${name}: reported, and without the option accepted`, async () => {
      await rejects(issued(claims), "OAuthProtocolError", { code: "invalid_response", retryable: false });
      assert.equal((await issued(claims, { verifyIssued: false })).tokenType, "Bearer");
    });
  }

  test("T33, what was asked for passes", async () => {
    for (const claims of [GOOD, { ...GOOD, aud: ["crm"] }, { ...GOOD, scope: "" }, { ...GOOD, exp: 2_000_000_000 }]) {
      assert.equal((await issued(claims)).accessToken, jwt(claims));
    }
  });
});
