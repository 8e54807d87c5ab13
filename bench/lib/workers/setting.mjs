// One exchange, the same for all contenders and runtimes.

/** As long as a signed token usually is; never two the same, so that nobody can share requests. */
const token = (marker, index) =>
  `${marker}${index}.`.padEnd(900, "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.abcDEF0123-_");

export const subjectTokens = Array.from({ length: 64 }, (_, index) => token("subject", index));

export const answer = JSON.stringify({
  access_token: token("issued", 0),
  issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
  token_type: "Bearer",
  expires_in: 300,
  scope: "contacts:read",
});

export const answerHeaders = { "content-type": "application/json", "cache-control": "no-store" };

/** What every job is created with; `fetch` stands in for the global one. */
export function setting(origin, fetch) {
  return {
    issuer: origin,
    tokenEndpoint: `${origin}/token`,
    clientId: "agent",
    clientSecret: "secret0123456789abcdefABCDEF",
    audience: "https://crm.example/api",
    scope: "contacts:read",
    ...(fetch && { fetch }),
  };
}

/** A `fetch` without a network: each call gives a new `Response` of the same answer. */
export async function stubFetch() {
  return new Response(answer, { status: 200, headers: answerHeaders });
}
