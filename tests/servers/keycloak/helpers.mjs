// What the Keycloak cases share: the server, its users, its clients, and the record of what came of each case.
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { test } from "node:test";
import { BasicAuth, OAuthClient } from "onbehalf";
import { startKeycloak } from "../../../scripts/servers/keycloak.mjs";
import { AGENT_SECRET, realms, USERS } from "./realm.mjs";

export const TYPE = {
  accessToken: "urn:ietf:params:oauth:token-type:access_token",
  idToken: "urn:ietf:params:oauth:token-type:id_token",
  jwt: "urn:ietf:params:oauth:token-type:jwt",
  refreshToken: "urn:ietf:params:oauth:token-type:refresh_token",
  saml2: "urn:ietf:params:oauth:token-type:saml2",
};

/** The server under test. The suite starts it and names it in the environment; a run by hand starts its own. */
export const server = {
  url: process.env.ONBEHALF_KEYCLOAK,
  own: undefined,
  async start() {
    if (this.url) return;
    this.own = await startKeycloak({ realms });
    this.url = this.own.url;
  },
  async stop() {
    await this.own?.stop();
  },
  issuer(realm = "agents") {
    return `${this.url}/realms/${realm}`;
  },
};

/**
 * One case. `run` gives, in a few words, what the server answered and what became of it; the words are recorded for
 * docs/servers.md, so they hold nothing that changes from run to run.
 */
export function scenario(section, name, run) {
  test(`${section}: ${name}`, async (t) => {
    const result = await run(t);
    assert.equal(typeof result, "string", "a case tells its result");
    if (process.env.ONBEHALF_RESULTS) {
      appendFileSync(process.env.ONBEHALF_RESULTS, `${JSON.stringify({ section, case: name, result })}\n`);
    }
  });
}

/** A client of the server as `agent`, or with other options. */
export function connect({
  id = "agent",
  secret = AGENT_SECRET,
  realm,
  auth = new BasicAuth(id, secret),
  ...more
} = {}) {
  return new OAuthClient(server.issuer(realm), { auth, preset: "keycloak", ...more });
}

/** Asks the token endpoint without the package: for what front ends and administrators do. */
export async function post(form, { realm, path = "token", headers } = {}) {
  const url = `${server.issuer(realm)}/protocol/openid-connect/${path}`;
  const response = await fetch(url, { method: "POST", headers, body: new URLSearchParams(form) });
  const text = await response.text();
  assert.ok(response.ok, `${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

/** A user signs in at a front end; resolves with the token answer. */
export function signIn(username, { frontend = "frontend", realm, scope, headers } = {}) {
  const form = { grant_type: "password", client_id: frontend, username, password: username };
  return post(scope ? { ...form, scope } : form, { realm, headers });
}

export async function subjectOf(username, options) {
  return (await signIn(username, options)).access_token;
}

/** The claims of a token, unverified; audience always a list. */
export function claims(token) {
  const read = JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
  return { ...read, aud: [read.aud ?? []].flat().sort() };
}

/** Asserts on a token about a user, and says it in words. */
export function assertFor(token, { sub, aud, scope, azp = "agent" }) {
  const read = claims(token.accessToken);
  assert.deepEqual(
    { sub: read.sub, aud: read.aud, azp: read.azp, scope: [...token.scope].sort() },
    { sub: USERS[sub] ?? sub, aud, azp, scope },
  );
  assert.deepEqual(token.scope, read.scope.split(" ").filter(Boolean));
  return `200: aud ${aud.join(" ") || "none"}; scope ${scope.join(" ") || "none"}; sub unchanged; azp ${azp}`;
}

/** The rejection of a call, asserted on, and said in words. `text` is how the description begins. */
export async function assertRefused(call, { status, error, text, action, ...more }) {
  const outcome = await call.then(
    () => ({ went: "through" }),
    (reason) => reason,
  );
  const { name, code, retryable, errorDescription } = outcome;
  const refusal = { status: outcome.status, error: outcome.error, action: outcome.action, retryable };
  assert.deepEqual(refusal, { status, error, action, retryable: false }, `${outcome.stack ?? outcome.went}`);
  assert.ok(errorDescription?.startsWith(text), errorDescription);
  for (const [key, value] of Object.entries(more)) assert.equal(outcome[key], value, key);
  return `${status} \`${error}\` "${text}": ${name}, \`${code}\`, action \`${action}\``;
}
