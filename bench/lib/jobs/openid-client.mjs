import * as client from "openid-client";

export function create({ issuer, tokenEndpoint, clientId, clientSecret, audience, scope, fetch }) {
  const server = { issuer, token_endpoint: tokenEndpoint };
  const config = new client.Configuration(server, clientId, undefined, client.ClientSecretBasic(clientSecret));
  client.allowInsecureRequests(config);
  if (fetch) config[client.customFetch] = fetch;
  return async (subjectToken) => {
    const tokens = await client.genericGrantRequest(config, "urn:ietf:params:oauth:grant-type:token-exchange", {
      subject_token: subjectToken,
      subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
      audience,
      scope,
    });
    return tokens.access_token;
  };
}
