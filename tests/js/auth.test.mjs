/** Client authentication: what each kind puts on the wire, and what it refuses. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BasicAuth, BearerAuth, MultiZoneBasicAuth, NoneAuth, OAuthClient, PostAuth } from "onbehalf";
import { json } from "../servers/quirk/server.mjs";
import {
  assertFields,
  basic,
  EXCHANGE,
  failure,
  fakeFetch,
  ISSUER,
  rejects,
  rejectsConfig,
  SUBJECT,
  serveToken,
  success,
  throwsConfig,
} from "./helpers.mjs";

describe("client authentication", () => {
  for (const [name, code, field, construct] of [
    ["BasicAuth without id", "missing_option", "clientId", () => new BasicAuth("", "secret")],
    ["BasicAuth with undefined id", "missing_option", "clientId", () => new BasicAuth(undefined, "secret")],
    ["BasicAuth without secret", "missing_option", "clientSecret", () => new BasicAuth("client", "")],
    ["BasicAuth with null secret", "missing_option", "clientSecret", () => new BasicAuth("client", null)],
    ["BasicAuth with a number", "invalid_option", "clientSecret", () => new BasicAuth("client", 5)],
    [
      "BasicAuth with an unknown encoding",
      "invalid_option",
      "encoding",
      () => new BasicAuth("client", "secret", { encoding: "base64" }),
    ],
    [
      "BasicAuth with an unknown option",
      "unknown_option",
      "charset",
      () => new BasicAuth("client", "secret", { charset: "utf-8" }),
    ],
    [
      "BasicAuth with options that are a text",
      "invalid_option",
      "options",
      () => new BasicAuth("client", "secret", "raw"),
    ],
    ["PostAuth without id", "missing_option", "clientId", () => new PostAuth("", "secret")],
    ["PostAuth without secret", "missing_option", "clientSecret", () => new PostAuth("client")],
    ["BearerAuth without token", "missing_option", "accessToken", () => new BearerAuth("")],
    ["BearerAuth with undefined", "missing_option", "accessToken", () => new BearerAuth()],
    ["BearerAuth with a Bearer prefix", "invalid_option", "accessToken", () => new BearerAuth("Bearer abc")],
    ["BearerAuth with a line break", "invalid_option", "accessToken", () => new BearerAuth("abc\r\nX-Evil: 1")],
    ["NoneAuth with an empty id", "missing_option", "clientId", () => new NoneAuth("")],
    ["MultiZoneBasicAuth without zones", "missing_option", "zones", () => new MultiZoneBasicAuth({})],
    ["MultiZoneBasicAuth with undefined", "missing_option", "zones", () => new MultiZoneBasicAuth()],
    [
      "MultiZoneBasicAuth with an empty zone name",
      "missing_option",
      "zones",
      () => new MultiZoneBasicAuth({ "": ["id", "secret"] }),
    ],
    [
      "MultiZoneBasicAuth with an empty secret",
      "missing_option",
      "zones.a[1]",
      () => new MultiZoneBasicAuth({ a: ["id", ""] }),
    ],
    ["MultiZoneBasicAuth with one part", "invalid_option", "zones.a", () => new MultiZoneBasicAuth({ a: ["id"] })],
    ["MultiZoneBasicAuth with a text", "invalid_option", "zones.a", () => new MultiZoneBasicAuth({ a: "id:secret" })],
  ]) {
    test(`P24, ${name}: ConfigError for ${field}, at the latest when the client is made`, () => {
      throwsConfig(() => new OAuthClient(ISSUER, { auth: construct() }), code, field);
    });
  }

  for (const [name, auth] of [
    ["a plain object", {}],
    ["a look-alike", { type: "basic", clientId: "a", clientSecret: "b" }],
    ["a text", "Basic abc"],
    ["a list", ["id", "secret"]],
    ["a boolean", false],
  ]) {
    test(`P24, ${name} as auth: ConfigError for auth`, () => {
      throwsConfig(() => new OAuthClient(ISSUER, { auth }), "invalid_option", "auth");
    });
  }

  test("P24, a class given instead of its instance sends nothing unauthenticated", async () => {
    const fetch = fakeFetch(success());
    const use = async () => {
      const client = new OAuthClient(ISSUER, { auth: BasicAuth, fetch, endpoints: { token: "/token" } });
      return client.exchangeToken({ subjectToken: SUBJECT });
    };
    await failure(use());
    assert.equal(fetch.calls.length, 0);
  });

  test("P1, clientId different from the id in auth: ConfigError for clientId", () => {
    for (const auth of [new BasicAuth("a", "s"), new PostAuth("a", "s"), new NoneAuth("a")]) {
      throwsConfig(() => new OAuthClient(ISSUER, { clientId: "b", auth }), "invalid_option", "clientId");
    }
  });

  for (const [name, id, secret, encodedId, encodedSecret] of [
    ["colon, percent, slash, plus, space and é", "a:b", "p%/+ é", "a%3Ab", "p%25%2F%2B+%C3%A9"],
    [
      "unreserved marks are encoded too",
      "client-1.a_b~",
      "*!'()-._~",
      "client%2D1%2Ea%5Fb%7E",
      "%2A%21%27%28%29%2D%2E%5F%7E",
    ],
    ["letters and digits stay", "Client1", "Secret9", "Client1", "Secret9"],
    ["emoji", "🔑", "ß", "%F0%9F%94%91", "%C3%9F"],
  ]) {
    test(`X2, Basic form-encodes both parts: ${name}`, async (t) => {
      const { server, exchange } = await serveToken(t, [success()], { auth: new BasicAuth(id, secret) });
      await exchange({});
      assert.equal(server.requests[0].headers.authorization, basic(encodedId, encodedSecret));
      assertFields(server.requests[0], EXCHANGE);
    });
  }

  test("X2, Basic with encoding raw leaves both parts as they are", async (t) => {
    const auth = new BasicAuth("client-1", "p%/+ é", { encoding: "raw" });
    const { server, exchange } = await serveToken(t, [success()], { auth });
    await exchange({});
    assert.equal(server.requests[0].headers.authorization, basic("client-1", "p%/+ é"));
  });

  test("V-10, null and undefined options of Basic are absent ones", () => {
    for (const options of [
      null,
      undefined,
      { encoding: null },
      { encoding: undefined, charset: undefined, id: null },
    ]) {
      assert.equal(new BasicAuth("client", "secret", options).clientId, "client");
    }
  });

  test("X2, Basic with encoding form is the default written out", async (t) => {
    const auth = new BasicAuth("a:b", "p%/+ é", { encoding: "form" });
    const { server, exchange } = await serveToken(t, [success()], { auth });
    await exchange({});
    assert.equal(server.requests[0].headers.authorization, basic("a%3Ab", "p%25%2F%2B+%C3%A9"));
  });

  test("P1, PostAuth sends id and secret in the body and no header", async (t) => {
    const { server, exchange } = await serveToken(t, [success()], { auth: new PostAuth("a:b", "p%/+ é") });
    await exchange({});
    assert.equal(server.requests[0].headers.authorization, undefined);
    assertFields(server.requests[0], { ...EXCHANGE, client_id: "a:b", client_secret: "p%/+ é" });
  });

  test("P1, BearerAuth sends its token and no client id", async (t) => {
    const { server, exchange } = await serveToken(t, [success()], { auth: new BearerAuth("workload.token") });
    await exchange({});
    assert.equal(server.requests[0].headers.authorization, "Bearer workload.token");
    assertFields(server.requests[0], EXCHANGE);
  });

  test("P1, NoneAuth without an id sends neither id nor header", async (t) => {
    const { server, exchange } = await serveToken(t, [success()], { auth: new NoneAuth() });
    await exchange({});
    assert.equal(server.requests[0].headers.authorization, undefined);
    assertFields(server.requests[0], EXCHANGE);
  });

  test("P23, options.zone with another kind of authentication is ignored", async (t) => {
    const { server, exchange } = await serveToken(t, [success()], { auth: new BasicAuth("client", "secret") });
    await exchange({}, { zone: "anything" });
    assert.equal(server.requests[0].headers.authorization, "Basic Y2xpZW50OnNlY3JldA==");
  });
});

test("P1, whoever has a client id tells it", () => {
  for (const auth of [new NoneAuth("id"), new BasicAuth("id", "s"), new PostAuth("id", "s")])
    assert.equal(auth.clientId, "id", auth.constructor.name);
  assert.equal(new NoneAuth().clientId, undefined);
});

describe("MultiZoneBasicAuth", () => {
  const zones = { a: ["id-a", "secret a"], "zone/b": ["id-b", "secret b"] };

  for (const [name, options, code = "unknown_zone"] of [
    ["missing", undefined],
    ["missing among options", { timeoutMs: 1000 }],
    ["null", { zone: null }],
    ["empty", { zone: "" }],
    ["unknown", { zone: "c" }],
    ["of another case", { zone: "A" }],
    ["a member of Object.prototype", { zone: "constructor" }],
    ["__proto__", { zone: "__proto__" }],
    ["a number", { zone: 5 }, "invalid_option"],
  ]) {
    test(`P24, a zone that is ${name}: ConfigError, no request`, async (t) => {
      const { server, exchange } = await serveToken(t, [success()], { auth: new MultiZoneBasicAuth(zones) });
      await rejectsConfig(() => exchange({}, options), code, "zone");
      assert.equal(server.requests.length, 0);
    });
  }

  test("P24, an unknown zone has the code unknown_zone and a message that names the zones, not the secrets", async (t) => {
    const { server, exchange } = await serveToken(t, [success()], { auth: new MultiZoneBasicAuth(zones) });
    const error = await rejectsConfig(() => exchange({}, { zone: "c" }), "unknown_zone", "zone");
    assert.doesNotMatch(error.message, /secret/);
    assert.equal(server.requests.length, 0);
  });

  test("P24, an unknown zone does not even start discovery", async (t) => {
    const { server } = await serveToken(t);
    const client = new OAuthClient(server.metadata(), { auth: new MultiZoneBasicAuth(zones) });
    await rejectsConfig(() => client.exchangeToken({ subjectToken: SUBJECT }, { zone: "c" }), "unknown_zone", "zone");
    assert.equal(server.requests.length, 0);
  });

  test("P23, the call's zone chooses the credentials", async (t) => {
    const { server, exchange } = await serveToken(t, [success()], { auth: new MultiZoneBasicAuth(zones) });
    await exchange({}, { zone: "zone/b" });
    await exchange({}, { zone: "a" });
    assert.deepEqual(
      server.requests.map((request) => request.headers.authorization),
      [basic("id%2Db", "secret+b"), basic("id%2Da", "secret+a")],
    );
    for (const request of server.requests) assertFields(request, EXCHANGE);
  });

  test("P23, getConfiguredZones, hasZone, getHeadersForZone, getAuthForZone", () => {
    const auth = new MultiZoneBasicAuth(zones);
    assert.deepEqual([...auth.getConfiguredZones()].sort(), ["a", "zone/b"]);
    assert.equal(auth.hasZone("a"), true);
    assert.equal(auth.hasZone("c"), false);
    assert.equal(auth.hasZone("constructor"), false);
    assert.equal(new Headers(auth.getHeadersForZone("a")).get("authorization"), basic("id%2Da", "secret+a"));
    assert.ok(auth.getAuthForZone("a") instanceof BasicAuth);
    throwsConfig(() => auth.getHeadersForZone("c"), "unknown_zone");
    throwsConfig(() => auth.getAuthForZone("c"), "unknown_zone");
  });

  test("P23, what the caller changes in the map afterwards does not count", async (t) => {
    const own = { a: ["id", "secret"] };
    const { server, exchange } = await serveToken(t, [success()], { auth: new MultiZoneBasicAuth(own) });
    own.a[1] = "changed";
    own.b = ["x", "y"];
    await exchange({}, { zone: "a" });
    assert.equal(server.requests[0].headers.authorization, basic("id", "secret"));
    await rejectsConfig(() => exchange({}, { zone: "b" }), "unknown_zone", "zone");
  });
});

describe("a function as client authentication", () => {
  for (const reason of [new Error("vault is sealed"), "a text", undefined, Object.freeze({ frozen: true })]) {
    test(`P124, what it throws reaches the caller by identity: ${typeof reason}`, async (t) => {
      for (const auth of [
        () => {
          throw reason;
        },
        async () => {
          throw reason;
        },
      ]) {
        const { server, exchange } = await serveToken(t, [success()], { auth });
        assert.equal(await failure(exchange({})), reason);
        assert.equal(server.requests.length, 0);
      }
    });
  }

  test("P124, it sees issuer, endpoint, headers and body, and what it sets is sent", async (t) => {
    let seen;
    const auth = (request) => {
      seen = request;
      assert.ok(request.headers instanceof Headers);
      assert.ok(request.body instanceof URLSearchParams);
      assert.equal(request.body.get("subject_token"), SUBJECT);
      request.headers.set("Authorization", "Signature xyz");
      request.headers.set("X-Signed-At", "7");
      request.body.append("client_id", "é & co");
    };
    const { server, exchange } = await serveToken(t, [success()], { auth });
    await exchange({});
    assert.equal(seen.issuer, server.origin);
    assert.equal(seen.endpoint, `${server.origin}/token`);
    assert.equal(server.requests[0].headers.authorization, "Signature xyz");
    assert.equal(server.requests[0].headers["x-signed-at"], "7");
    assertFields(server.requests[0], { ...EXCHANGE, client_id: "é & co" });
  });

  test("P124, an async one is awaited, and called once per exchange", async (t) => {
    let calls = 0;
    const auth = async ({ headers }) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      headers.set("authorization", `Bearer fresh-${++calls}`);
    };
    const { server, exchange } = await serveToken(t, [success()], { auth });
    await exchange({});
    await exchange({});
    assert.deepEqual(
      server.requests.map((request) => request.headers.authorization),
      ["Bearer fresh-1", "Bearer fresh-2"],
    );
  });

  test("T34, it is called again for a retry, so that an assertion is never sent twice", async (t) => {
    let calls = 0;
    const auth = ({ body }) => body.set("client_assertion", `assertion-${++calls}`);
    const { server, exchange } = await serveToken(t, [{ status: 503, headers: { "retry-after": "0" } }, success()], {
      auth,
    });
    await exchange({});
    assert.deepEqual(
      server.requests.map(({ form }) => form.filter(([name]) => name === "client_assertion")),
      [[["client_assertion", "assertion-1"]], [["client_assertion", "assertion-2"]]],
    );
  });

  test("P124, it gets the discovered metadata", async (t) => {
    const { server } = await serveToken(t);
    const issuer = server.metadata("", { scopes_supported: ["read"], x_vendor: { a: 1 } });
    let metadata;
    const auth = (request) => {
      metadata = request.metadata;
    };
    const client = new OAuthClient(issuer, { auth });
    await client.exchangeToken({ subjectToken: SUBJECT });
    assert.equal(metadata.issuer, issuer);
    assert.deepEqual(metadata.scopesSupported, ["read"]);
    assert.equal(metadata.raw.x_vendor.a, 1);
  });

  test("P124, it is not called for discovery, which is never authenticated", async (t) => {
    const { server } = await serveToken(t);
    let calls = 0;
    const client = new OAuthClient(server.metadata(), { auth: () => void calls++ });
    await client.discoverServerMetadata();
    assert.equal(calls, 0);
  });

  test("X18, the deadline and the caller's abort also end a function that never returns", async (t) => {
    const { server, exchange } = await serveToken(t, [success()], { auth: () => new Promise(() => {}) });
    await rejects(exchange({}, { timeoutMs: 100 }), "NetworkError", { code: "timeout" });
    const controller = new AbortController();
    const reason = new Error("user left");
    setTimeout(() => controller.abort(reason), 50);
    assert.equal(await failure(exchange({}, { signal: controller.signal })), reason);
    assert.equal(server.requests.length, 0);
  });

  test("X18, nothing is sent for a caller who goes between its end and the request, however short that is", async () => {
    const reason = new Error("user left");
    for (let turns = 0; turns < 12; turns++) {
      const controller = new AbortController();
      const sent = [];
      const fetch = () => {
        sent.push(controller.signal.aborted);
        return new Promise(() => {});
      };
      const auth = () => {
        let turn = Promise.resolve();
        for (let n = 0; n < turns; n++) turn = turn.then();
        turn.then(() => controller.abort(reason));
      };
      const client = new OAuthClient("https://as.example", { endpoints: { token: "/token" }, fetch, auth });
      const call = client.exchangeToken({ subjectToken: SUBJECT }, { signal: controller.signal });
      assert.equal(await failure(call), reason);
      assert.ok(!sent.includes(true), `${turns} turns`);
    }
  });

  test("P124, an OAuth error after it is ours again", async (t) => {
    const { exchange } = await serveToken(t, [json({ error: "invalid_client" }, 401)], { auth: () => {} });
    await rejects(exchange({}), "AuthenticationError", {
      code: "client_authentication_failed",
      error: "invalid_client",
    });
  });
});
