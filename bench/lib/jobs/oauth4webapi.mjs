import * as oauth from "oauth4webapi";

export function create({ issuer, tokenEndpoint, clientId, clientSecret, audience, scope, fetch }) {
  const server = { issuer, token_endpoint: tokenEndpoint };
  const client = { client_id: clientId };
  const auth = oauth.ClientSecretBasic(clientSecret);
  const options = { [oauth.allowInsecureRequests]: true };
  if (fetch) options[oauth.customFetch] = fetch;
  return async (subjectToken) => {
    const response = await oauth.genericTokenEndpointRequest(
      server,
      client,
      auth,
      "urn:ietf:params:oauth:grant-type:token-exchange",
      {
        subject_token: subjectToken,
        subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
        audience,
        scope,
      },
      options,
    );
    return (await oauth.processGenericTokenEndpointResponse(server, client, response)).access_token;
  };
}
