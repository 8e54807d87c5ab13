// The exchange of the main job at a server of the reader's own, configured by the environment.
import { BasicAuth, OAuthClient, PostAuth } from "onbehalf";
import { readClaims, shownClaims, watchedFetch } from "./wire.mjs";

const REQUIRED = {
  ISSUER: "the issuer of your server, as in its metadata: https://login.example.com/realms/acme",
  CLIENT_ID: "a confidential client that may use token exchange",
  CLIENT_SECRET: "the secret of this client",
  SUBJECT_TOKEN: "an access token of a user, issued for this client",
  AUDIENCE: "the API the new token is for, as your server calls it",
};

/**
 * Reads the settings: `settings` when all are there, `missing` when only some are. SCOPE and PRESET are optional and do
 * not count as a start.
 */
export function ownServerSettings(env) {
  const names = Object.keys(REQUIRED);
  const given = names.filter((name) => env[name]);
  if (given.length === 0) return { missing: [] };
  const missing = names.filter((name) => !env[name]);
  const explained = names.map((name) => ({ name, meaning: REQUIRED[name], given: given.includes(name) }));
  if (missing.length > 0) return { missing, explained };
  const { ISSUER, CLIENT_ID, CLIENT_SECRET, SUBJECT_TOKEN, AUDIENCE, SCOPE, PRESET } = env;
  return {
    missing,
    settings: {
      issuer: ISSUER,
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      subjectToken: SUBJECT_TOKEN,
      audience: AUDIENCE,
      scope: SCOPE || undefined,
      preset: PRESET || undefined,
    },
  };
}

/** Discovers, exchanges, and shows what came of it. Resolves with the exit code. */
export async function exchangeAtOwnServer(report, settings) {
  const { issuer, clientId, subjectToken, audience, scope } = settings;
  report.heading(`onbehalf: one exchange at ${issuer}`);
  let client;
  try {
    const { metadata, createClient } = await report.step(`Discovery at ${issuer}`, async (step) => {
      const connect = clientFactory(report, settings);
      client = connect(BasicAuth);
      const found = await client.discoverServerMetadata();
      step.rows("found", {
        "token endpoint": found.tokenEndpoint,
        grants: found.grantTypesSupported?.join(" "),
        "client auth": found.tokenEndpointAuthMethodsSupported?.join(" "),
      });
      return { metadata: found, createClient: connect };
    });

    // Basic is what servers must offer; a list without it is a server that wants the secret in the form.
    const methods = metadata.tokenEndpointAuthMethodsSupported ?? ["client_secret_basic"];
    if (!methods.includes("client_secret_basic") && methods.includes("client_secret_post")) {
      client.close();
      client = createClient(PostAuth);
    }

    await report.step(`${clientId} exchanges the user's token for one for ${audience}`, async (step) => {
      const before = readClaims(subjectToken);
      step.rows("gave", shownClaims(subjectToken));
      if (before?.exp < Date.now() / 1000) step.note("This token has expired: expect a refusal.");
      const token = await client.exchangeToken({ subjectToken, audience, ...(scope && { scope }) });
      step.rows("got", {
        type: `${token.tokenType}, ${token.issuedTokenType ?? "issued token type not said"}`,
        "expires in": token.expiresIn === undefined ? "not said" : `${token.expiresIn} s`,
        granted:
          token.scopeSource === "unknown"
            ? "not said"
            : `${token.scope.join(" ") || "no scope"} (known from the ${token.scopeSource})`,
        ...shownClaims(token.accessToken),
      });
      if (token.assumed?.length > 0) step.note(`The answer left out: ${token.assumed.join(", ")}`);
      step.check("no requested scope is missing", token.missingScopes, []);
      checkAgainst(step, { before, after: readClaims(token.accessToken), audience });
    });
  } catch (error) {
    report.abort(error);
  } finally {
    client?.close();
  }
  return report.finish("your server");
}

function checkAgainst(step, { before, after, audience }) {
  if (!after) return;
  const audiences = [after.aud ?? []].flat();
  if (audiences.includes(audience)) step.check("the token is for the audience that was asked for", true);
  else step.note(`The token's aud is ${audiences.join(" ") || "absent"}: some servers name an API differently there.`);
  if (before?.sub !== undefined) step.check("the token is still about the same user", after.sub, before.sub);
}

function clientFactory(report, { issuer, clientId, clientSecret, preset }) {
  const fetch = watchedFetch({ from: "this script", names: new Map(), print: report.note });
  return (Auth) =>
    new OAuthClient(issuer, { auth: new Auth(clientId, clientSecret), ...(preset && { preset }), fetch });
}
