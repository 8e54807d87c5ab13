// Keycloak in place of the built-in authorization server: the same users, the same agent, a realm that goes at the end.
import { randomBytes } from "node:crypto";
import { connectKeycloak, startKeycloak } from "../../scripts/servers/keycloak.mjs";
import { signIn as walkThroughLogin } from "./sign-in.mjs";

const CALLBACK = "https://app.example/callback";
const REALM = "onbehalf-demo";

/**
 * Starts Keycloak, or takes the one at `url` (administrator `admin`, password `admin`), and makes a realm there.
 * Resolves with what `startAuthorizationServer` resolves with; only that Keycloak knows an API by its client id.
 */
export async function startKeycloakServer({ url } = {}) {
  const keycloak = url ? connectKeycloak(url) : await startKeycloak();
  // Keycloak writes the client id of the agent into `aud`.
  const agent = { id: "contacts-agent", secret: `p%2F+/: ${randomBytes(24).toString("base64url")}` };
  agent.resource = agent.id;
  const passwords = new Map(["alice", "bob"].map((user) => [user, randomBytes(12).toString("base64url")]));
  const issuer = keycloak.issuer(REALM);
  const make = (path, body) => keycloak.admin(`/${REALM}${path}`, { method: "POST", body });
  try {
    await keycloak.admin("", { method: "POST", body: realm(agent, passwords) });
  } catch (error) {
    await keycloak.stop();
    throw error;
  }

  const frontends = new Map();
  async function frontend(lifetimeSeconds) {
    const id = `frontend-${lifetimeSeconds}s`;
    if (!frontends.has(id)) frontends.set(id, make("/clients", frontendClient(id, agent, lifetimeSeconds)));
    await frontends.get(id);
    return { id, redirectUri: CALLBACK };
  }

  return {
    name: `Keycloak ${keycloak.version ?? ""}`.trim(),
    preset: "keycloak",
    // A token is still good in the second in which it ends.
    lateAfterMs: 1_050,
    refusals: { audience: "invalid_request", expired: "invalid_request", client: "unauthorized_client" },
    issuer,
    agent,
    users: [...passwords.keys()],
    /** An API is a client; a scope of its own brings it into `aud`, for the agents that may ask for that scope. */
    async registerApi({ identifier, scopes, exchangeableBy = [] }) {
      await make("/clients", { clientId: identifier, bearerOnly: true });
      for (const name of scopes) {
        const id = await make("/client-scopes", { ...scope(name), protocolMappers: [audience(identifier)] });
        for (const clientId of exchangeableBy) {
          const [client] = await keycloak.admin(`/${REALM}/clients?clientId=${encodeURIComponent(clientId)}`);
          await keycloak.admin(`/${REALM}/clients/${client.id}/optional-client-scopes/${id}`, { method: "PUT" });
        }
      }
    },
    async signIn(user, { lifetimeSeconds = 600, fetch } = {}) {
      const password = passwords.get(user);
      if (password === undefined) throw new Error(`no such user: ${user}`);
      const client = await frontend(lifetimeSeconds);
      const endpoints = `${issuer}/protocol/openid-connect`;
      const metadata = { issuer, authorization_endpoint: `${endpoints}/auth`, token_endpoint: `${endpoints}/token` };
      // A `resource` would have to be a URL of an API; the mapper of the front end names the agent.
      return walkThroughLogin({ metadata, client, user, password, scope: "openid", fetch });
    },
    async close() {
      try {
        if (url) await keycloak.admin(`/${REALM}`, { method: "DELETE" });
      } finally {
        await keycloak.stop();
      }
    },
  };
}

function realm(agent, passwords) {
  return {
    realm: REALM,
    enabled: true,
    sslRequired: "none",
    defaultSignatureAlgorithm: "ES256",
    // `sub` is the id of a user.
    users: [...passwords].map(([name, password]) => ({
      ...{ id: name, username: name, enabled: true, email: `${name}@example.test`, emailVerified: true },
      ...{ firstName: name, lastName: "Example", credentials: [{ type: "password", value: password }] },
    })),
    defaultDefaultClientScopes: ["basic"],
    clientScopes: [
      {
        ...scope("basic"),
        attributes: { "include.in.token.scope": "false" },
        protocolMappers: [mapper("sub", "oidc-sub-mapper", {})],
      },
    ],
    clients: [agentClient(agent)],
  };
}

/** The agent: it may exchange tokens, and those it gets look as RFC 9068 and RFC 8693 section 4.1 have it. */
function agentClient({ id, secret }) {
  return {
    clientId: id,
    secret,
    standardFlowEnabled: false,
    serviceAccountsEnabled: true,
    defaultClientScopes: ["basic"],
    attributes: {
      "standard.token.exchange.enabled": "true",
      "access.token.header.type.rfc9068": "true",
      "access.token.lifespan": "300",
    },
    protocolMappers: [hardcoded("client_id", id, "String"), hardcoded("act", JSON.stringify({ sub: id }), "JSON")],
  };
}

function frontendClient(id, agent, lifetimeSeconds) {
  return {
    clientId: id,
    publicClient: true,
    redirectUris: [CALLBACK],
    defaultClientScopes: ["basic"],
    attributes: { "access.token.header.type.rfc9068": "true", "access.token.lifespan": String(lifetimeSeconds) },
    protocolMappers: [audience(agent.id), hardcoded("client_id", id, "String")],
  };
}

function scope(name) {
  return { name, protocol: "openid-connect", attributes: { "include.in.token.scope": "true" } };
}

function audience(clientId) {
  return mapper("audience", "oidc-audience-mapper", { "included.client.audience": clientId });
}

function hardcoded(name, value, type) {
  const config = { "claim.name": name, "claim.value": value, "jsonType.label": type };
  return mapper(name, "oidc-hardcoded-claim-mapper", config);
}

function mapper(name, protocolMapper, config) {
  return { name, protocol: "openid-connect", protocolMapper, config: { ...config, "access.token.claim": "true" } };
}
