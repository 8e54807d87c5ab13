/**
 * The examples that users of @datacules/agent-identity-token-exchange have in their code, as they stand in its README but
 * for the import path. Requests to the servers they name go to the quirk server.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RFC_TOKEN_TYPES, TokenExchangeStore } from "onbehalf";
import { json } from "../servers/quirk/server.mjs";
import { assertFields, assertRedacted, GRANT, SUCCESS, serve, success, TYPE } from "./helpers.mjs";

process.env.AGENT_CLIENT_SECRET = "agent-client-secret";

const exchangeConfigs = [
  {
    // Matches the credentialRef in your RoutingRule
    ref: "crm-service-token",
    name: "CRM Service Token",
    kind: "user-delegated",
    scope: "crm:read crm:write",
    status: "active",
    provider: "openai",

    // Keycloak example
    tokenEndpoint: "https://auth.acme.com/realms/prod/protocol/openid-connect/token",
    clientId: "agent-identity",
    clientSecret: process.env.AGENT_CLIENT_SECRET,
    requestedScopes: ["crm:read", "crm:write"],
    audience: "https://crm.acme.com",
  },
];

const rules = [
  {
    id: "rule-crm-user-delegated",
    description: "Route CRM calls through token exchange",
    credentialRef: "crm-service-token", // matches TokenExchangeConfig.ref
    credentialKind: "user-delegated",
    priority: 80,
    matchProvider: "openai",
    matchAction: ["read", "write"],
  },
];

/** What the router of @datacules/agent-identity asks of a store: the best rule's credential, spread into its answer. */
function createRouterFromStore(store, rules) {
  return {
    async resolveAsync(context) {
      const rule = rules.find(
        ({ matchProvider, matchAction }) => matchProvider === context.provider && matchAction.includes(context.action),
      );
      const credential = rule && (await store.findByRef(rule.credentialRef));
      if (credential?.status !== "active" || credential.kind !== rule.credentialKind) return null;
      const { id: credentialId, ...rest } = { ...credential };
      return { credentialId, ...rest, resolvedFor: context.userId };
    },
  };
}

const { fetch } = globalThis;

/** Sends the requests for all hosts to the quirk server. */
async function internet(t) {
  const server = await serve(t);
  const hosts = [];
  globalThis.fetch = (url, init) => {
    const { host, pathname } = new URL(url);
    hosts.push(host);
    return fetch(server.origin + pathname, init);
  };
  t.after(() => {
    globalThis.fetch = fetch;
  });
  return { server, hosts };
}

describe("the README's examples", () => {
  test("how it fits in: a store in a request, and a router over it", async (t) => {
    const { server, hosts } = await internet(t);
    server.on("/realms/prod/protocol/openid-connect/token", success({ access_token: "crm-token" }));
    const req = { headers: { authorization: "Bearer user-token" } };

    // Closed over the current request's authenticated user token:
    const subjectToken = req.headers.authorization?.replace("Bearer ", "");

    const store = new TokenExchangeStore({
      configs: exchangeConfigs,
      subjectTokenProvider: async (_ref) => subjectToken ?? null,
    });

    const router = createRouterFromStore(store, rules);
    const resolved = await router.resolveAsync({ provider: "openai", action: "read", userId: "alice" });
    // resolved.ref IS the exchanged access_token
    assert.equal(resolved.ref, "crm-token");
    assert.equal(resolved.credentialId, "token-exchange:crm-service-token");
    assert.deepEqual(hosts, ["auth.acme.com"]);
    assertFields(server.requests[0], {
      grant_type: GRANT.exchange,
      subject_token: "user-token",
      subject_token_type: TYPE.accessToken,
      client_id: "agent-identity",
      client_secret: "agent-client-secret",
      scope: "crm:read crm:write",
      audience: "https://crm.acme.com",
    });
    assertRedacted(store, ["crm-token", "agent-client-secret", "user-token"]);
  });

  test("the API route: with a token, and without one", async (t) => {
    const { server } = await internet(t);
    server.on("/realms/prod/protocol/openid-connect/token", success());

    async function POST(req) {
      const body = await req.json();
      const subjectToken = req.headers.get("authorization")?.replace("Bearer ", "");

      const store = new TokenExchangeStore({
        configs: exchangeConfigs,
        subjectTokenProvider: async (_ref) => subjectToken ?? null,
      });

      const router = createRouterFromStore(store, rules);
      const resolved = await router.resolveAsync(body);

      if (!resolved) return Response.json({ error: "Unauthorized" }, { status: 403 });
      return Response.json({ credentialId: resolved.credentialId, resolvedFor: resolved.resolvedFor });
    }

    const body = JSON.stringify({ provider: "openai", action: "read", userId: "alice" });
    const request = (headers) => new Request("https://app.example/api/resolve", { method: "POST", headers, body });
    const granted = await POST(request({ authorization: "Bearer user-token" }));
    assert.deepEqual(await granted.json(), { credentialId: "token-exchange:crm-service-token", resolvedFor: "alice" });
    assert.equal((await POST(request({}))).status, 403);
    assert.equal((await POST(request({ authorization: "Bearer " }))).status, 403);
    assert.equal(server.requests.length, 1);
  });

  const slot = { ref: "slot", name: "Slot", kind: "user-delegated", scope: "x", status: "active" };

  async function exchangedBy(t, path, config, answer = success()) {
    const { server } = await internet(t);
    server.on(path, answer);
    const store = new TokenExchangeStore({
      configs: [{ ...slot, ...config }],
      subjectTokenProvider: async () => "user-token",
    });
    const credential = await store.findByRef("slot");
    assert.equal(credential?.ref, SUCCESS.access_token);
    return server.requests[0];
  }

  test("Keycloak", async (t) => {
    const REALM = "prod";
    process.env.KC_CLIENT_SECRET = "kc-secret";
    const request = await exchangedBy(t, "/realms/prod/protocol/openid-connect/token", {
      tokenEndpoint: `https://keycloak.acme.com/realms/${REALM}/protocol/openid-connect/token`,
      clientId: "agent-identity",
      clientSecret: process.env.KC_CLIENT_SECRET,
      // Keycloak: enable token exchange in realm settings
      extraParams: { requested_issuer: "external-idp" }, // optional
    });
    assertFields(request, {
      grant_type: GRANT.exchange,
      scope: "x",
      subject_token: "user-token",
      subject_token_type: TYPE.accessToken,
      requested_issuer: "external-idp",
      client_id: "agent-identity",
      client_secret: "kc-secret",
    });
  });

  test("Auth0 (Enterprise)", async (t) => {
    const DOMAIN = "acme.eu.auth0.com";
    process.env.AUTH0_CLIENT_ID = "auth0-client";
    process.env.AUTH0_CLIENT_SECRET = "auth0-secret";
    const request = await exchangedBy(t, "/oauth/token", {
      tokenEndpoint: `https://${DOMAIN}/oauth/token`,
      clientId: process.env.AUTH0_CLIENT_ID,
      clientSecret: process.env.AUTH0_CLIENT_SECRET,
      audience: "https://api.acme.com",
      requestedScopes: ["read:crm"],
    });
    assertFields(request, {
      grant_type: GRANT.exchange,
      audience: "https://api.acme.com",
      scope: "read:crm",
      subject_token: "user-token",
      subject_token_type: TYPE.accessToken,
      client_id: "auth0-client",
      client_secret: "auth0-secret",
    });
  });

  const entra = () => {
    const TENANT_ID = "6d4f2f0e";
    process.env.AZURE_CLIENT_ID = "azure-client";
    process.env.AZURE_CLIENT_SECRET = "azure-secret";
    return {
      tokenEndpoint: `https://login.microsoftonline.com/${TENANT_ID}/oauth2/v2.0/token`,
      clientId: process.env.AZURE_CLIENT_ID,
      clientSecret: process.env.AZURE_CLIENT_SECRET,
      requestedScopes: ["https://graph.microsoft.com/.default"],
      subjectTokenType: RFC_TOKEN_TYPES.ACCESS_TOKEN,
      // Azure OBO uses the same grant_type as RFC 8693
      extraParams: { requested_token_use: "on_behalf_of" },
    };
  };

  test("Azure AD / Entra ID (On-Behalf-Of): the grant that Entra has, not the one the README speaks of", async (t) => {
    // As Entra answers: without issued_token_type.
    const answer = success({ issued_token_type: undefined, ext_expires_in: 3600 });
    const request = await exchangedBy(t, "/6d4f2f0e/oauth2/v2.0/token", entra(), answer);
    assertFields(request, {
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: "user-token",
      requested_token_use: "on_behalf_of",
      scope: "https://graph.microsoft.com/.default",
      client_id: "azure-client",
      client_secret: "azure-secret",
    });
  });

  test("what Entra's errors mean", async (t) => {
    const claims = '{"access_token":{"polids":{"essential":true}}}';
    for (const [status, body, action] of [
      [400, { error: "interaction_required", suberror: "basic_action", claims }, "claims_challenge"],
      [400, { error: "invalid_grant", suberror: "consent_required" }, "user_interaction"],
      [400, { error: "invalid_grant", error_description: "AADSTS65001: no consent" }, "user_interaction"],
      [400, { error: "invalid_grant", error_description: "AADSTS50013: bad assertion" }, "renew_subject"],
      [400, { error: "invalid_grant", suberror: "bad_token" }, "renew_subject"],
      [400, { error: "unauthorized_client" }, "fix_config"],
      [401, { error: "unauthorized_client" }, "fix_config"],
      [401, { error: "invalid_client" }, "fix_client_auth"],
      [400, { error: "invalid_scope" }, "fix_config"],
      [400, { error: "invalid_resource" }, "fix_config"],
      [400, { error: "temporarily_unavailable" }, "wait"],
    ]) {
      const { server } = await internet(t);
      server.on("/6d4f2f0e/oauth2/v2.0/token", json(body, status));
      const store = new TokenExchangeStore({ configs: [{ ...slot, ...entra(), maxRetries: 0 }] });
      const error = await store.getToken("slot", { subjectToken: "user-token" }).catch((error) => error);
      assert.equal(error.action, action, JSON.stringify(body));
      if (body.claims) assert.equal(error.claims, claims);
    }
  });

  test("Okta", async (t) => {
    const [OKTA_DOMAIN, AUTH_SERVER_ID] = ["acme.okta.com", "default"];
    process.env.OKTA_CLIENT_ID = "okta-client";
    process.env.OKTA_CLIENT_SECRET = "okta-secret";
    const request = await exchangedBy(t, "/oauth2/default/v1/token", {
      tokenEndpoint: `https://${OKTA_DOMAIN}/oauth2/${AUTH_SERVER_ID}/v1/token`,
      clientId: process.env.OKTA_CLIENT_ID,
      clientSecret: process.env.OKTA_CLIENT_SECRET,
      requestedScopes: ["crm:read"],
      audience: "https://crm.acme.com",
    });
    assert.equal(new Map(request.form).get("scope"), "crm:read");
  });

  test("cache management", async (t) => {
    const { server } = await internet(t);
    server.on("/realms/prod/protocol/openid-connect/token", success());
    const store = new TokenExchangeStore({ configs: exchangeConfigs, subjectTokenProvider: async () => "user-token" });
    await store.findByRef("crm-service-token");
    // Force re-exchange for a specific slot (e.g. after a 401 from downstream):
    store.invalidateCache("crm-service-token");
    await store.findByRef("crm-service-token");
    // Flush all cached tokens:
    store.flushCache();
    await store.findByRef("crm-service-token");
    assert.equal(server.requests.length, 3);
  });
});
