/** Discovery: where it looks, what it accepts, what it never does. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BasicAuth, OAuthClient } from "onbehalf";
import { closedOrigin, json, redirect, wellKnownPaths } from "../servers/quirk/server.mjs";
import {
  assertSameData,
  failure,
  fakeFetch,
  rejects,
  rejectsConfig,
  SUBJECT,
  serve,
  serveToken,
  success,
  throwsConfig,
} from "./helpers.mjs";

const paths = (server) => server.requests.map((request) => request.path);
const discover = (issuer, options) => new OAuthClient(issuer, { maxRetries: 0, ...options }).discoverServerMetadata();
const exchange = (issuer, options) =>
  new OAuthClient(issuer, { maxRetries: 0, ...options }).exchangeToken({ subjectToken: SUBJECT });

/** A fetch that serves metadata of an https issuer and tokens everywhere else. */
const httpsServer = (document) =>
  fakeFetch((url) => (url.includes("/.well-known/") ? json200(document) : json200(TOKEN)));
const json200 = (value) => new Response(JSON.stringify(value), { headers: { "content-type": "application/json" } });
const TOKEN = { access_token: "issued", token_type: "Bearer" };

describe("where discovery looks", () => {
  for (const [name, issuerPath] of [
    ["P69, an issuer with a path", "/tenant"],
    ["P69, an issuer with a deeper path", "/realms/a%20b"],
    ["P60, a root issuer", ""],
  ]) {
    test(`${name}: inserted, OpenID inserted, OpenID appended, each once; all absent is discovery_failed`, async (t) => {
      const server = await serve(t);
      await rejects(discover(server.origin + issuerPath), "OAuthProtocolError", {
        code: "discovery_failed",
        retryable: false,
        action: "server_fault",
      });
      assert.deepEqual(paths(server), wellKnownPaths(issuerPath));
      assert.ok(server.requests.every((request) => request.method === "GET" && request.body === ""));
    });
  }

  for (const status of [404, 405, 410]) {
    test(`P69, ${status} leads to the next place`, async (t) => {
      const server = await serve(t);
      const issuer = server.metadata("/t", {}, "appended");
      const [first, second, third] = wellKnownPaths("/t");
      server.on(first, json({ error: "not_found" }, status)).on(second, { status });
      assert.equal((await discover(issuer)).issuer, issuer);
      assert.deepEqual(paths(server), [first, second, third]);
    });
  }

  for (const [name, answer, expected] of [
    ["400", { status: 400 }, ["OAuthHttpError", { code: "http_error", status: 400 }]],
    ["401", { status: 401 }, ["OAuthHttpError", { code: "http_error", status: 401 }]],
    ["403", { status: 403 }, ["OAuthHttpError", { code: "http_error", status: 403 }]],
    ["500", { status: 500 }, ["OAuthHttpError", { code: "http_error", status: 500, retryable: true }]],
    ["204", { status: 204 }, ["OAuthHttpError", { code: "unexpected_status", status: 204 }]],
    ["201", json({}, 201), ["OAuthHttpError", { code: "unexpected_status", status: 201 }]],
    ["302", redirect("/elsewhere"), ["OAuthHttpError", { code: "unexpected_redirect", status: 302 }]],
    ["bad JSON", { headers: { "content-type": "application/json" }, body: "{" }, ["OAuthProtocolError", {}]],
    ["an HTML page", { headers: { "content-type": "text/html" }, body: "<html>" }, ["OAuthProtocolError", {}]],
    ["a list", json([]), ["OAuthProtocolError", {}]],
    ["null", json(null), ["OAuthProtocolError", {}]],
  ]) {
    test(`P62, P68, ${name} at the first place is the answer: no other place, no guessed endpoint`, async (t) => {
      const server = await serve(t);
      server.metadata("/t", {}, "openid");
      server.on(wellKnownPaths("/t")[0], answer);
      await rejects(exchange(`${server.origin}/t`), ...expected);
      assert.deepEqual(paths(server), wellKnownPaths("/t").slice(0, 1));
    });
  }

  test("P68, after a failed discovery nothing is sent to a conventional path", async (t) => {
    const server = await serve(t);
    server.on("/oauth2/token", success()).on("/token", success()).on("/oauth/token", success());
    await rejects(exchange(server.origin), "OAuthProtocolError", { code: "discovery_failed" });
    assert.deepEqual(paths(server), wellKnownPaths());
  });

  test("P68, with discovery off and no endpoint: missing_endpoint without a request", async (t) => {
    const server = await serve(t);
    await rejectsConfig(() => exchange(server.origin, { discovery: false }), "missing_endpoint");
    assert.equal(server.requests.length, 0);
  });

  test("X3, discovery carries no credentials of the client; Accept asks for JSON", async (t) => {
    const server = await serve(t);
    const issuer = server.metadata("/t");
    await discover(issuer, { auth: new BasicAuth("client", "secret"), customHeaders: { "X-Tenant": "7" } });
    const [{ headers }] = server.requests;
    assert.equal(headers.authorization, undefined);
    assert.equal(headers["content-type"], undefined);
    assert.equal(headers.accept, "application/json");
    assert.equal(headers["x-tenant"], "7");
    assert.match(headers["user-agent"], /^onbehalf\//);
  });

  test("T10, a redirect of the metadata is not followed, the target origin is named", async (t) => {
    const [server, other] = [await serve(t), await serve(t)];
    other.metadata();
    server.on(wellKnownPaths()[0], redirect(`${other.origin}/.well-known/oauth-authorization-server?secret=1`));
    const error = await rejects(discover(server.origin), "OAuthHttpError", { code: "unexpected_redirect" });
    assert.ok(error.message.includes(other.origin), error.message);
    assert.ok(!error.message.includes("secret=1"), error.message);
    assert.equal(other.requests.length, 0);
  });

  test("P63, connection refused: unreachable, retryable", async () => {
    await rejects(discover(await closedOrigin()), "NetworkError", {
      code: "unreachable",
      retryable: true,
      action: "network",
      fault: "network",
    });
  });

  test("P1, an endpoint given by hand needs no discovery; a path is joined below the issuer's path", async (t) => {
    const server = await serve(t);
    server.on("/t/oauth/token", success()).on("/elsewhere", success());
    await exchange(`${server.origin}/t`, { endpoints: { token: "/oauth/token" } });
    await exchange(`${server.origin}/t`, { endpoints: { token: `${server.origin}/elsewhere` } });
    assert.deepEqual(paths(server), ["/t/oauth/token", "/elsewhere"]);
  });

  test("P1, another endpoint given by hand still needs discovery for the token endpoint", async (t) => {
    const { server } = await serveToken(t);
    await exchange(server.metadata(), { endpoints: { introspect: "/introspect" } });
    assert.deepEqual(paths(server), [wellKnownPaths()[0], "/token"]);
  });
});

describe("which document is accepted", () => {
  for (const [name, asked, answered] of [
    ["another host", "https://as.example", "https://evil.example"],
    ["a slash after a path", "https://as.example/t", "https://as.example/t/"],
    ["a missing slash after a path", "https://as.example/t/", "https://as.example/t"],
    ["the case of the host", "https://as.example/t", "https://AS.example/t"],
    ["the case of the path", "https://as.example/t", "https://as.example/T"],
    ["a default port", "https://as.example/t", "https://as.example:443/t"],
    ["percent-encoding", "https://as.example/a-b", "https://as.example/a%2Db"],
    ["punycode", "https://bücher.example/t", "https://xn--bcher-kva.example/t"],
    ["user info", "https://as.example/t", "https://user@as.example/t"],
    ["a query", "https://as.example/t", "https://as.example/t?a=1"],
    ["the scheme", "https://as.example/t", "http://as.example/t"],
    ["white space", "https://as.example/t", "https://as.example/t "],
    ["a parent path", "https://as.example/t", "https://as.example"],
    ["two slashes at the root", "https://as.example", "https://as.example//"],
  ]) {
    test(`P61, T03, an issuer that differs by ${name}: issuer_mismatch, the token endpoint is not used`, async () => {
      const fetch = httpsServer({ issuer: answered, token_endpoint: "https://as.example/token" });
      const expected = { code: "issuer_mismatch", retryable: false, action: "server_fault" };
      await rejects(exchange(asked, { fetch }), "OAuthProtocolError", expected);
      assert.equal(fetch.calls.length, 1);
    });
  }

  for (const [asked, answered] of [
    ["https://as.example", "https://as.example/"],
    ["https://as.example/", "https://as.example"],
    ["https://as.example/", "https://as.example/"],
    ["https://as.example/t/", "https://as.example/t/"],
  ]) {
    test(`P60, ${asked} accepts ${answered}`, async () => {
      const fetch = httpsServer({ issuer: answered, token_endpoint: "https://as.example/token" });
      assert.equal((await exchange(asked, { fetch })).accessToken, "issued");
      assert.equal(fetch.calls[1].url, "https://as.example/token");
    });
  }

  test("P60, a root issuer asks the same URL with and without its slash", async () => {
    for (const issuer of ["https://as.example", "https://as.example/"]) {
      const fetch = httpsServer({ issuer, token_endpoint: "https://as.example/token" });
      await exchange(issuer, { fetch });
      assert.equal(fetch.calls[0].url, "https://as.example/.well-known/oauth-authorization-server");
    }
  });

  for (const [name, issuer] of [
    ["missing", undefined],
    ["null", null],
    ["a number", 5],
    ["a list", ["https://as.example"]],
    ["empty", ""],
  ]) {
    test(`P62, a document whose issuer is ${name} is refused`, async () => {
      const fetch = httpsServer({ issuer, token_endpoint: "https://as.example/token" });
      const error = await rejects(exchange("https://as.example", { fetch }), "OAuthProtocolError", {
        retryable: false,
      });
      assert.ok(["issuer_mismatch", "invalid_response"].includes(error.code), error.code);
      assert.equal(fetch.calls.length, 1);
    });
  }

  for (const [name, endpoint, codes] of [
    ["http", "http://as.example/token", ["insecure_url"]],
    ["http on loopback from an https issuer", "http://127.0.0.1:9/token", ["insecure_url"]],
    ["http on localhost from an https issuer", "http://localhost:9/token", ["insecure_url"]],
    ["file", "file:///etc/passwd", ["insecure_url", "invalid_endpoint"]],
    ["data", "data:application/json,{}", ["insecure_url", "invalid_endpoint"]],
    ["javascript", "javascript:alert(1)", ["insecure_url", "invalid_endpoint"]],
    ["credentials", "https://user:pw@as.example/token", ["invalid_endpoint"]],
    ["a fragment", "https://as.example/token#x", ["invalid_endpoint"]],
    ["a protocol-relative URL (T11)", "//evil.example/token", ["invalid_endpoint"]],
    ["a path", "/token", ["invalid_endpoint"]],
    ["no URL", "token endpoint", ["invalid_endpoint"]],
    ["a number", 5, ["invalid_endpoint", "invalid_response"]],
    ["null", null, ["invalid_endpoint", "invalid_response", "missing_endpoint"]],
    ["empty", "", ["invalid_endpoint", "invalid_response", "missing_endpoint"]],
  ]) {
    test(`T04, a discovered token endpoint with ${name} is refused before any request to it`, async () => {
      const fetch = httpsServer({ issuer: "https://as.example", token_endpoint: endpoint });
      const error = await rejects(exchange("https://as.example", { fetch }), "OAuthError", { retryable: false });
      assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`);
      assert.equal(fetch.calls.length, 1);
    });
  }

  test("P66, a document without a token endpoint: missing_endpoint, remembered", async () => {
    const fetch = httpsServer({ issuer: "https://as.example" });
    const client = new OAuthClient("https://as.example", { fetch });
    for (let n = 0; n < 3; n++) {
      await rejectsConfig(() => client.exchangeToken({ subjectToken: SUBJECT }), "missing_endpoint");
    }
    assert.equal(fetch.calls.length, 1);
  });

  test("P70, known members in camelCase, unknown ones in raw", async (t) => {
    const server = await serve(t);
    const issuer = server.metadata("", {
      jwks_uri: `${server.origin}/jwks`,
      scopes_supported: ["read"],
      token_endpoint_auth_methods_supported: ["client_secret_basic"],
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
      x_vendor: { nested: [1, null] },
    });
    const metadata = await discover(issuer);
    assert.equal(metadata.issuer, issuer);
    assert.equal(metadata.tokenEndpoint, `${issuer}/token`);
    assert.equal(metadata.jwksUri, `${server.origin}/jwks`);
    assert.deepEqual(metadata.scopesSupported, ["read"]);
    assert.deepEqual(metadata.tokenEndpointAuthMethodsSupported, ["client_secret_basic"]);
    assert.deepEqual(metadata.codeChallengeMethodsSupported, ["S256"]);
    assert.equal(metadata.authorizationResponseIssParameterSupported, true);
    assertSameData(metadata.raw.x_vendor, { nested: [1, null] });
    assert.equal(metadata.raw.token_endpoint, `${issuer}/token`);
    assert.equal("x_vendor" in metadata, false);
  });

  test("B17, a document with a BOM is accepted", async (t) => {
    const server = await serve(t);
    const body = `\uFEFF${JSON.stringify({ issuer: server.origin, token_endpoint: `${server.origin}/token` })}`;
    server.on(wellKnownPaths()[0], { headers: { "content-type": "application/json" }, body });
    assert.equal((await discover(server.origin)).issuer, server.origin);
  });
});

describe("where discovered endpoints may live", () => {
  const document = { issuer: "https://as.example/t", token_endpoint: "https://tokens.example/token" };

  test("T02, same-origin refuses another origin and names it and the option", async () => {
    const fetch = httpsServer(document);
    const use = () => exchange("https://as.example/t", { fetch, endpointOrigins: "same-origin" });
    const error = await rejectsConfig(use, "endpoint_origin");
    assert.match(error.message, /https:\/\/tokens\.example/);
    assert.match(error.message, /endpointOrigins/);
    assert.equal(fetch.calls.length, 1);
  });

  for (const [name, endpointOrigins] of [
    ["a list without it", ["https://other.example"]],
    ["an empty list", []],
    ["the host on another port", ["https://tokens.example:8443"]],
    ["a parent domain", ["https://example"]],
    ["the http twin", ["http://tokens.example"]],
  ]) {
    test(`T02, ${name} refuses it`, async () => {
      const fetch = httpsServer(document);
      const use = async () => exchange("https://as.example/t", { fetch, endpointOrigins });
      const error = await failure(use());
      assert.equal(error.name, "ConfigError");
      assert.ok(fetch.calls.every(({ url }) => !url.startsWith("https://tokens.example")));
    });
  }

  test("T02, the default accepts another origin for an issuer written in code, as does a list that names it", async () => {
    for (const endpointOrigins of [undefined, "any", ["https://tokens.example"]]) {
      const fetch = httpsServer(document);
      await exchange("https://as.example/t", { fetch, endpointOrigins });
      assert.equal(fetch.calls[1].url, "https://tokens.example/token");
    }
  });

  test("T02, same-origin accepts the issuer's own origin, and endpoints given by hand are exempt", async () => {
    const own = httpsServer({ ...document, token_endpoint: "https://as.example/token" });
    await exchange("https://as.example/t", { fetch: own, endpointOrigins: "same-origin" });
    assert.equal(own.calls[1].url, "https://as.example/token");
    const fetch = httpsServer(document);
    const endpoints = { token: "https://tokens.example/token" };
    await exchange("https://as.example/t", { fetch, endpointOrigins: "same-origin", endpoints });
    assert.deepEqual(
      fetch.calls.map(({ url }) => url),
      ["https://tokens.example/token"],
    );
  });

  test("X23, 2.14 row 12, http hosts: refused unless loopback or named in insecureHosts", async () => {
    for (const issuer of [
      "http://as.example",
      "http://10.0.0.1",
      "http://127.0.0.1.evil.example",
      "http://localhost.evil",
    ]) {
      throwsConfig(() => new OAuthClient(issuer), "insecure_url", "issuer");
    }
    for (const issuer of ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"]) new OAuthClient(issuer);
    const fetch = httpsServer({ issuer: "http://as.internal", token_endpoint: "http://as.internal/token" });
    await exchange("http://as.internal", { fetch, insecureHosts: ["as.internal"] });
    assert.equal(fetch.calls[1].url, "http://as.internal/token");
    throwsConfig(
      () => new OAuthClient("http://other.internal", { insecureHosts: ["as.internal"] }),
      "insecure_url",
      "issuer",
    );
  });

  test("T11, an https issuer's document cannot downgrade to http, not even on an unnamed host", async () => {
    const fetch = httpsServer({ issuer: "https://as.example", token_endpoint: "http://as.example/token" });
    await rejectsConfig(() => exchange("https://as.example", { fetch, insecureHosts: ["other"] }), "insecure_url");
    assert.equal(fetch.calls.length, 1);
  });
});
