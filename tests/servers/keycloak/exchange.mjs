// What Keycloak's standard token exchange gives: audiences, scopes, token types, chains.
import assert from "node:assert/strict";
import { assertFor, claims, connect, scenario, subjectOf, TYPE } from "./helpers.mjs";
import { introspect, revoke } from "./raw.mjs";

const section = "exchange";

scenario(section, "P150: subject for requester and target, `audience` the target", async () => {
  const subjectToken = await subjectOf("alice");
  assert.ok(["agent", "crm-api"].every((name) => claims(subjectToken).aud.includes(name)));
  const token = await connect().exchangeToken({ subjectToken, audience: "crm-api", scope: "crm.read" });
  assert.deepEqual([token.tokenType, token.issuedTokenType, token.assumed], ["Bearer", TYPE.accessToken, []]);
  assert.equal(token.authorizationHeader(), `Bearer ${token.accessToken}`);
  const { exp } = claims(token.accessToken);
  assert.ok(Math.abs(token.expiresAt - exp * 1000) < 3000);
  return assertFor(token, { sub: "alice", aud: ["crm-api"], scope: ["crm.read"] });
});

scenario(section, "P151: three exchanges of one subject", async () => {
  const subjectToken = await subjectOf("alice");
  const client = connect();
  const tokens = [];
  for (let n = 0; n < 3; n++) tokens.push(await client.exchangeToken({ subjectToken, scope: "crm.read" }));
  assert.equal(new Set(tokens.map(({ accessToken }) => accessToken)).size, 3);
  for (const token of tokens) assertFor(token, { sub: "alice", aud: ["crm-api"], scope: ["crm.read"] });
  return "200 three times, three different tokens";
});

scenario(section, "one user, two APIs: a token for each", async () => {
  const subjectToken = await subjectOf("alice");
  const client = connect();
  const [crm, calendar] = await Promise.all([
    client.exchangeToken({ subjectToken, audience: "crm-api", scope: "crm.read" }),
    client.exchangeToken({ subjectToken, audience: "calendar-api", scope: "calendar" }),
  ]);
  assertFor(crm, { sub: "alice", aud: ["crm-api"], scope: ["crm.read"] });
  assertFor(calendar, { sub: "alice", aud: ["calendar-api"], scope: ["calendar"] });
  return "200 and 200, each for its API alone";
});

scenario(section, "two users at once, never mixed up", async () => {
  const client = connect();
  const users = ["alice", "bob", "bob", "alice"];
  const subjects = await Promise.all(users.map((name) => subjectOf(name)));
  const tokens = await Promise.all(
    subjects.map((subjectToken) => client.exchangeToken({ subjectToken, audience: "crm-api", scope: "crm.read" })),
  );
  for (const [n, token] of tokens.entries()) {
    assertFor(token, { sub: users[n], aud: ["crm-api"], scope: ["crm.read"] });
  }
  return "200 for each, about the right user";
});

scenario(section, "no `audience`, no `scope`", async () => {
  const token = await connect().exchangeToken({ subjectToken: await subjectOf("alice") });
  assert.equal(token.scopeSource, "response");
  const raw = Object.keys(token.raw);
  for (const name of ["refresh_expires_in", "not-before-policy", "session_state"]) assert.ok(raw.includes(name), name);
  return assertFor(token, { sub: "alice", aud: [], scope: [] });
});

scenario(section, "two audiences, two scopes", async () => {
  const token = await connect().exchangeToken({
    subjectToken: await subjectOf("alice"),
    audience: ["crm-api", "calendar-api"],
    scope: ["crm.read", "calendar"],
  });
  return assertFor(token, { sub: "alice", aud: ["calendar-api", "crm-api"], scope: ["calendar", "crm.read"] });
});

scenario(section, "`audience` narrows: one of the two that the scopes bring", async () => {
  const token = await connect().exchangeToken({
    subjectToken: await subjectOf("alice"),
    audience: "crm-api",
    scope: ["crm.read", "calendar"],
  });
  return assertFor(token, { sub: "alice", aud: ["crm-api"], scope: ["calendar", "crm.read"] });
});

scenario(section, "`scope` narrows: an exchanged token exchanged again for less", async () => {
  const client = connect();
  const wide = await client.exchangeToken({ subjectToken: await subjectOf("alice"), scope: "crm.read calendar" });
  const narrow = await client.exchangeToken({ subjectToken: wide.accessToken, scope: "calendar" });
  assertFor(wide, { sub: "alice", aud: ["calendar-api", "crm-api"], scope: ["calendar", "crm.read"] });
  return assertFor(narrow, { sub: "alice", aud: ["calendar-api"], scope: ["calendar"] });
});

scenario(section, "`resource` has no effect", async () => {
  const token = await connect().exchangeToken({
    subjectToken: await subjectOf("alice"),
    resource: "https://crm.example/",
    scope: "crm.read",
  });
  return assertFor(token, { sub: "alice", aud: ["crm-api"], scope: ["crm.read"] });
});

scenario(section, "`actorToken` has no effect, sent with preset rfc8693", async () => {
  const client = connect({ preset: "rfc8693" });
  const { accessToken: actorToken } = await client.clientCredentials();
  const token = await client.exchangeToken({ subjectToken: await subjectOf("alice"), actorToken, scope: "crm.read" });
  assert.equal(claims(token.accessToken).act, undefined);
  return assertFor(token, { sub: "alice", aud: ["crm-api"], scope: ["crm.read"] });
});

scenario(section, "`verifyIssued` against what Keycloak issues", async () => {
  const client = connect();
  const subjectToken = await subjectOf("alice");
  const token = await client.exchangeToken({
    subjectToken,
    audience: "crm-api",
    scope: "crm.read",
    verifyIssued: true,
  });
  return assertFor(token, { sub: "alice", aud: ["crm-api"], scope: ["crm.read"] });
});

scenario(section, "requested type id_token", async () => {
  const subjectToken = await subjectOf("alice", { scope: "openid" });
  const token = await connect().exchangeToken({ subjectToken, requestedTokenType: TYPE.idToken, scope: "openid" });
  assert.deepEqual([token.tokenType, token.issuedTokenType], ["N_A", TYPE.idToken]);
  assert.equal(claims(token.accessToken).typ, "ID");
  assert.throws(() => token.authorizationHeader(), { name: "ConfigError" });
  return "200: `token_type` N_A, the id token in `access_token`, no Authorization header to be had";
});

scenario(section, "requested type refresh_token", async () => {
  const subjectToken = await subjectOf("alice");
  const params = { subjectToken, requestedTokenType: TYPE.refreshToken, scope: "crm.read" };
  const token = await connect().exchangeToken(params);
  assert.equal(token.issuedTokenType, TYPE.refreshToken);
  assert.equal(claims(token.refreshToken).typ, "Refresh");
  assertFor(token, { sub: "alice", aud: ["crm-api"], scope: ["crm.read"] });
  assert.ok(!JSON.stringify(token).includes(token.refreshToken));
  return "200: an access token and a refresh token of the same session";
});

scenario(section, "requested type jwt, which this server does not name", async () => {
  const subjectToken = await subjectOf("alice");
  const call = connect().exchangeToken({ subjectToken, requestedTokenType: TYPE.jwt });
  const error = await call.catch((reason) => reason);
  assert.deepEqual([error.status, error.error, error.action], [400, "invalid_request", "fix_config"]);
  return "400 `invalid_request`: action `fix_config`";
});

scenario(section, "service chain: the requester's own service-account token as subject", async () => {
  const client = connect();
  const own = await client.clientCredentials();
  const token = await client.exchangeToken({ subjectToken: own.accessToken, audience: "crm-api", scope: "crm.read" });
  const { sub } = claims(own.accessToken);
  assertFor(token, { sub, aud: ["crm-api"], scope: ["crm.read"] });
  return "200: aud crm-api; scope crm.read; sub the service account; azp agent";
});

scenario(section, "the exchanged token outlives the revocation of its subject", async () => {
  const subjectToken = await subjectOf("alice");
  const token = await connect().exchangeToken({ subjectToken, scope: "crm.read" });
  await revoke(subjectToken);
  assert.deepEqual(await introspect(subjectToken), false);
  return (await introspect(token.accessToken)) ? "still active: keep lifetimes short" : "revoked with it";
});
