// The realms of the Keycloak suite, as realm files have them.
// As soon as a realm names its own client scopes, the built-in ones are not made: `basic` brings `sub` back.

/** What makes a client one that may exchange tokens. */
const EXCHANGE = { "standard.token.exchange.enabled": "true" };
const REFRESH = { "standard.token.exchange.enableRefreshRequestedTokenType": "SAME_SESSION" };

export const AGENT_SECRET = "agent-secret";

/** Everything that a client has to escape: separators of Basic and of forms, `%`, `+`, spaces, other alphabets. */
export const STRANGE = { id: "we:ird %+ü", secret: "p%3A:ß +x&=€" };

/** The key that a client signs its assertions with: only ever known to servers that a test run has started. */
export const SIGNING_KEY = {
  kty: "EC",
  crv: "P-256",
  x: "-ew3StfJ_xDLcYpXEQErTPHPSTfN7nQ7gpmwlHWjBBA",
  y: "y4uqrY7JpywhsNPMNOeiK6jyVm3ZU1R9PXAZG73KV-g",
  d: "0WOarNaD0Z19AZFbcEdr2WlNHmkQTwkBmedQv0iN9JY",
};
const { d: _, ...VERIFYING_KEY } = SIGNING_KEY;

/** Who may show the token of a user: all of these are in its audience. */
const REQUESTERS = ["agent", "agent-plain", "agent-off", "agent-public", "agent-consent", "agent-key", STRANGE.id];

const audience = (client) => ({
  name: `audience ${client}`,
  protocol: "openid-connect",
  protocolMapper: "oidc-audience-mapper",
  config: { "included.client.audience": client, "access.token.claim": "true" },
});

const subject = {
  name: "sub",
  protocol: "openid-connect",
  protocolMapper: "oidc-sub-mapper",
  config: { "access.token.claim": "true", "introspection.token.claim": "true" },
};

/** A client scope, and the audiences that a token with it is for. */
const scope = (name, mappers, shown = "true") => ({
  name,
  protocol: "openid-connect",
  attributes: { "include.in.token.scope": shown },
  protocolMappers: mappers,
});

/** Tokens name users by their id. */
export const USERS = {
  alice: "a11ce000-0000-4000-8000-000000000001",
  bob: "b0b00000-0000-4000-8000-000000000002",
};

const user = (name, id = USERS[name]) => ({
  id,
  username: name,
  enabled: true,
  email: `${name}@example.test`,
  emailVerified: true,
  firstName: name,
  lastName: "Example",
  credentials: [{ type: "password", value: name, temporary: false }],
});

const frontend = (id, audiences, attributes = {}) => ({
  clientId: id,
  publicClient: true,
  directAccessGrantsEnabled: true,
  standardFlowEnabled: false,
  defaultClientScopes: ["basic"],
  optionalClientScopes: ["openid", "offline_access"],
  protocolMappers: audiences.map(audience),
  attributes,
});

const agent = (id, members = {}) => ({
  clientId: id,
  secret: AGENT_SECRET,
  standardFlowEnabled: false,
  defaultClientScopes: ["basic"],
  optionalClientScopes: ["crm.read", "calendar", "billing", "offline_access"],
  attributes: EXCHANGE,
  ...members,
});

const api = (id, members = {}) => ({ clientId: id, secret: `${id}-secret`, standardFlowEnabled: false, ...members });

export const agents = {
  realm: "agents",
  enabled: true,
  sslRequired: "none",
  users: [user("alice"), user("bob")],
  defaultDefaultClientScopes: ["basic"],
  clientScopes: [
    scope("basic", [subject], "false"),
    scope("openid", [], "false"),
    scope("offline_access", []),
    scope("crm.read", [audience("crm-api")]),
    scope("calendar", [audience("calendar-api")]),
    scope("billing", [audience("billing-api")]),
  ],
  clients: [
    frontend("frontend", [...REQUESTERS, "crm-api"]),
    frontend("frontend-brief", REQUESTERS, { "access.token.lifespan": "1" }),
    frontend("frontend-of-others", ["crm-api"]),
    agent("agent", { serviceAccountsEnabled: true, attributes: { ...EXCHANGE, ...REFRESH } }),
    agent("agent-plain"),
    agent("agent-off", { attributes: {} }),
    agent("agent-public", { publicClient: true, secret: undefined }),
    agent("agent-consent", { consentRequired: true, standardFlowEnabled: true, redirectUris: ["http://127.0.0.1/*"] }),
    agent("agent-disabled", { enabled: false }),
    agent(STRANGE.id, { secret: STRANGE.secret }),
    agent("agent-key", {
      secret: undefined,
      clientAuthenticatorType: "client-jwt",
      attributes: {
        ...EXCHANGE,
        "use.jwks.string": "true",
        "jwks.string": JSON.stringify({ keys: [{ ...VERIFYING_KEY, use: "sig", alg: "ES256", kid: "agent-key" }] }),
        "token.endpoint.auth.signing.alg": "ES256",
      },
    }),
    api("crm-api"),
    api("calendar-api"),
    api("billing-api", { enabled: false }),
  ],
};

/** Another realm of the same server: its tokens are no good in the first. */
export const elsewhere = {
  realm: "elsewhere",
  enabled: true,
  sslRequired: "none",
  users: [user("alice", "a11ce000-0000-4000-8000-00000000e15e")],
  defaultDefaultClientScopes: ["basic"],
  clientScopes: [scope("basic", [subject], "false"), scope("openid", [], "false"), scope("offline_access", [])],
  clients: [frontend("frontend", ["agent"]), agent("agent", { optionalClientScopes: [] })],
};

export const realms = [agents, elsewhere];
