// How clients authenticate, client credentials, and discovery.
import assert from "node:assert/strict";
import { BasicAuth, OAuthClient, PostAuth } from "onbehalf";
import { assertFor, assertRefused, claims, connect, scenario, server, subjectOf } from "./helpers.mjs";
import { AGENT_SECRET, SIGNING_KEY, STRANGE } from "./realm.mjs";
import { clientAssertion, dpopProof } from "./signed.mjs";

const authentication = "client authentication";
const credentials = "client credentials";
const discovery = "discovery";

for (const [method, auth] of [
  ["Basic, form-encoded", new BasicAuth(STRANGE.id, STRANGE.secret)],
  ["post", new PostAuth(STRANGE.id, STRANGE.secret)],
]) {
  scenario(authentication, `id and secret with special characters: ${method}`, async () => {
    const token = await connect({ auth }).exchangeToken({ subjectToken: await subjectOf("alice"), scope: "crm.read" });
    assertFor(token, { sub: "alice", aud: ["crm-api"], scope: ["crm.read"], azp: STRANGE.id });
    return "200";
  });
}

scenario(authentication, "id and secret with special characters: Basic, raw", async () => {
  const auth = new BasicAuth(STRANGE.id, STRANGE.secret, { encoding: "raw" });
  const error = await connect({ auth })
    .exchangeToken({ subjectToken: await subjectOf("alice") })
    .catch((reason) => reason);
  return assertRefused(Promise.reject(error), {
    status: 400,
    error: "unauthorized_client",
    text: "Unexpected error when authenticating client",
    action: "fix_client_auth",
  });
});

scenario(authentication, "plain id and secret: Basic and post", async () => {
  for (const Auth of [BasicAuth, PostAuth]) {
    const client = connect({ auth: new Auth("agent", "agent-secret") });
    const token = await client.exchangeToken({ subjectToken: await subjectOf("bob"), scope: "calendar" });
    assertFor(token, { sub: "bob", aud: ["calendar-api"], scope: ["calendar"] });
  }
  return "200 and 200";
});

/** Authenticates by a signed assertion for the audience that is made of the request. */
const byAssertion = (audienceOf) => async (request) => {
  const assertion = await clientAssertion("agent-key", SIGNING_KEY, audienceOf(request));
  request.body.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  request.body.set("client_assertion", assertion);
};

for (const [name, audienceOf] of [
  ["the issuer", ({ issuer }) => issuer],
  ["the token endpoint", ({ endpoint }) => endpoint],
]) {
  scenario(authentication, `private_key_jwt by a function, for ${name}`, async () => {
    const client = connect({ auth: byAssertion(audienceOf), clientId: "agent-key" });
    const token = await client.exchangeToken({ subjectToken: await subjectOf("alice"), scope: "crm.read" });
    return assertFor(token, { sub: "alice", aud: ["crm-api"], scope: ["crm.read"], azp: "agent-key" });
  });
}

scenario(authentication, "private_key_jwt by a function, for both at once", async () => {
  const auth = byAssertion(({ issuer, endpoint }) => [issuer, endpoint]);
  const call = connect({ auth, clientId: "agent-key" }).exchangeToken({ subjectToken: await subjectOf("alice") });
  const text = "Multiple audiences not allowed";
  return assertRefused(call, { status: 400, error: "invalid_client", text, action: "fix_client_auth" });
});

/** Authenticates as `agent`, with a DPoP proof for this address. */
const withProof = (urlOf) => async (request) => {
  request.body.set("client_id", "agent");
  request.body.set("client_secret", AGENT_SECRET);
  request.headers.set("dpop", await dpopProof("POST", urlOf(request)));
};

scenario(authentication, "a DPoP proof by a function", async () => {
  const client = connect({ auth: withProof(({ endpoint }) => endpoint) });
  const token = await client.exchangeToken({ subjectToken: await subjectOf("alice"), scope: "crm.read" });
  assertFor(token, { sub: "alice", aud: ["crm-api"], scope: ["crm.read"] });
  assert.equal(token.tokenType, "DPoP");
  assert.throws(() => token.authorizationHeader(), { name: "ConfigError" });
  return "200: `token_type` DPoP, no Authorization header to be had";
});

scenario(authentication, "a DPoP proof by a function, for another address", async () => {
  const client = connect({ auth: withProof(({ issuer }) => issuer) });
  const call = client.exchangeToken({ subjectToken: await subjectOf("alice") });
  const text = "DPoP HTTP URL mismatch";
  return assertRefused(call, { status: 400, error: "invalid_request", text, action: "fix_config" });
});

scenario(credentials, "without a scope", async () => {
  const token = await connect().clientCredentials();
  const { azp, aud } = claims(token.accessToken);
  assert.deepEqual([azp, aud, token.tokenType, token.scope], ["agent", [], "Bearer", []]);
  assert.equal(token.refreshToken, undefined);
  return "200: azp agent, no refresh token";
});

scenario(credentials, "with a scope", async () => {
  const token = await connect().clientCredentials({ scope: "crm.read" });
  const { aud } = claims(token.accessToken);
  assert.deepEqual([aud, token.scope, token.missingScopes], [["crm-api"], ["crm.read"], []]);
  return "200: aud crm-api; scope crm.read";
});

scenario(credentials, "client without a service account", async () => {
  const call = connect({ id: "agent-plain" }).clientCredentials();
  // The client has authenticated: what is wrong is what it may do.
  const text = "Client not enabled to retrieve service account";
  return assertRefused(call, { status: 401, error: "unauthorized_client", text, action: "fix_config" });
});

scenario(credentials, "unknown scope", () =>
  assertRefused(connect().clientCredentials({ scope: "nope" }), {
    status: 400,
    error: "invalid_scope",
    text: "Invalid scopes: nope",
    action: "narrow_request",
  }),
);

/** A fetch that answers 404 for the paths it hides, as older servers do. */
function hiding(hidden, asked) {
  return async (url, init) => {
    const { pathname } = new URL(url);
    asked.push(pathname);
    return hidden.some((path) => pathname.startsWith(path)) ? new Response("", { status: 404 }) : fetch(url, init);
  };
}

for (const [form, hidden, found] of [
  ["RFC 8414, inserted", [], "/.well-known/oauth-authorization-server/realms/agents"],
  ["OpenID, appended", ["/.well-known/"], "/realms/agents/.well-known/openid-configuration"],
]) {
  scenario(discovery, form, async () => {
    const asked = [];
    const client = connect({ fetch: hiding(hidden, asked) });
    const metadata = await client.discoverServerMetadata();
    assert.equal(metadata.issuer, server.issuer());
    assert.equal(metadata.tokenEndpoint, `${server.issuer()}/protocol/openid-connect/token`);
    assert.ok(metadata.grantTypesSupported.includes("urn:ietf:params:oauth:grant-type:token-exchange"));
    assert.equal(asked.at(-1), found);
    const before = asked.length;
    const token = await client.exchangeToken({ subjectToken: await subjectOf("alice"), scope: "crm.read" });
    assertFor(token, { sub: "alice", aud: ["crm-api"], scope: ["crm.read"] });
    assert.equal(asked.length, before + 1, "the metadata is kept");
    return `found at ${found}, then an exchange`;
  });
}

scenario(discovery, "both forms name the same endpoints", async () => {
  const documents = [];
  for (const hidden of [[], ["/.well-known/"]]) {
    documents.push(await connect({ fetch: hiding(hidden, []) }).discoverServerMetadata());
  }
  const [oauth, openid] = documents.map(({ raw }) => raw);
  for (const name of ["issuer", "token_endpoint", "authorization_endpoint", "jwks_uri", "introspection_endpoint"]) {
    assert.equal(oauth[name], openid[name], name);
  }
  return "equal";
});

scenario(discovery, "unknown realm", async () => {
  const call = new OAuthClient(server.issuer("nowhere"), { preset: "keycloak" }).discoverServerMetadata();
  const { name, code, action, retryable } = await call.catch((reason) => reason);
  assert.equal(retryable, false);
  return `404 everywhere: ${name}, \`${code}\`, action \`${action}\``;
});

scenario(discovery, "issuer with a slash too many", async () => {
  const call = new OAuthClient(`${server.issuer()}/`, { preset: "keycloak" }).discoverServerMetadata();
  const { name, code, retryable } = await call.catch((reason) => reason);
  assert.equal(retryable, false);
  return `${name}, \`${code}\``;
});
