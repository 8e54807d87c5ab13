// A real authorization server in this process: oidc-provider with a token exchange grant, two users and one agent.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { loginPages } from "./login-pages.mjs";
import { errors, Provider, withoutNotices } from "./oidc-provider.mjs";
import { signIn as walkThroughLogin } from "./sign-in.mjs";
import { addTokenExchange, TOKEN_EXCHANGE } from "./token-exchange-grant.mjs";

const CALLBACK = "https://app.example/callback";

/**
 * Starts the server on a loopback port and resolves with what its users and clients need to know.
 *
 * - `name`, `issuer`, `close()`; `preset`, the client's word for its ways; `refusals`, its code for each kind of no;
 *   `lateAfterMs`, how long after its end a token is surely refused
 * - `agent`: `{ id, secret, resource }`, a confidential client (client_secret_basic). The secret holds `:`, `%`, `+`,
 *   `/` and a space: a client that does not form-encode it (RFC 6749 section 2.3.1) is refused.
 * - `registerApi({ identifier, scopes, … })`: which API tokens can be asked for, and by whom
 * - `signIn(user, { scope?, lifetimeSeconds?, fetch? })`: a login at the front end; resolves with the token answer, the
 *   token's audience being the agent. With `lifetimeSeconds: 1` the token really expires, one second later.
 *
 * `userTokenFormat: "opaque"` makes the users' tokens random strings, which can be introspected and revoked.
 */
export async function startAuthorizationServer({ port = 0, userTokenFormat = "jwt" } = {}) {
  const http = createServer();
  await new Promise((resolve, reject) => http.once("error", reject).listen(port, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${http.address().port}`;

  const agent = {
    id: "contacts-agent",
    secret: `p%2F+/: ${randomBytes(24).toString("base64url")}`,
    resource: "https://agent.example/",
  };
  const passwords = new Map(["alice", "bob"].map((user) => [user, randomBytes(12).toString("base64url")]));
  const lifetimes = new Map();
  const apis = new Map();
  const actors = new WeakMap();

  function registerApi({
    identifier,
    scopes,
    format = "jwt",
    lifetimeSeconds = 300,
    issuedTo = [],
    exchangeableBy = [],
  }) {
    const info = () => ({
      audience: identifier,
      scope: scopes.join(" "),
      accessTokenFormat: format,
      accessTokenTTL: lifetimeSeconds,
      jwt: { sign: { alg: "ES256" } },
    });
    apis.set(identifier, { identifier, scopes, format, lifetimeSeconds, issuedTo, exchangeableBy, info });
  }

  const signingKey = es256Key();
  const provider = await withoutNotices(
    () =>
      new Provider(issuer, {
        ...settings({ agent, lifetimes, apis, actors }),
        jwks: { keys: [signingKey] },
        findAccount: (_ctx, id) => (passwords.has(id) ? { accountId: id, claims: () => ({ sub: id }) } : undefined),
      }),
  );
  const { d: _private, ...publicKey } = signingKey;
  addTokenExchange(provider, { apis, actors, publicKeys: { keys: [publicKey] }, isUser: (id) => passwords.has(id) });
  // Clients only see "oops": the cause is a fault of this server and has to be seen by whoever runs it.
  provider.on("server_error", (_ctx, error) => console.error(error));

  const checkPassword = (user, password) => passwords.has(user) && passwords.get(user) === password;
  const pages = loginPages(provider, { checkPassword });
  const protocol = provider.callback();
  http.on("request", (request, response) =>
    request.url.startsWith("/interaction/") ? pages(request, response) : protocol(request, response),
  );

  /** A front end whose tokens live for the given time; one client for each lifetime, so that logins do not mix. */
  async function frontend(lifetimeSeconds) {
    const client = { id: `frontend-${lifetimeSeconds}s`, redirectUri: CALLBACK };
    if (!lifetimes.has(client.id)) {
      lifetimes.set(client.id, lifetimeSeconds);
      await provider.Client.adapter.upsert(client.id, {
        client_id: client.id,
        redirect_uris: [client.redirectUri],
        token_endpoint_auth_method: "none",
      });
    }
    return client;
  }

  registerApi({
    identifier: agent.resource,
    scopes: ["agent:ask", "contacts:read", "contacts:write"],
    format: userTokenFormat,
    issuedTo: ["frontend", agent.id],
  });

  return {
    name: "oidc-provider",
    preset: "rfc8693",
    lateAfterMs: 50,
    refusals: { audience: "invalid_target", expired: "invalid_grant", client: "invalid_client" },
    issuer,
    agent,
    users: [...passwords.keys()],
    registerApi,
    async signIn(user, { scope = "agent:ask contacts:read contacts:write", lifetimeSeconds = 600, fetch } = {}) {
      const password = passwords.get(user);
      if (password === undefined) throw new Error(`no such user: ${user}`);
      const metadata = {
        issuer,
        authorization_endpoint: provider.urlFor("authorization"),
        token_endpoint: provider.urlFor("token"),
      };
      const client = await frontend(lifetimeSeconds);
      return walkThroughLogin({ metadata, client, user, password, resource: agent.resource, scope, fetch });
    },
    async close() {
      const closed = new Promise((resolve) => http.close(resolve));
      http.closeAllConnections();
      await closed;
    },
  };
}

function settings({ agent, lifetimes, apis, actors }) {
  const oneHour = 3600;
  return {
    clients: [
      {
        client_id: agent.id,
        client_secret: agent.secret,
        grant_types: [TOKEN_EXCHANGE, "client_credentials"],
        redirect_uris: [],
        response_types: [],
        resource: agent.resource,
      },
    ],
    // Which audience a subject token must have for the client that shows it.
    extraClientMetadata: { properties: ["resource"] },
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    responseTypes: ["code"],
    clientBasedCORS: () => false,
    extraTokenClaims: (_ctx, token) => (actors.has(token) ? { act: actors.get(token) } : undefined),
    renderError: (ctx, out) => {
      ctx.type = "json";
      ctx.body = out;
    },
    // Given one by one because the built-in defaults print a notice when they are first used.
    ttl: {
      AccessToken: (_ctx, token, client) =>
        lifetimes.get(client.clientId) ?? token.resourceServer?.accessTokenTTL ?? oneHour,
      AuthorizationCode: 60,
      ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? oneHour,
      Grant: oneHour,
      IdToken: oneHour,
      Interaction: oneHour,
      Session: oneHour,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      // Proofs would be ignored by the token exchange grant, so they are not offered at all.
      dPoP: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
      introspection: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId || token.aud === client.resource,
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId || token.aud === client.resource,
      },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, identifier, client) => directlyIssued(apis, identifier, client, lifetimes),
        useGrantedResource: () => true,
      },
    },
  };
}

/** The API behind a `resource` parameter outside token exchange; front ends count as one client. */
function directlyIssued(apis, identifier, client, lifetimes) {
  const api = apis.get(identifier);
  const name = lifetimes.has(client.clientId) ? "frontend" : client.clientId;
  if (!api?.issuedTo.includes(name)) throw new errors.InvalidTarget();
  return api.info();
}

function es256Key() {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...privateKey.export({ format: "jwk" }), alg: "ES256", use: "sig", kid: randomBytes(8).toString("hex") };
}
