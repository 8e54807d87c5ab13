/** TokenExchangeStore: the CredentialStore contract. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { json } from "../servers/quirk/server.mjs";
import {
  assertError,
  assertFields,
  assertRedacted,
  failure,
  fakeFetch,
  GRANT,
  onbehalf,
  rejects,
  rejectsConfig,
  success,
  TYPE,
} from "./helpers.mjs";
import { CRM, crmConfig, issuing, serveStore } from "./store-helpers.mjs";

describe("findByRef", () => {
  test("P13, sends the configured exchange and gives a credential", async (t) => {
    const { server, store } = await serveStore(t, { config: { tags: ["crm"] } });
    const credential = await store.findByRef(CRM);
    assertFields(server.requests[0], {
      grant_type: GRANT.exchange,
      subject_token: "alice-token",
      subject_token_type: TYPE.accessToken,
      client_id: "agent-identity",
      client_secret: "agent-secret",
      scope: "crm:read crm:write",
      audience: "https://crm.acme.com",
    });
    const { expiresAt, ...rest } = credential;
    assert.deepEqual(rest, {
      id: "token-exchange:crm-service-token",
      kind: "user-delegated",
      name: "CRM Service Token",
      scope: "crm:read crm:write",
      status: "active",
      provider: "openai",
      ref: "token-1-for-alice-token",
      tags: ["crm"],
    });
    assert.equal(new Date(expiresAt).toISOString(), expiresAt);
  });

  test("P14, expiresAt is expires_in from now", async (t) => {
    const { store } = await serveStore(t, { answers: [success({ expires_in: 1800 })] });
    const before = Date.now();
    const { expiresAt } = await store.findByRef(CRM);
    const inSeconds = (Date.parse(expiresAt) - before) / 1000;
    assert.ok(inSeconds >= 1799 && inSeconds <= 1802, `${inSeconds}`);
  });

  test("the credential is plain data that spreads, cannot be changed, and is printed without its token", async (t) => {
    const { store } = await serveStore(t);
    const credential = await store.findByRef(CRM);
    assert.equal(Object.getPrototypeOf(credential), Object.prototype);
    assert.equal({ ...credential }.ref, "token-1-for-alice-token");
    assert.ok(Object.isFrozen(credential));
    for (const view of [JSON.stringify(credential), JSON.stringify({ nested: [credential] })]) {
      assert.ok(!view.includes("token-1"), view);
    }
    const { inspect } = await import("node:util");
    assert.ok(!inspect(credential).includes("token-1"));
    assert.ok(inspect(credential).includes("redacted"));
  });

  test("P15, an unknown ref, an inactive one and nobody to act for give null without a request", async (t) => {
    const inactive = { ref: "inactive", status: "revoked" };
    const { server, store, errors } = await serveStore(t, { subjectTokenProvider: () => null });
    const other = new onbehalf.TokenExchangeStore({
      configs: [crmConfig(server, inactive)],
      subjectTokenProvider: () => "alice-token",
      onError: (error, { ref }) => errors.push({ error, ref }),
    });
    assert.equal(await store.findByRef("unknown"), null);
    assert.equal(await other.findByRef("inactive"), null);
    assert.equal(await store.findByRef(CRM), null);
    assert.equal(server.requests.length, 0);
    assert.deepEqual(
      errors.map(({ error, ref }) => [ref, error.code]),
      [
        ["unknown", "unknown_ref"],
        ["inactive", "inactive_ref"],
        [CRM, "subject_token_unavailable"],
      ],
    );
    const { message } = await rejectsConfig(() => store.getToken("unknown"), "unknown_ref", "ref");
    assert.ok(!message.includes("unknown"), "a Credential's `ref` is a token, and easily mistaken for one of these");
    await rejectsConfig(() => other.getToken("inactive"), "inactive_ref");
    const expected = { code: "subject_token_unavailable", action: "renew_subject", retryable: false, fault: "user" };
    await rejects(store.getToken(CRM), "OAuthError", expected);
    for (const nobody of [undefined, ""]) {
      const empty = new onbehalf.TokenExchangeStore({
        configs: [crmConfig(server)],
        subjectTokenProvider: async () => nobody,
      });
      assert.equal(await empty.findByRef(CRM), null);
      await rejects(empty.getToken(CRM), "OAuthError", expected);
    }
    assert.equal(server.requests.length, 0);
  });

  test("P16, failures give null and tell onError why; getToken rejects with the typed error", async (t) => {
    const cases = [
      [json({ error: "invalid_grant" }, 400), "TokenExchangeError", { code: "oauth_error", action: "renew_subject" }],
      [{ status: 500, body: "oops" }, "OAuthHttpError", { code: "http_error", status: 500, retryable: true }],
      [json({ error: "invalid_client" }, 401), "AuthenticationError", { code: "client_authentication_failed" }],
    ];
    for (const [answer, name, expected] of cases) {
      const { server, store, errors } = await serveStore(t, { answers: [answer] });
      assert.equal(await store.findByRef(CRM), null);
      assert.equal(server.requests.length, 1, "one request");
      assertError(errors[0].error, name, expected);
      await rejects(store.getToken(CRM), name, expected);
    }
    const cause = new TypeError("fetch failed");
    const { store, errors } = await serveStore(t, { fetch: fakeFetch(cause) });
    assert.equal(await store.findByRef(CRM), null);
    assertError(errors[0].error, "NetworkError", { code: "unreachable" });
    assert.equal(errors[0].error.cause, cause);
  });

  test("P17, one request for two calls, and a second one after invalidateCache and after flushCache", async (t) => {
    const { server, store } = await serveStore(t, { answers: [success()] });
    const first = await store.findByRef(CRM);
    assert.deepEqual(await store.findByRef(CRM), first);
    assert.equal(server.requests.length, 1);
    assert.equal(store.invalidateCache(CRM), 1);
    assert.equal((await store.findByRef(CRM)).ref, first.ref);
    assert.equal(server.requests.length, 2);
    assert.equal(store.flushCache(), 1);
    assert.equal((await store.findByRef(CRM)).ref, first.ref);
    assert.equal(server.requests.length, 3);
  });

  test("P18, listActive and listByKind give the active configurations by name", async (t) => {
    const { server } = await serveStore(t);
    const store = new onbehalf.TokenExchangeStore({
      configs: [
        crmConfig(server, { ref: "a" }),
        crmConfig(server, { ref: "b", kind: "fixed" }),
        crmConfig(server, { ref: "c", status: "pending" }),
      ],
    });
    const active = await store.listActive();
    assert.deepEqual(
      active.map(({ ref, id }) => [ref, id]),
      [
        ["a", "token-exchange:a"],
        ["b", "token-exchange:b"],
      ],
    );
    assert.deepEqual(
      (await store.listByKind("user-delegated")).map(({ ref }) => ref),
      ["a"],
    );
    assert.deepEqual(
      (await store.listByKind("fixed")).map(({ ref }) => ref),
      ["b"],
    );
    assert.equal(JSON.parse(JSON.stringify(active))[0].ref, "a");
    for (const [kind, code] of [
      [undefined, "missing_option"],
      [null, "missing_option"],
      ["", "missing_option"],
      [5, "invalid_option"],
    ]) {
      await rejectsConfig(() => store.listByKind(kind), code, "kind");
      await rejectsConfig(() => store.forSubject("t").listByKind(kind), code, "kind");
    }
    assert.equal(server.requests.length, 0);
  });

  test("rejects for wrong arguments only, and with the caller's own reason", async (t) => {
    const { store, errors } = await serveStore(t, { subjectTokenProvider: undefined });
    await rejectsConfig(() => store.findByRef(), "missing_option", "ref");
    await rejectsConfig(() => store.findByRef(7), "invalid_option", "ref");
    await rejectsConfig(() => store.findByRef(CRM, "x"), "invalid_option", "options");
    await rejectsConfig(() => store.findByRef(CRM, { subject: "x" }), "unknown_option", "subject");
    await rejectsConfig(() => store.findByRef(CRM, { cache: 1 }), "invalid_option", "cache");
    await rejectsConfig(() => store.findByRef(CRM, { signal: {} }), "invalid_option", "signal");
    await rejectsConfig(() => store.findByRef(CRM, { subjectToken: "Bearer x" }), "invalid_option", "subjectToken");
    await rejectsConfig(() => store.findByRef(CRM, { subjectToken: "" }), "missing_option", "subjectToken");
    const badActor = { subjectToken: "t", actorToken: "a b\n" };
    await rejectsConfig(() => store.findByRef(CRM, badActor), "invalid_option", "actorToken");
    await rejectsConfig(() => store.getToken(CRM, { subjectToken: "t", scope: 7 }), "invalid_option", "scope");
    await rejectsConfig(() => store.getToken(CRM, { subjectToken: "t", scope: "ä" }), "invalid_option", "scope");
    const reason = { mine: true };
    const signal = AbortSignal.abort(reason);
    assert.equal(await failure(store.findByRef(CRM, { subjectToken: "t", signal })), reason);
    assert.equal(await failure(store.getToken(CRM, { subjectToken: "t", signal })), reason);
    assert.equal(errors.length, 0);
  });

  test("P15, a store that has nobody to ask gives null to routers that name no one, and says why", async (t) => {
    const { server, store, errors } = await serveStore(t, { subjectTokenProvider: undefined });
    assert.equal(await store.findByRef(CRM), null);
    assertError(errors[0].error, "ConfigError", { code: "missing_option", field: "subjectToken" });
    await rejectsConfig(() => store.getToken(CRM), "missing_option", "subjectToken");
    assert.equal(server.requests.length, 0);
  });

  test("what a provider gives that is no token is a failure, not a wrong argument", async (t) => {
    const given = ["Bearer x", 7];
    const { server, store, errors } = await serveStore(t, { subjectTokenProvider: () => given.shift() });
    assert.equal(await store.findByRef(CRM), null);
    assert.equal(await store.findByRef(CRM), null);
    assert.deepEqual(
      errors.map(({ error }) => error.code),
      ["invalid_option", "invalid_option"],
    );
    assert.equal(server.requests.length, 0);
  });

  test("what a provider throws reaches onError and getToken by identity", async (t) => {
    const thrown = new Error("session store is down");
    const fail = () => {
      throw thrown;
    };
    const { store, errors } = await serveStore(t, { subjectTokenProvider: fail });
    assert.equal(await store.findByRef(CRM), null);
    assert.equal(errors[0].error, thrown);
    assert.equal(await failure(store.getToken(CRM)), thrown);
  });

  test("a caller that has gone does not wait for the provider", async (t) => {
    const { store } = await serveStore(t, { subjectTokenProvider: () => new Promise(() => {}) });
    const controller = new AbortController();
    const call = store.findByRef(CRM, { signal: controller.signal });
    controller.abort("gone");
    assert.equal(await failure(call), "gone");
  });

  test("onUnavailable throw: what the user has to mend is null, everything else rejects", async (t) => {
    const outcomes = [
      [json({ error: "invalid_grant" }, 400), null],
      [json({ error: "access_denied" }, 403), null],
      [json({ error: "interaction_required" }, 400), null],
      [json({ error: "interaction_required", claims: "{}" }, 400), null],
      [json({ error: "server_error" }, 500), "TokenExchangeError"],
      [json({ error: "invalid_client" }, 401), "AuthenticationError"],
      [json({ error: "invalid_target" }, 400), "TokenExchangeError"],
    ];
    for (const [answer, name] of outcomes) {
      const { store } = await serveStore(t, { answers: [answer], onUnavailable: "throw" });
      if (name) await rejects(store.findByRef(CRM), name);
      else assert.equal(await store.findByRef(CRM), null);
    }
    const { store } = await serveStore(t, { onUnavailable: "throw" });
    await rejectsConfig(() => store.findByRef("unknown"), "unknown_ref");
  });

  test("an onError that fails fails nobody", async (t) => {
    for (const onError of [() => assert.fail("mine"), () => Promise.reject(new Error("mine"))]) {
      const { store } = await serveStore(t, { answers: [{ status: 500 }], onError });
      assert.equal(await store.findByRef(CRM), null);
    }
  });
});

describe("getToken", () => {
  test("gives the whole answer, frozen into one object for all", async (t) => {
    const { store } = await serveStore(t, { answers: [success({ scope: "crm:read", refresh_token: "r" })] });
    const token = await store.getToken(CRM);
    assert.ok(token instanceof onbehalf.TokenResponse);
    assert.deepEqual([token.scope, token.missingScopes, token.refreshToken], [["crm:read"], ["crm:write"], "r"]);
    assert.equal(await store.getToken(CRM), token);
    const exposed = token.expose();
    assert.ok(
      !("usableUntil" in exposed) && !("staleUntil" in exposed),
      "what the store keeps it by is not part of it",
    );
    assert.deepEqual(onbehalf.TokenResponse.from(exposed).expose(), exposed);
  });

  test("scope replaces the configured scopes, for this call", async (t) => {
    const { server, store } = await serveStore(t);
    await store.getToken(CRM, { scope: "crm:admin" });
    await store.getToken(CRM, { scope: ["crm:admin", "crm:read"] });
    await store.getToken(CRM, { scope: [] });
    await store.getToken(CRM);
    const scopes = server.requests.map(({ form }) => new Map(form).get("scope"));
    assert.deepEqual(scopes, ["crm:admin", "crm:admin crm:read", undefined, "crm:read crm:write"]);
    await store.getToken(CRM, { scope: "crm:admin" });
    assert.equal(server.requests.length, 4);
  });

  test("the actor's token goes along, and the token is the actor's alone", async (t) => {
    const actors = ["robot-1"];
    const { server, store } = await serveStore(t, {
      actorTokenProvider: () => actors[0],
      config: { actorTokenType: TYPE.jwt },
    });
    const first = await store.getToken(CRM);
    const { actor_token, actor_token_type } = Object.fromEntries(server.requests[0].form);
    assert.deepEqual([actor_token, actor_token_type], ["robot-1", TYPE.jwt]);
    assert.equal(await store.getToken(CRM), first);
    actors[0] = "robot-2";
    assert.notEqual(await store.getToken(CRM), first);
    actors[0] = null;
    const alone = await store.getToken(CRM);
    assert.ok(!server.requests.at(-1).form.some(([name]) => name.startsWith("actor_")));
    assert.notEqual(await store.getToken(CRM, { actorToken: "robot-1" }), alone);
    assert.equal(server.requests.length, 3);
  });
});

describe("how the client authenticates", () => {
  const withIssuer = (server, members, config) => {
    const issuer = server.metadata("", members);
    return crmConfig(server, { tokenEndpoint: undefined, issuer, ...config });
  };
  const sentBy = async (server, config) => {
    server.forget();
    const store = new onbehalf.TokenExchangeStore({ configs: [config], subjectTokenProvider: () => "t" });
    await store.getToken(CRM);
    const { headers, form } = server.at("/token")[0];
    return headers.authorization ? "basic" : new Map(form).has("client_secret") ? "post" : "none";
  };

  test("a secret beside a token endpoint goes into the body; of an issuer, where its metadata says", async (t) => {
    const { server } = await serveStore(t);
    const listed = (methods) => withIssuer(server, { token_endpoint_auth_methods_supported: methods });
    assert.equal(await sentBy(server, crmConfig(server)), "post");
    assert.equal(await sentBy(server, listed(undefined)), "basic");
    assert.equal(await sentBy(server, listed(["client_secret_post", "client_secret_basic"])), "basic");
    assert.equal(await sentBy(server, listed(["client_secret_post", "private_key_jwt"])), "post");
    assert.equal(await sentBy(server, crmConfig(server, { clientSecret: undefined })), "none");
    const auth = new onbehalf.BasicAuth("agent", "secret");
    assert.equal(await sentBy(server, crmConfig(server, { clientSecret: null, clientId: null, auth })), "basic");
  });

  test("an authentication function is called, and what it throws reaches getToken by identity", async (t) => {
    const { server } = await serveStore(t);
    const thrown = new Error("no key");
    const functions = [({ body }) => body.set("client_assertion", "signed"), () => Promise.reject(thrown)];
    for (const auth of functions) {
      const config = crmConfig(server, { clientSecret: undefined, auth });
      const store = new onbehalf.TokenExchangeStore({ configs: [config], subjectTokenProvider: () => "t" });
      if (auth === functions[0]) {
        await store.getToken(CRM);
        assert.equal(new Map(server.requests[0].form).get("client_assertion"), "signed");
      } else assert.equal(await failure(store.getToken(CRM)), thrown);
    }
  });
});

describe("a store", () => {
  test("shows no token and no secret, however it is printed", async (t) => {
    const { store } = await serveStore(t, { answers: [issuing({ access_token: "issued-secret-token" })] });
    await store.findByRef(CRM);
    const secrets = ["issued-secret-token", "agent-secret", "alice-token"];
    assertRedacted(store, secrets, "store");
    assertRedacted(store.forSubject("alice-token"), secrets, "view");
  });

  test("methods that were taken off it reject rather than throw", async (t) => {
    const { store } = await serveStore(t);
    for (const name of ["findByRef", "getToken", "fetch", "listActive", "listByKind"]) {
      const method = store[name];
      assert.ok((await failure(method(CRM, "https://x.example"))) instanceof TypeError, name);
    }
  });

  test("is known by its brand, and so is a subclass", async (t) => {
    const { store } = await serveStore(t);
    assert.ok(store instanceof onbehalf.TokenExchangeStore);
    assert.ok(!({} instanceof onbehalf.TokenExchangeStore));
    assert.equal(onbehalf.TokenExchangeStore.name, "TokenExchangeStore");
  });
});

test("the lists of names hold the registered ones", () => {
  const { RFC_TOKEN_TYPES, TokenType, GrantType } = onbehalf;
  assert.equal(RFC_TOKEN_TYPES.ACCESS_TOKEN, TYPE.accessToken);
  assert.equal(RFC_TOKEN_TYPES.SAML2, TYPE.saml2);
  assert.equal(TokenType.ID_JAG, "urn:ietf:params:oauth:token-type:id-jag");
  assert.equal(TokenType.TXN_TOKEN, "urn:ietf:params:oauth:token-type:txn_token");
  assert.equal(GrantType.TOKEN_EXCHANGE, GRANT.exchange);
  assert.equal(GrantType.CLIENT_CREDENTIALS, GRANT.clientCredentials);
});
