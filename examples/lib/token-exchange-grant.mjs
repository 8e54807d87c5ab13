// The token exchange grant (RFC 8693) for oidc-provider, which has none of its own.
import { createLocalJWKSet, errors as joseErrors, jwtVerify } from "jose";
import { errors } from "./oidc-provider.mjs";

export const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
export const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const JWT = "urn:ietf:params:oauth:token-type:jwt";

// RFC 8693 section 2.1: `audience` and `resource` may be repeated, nothing else may.
const REPEATABLE = ["audience", "resource"];
const PARAMETERS = [
  ...REPEATABLE,
  "scope",
  "subject_token",
  "subject_token_type",
  "actor_token",
  "actor_token_type",
  "requested_token_type",
];

/**
 * Teaches `provider` the grant.
 *
 * `apis` maps the identifier of each API to its settings; `publicKeys` verify the tokens this server signed itself;
 * `actors` receives the `act` claim of each token, for the server's `extraTokenClaims`; `isUser(subject)` tells users
 * from clients.
 */
export function addTokenExchange(provider, { apis, publicKeys, actors, isUser }) {
  const tokens = tokenReader(provider, publicKeys);

  async function handle(ctx) {
    const { client, params } = ctx.oidc;
    const issuedType = requestedType(params);
    const subject = await readSubject(ctx, tokens, isUser);
    const actor = await readActor(ctx, tokens);
    const api = target(apis, params, client);
    if (issuedType === JWT && api.format !== "jwt") {
      throw new errors.InvalidRequest("this API takes opaque tokens only");
    }

    const remainingSeconds = subject.exp - Math.floor(Date.now() / 1000);
    if (remainingSeconds < 1) throw refused("subject_token has expired");
    const token = new provider.AccessToken({
      accountId: subject.sub,
      client,
      gty: "token_exchange",
      scope: grantedScopes(params, subject, api).join(" ") || undefined,
      // The new token never outlives the one it was made from.
      expiresIn: Math.min(api.lifetimeSeconds, remainingSeconds),
    });
    token.resourceServer = new provider.ResourceServer(api.identifier, api.info());
    // RFC 8693 section 4.1: the current actor is outermost, earlier ones are nested in it.
    actors.set(token, { sub: actor, ...(subject.act && { act: subject.act }) });

    ctx.oidc.entity("AccessToken", token);
    const value = await token.save();
    ctx.body = {
      access_token: value,
      issued_token_type: issuedType,
      token_type: token.tokenType,
      expires_in: token.expiration,
      scope: token.scope ?? "",
    };
  }

  provider.registerGrantType(TOKEN_EXCHANGE, handle, PARAMETERS, REPEATABLE);
}

function requestedType({ requested_token_type: type = ACCESS_TOKEN }) {
  if (type !== ACCESS_TOKEN && type !== JWT) {
    throw new errors.InvalidRequest(`requested_token_type is not supported, ask for ${ACCESS_TOKEN}`);
  }
  return type;
}

async function readSubject(ctx, tokens, isUser) {
  const { client, params } = ctx.oidc;
  if (!params.subject_token || !params.subject_token_type) {
    throw new errors.InvalidRequest("subject_token and subject_token_type are required");
  }
  if (params.subject_token_type !== ACCESS_TOKEN) {
    throw new errors.InvalidRequest(`subject_token_type is not supported, send ${ACCESS_TOKEN}`);
  }
  const subject = await tokens.user(params.subject_token, "subject_token");
  // Without this check any client could use any token it gets hold of: it has to be meant for the one that shows it.
  if (subject.aud !== client.resource) {
    throw refused("subject_token was not issued for this client");
  }
  if (!isUser(subject.sub)) throw refused("subject_token does not name a user");
  return subject;
}

/** Who acts: the client itself, also when it says so with an actor token. */
async function readActor(ctx, tokens) {
  const { client, params } = ctx.oidc;
  if (!params.actor_token) {
    if (params.actor_token_type) throw new errors.InvalidRequest("actor_token_type without actor_token");
    return client.clientId;
  }
  if (params.actor_token_type !== ACCESS_TOKEN) {
    throw new errors.InvalidRequest(`actor_token_type is required with actor_token, and only ${ACCESS_TOKEN} is known`);
  }
  const actor = await tokens.client(params.actor_token, "actor_token");
  if (actor.clientId !== client.clientId) throw refused("actor_token belongs to another client");
  return actor.clientId;
}

/** The one API the request asks for. RFC 8693 section 2.2.2: anything else is `invalid_target`. */
function target(apis, params, client) {
  const asked = [...new Set(REPEATABLE.flatMap((name) => params[name] ?? []))];
  if (asked.length === 0) throw new errors.InvalidTarget("say with audience or resource which API the token is for");
  if (asked.length > 1) throw new errors.InvalidTarget("one token is for one API: ask for each of them by itself");
  const api = apis.get(asked[0]);
  if (!api?.exchangeableBy.includes(client.clientId)) {
    throw new errors.InvalidTarget("this client may not get tokens for the requested audience");
  }
  return api;
}

/** Never more than the user gave the client, and never less than was asked for without an error. */
function grantedScopes(params, subject, api) {
  const available = api.scopes.filter((scope) => subject.scopes.includes(scope));
  const asked = params.scope?.split(" ").filter(Boolean) ?? [];
  if (asked.length === 0) return available;
  const excess = asked.filter((scope) => !available.includes(scope));
  if (excess.length > 0) {
    throw new errors.InvalidScope("the requested scope is more than the subject token allows", excess.join(" "));
  }
  return [...new Set(asked)];
}

/** Reads tokens of this server, whichever of the two formats they have. */
function tokenReader(provider, publicKeys) {
  const keys = createLocalJWKSet(publicKeys);

  async function fromJwt(value, name) {
    try {
      const { payload } = await jwtVerify(value, keys, {
        issuer: provider.issuer,
        typ: "at+jwt",
        requiredClaims: ["sub", "aud", "exp", "client_id"],
      });
      const { sub, aud, exp, act, client_id: clientId, scope = "" } = payload;
      return { sub, aud, exp, act, clientId, scopes: scope.split(" ") };
    } catch (error) {
      if (error instanceof joseErrors.JWTExpired) throw refused(`${name} has expired`);
      if (error instanceof joseErrors.JOSEError) throw refused(`${name} is not a token of this server`);
      throw error;
    }
  }

  function fromStore(token) {
    const { accountId, aud, clientId, exp, extra, scopes } = token;
    return { sub: accountId ?? clientId, aud, exp, act: extra?.act, clientId, scopes: [...scopes] };
  }

  const isJwt = (value) => value.split(".").length === 3;
  const unknown = (name) => refused(`${name} is unknown, expired or revoked`);

  return {
    async user(value, name) {
      if (isJwt(value)) return fromJwt(value, name);
      const found = await provider.AccessToken.find(value);
      if (!found) throw unknown(name);
      return fromStore(found);
    },
    async client(value, name) {
      const found = isJwt(value) ? await fromJwt(value, name) : await provider.ClientCredentials.find(value);
      if (!found) throw unknown(name);
      const actor = isJwt(value) ? found : fromStore(found);
      if (actor.sub !== actor.clientId) throw refused(`${name} is a user's token, not a client's`);
      return actor;
    },
  };
}

/** `invalid_grant` with a reason; the library's own class hides reasons from clients. */
function refused(reason) {
  return new errors.CustomOIDCProviderError("invalid_grant", reason);
}
