// Makes HTTP visible without showing a secret: a fetch that reports each request, and the claims of a token.

/** Form fields that hold a secret. All others are shown as they are. */
const SECRET_FIELDS = new Set([
  "actor_token",
  "assertion",
  "client_assertion",
  "client_secret",
  "code",
  "code_verifier",
  "password",
  "refresh_token",
  "subject_token",
  "token",
]);

/**
 * A `fetch` that prints what passes through it: `from → to  METHOD path  status  time`, and below it the fields
 * that were sent. `names` maps an origin to the name of who answers there.
 */
export function watchedFetch({ from, names, print, fetch = globalThis.fetch }) {
  return async function watched(input, init = {}) {
    const method = init.method ?? input.method ?? "GET";
    const url = new URL(input.url ?? input);
    const headers = new Headers(init.headers ?? input.headers);
    const began = performance.now();
    const line = (outcome) => {
      const to = names.get(url.origin) ?? url.host;
      const took = `${(performance.now() - began).toFixed(0)} ms`;
      print(`${from} → ${to}   ${method} ${short(url.pathname)}   ${outcome}   ${took}`);
      const sent = [...authorization(headers), ...fields(url.searchParams), ...form(headers, init.body)];
      for (const text of wrap(sent)) print(`  ${text}`);
    };
    try {
      const response = await fetch(input, init);
      line(response.status);
      return response;
    } catch (error) {
      line(`no answer (${error.cause?.code ?? error.cause?.message ?? error.name})`);
      throw error;
    }
  };
}

/** The claims worth a look, read without any check; nothing for a token that is not a JWT. */
export function shownClaims(token) {
  const claims = readClaims(token);
  if (!claims) return { token: "opaque, nothing to read in it" };
  const { iss, aud, sub, scope, act, exp } = claims;
  return {
    iss,
    aud: [aud].flat().join(" "),
    sub,
    scope,
    act: act && JSON.stringify(act),
    exp: exp && `${new Date(exp * 1000).toISOString()}, in ${Math.round(exp - Date.now() / 1000)} s`,
  };
}

/** All claims of a JWT, unverified; `undefined` when the token is none. */
export function readClaims(token) {
  try {
    return JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
  } catch {
    return undefined;
  }
}

function authorization(headers) {
  const value = headers.get("authorization");
  return value ? [`Authorization: ${value.split(" ")[0]} ‹hidden›`] : [];
}

function form(headers, body) {
  if (body === undefined || body === null) return [];
  const isForm =
    body instanceof URLSearchParams || headers.get("content-type")?.startsWith("application/x-www-form-urlencoded");
  if (!isForm) return [headers.get("content-type") ?? "text"];
  const text = ArrayBuffer.isView(body) ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : body;
  return fields(new URLSearchParams(text.toString()));
}

function fields(parameters) {
  return [...parameters].map(([name, value]) => `${name}=${SECRET_FIELDS.has(name) ? "‹hidden›" : short(value)}`);
}

/** A text without long random parts, which would only be noise. */
function short(text) {
  return text.replace(/[\w-]{32,}/g, "…");
}

/** Puts texts on as few lines as fit the width. */
function wrap(texts, width = 100) {
  const lines = [];
  for (const text of texts) {
    const joined = lines.length > 0 ? `${lines.at(-1)} · ${text}` : "";
    if (joined && joined.length <= width) lines[lines.length - 1] = joined;
    else lines.push(text);
  }
  return lines;
}
