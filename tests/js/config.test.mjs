/** What is refused before anything is sent, and how it is said (api.md 0). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OAuthClient } from "onbehalf";
import {
  fakeFetch,
  fields,
  ISSUER,
  rejectsConfig,
  SUBJECT,
  serveToken,
  success,
  TYPE,
  throwsConfig,
} from "./helpers.mjs";

const KIB = 1024;
const make = (options) => new OAuthClient(ISSUER, options);
/** What is refused does not depend on who listens. */
const LISTENERS = [undefined, () => {}];

describe("issuer", () => {
  for (const [name, issuer, code] of [
    ["missing", undefined, "missing_option"],
    ["null", null, "missing_option"],
    ["empty", "", undefined],
    ["a number", 5, "invalid_option"],
    ["a URL object", new URL(ISSUER), "invalid_option"],
    ["no URL", "as.example", "invalid_option"],
    ["white space around it", ` ${ISSUER}`, "invalid_option"],
    ["a line break within", "https://as.example/\nx", "invalid_option"],
    ["a query", `${ISSUER}/t?x=1`, "invalid_option"],
    ["an empty query", `${ISSUER}/t?`, "invalid_option"],
    ["a fragment (2.14 row 14)", `${ISSUER}/t#x`, "invalid_option"],
    ["user info", "https://user@as.example", "invalid_option"],
    ["user and password", "https://user:pw@as.example", "invalid_option"],
    ["file:", "file:///etc/passwd", undefined],
    ["javascript:", "javascript:alert(1)", undefined],
    ["ftp:", "ftp://as.example", undefined],
  ]) {
    test(`V-10, X23, ${name}: ConfigError for issuer`, () => {
      throwsConfig(() => new OAuthClient(issuer), code, "issuer");
    });
  }

  for (const given of [
    `${ISSUER}/.well-known/openid-configuration`,
    `${ISSUER}/t/.well-known/openid-configuration`,
    `${ISSUER}/.well-known/oauth-authorization-server`,
    `${ISSUER}/.well-known/oauth-authorization-server/t`,
    `${ISSUER}/.well-known/openid-configuration/t`,
  ]) {
    test(`2.14 row 11, the well-known URL ${given.slice(ISSUER.length)} is refused with what to pass`, () => {
      const error = throwsConfig(() => new OAuthClient(given), "invalid_option", "issuer");
      assert.match(error.message, /pass the issuer/);
    });
  }

  for (const issuer of ["http://as.example", "http://192.168.0.1", "http://[fe80::1]", "http://localhost.example"]) {
    test(`X23, ${issuer}: insecure_url`, () => {
      throwsConfig(() => new OAuthClient(issuer), "insecure_url", "issuer");
    });
  }
});

describe("constructor options", () => {
  for (const [options, code, field] of [
    [{ clientID: "x" }, "unknown_option", "clientID"],
    [{ client_id: "x" }, "unknown_option", "client_id"],
    [{ storage: {} }, "unknown_option", "storage"],
    [{ constructor: 1 }, "unknown_option", "constructor"],
    [JSON.parse('{"__proto__":{"clientId":"x"}}'), "unknown_option", "__proto__"],
    [{ signal: new AbortController().signal }, "unknown_option", "signal"],
    [{ onFoo() {} }, "unknown_option", "onFoo"],
    [{ clientId: "" }, "invalid_option", "clientId"],
    [{ clientId: 5 }, "invalid_option", "clientId"],
    [{ fetch: "fetch" }, "invalid_option", "fetch"],
    [{ fetch: {} }, "invalid_option", "fetch"],
    [{ timeoutMs: 0 }, "invalid_option", "timeoutMs"],
    [{ timeoutMs: -1 }, "invalid_option", "timeoutMs"],
    [{ timeoutMs: Number.NaN }, "invalid_option", "timeoutMs"],
    [{ timeoutMs: Number.POSITIVE_INFINITY }, "invalid_option", "timeoutMs"],
    [{ timeoutMs: "30000" }, "invalid_option", "timeoutMs"],
    [{ timeoutMs: 5n }, "invalid_option", "timeoutMs"],
    [{ maxRetries: -1 }, "invalid_option", "maxRetries"],
    [{ maxRetries: 1.5 }, "invalid_option", "maxRetries"],
    [{ maxRetries: true }, "invalid_option", "maxRetries"],
    [{ maxResponseBytes: 0 }, "invalid_option", "maxResponseBytes"],
    [{ maxResponseBytes: -1 }, "invalid_option", "maxResponseBytes"],
    [{ clockToleranceSeconds: 61 }, "invalid_option", "clockToleranceSeconds"],
    [{ clockToleranceSeconds: -1 }, "invalid_option", "clockToleranceSeconds"],
    [{ preset: "keycloack" }, "unknown_preset", "preset"],
    [{ preset: 5 }, "invalid_option", "preset"],
    [{ preset: { response: {} } }, undefined, "preset.id"],
    [{ preset: { id: "mine", foo: 1 } }, "unknown_option", "preset.foo"],
    [{ conformance: "fapi" }, "invalid_option", "conformance"],
    [{ endpoints: "x" }, "invalid_option", "endpoints"],
    [{ endpoints: { tokens: "/token" } }, "unknown_option", "endpoints.tokens"],
    [{ endpoints: { token: "//evil.example/token" } }, "invalid_endpoint", "endpoints.token"],
    [{ endpoints: { token: "/\\evil.example/token" } }, "invalid_endpoint", "endpoints.token"],
    [{ endpoints: { token: "http://as.example/token" } }, "insecure_url", "endpoints.token"],
    [{ endpoints: { token: "https://u:p@as.example/token" } }, "invalid_endpoint", "endpoints.token"],
    [{ endpoints: { token: "https://as.example/token#x" } }, "invalid_endpoint", "endpoints.token"],
    [{ endpoints: { token: "javascript:alert(1)" } }, undefined, "endpoints.token"],
    [{ endpoints: { token: "" } }, undefined, "endpoints.token"],
    [{ endpoints: { token: 5 } }, undefined, "endpoints.token"],
    [{ discovery: "no" }, "invalid_option", "discovery"],
    [{ discovery: { ttl: 5 } }, "unknown_option", "discovery.ttl"],
    [{ discovery: { ttlMs: -1 } }, "invalid_option", "discovery.ttlMs"],
    [{ discovery: { negativeTtlMs: Number.NaN } }, "invalid_option", "discovery.negativeTtlMs"],
    [{ endpointOrigins: "all" }, "invalid_option", "endpointOrigins"],
    [{ endpointOrigins: ["not an origin"] }, undefined, "endpointOrigins[0]"],
    [{ endpointOrigins: [ISSUER, 5] }, "invalid_option", "endpointOrigins[1]"],
    [{ insecureHosts: ["ok", 5] }, "invalid_option", "insecureHosts[1]"],
    [{ userAgent: "a\r\nX-Evil: 1" }, "invalid_option", "userAgent"],
  ]) {
    test(`V-10, ${inspectShort(options)}: ConfigError for ${field}`, () => {
      const error = throwsConfig(() => make(options), code, undefined);
      assert.equal(error.field, field, error.message);
      assert.ok(error.message.includes(field.split(/[.[]/)[0]), error.message);
    });
  }

  for (const options of [5, "x", [], () => {}, true]) {
    test(`V-10, options that are ${inspectShort(options)}: ConfigError`, () => {
      throwsConfig(() => make(options), "invalid_option");
    });
  }

  test("V-10, null and undefined options and members are absent", async () => {
    for (const options of [undefined, null]) assert.ok(new OAuthClient(ISSUER, options) instanceof OAuthClient);
    const fetch = fakeFetch(success());
    const absent = {
      clientId: null,
      auth: undefined,
      timeoutMs: null,
      maxRetries: undefined,
      preset: null,
      customHeaders: null,
    };
    const client = make({ ...absent, fetch, endpoints: { token: "/token", jwks: null } });
    await client.exchangeToken({ subjectToken: SUBJECT, audience: null });
    assert.equal(fields(fetch.calls[0]).client_id, undefined);
  });

  test("V-10, options without a prototype are fine, and later changes to them do not count", async () => {
    const fetch = fakeFetch(success());
    const options = Object.assign(Object.create(null), { fetch, clientId: "first", endpoints: { token: "/token" } });
    const client = make(options);
    options.clientId = "second";
    options.endpoints.token = "/other";
    await client.exchangeToken({ subjectToken: SUBJECT });
    assert.equal(fetch.calls[0].url, `${ISSUER}/token`);
    assert.deepEqual(fields(fetch.calls[0]).client_id, ["first"]);
  });
});

describe("parameters of a call", () => {
  const subject = { subjectToken: SUBJECT };

  for (const [params, code, field] of [
    [{}, "missing_option", "subjectToken"],
    [{ subjectToken: null }, "missing_option", "subjectToken"],
    [{ subjectToken: undefined }, "missing_option", "subjectToken"],
    [{ subjectToken: "" }, undefined, "subjectToken"],
    [{ subjectToken: 5 }, "invalid_option", "subjectToken"],
    [{ subjectToken: "   " }, "invalid_option", "subjectToken"],
    [{ subjectToken: " a" }, "invalid_option", "subjectToken"],
    [{ subjectToken: "a\n" }, "invalid_option", "subjectToken"],
    [{ subjectToken: "a b\tc\u0001" }, "invalid_option", "subjectToken"],
    [{ subjectToken: "tokén" }, "invalid_option", "subjectToken"],
    [{ subjectToken: "Bearer abc" }, "invalid_option", "subjectToken"],
    [{ subjectToken: "bearer abc" }, "invalid_option", "subjectToken"],
    [{ subjectToken: "a".repeat(64 * KIB + 1) }, "invalid_option", "subjectToken"],
    [{ subjectToken: "a".repeat(KIB * KIB + 1), subjectTokenType: TYPE.saml2 }, "invalid_option", "subjectToken"],
    [{ ...subject, actorToken: "" }, undefined, "actorToken"],
    [{ ...subject, actorToken: "Bearer x" }, "invalid_option", "actorToken"],
    [{ ...subject, actorTokenType: TYPE.jwt }, undefined, /^actorToken(Type)?$/],
    [{ ...subject, subjectTokenType: 5 }, "invalid_option", "subjectTokenType"],
    [{ ...subject, subjectTokenType: "" }, "invalid_option", "subjectTokenType"],
    [{ ...subject, subject_token: "x" }, "unknown_option", "subject_token"],
    [{ ...subject, signal: new AbortController().signal }, "unknown_option", "signal"],
    [{ ...subject, timeoutMs: 5 }, "unknown_option", "timeoutMs"],
    [{ ...subject, callback() {} }, "unknown_option", "callback"],
    [{ ...subject, audience: 5 }, "invalid_option", "audience"],
    [{ ...subject, audience: ["a", 5] }, "invalid_option", "audience[1]"],
    [{ ...subject, audience: ["a", Symbol("s")] }, "invalid_option", "audience[1]"],
    [{ ...subject, resource: 5 }, "invalid_option", "resource"],
    [{ ...subject, resource: {} }, "invalid_option", "resource"],
    [{ ...subject, resource: [ISSUER, 5] }, "invalid_option", "resource[1]"],
    [{ ...subject, resource: [ISSUER, null] }, "invalid_option", "resource[1]"],
    [{ ...subject, scope: 5 }, "invalid_option", "scope"],
    [{ ...subject, scope: {} }, "invalid_option", "scope"],
    [{ ...subject, scope: ["a", 5] }, "invalid_option", "scope[1]"],
    [{ ...subject, scope: 'a"b' }, "invalid_option", "scope"],
    [{ ...subject, scope: "a\\b" }, "invalid_option", "scope"],
    [{ ...subject, scope: "a\tb" }, "invalid_option", "scope"],
    [{ ...subject, scope: "é" }, "invalid_option", "scope"],
    [{ ...subject, extra: 5 }, "invalid_option", "extra"],
    [{ ...subject, extra: "a=b" }, "invalid_option", "extra"],
  ]) {
    test(`V-10, exchangeToken(${inspectShort(params)}): ConfigError for ${field}, no request`, async (t) => {
      for (const onEvent of LISTENERS) {
        const { server, client } = await serveToken(t, undefined, { onEvent });
        await rejectsConfig(() => client.exchangeToken(params), code, field);
        assert.equal(server.requests.length, 0);
      }
    });
  }

  for (const name of [
    "grant_type",
    "Grant_Type",
    "subject_token",
    "subject_token_type",
    "scope",
    "SCOPE",
    "audience",
    "resource",
    "actor_token",
    "actor_token_type",
    "requested_token_type",
    "client_id",
    "Client_Secret",
    "client_assertion",
    "client_assertion_type",
  ]) {
    test(`V-08, extra cannot set ${name}, in whatever form it is given`, async (t) => {
      const { server, client } = await serveToken(t);
      for (const extra of [{ [name]: "x" }, { [name]: ["x"] }, [[name, "x"]], new URLSearchParams([[name, "x"]])]) {
        const error = await rejectsConfig(() => client.exchangeToken({ ...subject, extra }), "invalid_option");
        assert.match(error.field, /^extra\b/);
        assert.match(error.message, new RegExp(name, "i"));
      }
      assert.equal(server.requests.length, 0);
    });
  }

  for (const [options, code, field] of [
    [{ timeout: 5 }, "unknown_option", "timeout"],
    [{ timeoutMs: 0 }, "invalid_option", "timeoutMs"],
    [{ timeoutMs: Number.NaN }, "invalid_option", "timeoutMs"],
    [{ signal: 5 }, "invalid_option", "signal"],
    [{ prepared: true }, "unknown_option", "prepared"],
  ]) {
    test(`V-10, call options ${inspectShort(options)}: ConfigError for ${field}, no request`, async (t) => {
      for (const onEvent of LISTENERS) {
        const { server, client } = await serveToken(t, undefined, { onEvent });
        await rejectsConfig(() => client.exchangeToken(subject, options), code, field);
        await rejectsConfig(() => client.clientCredentials({}, options), code, field);
        await rejectsConfig(() => client.discoverServerMetadata(options), code, field);
        assert.equal(server.requests.length, 0);
      }
    });
  }

  for (const [params, code, field] of [
    [{ scope: {} }, "invalid_option", "scope"],
    [{ scope: ["a", 5] }, "invalid_option", "scope[1]"],
    [{ resource: 5 }, "invalid_option", "resource"],
    [{ audience: [7] }, "invalid_option", "audience[0]"],
    [{ subjectToken: SUBJECT }, "unknown_option", "subjectToken"],
  ]) {
    test(`V-10, clientCredentials(${inspectShort(params)}): ConfigError for ${field}, no request`, async (t) => {
      for (const onEvent of LISTENERS) {
        const { server, client } = await serveToken(t, undefined, { onEvent });
        await rejectsConfig(() => client.clientCredentials(params), code, field);
        assert.equal(server.requests.length, 0);
      }
    });
  }

  test("V-10, what returns a promise never throws synchronously, whatever it is given", async (t) => {
    const { server, client } = await serveToken(t);
    const hostile = {
      get subjectToken() {
        throw new Error("getter");
      },
    };
    const cycle = { subjectToken: SUBJECT, extra: {} };
    cycle.extra.self = cycle;
    for (const bad of [undefined, null, 5, "x", [], () => {}, Symbol("s"), 5n, hostile, cycle]) {
      for (const call of [() => client.exchangeToken(bad), () => client.prepare.exchangeToken(bad)]) {
        const promise = call();
        assert.ok(promise instanceof Promise);
        await assert.rejects(promise);
      }
    }
    for (const bad of [5, "x", [], Symbol("s"), 5n, cycle]) {
      await rejectsConfig(() => client.exchangeToken(subject, bad));
      await rejectsConfig(() => client.clientCredentials(bad));
    }
    assert.equal(server.requests.length, 0);
  });

  test("T72, a TokenResponse or another object in place of its token is refused, never turned into text", async () => {
    const fetch = fakeFetch(success());
    const client = make({ fetch, endpoints: { token: "/token" } });
    const token = await client.exchangeToken(subject);
    for (const subjectToken of [
      token,
      Object("text"),
      { toJSON: () => "text" },
      { toString: () => "text" },
      ["text"],
    ]) {
      await rejectsConfig(() => client.exchangeToken({ subjectToken }), undefined, "subjectToken");
      await rejectsConfig(
        () => client.exchangeToken({ ...subject, actorToken: subjectToken }),
        undefined,
        "actorToken",
      );
    }
    assert.equal(fetch.calls.length, 1);
  });

  test("V-10, tokens up to the limit pass: 64 KiB, and 1 MiB for SAML", async () => {
    const fetch = fakeFetch(success());
    const client = make({ fetch, endpoints: { token: "/token" } });
    await client.exchangeToken({ subjectToken: "a".repeat(64 * KIB) });
    await client.exchangeToken({ subjectToken: "a".repeat(KIB * KIB), subjectTokenType: TYPE.saml2 });
    assert.equal(fields(fetch.calls[0]).subject_token[0].length, 64 * KIB);
    assert.equal(fields(fetch.calls[1]).subject_token[0].length, KIB * KIB);
  });

  test("V-10, a ConfigError costs the client nothing", async (t) => {
    const { client } = await serveToken(t);
    await rejectsConfig(() => client.exchangeToken({}), "missing_option", "subjectToken");
    assert.equal((await client.exchangeToken(subject)).accessToken, "issued");
  });
});

function inspectShort(value) {
  if (value === null || typeof value !== "object") return String(value).slice(0, 30);
  const show = (member) => (typeof member === "string" ? JSON.stringify(member.slice(0, 24)) : shape(member));
  const pairs = Object.entries(value).map(([key, member]) => `${key}: ${show(member)}`);
  return `{ ${pairs.join(", ")} }`.replace('subjectToken: "subject_jwt_token", ', "");
}

function shape(member) {
  if (Array.isArray(member)) return `[${member.map((element) => String(element).slice(0, 24)).join(", ")}]`;
  if (member !== null && typeof member === "object") return inspectShort(member);
  return typeof member === "function" ? "function" : String(member);
}
