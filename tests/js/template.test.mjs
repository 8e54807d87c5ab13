/** Exchanges that differ in their subject token alone are begun without the core: they are as any others. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { TokenExchangeStore, TokenResponse } from "onbehalf";
import { json } from "../servers/quirk/server.mjs";
import { failure, fakeFetch, fields, ISSUER, rejects, runModule, success, TYPE, toResponse } from "./helpers.mjs";
import { clock, crmConfig, jwt } from "./store-helpers.mjs";
import { asksTheCore, clientOf, naming, outcomeOf, sent, subject, subjectOf, warm } from "./template-helpers.mjs";

const TOKEN = TokenResponse.from({ accessToken: "issued", tokenType: "Bearer" });

describe("an exchange like two before it", () => {
  for (const [name, params, options] of [
    ["nothing but a token", {}],
    ["texts", { audience: "https://crm.example", scope: "a b", requestedTokenType: TYPE.accessToken }],
    ["lists", { audience: ["a", "b"], resource: ["https://crm.example/"], scope: ["a", "b"] }],
    ["options of the call", { scope: "a" }, { timeoutMs: 5000, signal: AbortSignal.timeout(60_000) }],
    ["null for what is absent", { scope: null, actorToken: undefined }, null],
  ]) {
    test(`${name}: it is sent without the core, and is the same`, async (t) => {
      const fetch = fakeFetch(naming);
      const client = clientOf(fetch);
      for (const [name, core] of [
        ["alice", true],
        ["bob", true],
        ["carol", false],
        ["dan", false],
      ]) {
        let token;
        const asked = await asksTheCore(t, async () => {
          token = await client.exchangeToken({ ...params, subjectToken: subject(name) }, options);
        });
        assert.equal(asked, core, name);
        assert.equal(token.accessToken, `for-${subject(name)}`);
        assert.equal(token.expiresIn, 3600);
      }
      const [alice, ...others] = sent(fetch);
      for (const [index, name] of ["bob", "carol", "dan"].entries()) {
        assert.deepEqual(others[index], { ...alice, body: alice.body.replace(subject("alice"), subject(name)) });
      }
    });
  }

  for (const [name, members, options] of [
    ["an actor token", { actorToken: subject("agent") }],
    ["extra parameters", { extra: { login_hint: "alice" } }],
    ["a claims request", { claims: { acr: null } }],
    ["verifyIssued", { verifyIssued: true }],
    ["headers of the call", {}, { headers: { "x-user": "alice" } }],
  ]) {
    test(`with ${name} it is always begun in the core`, async (t) => {
      const client = clientOf(fakeFetch(success()));
      for (let n = 0; n < 4; n++) {
        const call = () => outcomeOf(client.exchangeToken({ ...members, subjectToken: subject(`n${n}`) }, options));
        assert.equal(await asksTheCore(t, call), true);
      }
    });
  }

  test("what an authentication function makes is made for each", async (t) => {
    let made = 0;
    const auth = ({ body }) => body.set("client_assertion", `assertion-${++made}`);
    const fetch = fakeFetch(success());
    const client = clientOf(fetch, { auth });
    for (let n = 1; n <= 4; n++) {
      await client.exchangeToken({ subjectToken: subject(`n${n}`) });
      assert.deepEqual(fields(fetch.calls.at(-1)).client_assertion, [`assertion-${n}`]);
    }
    assert.equal(await asksTheCore(t, () => client.exchangeToken({ subjectToken: subject("n5") })), true);
  });

  for (const token of [
    "short",
    "a+b/c=d&e%20".repeat(3),
    'quo"te\\back'.repeat(3),
    "x".repeat(5000),
    "*.~".repeat(9),
  ]) {
    test(`the token ${token.slice(0, 12)}… (${token.length} characters) is sent as it is`, async () => {
      const fetch = fakeFetch(naming);
      const client = await warm(fetch);
      assert.equal((await client.exchangeToken({ subjectToken: token })).accessToken, `for-${token}`);
    });
  }

  for (const [name, token, code] of [
    ["white space around it", ` ${subject("a")}`, "invalid_option"],
    ["a scheme before it", `Bearer ${subject("a")}`, "invalid_option"],
    ["a line break", `${subject("a")}\nx`, "invalid_option"],
    ["the text that stands for a token", JSON.parse(JSON.stringify(TOKEN)).accessToken, "redacted_token"],
    ["no text", 7, "invalid_option"],
    ["nothing", undefined, "missing_option"],
  ]) {
    test(`a token with ${name} is refused, and nothing is sent`, async () => {
      const fetch = fakeFetch(success());
      const client = await warm(fetch);
      await rejects(client.exchangeToken({ subjectToken: token }), "ConfigError", { code, field: "subjectToken" });
      assert.equal(fetch.calls.length, 0);
    });
  }

  test("another parameter, an unknown one or another object is seen", async () => {
    const fetch = fakeFetch(success());
    const client = await warm(fetch, {}, { scope: "a" });
    const subjectToken = subject("alice");
    await client.exchangeToken({ subjectToken, scope: "b" });
    assert.deepEqual(fields(fetch.calls[0]).scope, ["b"]);
    await client.exchangeToken({ subjectToken, scope: "a", audience: "crm" });
    assert.deepEqual(fields(fetch.calls[1]).audience, ["crm"]);
    await client.exchangeToken({ subjectToken });
    assert.equal(fields(fetch.calls[2]).scope, undefined);
    await rejects(client.exchangeToken({ subjectToken, scop: "a" }), "ConfigError", { code: "unknown_option" });
    class Parameters {
      subjectToken = subjectToken;
      scope = "a";
    }
    await rejects(client.exchangeToken(new Parameters()), "ConfigError", { code: "invalid_option" });
    assert.equal(fetch.calls.length, 3);
  });

  for (const [name, params] of [
    ["without a parameter, an undefined one beside the token", { scope: undefined }],
    ["inherited", Object.create(Object.assign(Object.create(null), { resource: "https://admin.example/" }))],
  ]) {
    test(`parameters ${name}: nothing is asked for that was asked for before`, async () => {
      const fetch = fakeFetch(success());
      const client = await warm(fetch, {}, { resource: "https://admin.example/" });
      await client.exchangeToken(Object.assign(params, { subjectToken: subject("alice") }));
      assert.equal(fields(fetch.calls[0]).resource, undefined);
    });
  }

  test("an unknown parameter with a name of every object is refused", async () => {
    const client = await warm(fakeFetch(success()), {}, { scope: "a" });
    const params = { subjectToken: subject("alice"), constructor: Object };
    await rejects(client.exchangeToken(params), "ConfigError", { code: "unknown_option", field: "constructor" });
  });

  test("what a getter gives after the request was made is not taken for its parameters", async () => {
    const fetch = fakeFetch(success());
    const client = clientOf(fetch);
    for (const name of ["first", "second"]) {
      let read = 0;
      const params = {
        subjectToken: subject(name),
        get scope() {
          return ++read > 2 ? "b" : "a";
        },
      };
      await client.exchangeToken(params);
    }
    for (const scope of ["a", "b"]) {
      await client.exchangeToken({ subjectToken: subject("third"), scope });
      assert.deepEqual(fields(fetch.calls.at(-1)).scope, [scope]);
    }
  });

  test("a fetch that changes the headers it is given changes them for this request only", async () => {
    const seen = [];
    const fetch = (_, { headers }) => {
      seen.push({ ...headers });
      for (const name of Object.keys(headers)) headers[name] = "changed";
      return toResponse(success());
    };
    const client = clientOf(fetch);
    for (let n = 0; n < 5; n++) await client.exchangeToken({ subjectToken: subject(`n${n}`) });
    assert.ok(seen[0].authorization.startsWith("Basic "));
    for (const headers of seen) assert.deepEqual(headers, seen[0]);
  });

  test("parameters that are changed while it is under way change nothing", async () => {
    const refusal = json({ error: "temporarily_unavailable" }, 503, { "retry-after": "0" });
    const params = { subjectToken: subject("alice"), scope: "a" };
    const fetch = fakeFetch(() => {
      params.scope = "b";
      return toResponse(refusal);
    }, naming);
    const client = await warm(fetch, {}, { scope: "a" });
    assert.equal((await client.exchangeToken(params)).accessToken, `for-${subject("alice")}`);
    assert.deepEqual(
      fetch.calls.map((call) => fields(call).scope),
      [["a"], ["a"]],
    );
  });
});

describe("the answer to an exchange like two before it", () => {
  const redirect = { status: 302, headers: { location: "https://evil.example/?x" }, body: "" };
  const answers = {
    "a success": [success({ scope: "a b", refresh_token: "r", id_token: "a.b.c", extra: 1 })],
    "an echo of the token in the scopes": [success({ scope: `x ${subject("alice")}` })],
    "no JSON": [{ headers: { "content-type": "application/json" }, body: "{" }],
    "another type": [{ headers: { "content-type": "text/html" }, body: "<p>" }],
    "no token": [success({ access_token: undefined })],
    "another issued type": [success({ issued_token_type: "urn:other" })],
    "an error with status 200": [json({ error: "invalid_grant", error_description: "gone" })],
    "a refusal": [json({ error: "invalid_target", error_description: `no ${subject("alice")}` }, 400)],
    "a refusal of the client": [json({ error: "invalid_client" }, 401, { "www-authenticate": 'Basic realm="x"' })],
    "a redirect": [redirect],
    "busy, then a success": [{ status: 503, headers: { "retry-after": "0" }, body: "" }, success()],
    "busy for good": [json({ error: "temporarily_unavailable" }, 503, { "retry-after": "0" })],
    "a success after too many": [{ status: 429, headers: { "retry-after": "9999" }, body: "" }],
    "no connection": [new TypeError("fetch failed")],
    "too long": [success({ padding: "x".repeat(2000) })],
    "status 204": [{ status: 204, body: null }],
  };
  for (const [name, list] of Object.entries(answers)) {
    test(`${name}: as the answer to a first exchange`, async (t) => {
      t.mock.timers.enable({ apis: ["Date"], now: Date.UTC(2030, 0, 1) });
      const options = { maxResponseBytes: 1500, maxRetries: 1 };
      const params = { scope: "a" };
      const fetches = [fakeFetch(...list), fakeFetch(...list)];
      const clients = [clientOf(fetches[0], options), await warm(fetches[1], options, params)];
      const exchange = (client) => outcomeOf(client.exchangeToken({ ...params, subjectToken: subject("alice") }));
      const [first, third] = [await exchange(clients[0]), await exchange(clients[1])];
      assert.deepEqual(third, first);
      assert.deepEqual(sent(fetches[1]), sent(fetches[0]));
      assert.ok(fetches[0].calls.length > 0);
    });
  }

  test("T11, it is late: the call ends in time", async () => {
    const client = await warm(() => new Promise(() => {}), { timeoutMs: 60 });
    const error = await rejects(client.exchangeToken({ subjectToken: subject("alice") }), "NetworkError");
    assert.equal(error.code, "timeout");
  });

  test("the caller goes: the call ends with the caller's reason", async () => {
    const controller = new AbortController();
    const client = await warm((_, { signal }) => {
      controller.abort(new Error("gone"));
      return Promise.reject(signal.reason);
    });
    const call = client.exchangeToken({ subjectToken: subject("alice") }, { signal: controller.signal });
    assert.equal((await failure(call)).message, "gone");
  });

  for (const answer of [success(), json({ error: "invalid_target" }, 400)]) {
    test(`the client was closed: the call ends as it would have, status ${answer.status}`, async () => {
      let client;
      client = await warm(() => {
        client.close();
        return toResponse(answer);
      });
      const outcome = await outcomeOf(client.exchangeToken({ subjectToken: subject("alice") }));
      assert.equal(
        outcome.error?.error ?? outcome.token.accessToken,
        answer.status === 200 ? "issued" : "invalid_target",
      );
      await rejects(client.exchangeToken({ subjectToken: subject("bob") }), "ConfigError", { code: "client_closed" });
    });
  }
});

describe("attacks", () => {
  for (const [name, forget] of [
    ["the client is closed", (client) => client.close()],
    ["the metadata has run out", (_, later) => later(3601)],
    [
      "newer metadata has come",
      (client, later) => {
        later(3601);
        return client.discoverServerMetadata();
      },
    ],
  ]) {
    test(`T10, a request that may have happened is not sent again, nor anything asked, when ${name}`, async (t) => {
      const later = clock(t);
      const broken = { headers: { "content-type": "application/json" }, body: "{" };
      for (const [answer, code] of [
        [new TypeError("broken"), "unreachable"],
        [{ status: 500, body: "" }, "http_error"],
        [broken, "invalid_response"],
      ]) {
        let asked = 0;
        const metadata = json({ issuer: ISSUER, token_endpoint: `${ISSUER}/token` });
        const fetch = fakeFetch(async (url, init) => {
          if (init.method === "GET") return toResponse(metadata);
          if (subjectOf(init) !== subject("alice")) return naming(url, init);
          await forget(client, later);
          asked ||= fetch.calls.length;
          if (answer instanceof Error) throw answer;
          return toResponse(answer);
        });
        const client = clientOf(fetch, { endpoints: undefined });
        for (const name of ["first", "second", "third"]) await client.exchangeToken({ subjectToken: subject(name) });
        const { error } = await outcomeOf(client.exchangeToken({ subjectToken: subject("alice") }));
        assert.equal(error.code, code);
        assert.equal(fetch.calls.length, asked);
        assert.ok(asked > 0);
      }
    });
  }

  test("T02, a user's token never stands in the request of another, nor its answer", async () => {
    const fetch = async (_, init) => {
      await sleep(Math.random() * 4);
      const name = subjectOf(init);
      if (name.startsWith("bad"))
        return toResponse(json({ error: "invalid_grant", error_description: name.split(".")[0] }, 400));
      return naming(_, init);
    };
    const client = clientOf(fetch);
    const call = async (index) => {
      const name = `${index % 5 === 0 ? "bad" : "user"}${index}`;
      const params = { subjectToken: subject(name), ...(index % 3 && { scope: `s${index % 3}` }) };
      const outcome = await outcomeOf(client.exchangeToken(params));
      const expected = index % 5 === 0 ? name : `for-${subject(name)}`;
      assert.equal(outcome.token?.accessToken ?? outcome.error.errorDescription, expected);
    };
    await Promise.all(Array.from({ length: 400 }, (_, index) => call(index)));
  });

  test("the token of a request is nowhere kept, nor are parameters of one user", async () => {
    const { status, stdout, stderr } = await runModule(`
      import { readFileSync, rmSync } from "node:fs";
      import { tmpdir } from "node:os";
      import { join } from "node:path";
      import { setFlagsFromString, writeHeapSnapshot } from "node:v8";
      import { runInNewContext } from "node:vm";
      import { OAuthClient } from "onbehalf";
      setFlagsFromString("--expose-gc");
      const body = JSON.stringify({ access_token: "issued", token_type: "Bearer", expires_in: 60 });
      const answer = { status: 200, headers: { "content-type": "application/json" }, text: async () => body };
      const client = new OAuthClient("https://as.example", { endpoints: { token: "/t" }, fetch: async () => answer });
      // Made at run time: what stands in this text would be found.
      const text = (...parts) => Buffer.from(parts.join("-")).toString("latin1");
      for (let n = 0; n < 5; n++) {
        await client.exchangeToken({ subjectToken: text("subject", "token", "of", n, "x".repeat(40)), audience: text("shared", "audience") });
        await client.exchangeToken({ subjectToken: text("subject", "acting", n, "x".repeat(40)), actorToken: text("actor", "token", "of", n) });
        await client.exchangeToken({ subjectToken: text("subject", "extra", n, "x".repeat(40)), extra: { hint: text("hint", "of", n) } });
      }
      const gc = runInNewContext("gc");
      for (let n = 0; n < 3; n++) { gc(); await new Promise((resolve) => setTimeout(resolve, 20)); }
      const file = writeHeapSnapshot(join(tmpdir(), "onbehalf-" + process.pid + ".heapsnapshot"));
      const heap = readFileSync(file, "utf8");
      rmSync(file);
      const looked = ["shared audience", "subject token of", "subject acting", "actor token of", "subject extra", "hint of"];
      console.log(looked.filter((words) => heap.includes(words.replaceAll(" ", "-"))).join());
      await client.exchangeToken({ subjectToken: "x".repeat(40) });
    `);
    assert.deepEqual([status, stderr], [0, ""]);
    assert.equal(stdout.trim(), "shared audience");
  });

  test("an endpoint of metadata that has run out is not sent to", async (t) => {
    const later = clock(t);
    const metadata = (endpoint) => json({ issuer: ISSUER, token_endpoint: `${ISSUER}/${endpoint}` });
    let endpoint = "old";
    const fetch = fakeFetch((url, init) =>
      init.method === "GET" ? toResponse(metadata(endpoint)) : naming(url, init),
    );
    const client = clientOf(fetch, { endpoints: undefined, discovery: { ttlMs: 60_000 } });
    const exchange = async () => {
      await client.exchangeToken({ subjectToken: subject("alice") });
      return fetch.calls.at(-1).url;
    };
    for (let n = 0; n < 5; n++) assert.equal(await exchange(), `${ISSUER}/old`);
    assert.equal(await asksTheCore(t, exchange), false);
    endpoint = "new";
    later(59);
    assert.equal(await exchange(), `${ISSUER}/old`);
    later(2);
    for (let n = 0; n < 5; n++) assert.equal(await exchange(), `${ISSUER}/new`);
    assert.equal(await asksTheCore(t, exchange), false);
    // A clock that is set back makes what is remembered one of the future.
    endpoint = "newest";
    later(-3600);
    for (let n = 0; n < 4; n++) assert.equal(await exchange(), `${ISSUER}/newest`);
  });

  test("an endpoint that newer metadata has replaced is not sent to", async () => {
    const metadata = (endpoint) => json({ issuer: ISSUER, token_endpoint: `${ISSUER}/${endpoint}` });
    const fetch = fakeFetch((url, init) => (init.method === "GET" ? toResponse(metadata("old")) : naming(url, init)));
    const client = clientOf(fetch, { endpoints: undefined });
    const exchange = async () => {
      await client.exchangeToken({ subjectToken: subject("alice") });
      return fetch.calls.at(-1).url;
    };
    for (let n = 0; n < 5; n++) assert.equal(await exchange(), `${ISSUER}/old`);
    const request = await client.prepare.discoverServerMetadata();
    request.parse(200, { "content-type": "application/json" }, metadata("new").body);
    for (let n = 0; n < 5; n++) assert.equal(await exchange(), `${ISSUER}/new`);
  });
});

describe("in a store", () => {
  test("exchanges for several subjects are begun without the core, and kept as any", async (t) => {
    const later = clock(t);
    const fetch = fakeFetch(naming);
    const store = new TokenExchangeStore({ configs: [crmConfig({ origin: ISSUER })], fetch });
    t.after(() => store.close());
    const end = (seconds) => Math.floor(Date.now() / 1000) + seconds;
    // The life of a token is bounded by that of its own subject token.
    const subjects = [3000, 2000, 1000, 500].map((life) => jwt({ sub: `user-${life}`, exp: end(life) }));
    const get = (subjectToken) => store.getToken("crm-service-token", { subjectToken });
    for (const [index, subjectToken] of subjects.entries()) {
      const asked = await asksTheCore(t, () => get(subjectToken));
      assert.equal(asked, index < 2);
    }
    assert.equal(fetch.calls.length, 4);
    for (const subjectToken of subjects) {
      const token = (await get(subjectToken)).expose();
      assert.equal(token.accessToken, `for-${subjectToken}`);
      for (const name of ["usableUntil", "staleUntil"]) assert.ok(!(name in token), name);
    }
    assert.equal(fetch.calls.length, 4);
    later(480);
    await get(subjects[2]);
    assert.equal(fetch.calls.length, 4);
    await get(subjects[3]);
    assert.equal(fetch.calls.length, 5);
  });
});
