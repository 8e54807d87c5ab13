// What a browser and a front end do together when a user signs in: authorization code with PKCE, forms and cookies.
import { createHash, randomBytes } from "node:crypto";

/**
 * Signs a user in at a public client and resolves with the token answer, wire names as they came.
 *
 * `fetch` is injectable, so that a caller can watch the conversation.
 */
export async function signIn({ metadata, client, user, password, resource, scope, fetch = globalThis.fetch }) {
  const verifier = random();
  const state = random();
  const start = new URL(metadata.authorization_endpoint);
  start.search = new URLSearchParams({
    response_type: "code",
    client_id: client.id,
    redirect_uri: client.redirectUri,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    state,
    ...(resource && { resource }),
    scope,
  });

  const callback = await walkThroughForms(start, client.redirectUri, { user, password, fetch });
  const answer = callback.searchParams;
  if (answer.has("error"))
    throw new Error(`sign-in refused: ${answer.get("error")} ${answer.get("error_description")}`);
  if (answer.get("state") !== state) throw new Error("sign-in came back with a foreign state");
  if (answer.get("iss") !== metadata.issuer) throw new Error("sign-in came back from another server");

  const response = await fetch(metadata.token_endpoint, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: client.id,
      code: answer.get("code"),
      redirect_uri: client.redirectUri,
      code_verifier: verifier,
      ...(resource && { resource }),
    }),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(`no token for the code: ${body.error} ${body.error_description}`);
  return body;
}

async function walkThroughForms(start, redirectUri, { user, password, fetch }) {
  const jar = cookieJar();
  let next = { url: start, method: "GET" };
  // The login takes eight requests; more than twenty is a loop.
  for (let step = 0; step < 20; step += 1) {
    const response = await fetch(next.url, {
      method: next.method,
      headers: { cookie: jar.header(next.url), accept: "text/html" },
      body: next.body,
      redirect: "manual",
    });
    jar.keep(next.url, response.headers.getSetCookie());
    const location = response.headers.get("location");
    const text = await response.text();
    if (location) {
      const url = new URL(location, next.url);
      if (url.href.startsWith(`${redirectUri}?`)) return url;
      next = { url, method: "GET" };
    } else {
      next = fill(text, response, next.url, { user, password });
    }
  }
  throw new Error("sign-in did not come to an end");
}

function fill(html, response, url, { user, password }) {
  const action = /<form [^>]*action="([^"]+)"/.exec(html)?.[1];
  if (!response.ok || !action) throw new Error(`sign-in stopped: ${response.status} at ${url.pathname}`);
  const fields = new URLSearchParams();
  for (const name of ["user", "username"]) if (html.includes(`name="${name}"`)) fields.set(name, user);
  if (html.includes('name="password"')) fields.set("password", password);
  return { url: new URL(action.replaceAll("&amp;", "&"), url), method: "POST", body: fields };
}

/** Cookies by name and path; one host, so domains do not matter. */
function cookieJar() {
  const kept = new Map();
  return {
    keep(url, lines) {
      for (const line of lines) {
        const [pair, ...attributes] = line.split(";").map((part) => part.trim());
        const path = attributes.find((part) => /^path=/i.test(part))?.slice(5) ?? url.pathname;
        const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
        if (value === "") kept.delete(`${name} ${path}`);
        else kept.set(`${name} ${path}`, { pair, path });
      }
    },
    header(url) {
      const fitting = [...kept.values()].filter(({ path }) => url.pathname.startsWith(path));
      return fitting.map(({ pair }) => pair).join("; ");
    },
  };
}

function random() {
  return randomBytes(32).toString("base64url");
}
