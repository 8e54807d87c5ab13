// The exchange as one writes it without a library: no check of anything but the status.
export function create({ tokenEndpoint, clientId, clientSecret, audience, scope, fetch = globalThis.fetch }) {
  const form = (text) => encodeURIComponent(text).replaceAll("%20", "+");
  const authorization = `Basic ${btoa(`${form(clientId)}:${form(clientSecret)}`)}`;
  return async (subjectToken) => {
    const response = await fetch(tokenEndpoint, {
      method: "POST",
      headers: { authorization, accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token: subjectToken,
        subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
        audience,
        scope,
      }).toString(),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return (await response.json()).access_token;
  };
}
