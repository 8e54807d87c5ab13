// Talks to the embedded server without the package, so that a fault of one cannot hide a fault of the other.

export const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
export const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

/** client_secret_basic with both parts form-encoded, RFC 6749 section 2.3.1. */
export function basic(id, secret) {
  const encode = (text) => new URLSearchParams({ text }).toString().slice("text=".length);
  return `Basic ${btoa(`${encode(id)}:${encode(secret)}`)}`;
}

/** Posts a form; fields with an array as value are repeated, fields that are undefined left out. */
export async function post(url, fields, headers = {}) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) if (one !== undefined) body.append(name, one);
  }
  const response = await fetch(url, { method: "POST", headers, body });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
}

/** A token request of the agent of `server`. */
export function asAgent(server, fields, authorization = basic(server.agent.id, server.agent.secret)) {
  return post(`${server.issuer}/token`, fields, { authorization });
}

/** A token exchange of the agent; `fields` add to or, as undefined, take from the usual ones. */
export function exchange(server, subjectToken, fields, authorization) {
  const usual = { grant_type: TOKEN_EXCHANGE, subject_token: subjectToken, subject_token_type: ACCESS_TOKEN };
  return asAgent(server, { ...usual, ...fields }, authorization);
}

export function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
}
