// A small CRM API that takes tokens of one authorization server, checks all of them, and knows two customers.
import { createServer } from "node:http";
import { createRemoteJWKSet, customFetch, errors, jwtVerify } from "jose";

/** Which scope a request needs. */
const SCOPES = { GET: "contacts:read", POST: "contacts:write" };

/**
 * Starts the API on a loopback port: `GET /contacts` lists the contacts of the token's user, `POST /contacts` adds one.
 *
 * `url` is where it is, and also the audience its tokens must have. `fetch` is what it reads the issuer's keys with.
 */
export async function startCrmApi({ issuer, port = 0, fetch = globalThis.fetch }) {
  const contacts = new Map([
    ["alice", ["Ada Lovelace", "Alan Turing"]],
    ["bob", ["Barbara Liskov", "Edsger Dijkstra", "Grace Hopper"]],
  ]);
  const http = createServer();
  await new Promise((resolve, reject) => http.once("error", reject).listen(port, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${http.address().port}`;
  const verify = tokenCheck({ issuer, audience: url, fetch });

  http.on("request", async (request, response) => {
    try {
      const { status, body, challenge } = await answer(request, { url, issuer, contacts, verify });
      const headers = { "content-type": "application/json", "cache-control": "no-store" };
      if (challenge) headers["www-authenticate"] = challenge;
      response.writeHead(status, headers).end(JSON.stringify(body));
    } catch {
      // Most likely the keys could not be read: that is no reason to call the token bad.
      response.writeHead(503, { "retry-after": "1" }).end();
    }
  });

  return {
    url,
    scopes: Object.values(SCOPES),
    async close() {
      const closed = new Promise((resolve) => http.close(resolve));
      http.closeAllConnections();
      await closed;
    },
  };
}

async function answer(request, { url, issuer, contacts, verify }) {
  if (request.url === "/.well-known/oauth-protected-resource") {
    const body = { resource: url, authorization_servers: [issuer], scopes_supported: Object.values(SCOPES) };
    return { status: 200, body };
  }
  if (request.url !== "/contacts") return { status: 404, body: { error: "not_found" } };
  const needed = SCOPES[request.method];
  if (!needed) return { status: 405, body: { error: "method_not_allowed" } };

  const metadata = `resource_metadata="${url}/.well-known/oauth-protected-resource"`;
  const refuse = (status, error, description, scope) => ({
    status,
    body: { error, error_description: description },
    challenge:
      `Bearer realm="crm", error="${error}", error_description="${description}", ` +
      (scope ? `scope="${scope}", ${metadata}` : metadata),
  });

  const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? "")?.[1];
  // RFC 6750 section 3.1: a request without a token gets no error code.
  if (!token) return { status: 401, body: {}, challenge: `Bearer realm="crm", ${metadata}` };
  const { claims, problem } = await verify(token);
  if (problem) return refuse(401, "invalid_token", problem);
  if (!contacts.has(claims.sub)) return refuse(401, "invalid_token", "the token does not name a customer");
  if (
    !String(claims.scope ?? "")
      .split(" ")
      .includes(needed)
  ) {
    return refuse(403, "insufficient_scope", `this needs the scope ${needed}`, needed);
  }

  const own = contacts.get(claims.sub);
  if (request.method === "POST") own.push(await readName(request));
  return { status: 200, body: { user: claims.sub, actor: claims.act?.sub, contacts: own } };
}

/** Signature, issuer, audience, type and time, as RFC 9068 section 4 has it; `problem` says what is wrong. */
function tokenCheck({ issuer, audience, fetch }) {
  let keys;
  async function findKeys() {
    const response = await fetch(`${issuer}/.well-known/oauth-authorization-server`);
    if (!response.ok) throw new Error(`no metadata at ${issuer}`);
    const metadata = await response.json();
    if (metadata.issuer !== issuer) throw new Error(`${issuer} calls itself ${metadata.issuer}`);
    return createRemoteJWKSet(new URL(metadata.jwks_uri), { [customFetch]: fetch });
  }

  return async function verify(token) {
    // Kept once found; a failure is not kept, the next request tries again.
    keys ??= await findKeys();
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        typ: "at+jwt",
        algorithms: ["ES256"],
        requiredClaims: ["sub", "exp", "client_id"],
      });
      return { claims: payload };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { problem: "the token has expired" };
      if (error instanceof errors.JWTClaimValidationFailed) return { problem: `the claim ${error.claim} does not fit` };
      if (FAULTS_OF_THE_TOKEN.some((fault) => error instanceof fault)) return { problem: "the token is not valid" };
      throw error;
    }
  };
}

/** What jose throws otherwise means that the keys could not be read. */
const FAULTS_OF_THE_TOKEN = [
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWTInvalid,
];

async function readName(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > 1_000) throw new Error("name too long");
  }
  return text;
}
