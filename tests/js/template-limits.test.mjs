/** Which exchanges are begun without the core, and which only look as if they could be. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MultiZoneBasicAuth, PostAuth } from "onbehalf";
import { json } from "../servers/quirk/server.mjs";
import { basic, fakeFetch, fields, ISSUER, rejects, runModule, success, toResponse } from "./helpers.mjs";
import { clock } from "./store-helpers.mjs";
import { asksTheCore, clientOf, naming, outcomeOf, sent, subject, warm } from "./template-helpers.mjs";

/** The form that an exchange of this client sends. */
async function formOf(client, fetch, params, options) {
  await client.exchangeToken({ subjectToken: subject("alice"), ...params }, options);
  return fields(fetch.calls.at(-1));
}

describe("what is the same as before", () => {
  test("texts that are equal to the last ones are not written again", async (t) => {
    const shapes = [{ scope: "a" }, { scope: "b" }];
    const client = await warm(fakeFetch(success()), {}, shapes[0]);
    const written = async (params) => {
      const stringify = t.mock.method(JSON, "stringify");
      await client.exchangeToken({ ...params, subjectToken: subject("carol") });
      stringify.mock.restore();
      return stringify.mock.callCount();
    };
    assert.equal(await written(shapes[0]), 0);
    for (let n = 0; n < 2; n++) assert.ok((await written(shapes[1])) > 0);
    assert.equal(await written(shapes[1]), 0);
    assert.ok((await written(shapes[0])) > 0, "another one came between");
    assert.equal(await written(shapes[0]), 0);
  });

  test("tokens of 16 to 4096 characters, in exchanges of up to 8192, are begun without the core", async (t) => {
    const prefix = '{"scope":"","subjectToken":""}'.length + "exchangeToken\n\n".length;
    const scope = (length) => "s".repeat(length);
    for (const [token, scopes, core] of [
      [15, 1, true],
      [16, 1, false],
      [4096, 1, false],
      [4097, 1, true],
      [4096, 8192 - prefix - 4096, false],
      [4096, 8193 - prefix - 4096, true],
    ]) {
      const client = clientOf(fakeFetch(success()));
      const exchange = (letter) => client.exchangeToken({ scope: scope(scopes), subjectToken: letter.repeat(token) });
      for (const letter of ["x", "y"]) await exchange(letter);
      assert.equal(await asksTheCore(t, () => exchange("z")), core, `${token}, ${scopes}`);
    }
  });

  test("as many as 64 shapes are remembered, and with one more all are forgotten", async (t) => {
    const client = clientOf(fakeFetch(success()));
    const exchange = (shape) => client.exchangeToken({ subjectToken: subject("alice"), audience: [`shape-${shape}`] });
    for (let shape = 0; shape < 64; shape++) await exchange(shape);
    for (let shape = 0; shape < 64; shape++) await exchange(shape);
    for (const shape of [0, 63]) assert.equal(await asksTheCore(t, () => exchange(shape)), false);
    await exchange(64);
    for (let n = 0; n < 2; n++) assert.equal(await asksTheCore(t, () => exchange(0)), true);
    assert.equal(await asksTheCore(t, () => exchange(0)), false);
  });
});

describe("what only looks the same", () => {
  test("a list whose elements, written in a row, are the text of before", async () => {
    const fetch = fakeFetch(success());
    const client = await warm(fetch, {}, { audience: "a,b" });
    assert.deepEqual((await formOf(client, fetch, { audience: ["a", "b"] })).audience, ["a", "b"]);
    await rejects(
      client.exchangeToken({ subjectToken: subject("x"), audience: { toString: () => "a,b" } }),
      "ConfigError",
    );
    assert.equal(fetch.calls.length, 1);
  });

  test("the same list with another element", async () => {
    const fetch = fakeFetch(success());
    const audience = ["crm"];
    const client = await warm(fetch, {}, { audience });
    audience.push("erp");
    assert.deepEqual((await formOf(client, fetch, { audience })).audience, ["crm", "erp"]);
  });

  test("the same object with another value", async () => {
    const fetch = fakeFetch(success());
    const client = clientOf(fetch);
    const params = { subjectToken: subject("alice"), scope: "a" };
    for (let n = 0; n < 3; n++) await client.exchangeToken(params);
    params.scope = "b";
    await client.exchangeToken(params);
    delete params.scope;
    await client.exchangeToken(params);
    assert.deepEqual(
      fetch.calls.map((call) => fields(call).scope),
      [["a"], ["a"], ["a"], ["b"], undefined],
    );
  });

  test("the same parameters with options of the call, or without those of before", async () => {
    const auth = new MultiZoneBasicAuth({ [ISSUER]: ["own", "secret"], other: ["another", "secret"] });
    const fetch = fakeFetch(success());
    const client = await warm(fetch, { auth }, { scope: "a" });
    const sentWith = async (options) => {
      await formOf(client, fetch, { scope: "a" }, options);
      return fetch.calls.at(-1).init.headers;
    };
    const zone = { zone: "other" };
    for (const options of [zone, zone, zone, undefined, zone, null, { zone: null }, zone]) {
      const id = options?.zone ? "another" : "own";
      assert.equal((await sentWith(options)).authorization, basic(id, "secret"));
    }
    assert.equal((await sentWith({ headers: { "x-user": "alice" } }))["x-user"], "alice");
    assert.equal((await sentWith(undefined))["x-user"], undefined);
    await rejects(sentWith({ zone: "none" }), "ConfigError", { code: "unknown_zone" });
  });

  test("the token alone, after exchanges with options and with more than a token", async () => {
    const fetch = fakeFetch(success());
    const client = await warm(fetch, {}, { scope: "a" }, { timeoutMs: 5000 });
    assert.equal((await formOf(client, fetch, {})).scope, undefined);
  });

  test("another operation with a subject token is refused", async () => {
    const fetch = fakeFetch(success());
    const client = await warm(fetch);
    await rejects(client.clientCredentials({ subjectToken: subject("alice") }), "ConfigError", {
      code: "unknown_option",
      field: "subjectToken",
    });
    assert.equal(fetch.calls.length, 0);
  });

  test("a prepared request is that of a client of its own, and so is what its answer leads to", async () => {
    const subjectToken = subject("alice");
    const [known, own] = [await warm(fakeFetch(success())), clientOf(fakeFetch(success()))];
    const requests = [known, own].map((client) => client.prepare.exchangeToken({ subjectToken }));
    const [{ parse, ...request }, { parse: _, ...expected }] = await Promise.all(requests);
    assert.deepEqual(request, expected);
    const { body, headers } = success({ access_token: "prepared" });
    assert.equal(parse(200, headers, body).accessToken, "prepared");
    assert.deepEqual({ ...parse(503, { "retry-after": "0" }, "").retry, parse }, { ...request, parse });
  });
});

describe("a token that is written in another way somewhere", () => {
  test("each character of a token is sent as a first exchange sends it", async () => {
    for (let code = 0; code < 0x180; code++) {
      const subjectToken = `subject.token${String.fromCharCode(code)}of.alice`;
      const [known, own] = [fakeFetch(naming), fakeFetch(naming)];
      const outcomes = [];
      for (const client of [await warm(known), clientOf(own)]) {
        const { token, ...outcome } = await outcomeOf(client.exchangeToken({ subjectToken }));
        outcomes.push({ ...outcome, issued: token?.accessToken });
      }
      assert.deepEqual(outcomes[0], outcomes[1], `${code}`);
      assert.deepEqual(sent(known), sent(own), `${code}`);
    }
  });

  test("T02, one that stands in other parameters as well", async () => {
    const fetch = fakeFetch(success());
    const client = clientOf(fetch);
    for (const name of ["alice", "bob", "carol", "dan"]) {
      const form = await formOf(client, fetch, { subjectToken: subject(name), audience: subject(name), scope: "z" });
      assert.deepEqual([form.subject_token, form.audience, form.scope], [[subject(name)], [subject(name)], ["z"]]);
    }
  });

  test("T02, one that stands in the credentials as well", async (t) => {
    const fetch = fakeFetch(success());
    const id = subject("agent");
    const client = clientOf(fetch, { auth: new PostAuth(id, "secret") });
    for (const name of ["alice", "agent", "agent", "bob", "carol", "agent", "dan"]) {
      const form = await formOf(client, fetch, { subjectToken: subject(name) });
      assert.deepEqual([form.subject_token, form.client_id], [[subject(name)], [id]], name);
      assert.deepEqual(form.client_secret, ["secret"]);
    }
    assert.equal(await asksTheCore(t, () => client.exchangeToken({ subjectToken: subject("erin") })), false);
  });

  test("T02, one that stands in the options of the call as well", async () => {
    const names = ["alice", "bob", "carol", "dan"].map(subject);
    const auth = new MultiZoneBasicAuth(Object.fromEntries(names.map((name, index) => [name, [`id${index}`, "s"]])));
    const fetch = fakeFetch(success());
    const client = clientOf(fetch, { auth });
    for (const [index, name] of names.entries()) {
      const form = await formOf(client, fetch, { subjectToken: name }, { zone: name });
      assert.deepEqual(form.subject_token, [name]);
      assert.equal(fetch.calls.at(-1).init.headers.authorization, basic(`id${index}`, "s"));
    }
  });

  test("one that is another one at each look", async () => {
    const fetch = fakeFetch(naming);
    const client = clientOf(fetch);
    let count = 0;
    for (let n = 0; n < 5; n++) {
      const params = {
        get subjectToken() {
          return subject(`token${++count}`);
        },
      };
      const { accessToken } = await client.exchangeToken(params);
      assert.equal(`for-${fields(fetch.calls.at(-1)).subject_token}`, accessToken);
    }
    assert.equal(new Set(sent(fetch).map(({ body }) => body)).size, 5);
  });
});

describe("the answer, whoever reads it", () => {
  const { body } = success({ access_token: "real" });
  const answers = {
    "of several lines": [200, "application/json", `${JSON.stringify(JSON.parse(body), null, 2)}\r\n`, "real"],
    "that begins as lines of a header do": [200, "application/json", `retry-after:1\n\n${body}`, undefined],
    "with its body in a header": [200, `application/json\n\n${body}`, "", undefined],
    "with another status in a header": [400, "application/json\n200\n", body, undefined],
  };
  for (const [name, [status, type, text, token]] of Object.entries(answers)) {
    test(`an answer ${name} is what it is`, async () => {
      // A stand-in: no header of a host holds a line break.
      const answer = { status, headers: { "content-type": type }, text: async () => text };
      for (const make of [clientOf, warm]) {
        const client = await make(fakeFetch(answer), { maxRetries: 0 });
        const outcome = await outcomeOf(client.exchangeToken({ subjectToken: subject("alice") }));
        assert.equal(outcome.token?.accessToken, token);
      }
    });
  }
});

describe("what changes while an exchange is under way", () => {
  const metadata = (members) => json({ issuer: ISSUER, token_endpoint: `${ISSUER}/old`, ...members });

  /** A client that discovers, and knows a template; its token endpoint answers as `tokens` does. */
  async function discovered(t) {
    const later = clock(t);
    let tokens = naming;
    const fetch = fakeFetch((url, init) => (init.method === "GET" ? toResponse(metadata()) : tokens(url, init)));
    const client = clientOf(fetch, { endpoints: undefined, discovery: { ttlMs: 60_000 } });
    // The first of them begins with discovery.
    for (let n = 0; n < 3; n++) await client.exchangeToken({ subjectToken: subject("alice") });
    assert.equal(await asksTheCore(t, () => client.exchangeToken({ subjectToken: subject("bob") })), false);
    const answering = (next) => {
      tokens = next;
      fetch.calls.length = 0;
    };
    return { later, fetch, client, answering };
  }

  test("metadata that names another endpoint: what was refused stays refused, the next goes there", async (t) => {
    const { fetch, client, answering } = await discovered(t);
    const request = await client.prepare.discoverServerMetadata();
    answering((url, init) => {
      if (url.endsWith("/new")) return naming(url, init);
      request.parse(200, { "content-type": "application/json" }, metadata({ token_endpoint: `${ISSUER}/new` }).body);
      return toResponse(json({ error: "invalid_target" }, 400));
    });
    const { error } = await outcomeOf(client.exchangeToken({ subjectToken: subject("carol") }));
    assert.equal(error.error, "invalid_target");
    const { accessToken } = await client.exchangeToken({ subjectToken: subject("dan") });
    assert.equal(accessToken, `for-${subject("dan")}`);
    assert.deepEqual(
      fetch.calls.map(({ url }) => url),
      [`${ISSUER}/old`, `${ISSUER}/new`],
    );
  });

  test("metadata that is asked for again: the answer of the token endpoint is not read as such", async (t) => {
    const { later, fetch, client, answering } = await discovered(t);
    const request = await client.prepare.discoverServerMetadata();
    const answer = json({ issuer: ISSUER, token_endpoint: "https://evil.example/token", error: "invalid_target" }, 400);
    answering(() => {
      later(1);
      request.parse(200, { "content-type": "application/json" }, metadata().body);
      return toResponse(answer);
    });
    const error = await rejects(client.exchangeToken({ subjectToken: subject("carol") }), "TokenExchangeError");
    assert.equal(error.error, "invalid_target");
    assert.deepEqual([...new Set(fetch.calls.map(({ url }) => new URL(url).origin))], [ISSUER]);
  });

  test("the instant from which metadata is no longer fresh is one at which it is not", async (t) => {
    const { later, fetch, client, answering } = await discovered(t);
    answering(naming);
    later(60);
    await client.exchangeToken({ subjectToken: subject("carol") });
    assert.deepEqual(
      fetch.calls.map(({ init }) => init.method),
      ["GET", "POST"],
    );
  });

  test("the time that is left for a retry is counted from the begin of the call", async (t) => {
    const later = clock(t);
    const outcomes = [];
    for (const make of [clientOf, warm]) {
      const fetch = fakeFetch(() => {
        later(4);
        return toResponse({ status: 503, headers: { "retry-after": "2" } });
      });
      const client = await make(fetch, { timeoutMs: 5000 });
      const error = await rejects(client.exchangeToken({ subjectToken: subject("alice") }), "OAuthHttpError");
      outcomes.push([error.code, error.retryAfterMs, fetch.calls.length]);
    }
    assert.deepEqual(outcomes[1], outcomes[0]);
  });

  test("events tell of an exchange that was begun without the core as of any", async () => {
    const events = [];
    const client = clientOf(fakeFetch(success()), { onEvent: (event) => events.push(event) });
    const token = (sub) =>
      `${Buffer.from("{}").toString("base64url")}.${Buffer.from(JSON.stringify({ sub })).toString("base64url")}.c2ln`;
    for (const sub of ["alice", "bob", "carol"]) {
      await client.exchangeToken({ subjectToken: token(sub), audience: "crm", scope: "a b" });
    }
    const [first, ...others] = events.map(({ durationMs: _, time: __, ...event }) => JSON.parse(JSON.stringify(event)));
    assert.equal(others.length, 2);
    assert.deepEqual(first.requestedScopes, ["a", "b"]);
    for (const event of others) assert.deepEqual({ ...event, subject: 0 }, { ...first, subject: 0 });
    assert.equal(new Set(events.map(({ subject }) => JSON.stringify(subject))).size, 3);
  });
});

test("on a host that frees nothing by itself, every exchange is begun in the core", async () => {
  const { status, stdout, stderr } = await runModule(`
    // Node's own fetch is loaded when it is first looked at, and needs what is taken away.
    new Headers();
    delete globalThis.FinalizationRegistry;
    const { OAuthClient } = await import("onbehalf");
    const { parse } = JSON;
    let begun = 0;
    JSON.parse = (...args) => {
      const value = parse(...args);
      if (value?.type === "send") begun++;
      return value;
    };
    const body = JSON.stringify({ access_token: "issued", token_type: "Bearer" });
    const fetch = async () => ({ status: 200, headers: {}, text: async () => body });
    const client = new OAuthClient("https://as.example", { endpoints: { token: "/token" }, fetch });
    for (let n = 0; n < 5; n++) await client.exchangeToken({ subjectToken: "a.token.of.the.user." + n });
    console.log(begun);
  `);
  assert.deepEqual([status, stderr, stdout.trim()], [0, "", "5"]);
});
