/** Error classes, and which code, action, fault and retryable an answer leads to (api.md 8, servers.md 1.4). */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { BasicAuth, OAuthClient, OAuthError } from "onbehalf";
import { json } from "../servers/quirk/server.mjs";
import { assertError, failure, fakeFetch, ISSUER, onbehalf, rejects, SUBJECT, success, thrown } from "./helpers.mjs";

const clientOf = (fetch, options) =>
  new OAuthClient(ISSUER, { endpoints: { token: "/token" }, maxRetries: 0, fetch, ...options });
const exchanged = (answer, options) => clientOf(fakeFetch(answer), options).exchangeToken({ subjectToken: SUBJECT });
const credentials = (answer) => clientOf(fakeFetch(answer)).clientCredentials();
const oauth = (error, status = 400, more = {}) => json({ error, ...more }, status);

const ACTIONS = [
  "fix_client_auth",
  "fix_config",
  "renew_subject",
  "user_interaction",
  "claims_challenge",
  "step_up",
  "narrow_request",
  "denied",
  "wait",
  "server_fault",
  "network",
  "report_bug",
];

describe("classes", () => {
  for (const [name, parent] of [
    ["ConfigError", "OAuthError"],
    ["NetworkError", "OAuthError"],
    ["OAuthHttpError", "OAuthError"],
    ["OAuthProtocolError", "OAuthError"],
    ["TokenExchangeError", "OAuthProtocolError"],
    ["AuthenticationError", "OAuthProtocolError"],
    ["UserInteractionRequired", "OAuthError"],
    ["InvalidTokenError", "OAuthError"],
    ["InsufficientScopeError", "OAuthError"],
    ["ResourceAccessError", "OAuthError"],
    ["StorageError", "OAuthError"],
    ["InternalError", "OAuthError"],
  ]) {
    test(`X16, ${name} extends ${parent} and Error`, () => {
      assert.equal(Object.getPrototypeOf(onbehalf[name]), onbehalf[parent]);
      assert.ok(onbehalf[name].prototype instanceof Error);
    });
  }

  test("X16, OAuthError.is tells ours from others", () => {
    const ours = thrown(() => new OAuthClient(""));
    assert.equal(OAuthError.is(ours), true);
    const look = { name: "OAuthError", code: "invalid_option", message: "", action: "fix_config", retryable: false };
    for (const other of [new Error("x"), look, null, undefined, "x", 5, Object.create(null), () => {}]) {
      assert.equal(OAuthError.is(other), false);
    }
  });

  test("X16, is and instanceof hold for a second copy of the package", async () => {
    const copy = await import(`${import.meta.resolve("onbehalf")}?copy`);
    assert.notEqual(copy.OAuthClient, OAuthClient);
    const error = thrown(() => new copy.OAuthClient(""));
    assert.equal(OAuthError.is(error), true);
    assert.ok(error instanceof OAuthError && error instanceof onbehalf.ConfigError);
    assert.ok(!(error instanceof onbehalf.NetworkError));
    const ours = thrown(() => new OAuthClient(""));
    assert.ok(copy.OAuthError.is(ours) && ours instanceof copy.ConfigError);
  });

  test("X16, import and require give classes that know each other's errors", () => {
    const required = createRequire(import.meta.url)("onbehalf");
    const error = thrown(() => new required.OAuthClient(""));
    assert.ok(OAuthError.is(error) && error instanceof onbehalf.ConfigError);
    assert.ok(thrown(() => new OAuthClient("")) instanceof required.ConfigError);
    assert.deepEqual(Object.keys(required).sort(), Object.keys(onbehalf).sort());
  });

  test("X16, auth and tokens of a second copy are accepted by the first", async () => {
    const copy = await import(`${import.meta.resolve("onbehalf")}?copy`);
    const fetch = fakeFetch(success());
    const token = await clientOf(fetch, { auth: new copy.BasicAuth("client", "secret") }).clientCredentials();
    assert.equal(new Headers(fetch.calls[0].init.headers).get("authorization"), "Basic Y2xpZW50OnNlY3JldA==");
    assert.ok(token instanceof copy.TokenResponse);
  });

  test("X16, toJSON is plain data with the name, code, action, fault, retryable and message", async () => {
    const error = await failure(exchanged(oauth("invalid_scope", 400, { error_description: "no" })));
    const data = JSON.parse(JSON.stringify(error));
    for (const key of [
      "name",
      "code",
      "action",
      "fault",
      "retryable",
      "message",
      "error",
      "errorDescription",
      "status",
    ]) {
      assert.equal(data[key], error[key], key);
      assert.notEqual(data[key], undefined, key);
    }
    assert.equal(data.stack, undefined);
  });

  test("X16, text output names the cause by name and code alone", async () => {
    const cause = Object.assign(new TypeError("fetch failed: private detail"), { code: "ECONNREFUSED" });
    const error = await failure(exchanged(() => Promise.reject(cause)));
    assert.equal(error.cause, cause);
    const text = JSON.stringify(error);
    assert.match(text, /TypeError/);
    assert.match(text, /ECONNREFUSED/);
    assert.doesNotMatch(text, /private detail/);
  });

  test("X16, printed it shows its stack and fields, and too deep down its name alone", async () => {
    const error = await failure(exchanged(oauth("invalid_scope", 400)));
    const text = inspect(error);
    assert.ok(text.startsWith(`${error.stack} {`), text);
    assert.match(text, /\n {2}error: 'invalid_scope'/);
    assert.equal(inspect({ error }, { depth: 0 }), "{ error: [TokenExchangeError] }");
    assert.equal(inspect({ auth: new BasicAuth("id", "s") }), "{ auth: BasicAuth { clientId: 'id' } }");
    assert.equal(inspect({ auth: new BasicAuth("id", "s") }, { depth: 0 }), "{ auth: [BasicAuth] }");
  });

  test("X16, the message says what happened and is one line", async () => {
    const error = await failure(exchanged(oauth("invalid_scope", 400, { error_description: "line one\r\nline two" })));
    assert.match(error.message, /invalid_scope/);
    assert.doesNotMatch(error.message, /[\r\n]/);
    assert.match(String(error), /^TokenExchangeError: /);
  });
});

describe("an OAuth error of an exchange", () => {
  for (const [error, status, action, retryable, fault] of [
    ["unauthorized_client", 400, "fix_config", false],
    ["unsupported_grant_type", 400, "fix_config", false],
    ["unsupported_token_type", 400, "fix_config", false],
    ["request_not_supported", 400, "fix_config", false],
    ["invalid_request", 400, "fix_config", false],
    ["invalid_grant", 400, "renew_subject", false],
    ["invalid_grant", 401, "renew_subject", false],
    ["interaction_required", 400, "user_interaction", false],
    ["login_required", 400, "user_interaction", false],
    ["consent_required", 400, "user_interaction", false],
    ["invalid_scope", 400, "narrow_request", false],
    ["invalid_target", 400, "narrow_request", false],
    ["scope_invalid", 400, "narrow_request", false],
    ["access_denied", 403, "denied", false],
    ["access_denied", 400, "denied", false],
    ["temporarily_unavailable", 400, "wait", true, "server"],
    ["slow_down", 400, "wait", true],
    ["anything", 429, "wait", true],
    ["server_error", 500, "server_fault", true, "server"],
    ["server_error", 400, "server_fault", false, "server"],
    ["anything", 502, "server_fault", true, "server"],
    ["anything", 503, "wait", true],
  ]) {
    test(`X19, ${status} ${error}: ${action}${retryable ? ", retryable" : ""}`, async () => {
      const expected = { code: "oauth_error", error, status, action, retryable };
      if (fault) expected.fault = fault;
      const found = await failure(exchanged(oauth(error, status)));
      if (action === "user_interaction" && found.name === "UserInteractionRequired") {
        assertError(found, "UserInteractionRequired", { ...expected, code: "user_interaction_required" });
      } else {
        assertError(found, "TokenExchangeError", expected);
      }
    });
  }

  test("X19, an unknown error keeps its text, and code stays ours", async () => {
    const found = await rejects(exchanged(oauth("vendor:weird_Code")), "TokenExchangeError", {
      code: "oauth_error",
      error: "vendor:weird_Code",
      retryable: false,
    });
    assert.ok(ACTIONS.includes(found.action), found.action);
  });

  test("X19, a server's error named like one of our codes does not become our code", async () => {
    for (const error of ["internal_error", "timeout", "client_closed", "invalid_response"]) {
      await rejects(exchanged(oauth(error)), "TokenExchangeError", { code: "oauth_error", error });
    }
  });

  test("B39, a member claims: claims_challenge goes before every other action", async () => {
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
    for (const error of ["interaction_required", "invalid_grant", "invalid_scope"]) {
      const found = await failure(exchanged(oauth(error, 400, { claims, suberror: "basic_action" })));
      assert.equal(found.action, "claims_challenge");
      assert.equal(found.claims, claims);
      assert.equal(found.retryable, false);
    }
  });

  test("B40, T05, an interaction URL is handed on only when it is https and on the issuer's origin", async () => {
    const at = (interaction_uri) => exchanged(oauth("interaction_required", 400, { interaction_uri }));
    assert.equal((await failure(at(`${ISSUER}/connect?x=1`))).interactionUrl, `${ISSUER}/connect?x=1`);
    for (const hostile of [
      "javascript:alert(1)",
      "data:text/html,x",
      "http://as.example/connect",
      "https://evil.example/connect",
      "https://as.example.evil/connect",
      "https://as.example@evil.example/",
      "https://user:pw@as.example/",
      "//as.example/connect",
      "$(touch /tmp/x)",
      5,
      null,
    ]) {
      assert.equal((await failure(at(hostile))).interactionUrl, undefined, String(hostile));
    }
  });
});

describe("an OAuth error of client credentials", () => {
  for (const [error, status, action, retryable] of [
    ["unauthorized_client", 400, "fix_config", false],
    ["invalid_scope", 400, "narrow_request", false],
    ["temporarily_unavailable", 503, "wait", true],
  ]) {
    test(`P31, ${status} ${error}: OAuthProtocolError, ${action}`, async () => {
      await rejects(credentials(oauth(error, status)), "OAuthProtocolError", {
        code: "oauth_error",
        error,
        status,
        action,
        retryable,
      });
    });
  }
});

describe("client authentication failed", () => {
  const FAILED = { code: "client_authentication_failed", action: "fix_client_auth", retryable: false };

  for (const [name, answer, more] of [
    [
      "401 invalid_client",
      oauth("invalid_client", 401, { error_description: "no" }),
      { error: "invalid_client", status: 401 },
    ],
    ["400 invalid_client", oauth("invalid_client", 400), { error: "invalid_client", status: 400 }],
    ["a bare 401", { status: 401, body: "" }, { status: 401 }],
    ["a 401 with a page", { status: 401, body: "<html>", headers: { "content-type": "text/html" } }, { status: 401 }],
  ]) {
    test(`B11, ${name}: AuthenticationError, of both grants`, async () => {
      await rejects(exchanged(answer), "AuthenticationError", { ...FAILED, ...more });
      await rejects(credentials(answer), "AuthenticationError", { ...FAILED, ...more });
    });
  }

  test("B11, a 401 with a challenge keeps it", async () => {
    const answer = { status: 401, body: "", headers: { "www-authenticate": 'Basic realm="as"' } };
    const error = await rejects(exchanged(answer), "AuthenticationError", FAILED);
    assert.equal(error.challenges[0].scheme, "basic");
    assert.equal(error.challenges[0].params.realm, "as");
  });

  test("B11, a 401 access_denied (Dex) is not a matter of client authentication", async () => {
    await rejects(exchanged(oauth("access_denied", 401)), "TokenExchangeError", {
      error: "access_denied",
      action: "renew_subject",
    });
  });

  test("B11, a 403 with an empty body (glewlwyd): http_error, fix_client_auth", async () => {
    const expected = { code: "http_error", status: 403, action: "fix_client_auth", retryable: false };
    await rejects(exchanged({ status: 403, body: "" }), "OAuthHttpError", expected);
  });
});

describe("a status without an OAuth error", () => {
  for (const [status, action, retryable] of [
    [400, "server_fault", false],
    [403, "server_fault", false],
    [404, "fix_config", false],
    [408, "server_fault", true],
    [418, "server_fault", false],
    [425, "server_fault", true],
    [429, "wait", true],
    [500, "server_fault", true],
    [502, "server_fault", true],
    [503, "wait", true],
    [504, "server_fault", true],
    [599, "server_fault", true],
  ]) {
    test(`P5, B17, ${status}: http_error, ${action}${retryable ? ", retryable" : ""}`, async () => {
      const answer = { status, body: "a page", headers: { "content-type": "text/plain" } };
      const error = await rejects(exchanged(answer), "OAuthHttpError", {
        code: "http_error",
        status,
        action,
        retryable,
      });
      assert.equal(error.bodySnippet, "a page");
    });
  }
});
