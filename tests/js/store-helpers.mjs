/** What the suites of the store share. */
import { json } from "../servers/quirk/server.mjs";
import { fields, onbehalf, SUCCESS, serve } from "./helpers.mjs";

/** The configuration of the seed's quick start, at a quirk server. */
export function crmConfig(server, members = {}) {
  return {
    ref: "crm-service-token",
    name: "CRM Service Token",
    kind: "user-delegated",
    scope: "crm:read crm:write",
    status: "active",
    provider: "openai",
    tokenEndpoint: `${server.origin}/token`,
    clientId: "agent-identity",
    clientSecret: "agent-secret",
    requestedScopes: ["crm:read", "crm:write"],
    audience: "https://crm.acme.com",
    ...members,
  };
}

export const CRM = "crm-service-token";

/** Answers with a token that says for whom it is, and how often the server was asked before. */
export function issuing(members = {}) {
  let count = 0;
  return (request) => {
    const { subject_token: [subject] = [], assertion: [assertion] = [] } = fields(request);
    return json({ ...SUCCESS, access_token: `token-${++count}-for-${subject ?? assertion}`, ...members });
  };
}

/** A quirk server whose token endpoint follows the answers, and a store with one configuration for it. */
export async function serveStore(t, { answers = [issuing()], config = {}, ...options } = {}) {
  const server = await serve(t);
  server.on("/token", ...answers);
  const errors = [];
  const events = [];
  const store = new onbehalf.TokenExchangeStore({
    configs: [crmConfig(server, config)],
    subjectTokenProvider: () => "alice-token",
    onError: (error, { ref }) => errors.push({ error, ref }),
    onEvent: (event) => events.push(event),
    ...options,
  });
  t.after(() => store.close());
  return { server, store, errors, events };
}

/** An unsigned JWT with these claims. */
export function jwt(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part(claims)}.c2ln`;
}

/** Lets `Date` stand still, and gives a function that moves it on by so many seconds. */
export function clock(t) {
  const started = Date.now();
  t.mock.timers.enable({ apis: ["Date"], now: started });
  let seconds = 0;
  return (by) => {
    seconds += by;
    t.mock.timers.setTime(started + seconds * 1000);
  };
}

/** A promise with its ends. */
export function deferred() {
  let resolve;
  let reject;
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** An answer of a resource that asks for further scopes (RFC 6750 section 3.1). */
export const asksFor = (scope) => ({
  status: 403,
  headers: { "www-authenticate": `Bearer error="insufficient_scope", scope="${scope}"` },
});

/** What was presented to a resource, in order. */
export const presented = (api) => api.requests.map(({ headers }) => headers.authorization);
