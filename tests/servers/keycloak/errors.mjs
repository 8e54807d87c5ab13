// Every way in which Keycloak's standard token exchange says no, and what the error asks for. P152.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { BasicAuth, NoneAuth, PostAuth } from "onbehalf";
import { assertRefused, claims, connect, post, scenario, server, signIn, subjectOf, TYPE } from "./helpers.mjs";
import { revoke, signOut } from "./raw.mjs";
import { AGENT_SECRET } from "./realm.mjs";
import { dpopProof } from "./signed.mjs";

const config = "errors: configuration";
const subject = "errors: subject token";
const target = "errors: target and scope";
const client = "errors: client";

const invalidRequest = { status: 400, error: "invalid_request", name: "TokenExchangeError", code: "oauth_error" };

async function exchange(params, options) {
  const subjectToken = params?.subjectToken ?? (await subjectOf("alice"));
  return connect(options).exchangeToken({ ...params, subjectToken });
}

scenario(config, "P152: requester without the attribute", () =>
  assertRefused(exchange({}, { id: "agent-off" }), {
    ...invalidRequest,
    text: "Standard token exchange is not enabled for the requested client",
    action: "fix_config",
  }),
);

scenario(config, "subject type id_token, sent with preset rfc8693", () =>
  assertRefused(exchange({ subjectTokenType: TYPE.idToken }, { preset: "rfc8693" }), {
    ...invalidRequest,
    text: "Parameter 'subject_token' supports access tokens only",
    action: "fix_config",
  }),
);

scenario(config, "subject type id_token with preset keycloak: refused before any request", async () => {
  let requests = 0;
  const fetch = (...args) => {
    requests += 1;
    return globalThis.fetch(...args);
  };
  const subjectToken = await subjectOf("alice");
  const call = connect({ fetch }).exchangeToken({ subjectToken, subjectTokenType: TYPE.idToken });
  await assert.rejects(call, { name: "ConfigError", field: "subjectTokenType" });
  assert.equal(requests, 0);
  return "no request: ConfigError, action `fix_config`";
});

for (const [name, value, text] of [
  ["requested_subject", "bob", "Parameter 'requested_subject' is not supported"],
  ["requested_issuer", "google", "Parameter 'requested_issuer' is not supported"],
  ["subject_issuer", "google", "Parameter 'subject_issuer' is not supported"],
]) {
  scenario(config, `P152: \`${name}\`, of the legacy exchange`, () =>
    assertRefused(exchange({ extra: { [name]: value } }), { ...invalidRequest, text, action: "fix_config" }),
  );
}

scenario(config, "requested type saml2", () =>
  assertRefused(exchange({ requestedTokenType: TYPE.saml2 }), {
    ...invalidRequest,
    text: "requested_token_type unsupported",
    action: "fix_config",
  }),
);

scenario(config, "requested type refresh_token, not switched on for the client", () =>
  assertRefused(exchange({ requestedTokenType: TYPE.refreshToken }, { id: "agent-plain" }), {
    ...invalidRequest,
    text: "requested_token_type unsupported",
    action: "fix_config",
  }),
);

const invalidToken = { ...invalidRequest, text: "Invalid token", action: "renew_subject" };

scenario(subject, "a text that is no token", () => assertRefused(exchange({ subjectToken: "garbage" }), invalidToken));

scenario(subject, "a token with another signature", async () => {
  const [head, body] = (await subjectOf("alice")).split(".");
  const [, , signature] = (await subjectOf("bob")).split(".");
  return assertRefused(exchange({ subjectToken: [head, body, signature].join(".") }), invalidToken);
});

scenario(subject, "a token of another realm", async () => {
  const subjectToken = await subjectOf("alice", { realm: "elsewhere" });
  return assertRefused(exchange({ subjectToken }), invalidToken);
});

scenario(subject, "an expired token", async () => {
  const subjectToken = await subjectOf("alice", { frontend: "frontend-brief" });
  await sleep(claims(subjectToken).exp * 1000 - Date.now() + 1500);
  return assertRefused(exchange({ subjectToken }), invalidToken);
});

scenario(subject, "a revoked token", async () => {
  const subjectToken = await subjectOf("alice");
  await revoke(subjectToken);
  return assertRefused(exchange({ subjectToken }), invalidToken);
});

scenario(subject, "the token of a user who has signed out", async () => {
  const { access_token: subjectToken, refresh_token: refreshToken } = await signIn("alice");
  await signOut(refreshToken);
  return assertRefused(exchange({ subjectToken }), invalidToken);
});

scenario(subject, "P152: requester not in the audience of the subject token", async () => {
  const subjectToken = await subjectOf("alice", { frontend: "frontend-of-others" });
  return assertRefused(exchange({ subjectToken }), {
    status: 403,
    error: "access_denied",
    text: "Client is not within the token audience",
    action: "denied",
    code: "oauth_error",
  });
});

const proof = () => dpopProof("POST", `${server.issuer()}/protocol/openid-connect/token`);

scenario(subject, "a front end's token bound to a key (DPoP)", async () => {
  const { access_token: subjectToken, token_type: type } = await signIn("alice", { headers: { dpop: await proof() } });
  assert.equal(type, "DPoP");
  const text = "Sender-constrained token exchange rejected";
  return assertRefused(exchange({ subjectToken }), { ...invalidRequest, text, action: "fix_config" });
});

scenario(subject, "the requester's own token bound to a key (DPoP), without a proof", async () => {
  const form = { grant_type: "client_credentials", client_id: "agent", client_secret: AGENT_SECRET };
  const { access_token: subjectToken } = await post(form, { headers: { dpop: await proof() } });
  const text = "DPoP proof is missing";
  return assertRefused(exchange({ subjectToken }), { ...invalidRequest, text, action: "fix_config" });
});

scenario(target, "P152: `audience` without the scope that brings it", () =>
  assertRefused(exchange({ audience: "crm-api" }), {
    ...invalidRequest,
    text: "Requested audience not available: crm-api",
    action: "narrow_request",
  }),
);

scenario(target, "`audience` that is no client", () =>
  assertRefused(exchange({ audience: "https://nowhere.example/" }), {
    status: 400,
    error: "invalid_client",
    text: "Audience not found",
    action: "narrow_request",
  }),
);

scenario(target, "`audience` that is a disabled client", () =>
  assertRefused(exchange({ audience: "billing-api", scope: "billing" }), {
    status: 400,
    error: "invalid_client",
    text: "Client disabled",
    action: "fix_config",
  }),
);

scenario(target, "unknown scope", () =>
  assertRefused(exchange({ scope: "nope" }), {
    status: 400,
    error: "invalid_scope",
    text: "Invalid scopes: nope",
    action: "narrow_request",
  }),
);

scenario(target, "a refresh token together with offline_access", () =>
  assertRefused(exchange({ requestedTokenType: TYPE.refreshToken, scope: "offline_access" }), {
    ...invalidRequest,
    text: "Scope offline_access not allowed",
    action: "narrow_request",
  }),
);

scenario(target, "a refresh token for a subject without a session", async () => {
  const own = await connect().clientCredentials();
  return assertRefused(exchange({ subjectToken: own.accessToken, requestedTokenType: TYPE.refreshToken }), {
    ...invalidRequest,
    text: "Refresh token not valid",
    action: "narrow_request",
  });
});

scenario(target, "consent of the user is missing", () =>
  assertRefused(exchange({ scope: "crm.read" }, { id: "agent-consent" }), {
    status: 400,
    error: "invalid_scope",
    text: "Missing consents for Token Exchange in client",
    action: "user_interaction",
  }),
);

scenario(client, "P152: public requester", () =>
  assertRefused(exchange({}, { auth: new NoneAuth("agent-public") }), {
    status: 400,
    error: "invalid_client",
    text: "Public client is not allowed to exchange token",
    action: "fix_config",
  }),
);

const refusedClient = {
  status: 401,
  error: "unauthorized_client",
  text: "Invalid client or Invalid client credentials",
  action: "fix_client_auth",
};

for (const [method, auth] of [
  ["Basic", new BasicAuth("agent", "wrong")],
  ["post", new PostAuth("agent", "wrong")],
]) {
  scenario(client, `wrong secret by ${method}`, () => assertRefused(exchange({}, { auth }), refusedClient));
}

scenario(client, "unknown client", async () => {
  const error = await exchange({}, { id: "nobody" }).catch((reason) => reason);
  assert.deepEqual([error.status, error.action], [401, "fix_client_auth"]);
  return assertRefused(Promise.reject(error), { ...refusedClient, error: error.error, text: error.errorDescription });
});

scenario(client, "disabled client", async () => {
  const error = await exchange({}, { id: "agent-disabled" }).catch((reason) => reason);
  assert.deepEqual([error.status, error.action], [401, "fix_client_auth"]);
  return assertRefused(Promise.reject(error), { ...refusedClient, error: error.error, text: error.errorDescription });
});

scenario(client, "an error tells no secret and no token", async () => {
  const subjectToken = await subjectOf("alice");
  const secret = "a-secret-nobody-may-see";
  const error = await exchange({ subjectToken }, { secret }).catch((reason) => reason);
  const shown = [inspect(error, { depth: Infinity, showHidden: true }), JSON.stringify(error), String(error.stack)];
  for (const text of shown) assert.ok(!text.includes(secret) && !text.includes(subjectToken));
  return "nothing shown";
});
