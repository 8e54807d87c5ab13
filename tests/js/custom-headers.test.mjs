/** Headers of the caller's own, of a client and of a call. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BasicAuth, OAuthClient } from "onbehalf";
import { json } from "../servers/quirk/server.mjs";
import {
  assertError,
  failure,
  fakeFetch,
  rejectsConfig,
  SUBJECT,
  serve,
  serveToken,
  success,
  throwsConfig,
} from "./helpers.mjs";

const ISSUER = "https://as.example";

/** A client whose fetch must never be called. */
function silent() {
  const fetch = fakeFetch(new Error("nothing is to be sent"));
  return { client: new OAuthClient(ISSUER, { endpoints: { token: "/token" }, fetch }), fetch };
}

describe("custom headers", () => {
  for (const name of ["Authorization", "authorization", "Content-Type", "content-length", "DPoP", "Host", "HOST"]) {
    test(`X13, V-05, ${name} is refused in customHeaders and in the headers of a call`, async () => {
      const error = throwsConfig(() => new OAuthClient(ISSUER, { customHeaders: { [name]: "x" } }), "invalid_option");
      assert.match(error.field, /^customHeaders/);
      const { client, fetch } = silent();
      for (const headers of [{ [name]: "x" }, [[name, "x"]], new Headers({ [name]: "x" })]) {
        const call = () => client.exchangeToken({ subjectToken: SUBJECT }, { headers });
        assert.match((await rejectsConfig(call, "invalid_option")).field, /^headers/);
      }
      assert.equal(fetch.calls.length, 0);
    });
  }

  for (const [what, customHeaders] of [
    ["CR LF in a value", { "X-A": "a\r\nAuthorization: Basic x" }],
    ["LF in a value", { "X-A": "a\nb" }],
    ["NUL in a value", { "X-A": "a\u0000b" }],
    ["LF in a name", { "X-A\nAuthorization": "x" }],
    ["a space in a name", { "X A": "x" }],
    ["a colon in a name", { "X:A": "x" }],
    ["an empty name", { "": "x" }],
    ["a number", 5],
    ["a text", "X-A: 1"],
    ["a triple", [["X-A", "1", "2"]]],
  ]) {
    test(`X13, header injection: ${what} is refused`, async () => {
      throwsConfig(() => new OAuthClient(ISSUER, { customHeaders }), "invalid_option");
      const { client, fetch } = silent();
      const call = () => client.exchangeToken({ subjectToken: SUBJECT }, { headers: customHeaders });
      await rejectsConfig(call, "invalid_option");
      assert.equal(fetch.calls.length, 0);
    });
  }

  for (const [form, make] of [
    ["a record", (record) => record],
    ["Headers", (record) => new Headers(record)],
    ["pairs", (record) => Object.entries(record)],
  ]) {
    test(`X13, V-07, as ${form} they go out on every request, discovery included; the call's come on top`, async (t) => {
      const server = await serve(t);
      server.on("/token", success());
      const auth = new BasicAuth("client", "secret");
      const client = new OAuthClient(server.metadata(), {
        auth,
        customHeaders: make({ "X-Tenant": "7", "X-Both": "client" }),
      });
      const headers = make({ "X-Trace": "t-1", "X-Both": "call" });
      await client.exchangeToken({ subjectToken: SUBJECT }, { headers });
      await client.clientCredentials();
      const [document, exchange, credentials] = server.requests.map((request) => request.headers);
      for (const sent of [document, exchange, credentials]) assert.equal(sent["x-tenant"], "7");
      assert.equal(exchange["x-trace"], "t-1");
      assert.equal(exchange["x-both"], "call");
      assert.equal(credentials["x-trace"], undefined);
      assert.equal(credentials["x-both"], "client");
      assert.equal(exchange.authorization, "Basic Y2xpZW50OnNlY3JldA==");
    });
  }

  test("X13, V-04, Accept is ours", async (t) => {
    const { server, exchange } = await serveToken(t, [success()], { customHeaders: { Accept: "text/html" } });
    await exchange({}, { headers: { accept: "application/xml" } });
    assert.equal(server.requests[0].headers.accept, "application/json");
  });

  test("X13, an OAuth error is read as ever", async (t) => {
    const { exchange } = await serveToken(t, [json({ error: "invalid_scope" }, 400)], {
      customHeaders: { "X-A": "1" },
    });
    assertError(await failure(exchange({})), "TokenExchangeError", { error: "invalid_scope" });
  });
});
