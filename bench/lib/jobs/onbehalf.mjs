import { BasicAuth, OAuthClient } from "onbehalf";

export function create({ issuer, tokenEndpoint, clientId, clientSecret, audience, scope, fetch }) {
  const client = new OAuthClient(issuer, {
    auth: new BasicAuth(clientId, clientSecret),
    endpoints: { token: tokenEndpoint },
    discovery: false,
    fetch,
  });
  return async (subjectToken) => (await client.exchangeToken({ subjectToken, audience, scope })).accessToken;
}
