// What the package must do alike on every runtime. This file runs on all of them as it is: it imports nothing and uses
// nothing but what they share.

const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const PANIC = "urn:onbehalf:planted-panic";

const cases = {
  async "a token is exchanged"({ client }) {
    const { server, token } = await exchanged(client("ok"), { audience: "https://crm.example/", scope: "crm:read" });
    same(token.accessToken, "for alice's-token");
    same([token.tokenType, token.issuedTokenType, token.scope], ["Bearer", ACCESS_TOKEN, ["crm:read"]]);
    same(token.authorizationHeader(), "Bearer for alice's-token");
    same(Math.abs(token.expiresAt - Date.now() - 300_000) < 60_000, true, "expiresAt");
    same(server.authorization, `Basic ${btoa("agent:s3cret+%25")}`);
    same(server.audience, "https://crm.example/");
  },

  async "exchanges for one user after the other, and refusals among them, each with its own answer"({ client }) {
    const params = { audience: "https://crm.example/", scope: ["crm:read"] };
    for (const name of ["ok", "refuse"]) {
      const one = client(name);
      for (let user = 0; user < 6; user++) {
        const subjectToken = `the.token-of_user.${user}`;
        if (name === "ok") {
          const token = await one.exchangeToken({ ...params, subjectToken });
          same([token.accessToken, token.scope], [`for ${subjectToken}`, ["crm:read"]]);
        } else
          await refused(one.exchangeToken({ ...params, subjectToken }), { name: "TokenExchangeError", status: 400 });
      }
    }
  },

  async "the server's metadata is discovered, once"({ onbehalf, origin, hits }) {
    const before = await hits("/.well-known/oauth-authorization-server/as");
    const client = new onbehalf.OAuthClient(`${origin}/as`, { clientId: "agent" });
    const { issuer, tokenEndpoint } = await client.discoverServerMetadata();
    same([issuer, tokenEndpoint], [`${origin}/as`, `${origin}/ok/token`]);
    const { accessToken } = await client.exchangeToken({ subjectToken: "bobs-token" });
    same(accessToken, "for bobs-token");
    same((await hits("/.well-known/oauth-authorization-server/as")) - before, 1);
  },

  async "metadata of another issuer is refused"({ onbehalf, origin }) {
    const client = new onbehalf.OAuthClient(`${origin}/impostor`, { clientId: "agent" });
    await refused(client.discoverServerMetadata(), { name: "OAuthProtocolError", code: "issuer_mismatch" });
  },

  async "client credentials"({ client }) {
    const token = await client("ok").clientCredentials({ scope: "crm:read" });
    same([token.accessToken, token.scope], ["for nobody", ["crm:read"]]);
  },

  async "errors have their class, name, code and action"({ onbehalf, client }) {
    const { AuthenticationError, ConfigError, NetworkError, OAuthError, OAuthHttpError, TokenExchangeError } = onbehalf;
    const broken = () => Promise.reject(new TypeError("no"));
    const expected = [
      [() => exchange(client("refuse")), TokenExchangeError, "oauth_error", "renew_subject"],
      [() => exchange(client("stranger")), AuthenticationError, "client_authentication_failed", "fix_client_auth"],
      [() => exchange(client("page")), OAuthHttpError, "http_error", "server_fault"],
      [() => client("ok").exchangeToken({ subject: "x" }), ConfigError, "unknown_option", "fix_config"],
      [() => exchange(client("ok", { fetch: broken, maxRetries: 0 })), NetworkError, "unreachable", "network"],
    ];
    for (const [call, type, code, action] of expected) {
      const error = await refused(call(), { name: type.name, code, action });
      same([error instanceof type, error instanceof OAuthError, error instanceof Error], [true, true, true]);
      same([OAuthError.is(error), Object.prototype.toString.call(error)], [true, "[object Error]"]);
    }
  },

  async "what the server said is kept, and what was sent is not shown"({ client }) {
    const error = await refused(exchange(client("echo")), { error: "invalid_grant", status: 400 });
    same(error.errorDescription.includes("expired"), true);
    for (const text of [error.message, error.stack, String(error), JSON.stringify(error)]) {
      same(/alice's-token|s3cret/.test(text), false, text);
    }
  },

  async "a server that is not there is a network error"({ onbehalf }) {
    const endpoints = { token: "http://127.0.0.1:9/token" };
    const client = new onbehalf.OAuthClient("http://127.0.0.1:9", { endpoints, maxRetries: 0, timeoutMs: 20_000 });
    await refused(exchange(client), { name: "NetworkError", code: "unreachable", retryable: true, action: "network" });
  },

  async "the caller's abort rejects with the caller's reason"({ client, seen }) {
    const controller = new AbortController();
    const reason = { my: "reason" };
    const call = exchange(client("hang"), { signal: controller.signal });
    await seen("/hang/token", 1);
    controller.abort(reason);
    same(await rejection(call), reason);
    same(await rejection(exchange(client("hang"), { signal: controller.signal })), reason);
  },

  async "a time-out ends the call in time"({ client }) {
    const began = Date.now();
    await refused(exchange(client("hang"), { timeoutMs: 300 }), { name: "NetworkError", code: "timeout" });
    const took = Date.now() - began;
    same(took >= 250 && took < 5_000, true, `${took} ms`);
  },

  async "a redirect is refused, and nothing is sent on"({ client, hits }) {
    await refused(exchange(client("redirect")), { name: "OAuthHttpError", code: "unexpected_redirect" });
    same(await hits("/elsewhere/token"), 0);
  },

  async "an answer that is too long is refused"({ client }) {
    const call = exchange(client("endless", { maxResponseBytes: 65_536 }));
    await refused(call, { name: "OAuthHttpError", code: "response_too_large" });
  },

  async "a failure that may pass is tried again"({ client, hits }) {
    same((await exchange(client("busy"))).accessToken, "for alice's-token");
    same(await hits("/busy/token"), 2);
  },

  async "two calls at once, each with its own answer"({ client }) {
    const one = client("slow");
    const names = ["alice", "bob"];
    const tokens = await Promise.all(names.map((name) => one.exchangeToken({ subjectToken: name })));
    same(
      tokens.map(({ accessToken }) => accessToken),
      ["for alice", "for bob"],
    );
  },

  async "tokens and secrets stay out of what is printed"({ onbehalf, client }) {
    const one = client("ok");
    const token = await exchange(one);
    for (const value of [token, { token }, one, new onbehalf.BasicAuth("agent", "s3cret")]) {
      for (const text of [JSON.stringify(value), String(value), JSON.stringify({ ...value })]) {
        same(/for alice|s3cret/.test(text), false, text);
      }
    }
    same(onbehalf.TokenResponse.from(token.expose()).accessToken, token.accessToken);
    const { accessToken } = JSON.parse(JSON.stringify(token));
    await refused(one.exchangeToken({ subjectToken: accessToken }), { code: "redacted_token" });
  },

  async "a request is prepared for another transport"({ client, origin }) {
    const request = await client("ok").prepare.exchangeToken({ subjectToken: "alice" });
    same([request.url, request.method], [`${origin}/ok/token`, "POST"]);
    const body = JSON.stringify({ access_token: "a", token_type: "bearer", expires_in: 1 });
    same(request.parse(200, { "content-type": "application/json" }, body).accessToken, "a");
  },

  async "a closed client refuses, and lets running calls finish"({ client }) {
    const one = client("slow");
    const running = one.exchangeToken({ subjectToken: "alice" });
    one.close();
    one.close();
    same((await running).accessToken, "for alice");
    await refused(exchange(one), { name: "ConfigError", code: "client_closed" });
  },

  async "a Request is sent to a resource as it says"({ client, origin }) {
    const usual = new Request(origin).credentials;
    let sent;
    const recording = (url, init) => {
      sent = init;
      return fetch(url, init);
    };
    for (const init of [{}, { credentials: "omit" }, { method: "POST", body: "audience=posted" }]) {
      const answer = async (options) =>
        (await client("ok", options).fetchResource("presented", new Request(`${origin}/ok/token`, init))).json();
      const seen = { authorization: "Bearer presented", audience: init.body ? "posted" : null };
      same((await answer()).seen, seen);
      same((await answer({ fetch: recording })).seen, seen);
      const { credentials } = new Request(origin, init);
      same(sent.credentials, credentials === usual ? undefined : credentials);
    }
  },

  async "a panic is contained"({ onbehalf, client, plantedClient }) {
    const slow = plantedClient("slow");
    const running = slow.exchangeToken({ subjectToken: "alice" });
    const began = Date.now();
    for (let n = 0; n < 3; n++) {
      const call = slow.exchangeToken({ subjectToken: "alice", audience: PANIC });
      const error = await refused(call, { name: "InternalError", code: "internal_error", action: "report_bug" });
      same([error instanceof onbehalf.InternalError, onbehalf.OAuthError.is(error)], [true, true]);
    }
    same(Date.now() - began < 2_000, true, "three panics in two seconds");
    same((await running).accessToken, "for alice", "the call in flight");
    same((await slow.exchangeToken({ subjectToken: "bob" })).accessToken, "for bob", "the next call");
    same((await exchange(plantedClient("ok"))).accessToken, "for alice's-token", "a new client");
    same((await exchange(client("ok"))).accessToken, "for alice's-token", "the other copy");
  },
};

/** The names of the cases, for whoever checks that all have run. */
export const names = Object.keys(cases);

/**
 * Runs every case. `planted` is the build of the package with a planted panic, `origin` that of tests/runtimes/server.mjs.
 * Resolves with `{ host, passed, failed }`: names, and names with what was wrong.
 */
export async function smoke({ onbehalf, planted, origin }) {
  const hits = async (path) => Number(await (await fetch(`${origin}/hits?path=${path}`)).text());
  const clientOf = ({ BasicAuth, OAuthClient }) => {
    const auth = new BasicAuth("agent", "s3cret %");
    return (script, options) =>
      new OAuthClient(origin, { auth, endpoints: { token: `/${script}/token` }, timeoutMs: 20_000, ...options });
  };
  const seen = async (path, count) => {
    while ((await hits(path)) < count) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const world = { onbehalf, origin, hits, seen, client: clientOf(onbehalf), plantedClient: clientOf(planted) };
  const passed = [];
  const failed = [];
  for (const [name, run] of Object.entries(cases)) {
    try {
      await withinSeconds(30, run(world));
      passed.push(name);
    } catch (error) {
      failed.push(`${name}: ${error?.stack ?? error}`);
    }
  }
  return { host: host(), passed, failed };
}

function host() {
  const { Bun, Deno, navigator, process } = globalThis;
  if (Deno) return `Deno ${Deno.version.deno}`;
  if (Bun) return `Bun ${Bun.version}`;
  return process?.versions?.node ? `Node ${process.versions.node}` : String(navigator?.userAgent);
}

/** An exchange of alice's token; options of the call are told from parameters by their names. */
function exchange(client, { signal, timeoutMs, ...params } = {}) {
  return client.exchangeToken({ subjectToken: "alice's-token", ...params }, { signal, timeoutMs });
}

/** An exchange, and what the server saw of it. */
async function exchanged(client, params) {
  const token = await client.exchangeToken({ subjectToken: "alice's-token", ...params });
  return { token, server: token.raw.seen };
}

async function refused(call, expected) {
  const error = await rejection(call);
  for (const [key, value] of Object.entries(expected)) same(error?.[key], value, `${key} of ${error?.stack ?? error}`);
  return error;
}

async function rejection(call) {
  let value;
  try {
    value = await call;
  } catch (error) {
    return error;
  }
  throw new Error(`resolved with ${JSON.stringify(value)} instead of rejecting`);
}

function same(actual, expected, what = "value") {
  if (actual === expected || JSON.stringify(actual) === JSON.stringify(expected)) return;
  throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

async function withinSeconds(seconds, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing within ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
