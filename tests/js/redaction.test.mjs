/** No secret in any text output: clients, authentication, tokens, errors. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { BasicAuth, BearerAuth, MultiZoneBasicAuth, OAuthClient, PostAuth, TokenResponse } from "onbehalf";
import { json, redirect } from "../servers/quirk/server.mjs";
import {
  assertRedacted,
  failure,
  fakeFetch,
  rejectsConfig,
  renderings,
  runModule,
  serveToken,
  success,
  TYPE,
  throwsConfig,
} from "./helpers.mjs";

const SECRET = {
  client: "planted-client-secret",
  subject: "planted.subject.token",
  actor: "planted.actor.token",
  issued: "planted-issued-token",
  refresh: "planted-refresh-token",
  id: "planted.id.token",
  extra: "planted-extra-value",
};
const ALL = Object.values(SECRET);
const REDACTED = "‹redacted: use token.expose()›";

const issue = (members = {}) =>
  success({ access_token: SECRET.issued, refresh_token: SECRET.refresh, id_token: SECRET.id, ...members });

const clientOf = (fetch, options = {}) =>
  new OAuthClient("https://as.example", {
    endpoints: { token: "/token" },
    auth: new PostAuth("client", SECRET.client),
    maxRetries: 0,
    fetch,
    ...options,
  });

/** An exchange that holds every secret; the answer may be a function of the form that was sent. */
function exchangeBy(fetch, options) {
  const extra = { vendor_assertion: SECRET.extra };
  const params = {
    subjectToken: SECRET.subject,
    actorToken: SECRET.actor,
    requestedTokenType: TYPE.accessToken,
    extra,
  };
  return clientOf(fetch, options).exchangeToken(params);
}

describe("clients and authentication", () => {
  for (const [name, auth, secrets] of [
    ["BasicAuth", new BasicAuth("client", SECRET.client), [SECRET.client, btoa(`client:${SECRET.client}`)]],
    ["BasicAuth raw", new BasicAuth("client", SECRET.client, { encoding: "raw" }), [SECRET.client]],
    ["PostAuth", new PostAuth("client", SECRET.client), [SECRET.client]],
    ["BearerAuth", new BearerAuth(SECRET.client), [SECRET.client]],
    ["MultiZoneBasicAuth", new MultiZoneBasicAuth({ a: ["client", SECRET.client] }), [SECRET.client]],
    ["BasicAuth of a zone", new MultiZoneBasicAuth({ a: ["i", SECRET.client] }).getAuthForZone("a"), [SECRET.client]],
  ]) {
    test(`X16, ${name} shows no secret in any rendering, alone or inside a client`, () => {
      assertRedacted(auth, secrets, name);
      const client = new OAuthClient("https://as.example", { auth, customHeaders: { "X-Api-Key": SECRET.extra } });
      assertRedacted(client, [...secrets, SECRET.extra], `a client with ${name}`);
      assertRedacted({ deep: { in: [{ a: client }] } }, [...secrets, SECRET.extra], `a client with ${name}, nested`);
    });
  }

  test("X16, a client that has worked, and one that was closed, show none either", async () => {
    const client = clientOf(fakeFetch(issue()));
    await client.exchangeToken({ subjectToken: SECRET.subject });
    assertRedacted(client, ALL, "a used client");
    assertRedacted(client.prepare, ALL, "client.prepare");
    client.close();
    assertRedacted(client, ALL, "a closed client");
  });

  test("X16, the renderings do find a secret that lies open", () => {
    const open = renderings({ nested: { secret: SECRET.client } });
    assert.ok(open.filter(([, text]) => text.includes(SECRET.client)).length >= 6);
  });

  test("X16, refusing a secret does not repeat it", async () => {
    const refusals = [
      () => new BasicAuth(SECRET.client, ""),
      () => new OAuthClient("https://as.example", { customHeaders: { Authorization: `Bearer ${SECRET.client}` } }),
      () => new OAuthClient("https://as.example", { customHeaders: { "X-A": `${SECRET.client}\r\nX-B: 1` } }),
      () => new OAuthClient("https://as.example", { userAgent: `${SECRET.client}\n` }),
      () => new OAuthClient(`https://user:${SECRET.client}@as.example`),
      () => new OAuthClient("https://as.example", { endpoints: { token: `https://u:${SECRET.client}@as.example/t` } }),
    ];
    for (const refuse of refusals) assertRedacted(throwsConfig(refuse), [SECRET.client], String(refuse));
    const client = clientOf(fakeFetch(issue()));
    for (const params of [
      { subjectToken: ` ${SECRET.subject}` },
      { subjectToken: `Bearer ${SECRET.subject}` },
      { subjectToken: `${SECRET.subject}\u0000` },
      { subjectToken: "a", actorToken: `${SECRET.actor}é` },
      { subjectToken: "a", subjectTokenn: SECRET.subject },
      { subjectToken: "a", extra: { client_secret: SECRET.extra } },
    ]) {
      assertRedacted(await rejectsConfig(() => client.exchangeToken(params)), ALL, JSON.stringify(Object.keys(params)));
    }
  });
});

describe("TokenResponse", () => {
  test("X16, no rendering shows a token", async () => {
    const token = await exchangeBy(fakeFetch(issue({ echo: SECRET.subject })));
    assert.equal(token.accessToken, SECRET.issued);
    assertRedacted(token, ALL, "token");
    assertRedacted(TokenResponse.from(token.expose()), ALL, "token made by from");
    assert.equal(token.raw.echo, SECRET.subject);
  });

  test("T72, JSON and inspect are redacted loudly: the remedy stands in place of each token", async () => {
    const token = await exchangeBy(fakeFetch(issue({ scope: "read" })));
    const data = JSON.parse(JSON.stringify(token));
    assert.equal(data.accessToken, REDACTED);
    assert.equal(data.refreshToken, REDACTED);
    assert.equal(data.idToken, REDACTED);
    assert.deepEqual(data.scope, ["read"]);
    assert.equal(data.tokenType, "Bearer");
    assert.equal(data.expiresIn, 3600);
    assert.ok(inspect(token).includes(REDACTED));
    assert.ok(!JSON.stringify(await exchangeBy(fakeFetch(success()))).includes('refreshToken":"‹'));
  });

  test("T72, as text it is redacted, and no header takes that", async () => {
    const token = await exchangeBy(fakeFetch(issue()));
    assert.equal(`${token}`, REDACTED);
    assert.equal(String(token), REDACTED);
    const authorization = `Bearer ${token}`;
    assert.throws(() => new Headers({ authorization }), TypeError);
    assert.throws(() => new Request("https://api.example/", { headers: { authorization } }), TypeError);
    assert.throws(() => request("http://127.0.0.1:1/", { headers: { authorization } }), TypeError);
    const client = clientOf(fakeFetch(issue()));
    await rejectsConfig(() => client.fetchResource(`${token}`, "https://api.example/"), "redacted_token", "token");
  });

  test("T72, a token read back from JSON is refused wherever a token is taken, with the remedy, before any request", async () => {
    const stored = JSON.parse(JSON.stringify(await exchangeBy(fakeFetch(issue()))));
    const fetch = fakeFetch(issue());
    const client = clientOf(fetch);
    for (const [params, field] of [
      [{ subjectToken: stored.accessToken }, "subjectToken"],
      [{ subjectToken: "a", actorToken: stored.accessToken }, "actorToken"],
    ]) {
      const error = await rejectsConfig(() => client.exchangeToken(params), "redacted_token", field);
      assert.match(error.message, /expose\(\)/);
    }
    throwsConfig(() => TokenResponse.from(stored), "redacted_token");
    throwsConfig(
      () => new OAuthClient("https://as.example", { auth: new BearerAuth(stored.accessToken) }),
      "redacted_token",
    );
    assert.equal(fetch.calls.length, 0);
  });

  test("T72, expose is the one way out, and says what it holds", async () => {
    const plain = (await exchangeBy(fakeFetch(issue()))).expose();
    assert.equal(plain.accessToken, SECRET.issued);
    assert.equal(plain.refreshToken, SECRET.refresh);
    assert.equal(plain.idToken, SECRET.id);
    assert.ok(JSON.stringify(plain).includes(SECRET.issued));
  });
});

describe("errors", () => {
  const hosts = { url: "https://evil.example" };
  const echo =
    (make) =>
    (_url, { body, headers }) => {
      const answer = make([...new URLSearchParams(body)].map(([name, value]) => `${name}=${value}`).join(" "), headers);
      return new Response(answer.body, { status: answer.status ?? 200, headers: answer.headers });
    };

  for (const [name, fetch] of [
    ["error_description", echo((sent) => json({ error: "invalid_grant", error_description: `bad: ${sent}` }, 400))],
    ["error", echo((sent) => json({ error: sent }, 400))],
    ["error_uri", echo((sent) => json({ error: "x", error_uri: `https://as.example/?${sent}` }, 400))],
    ["a text body", echo((sent) => ({ status: 500, body: sent, headers: { "content-type": "text/plain" } }))],
    [
      "an HTML body",
      echo((sent) => ({ status: 502, body: `<p>${sent}</p>`, headers: { "content-type": "text/html" } })),
    ],
    ["the text of a 200", echo((sent) => ({ body: sent, headers: { "content-type": "text/plain" } }))],
    ["token_type", echo((sent) => json({ access_token: "a", token_type: sent }))],
    ["issued_token_type", echo((sent) => json({ access_token: "a", token_type: "Bearer", issued_token_type: sent }))],
    ["claims", echo((sent) => json({ error: "interaction_required", claims: sent }, 400))],
    [
      "interaction_uri",
      echo((sent) => json({ error: "interaction_required", interaction_uri: `https://as.example/${sent}` }, 400)),
    ],
    [
      "a challenge",
      echo((sent) => ({
        status: 401,
        body: "",
        headers: { "www-authenticate": `Bearer error_description="${sent}"` },
      })),
    ],
    ["a header", echo((sent) => ({ status: 500, body: "", headers: { "x-debug": sent } }))],
    ["a redirect", echo((sent) => ({ ...redirect(`${hosts.url}/?${encodeURIComponent(sent)}`), body: "" }))],
    [
      "the encoded form",
      (_url, { body }) => new Response(JSON.stringify({ error: "x", error_description: body }), { status: 400 }),
    ],
  ]) {
    test(`T58, a server that echoes what we sent in ${name} gets no secret into our output`, async () => {
      assertRedacted(await failure(exchangeBy(fetch)), ALL, name);
    });
  }

  test("T58, an echoed Authorization header is scrubbed", async () => {
    const fetch = echo((_sent, headers) =>
      json({ error: "invalid_client", error_description: new Headers(headers).get("authorization") }, 401),
    );
    for (const [auth, secret] of [
      [new BasicAuth("client", SECRET.client), btoa(`client:${SECRET.client.replaceAll("-", "%2D")}`)],
      [new BearerAuth(SECRET.client), SECRET.client],
    ]) {
      const error = await failure(exchangeBy(fetch, { auth }));
      assert.equal(error.code, "client_authentication_failed");
      assertRedacted(error, [secret, SECRET.client], auth.constructor.name);
    }
  });

  test("T58, the issued token stays out of the error when its answer is refused", async () => {
    for (const members of [{ expires_in: -1 }, { token_type: "mac" }, { issued_token_type: 5 }, { scope: null }]) {
      assertRedacted(await failure(exchangeBy(fakeFetch(issue(members)))), ALL, JSON.stringify(members));
    }
    const cut = { headers: { "content-type": "application/json" }, body: issue().body.slice(0, -1) };
    assertRedacted(await failure(exchangeBy(fakeFetch(cut))), ALL, "half a document");
    const as201 = { ...issue(), status: 201 };
    assertRedacted(await failure(exchangeBy(fakeFetch(as201))), ALL, "201");
    const html = { ...issue(), headers: { "content-type": "text/html" } };
    assertRedacted(await failure(exchangeBy(fakeFetch(html))), ALL, "text/html");
  });

  test("T58, a cause that holds secrets is kept by identity and not printed", async () => {
    const cause = new TypeError(`connect failed for ${SECRET.subject}`);
    cause.request = { body: SECRET.client };
    const error = await failure(exchangeBy(() => Promise.reject(cause)));
    assert.equal(error.cause, cause);
    assertRedacted(error, ALL, "a NetworkError with a cause");
  });

  test("T58, server texts are bounded and their control characters escaped", async () => {
    const text = `a\u0000\u001b[31m\r\n\u0085\u2028\u202e${"x".repeat(5000)}`;
    const error = await failure(
      exchangeBy(fakeFetch(json({ error: `e${text}`, error_description: text, error_uri: text }, 400))),
    );
    for (const key of ["error", "errorDescription", "errorUri"]) {
      if (error[key] === undefined) continue;
      assert.ok(error[key].length <= 512, `${key}: ${error[key].length}`);
      assert.doesNotMatch(error[key], /\p{Cc}/u, key);
    }
    assert.ok(error.errorDescription.startsWith("a"));
    assert.doesNotMatch(error.message, /\p{Cc}/u);
    assert.ok(error.message.length < 2_000);
  });

  test("T58, an unhandled rejection prints no secret", async (t) => {
    const { server } = await serveToken(t, [
      json({ error: "invalid_grant", error_description: `bad ${SECRET.subject}` }, 400),
    ]);
    const script = `
      import { OAuthClient, PostAuth } from "onbehalf";
      const auth = new PostAuth("client", "${SECRET.client}");
      const client = new OAuthClient("${server.origin}", { auth, endpoints: { token: "/token" } });
      client.exchangeToken({ subjectToken: "${SECRET.subject}" });`;
    const { stderr, stdout, status } = await runModule(script);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /TokenExchangeError/);
    for (const secret of [SECRET.client, SECRET.subject]) assert.ok(!`${stdout}${stderr}`.includes(secret), stderr);
  });
});
