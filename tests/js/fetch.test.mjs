/** The fetch a caller brings: how it is called, and what it may answer. */
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { afterEach, describe, test } from "node:test";
import { BasicAuth, OAuthClient } from "onbehalf";
import {
  assertFields,
  failure,
  fakeFetch,
  GRANT,
  ISSUER,
  rejects,
  rejectsConfig,
  runModule,
  SUBJECT,
  SUCCESS,
  success,
  TYPE,
  version,
} from "./helpers.mjs";

const TEXT = JSON.stringify(SUCCESS);
const JSON_TYPE = { "content-type": "application/json" };
const CYCLE = {};
CYCLE.self = CYCLE;

const clientOf = (fetch, options = {}) =>
  new OAuthClient(ISSUER, { fetch, endpoints: { token: "/token" }, ...options });
const exchangeBy = (fetch, options) => clientOf(fetch, options).exchangeToken({ subjectToken: SUBJECT });

describe("how fetch is called", () => {
  test("B01, with a URL text, a plain init and no receiver", async () => {
    const fetch = fakeFetch(success());
    await exchangeBy(fetch, { auth: new BasicAuth("client", "secret") });
    assert.equal(fetch.calls.length, 1);
    const [{ url, init, self, args }] = fetch.calls;
    assert.equal(url, "https://as.example/token");
    assert.equal(self, undefined);
    assert.equal(args.length, 2);
    assert.equal(Object.getPrototypeOf(init), Object.prototype);
    assert.equal(init.method, "POST");
    assert.equal(init.redirect, "manual");
    assert.equal(typeof init.body, "string");
    assert.ok(init.signal instanceof AbortSignal);
    assert.deepEqual(
      Object.keys(init).filter((key) => !["body", "headers", "method", "redirect", "signal"].includes(key)),
      [],
    );
    const headers = Object.fromEntries(new Headers(init.headers));
    assert.match(headers["content-type"], /^application\/x-www-form-urlencoded/);
    delete headers["content-type"];
    assert.deepEqual(headers, {
      accept: "application/json",
      authorization: "Basic Y2xpZW50OnNlY3JldA==",
      "user-agent": `onbehalf/${version}`,
    });
    assertFields(fetch.calls[0], {
      grant_type: GRANT.exchange,
      subject_token: SUBJECT,
      subject_token_type: TYPE.accessToken,
    });
  });

  test("P65, a discovery is a GET without a body", async () => {
    const fetch = fakeFetch({ headers: JSON_TYPE, body: JSON.stringify({ issuer: ISSUER }) });
    await new OAuthClient(ISSUER, { fetch }).discoverServerMetadata();
    const [{ url, init, self }] = fetch.calls;
    assert.equal(url, "https://as.example/.well-known/oauth-authorization-server");
    assert.equal(self, undefined);
    assert.equal(init.method, "GET");
    assert.equal(init.redirect, "manual");
    assert.equal(init.body ?? null, null);
  });

  const original = globalThis.fetch;
  afterEach(() => {
    globalThis.fetch = original;
  });

  test("B01, the global fetch is looked up at each call", async () => {
    const client = clientOf(undefined);
    for (const name of ["first", "second"]) {
      const fetch = fakeFetch(success({ access_token: name }));
      globalThis.fetch = fetch;
      assert.equal((await client.exchangeToken({ subjectToken: SUBJECT })).accessToken, name);
      assert.equal(fetch.calls.length, 1);
    }
  });

  test("B01, without any fetch the call rejects with one of our errors", async () => {
    const client = clientOf(undefined);
    globalThis.fetch = undefined;
    await rejectsConfig(() => client.exchangeToken({ subjectToken: SUBJECT }), "missing_option", "fetch");
    await rejectsConfig(() => client.fetchResource("t", ISSUER), "missing_option", "fetch");
  });
});

describe("answers that look like a Response", () => {
  const stream = (text) => new Response(text).body;
  const readerOnly = (text) => ({ getReader: () => stream(text).getReader() });

  for (const [name, answer] of [
    ["a real Response", () => new Response(TEXT, { headers: JSON_TYPE })],
    ["a real Response, not in a promise", { sync: () => new Response(TEXT, { headers: JSON_TYPE }) }],
    ["status and text()", { status: 200, text: async () => TEXT }],
    ["status and a text() that is not async", { status: 200, text: () => TEXT }],
    ["status and json()", { status: 200, json: async () => JSON.parse(TEXT) }],
    ["status and arrayBuffer()", { status: 200, arrayBuffer: async () => new TextEncoder().encode(TEXT).buffer }],
    ["status and a body stream", { status: 200, body: stream(TEXT) }],
    ["a body stream that cannot be iterated, as some browsers have it", { status: 200, body: readerOnly(TEXT) }],
    ["a body that can only be iterated, as streams of Node", { status: 200, body: Readable.from([TEXT]) }],
    [
      "a plain headers object",
      { status: 200, headers: { "Content-Type": "application/json" }, text: async () => TEXT },
    ],
    [
      "a headers Map",
      { status: 200, headers: new Map([["content-type", "application/json"]]), text: async () => TEXT },
    ],
    ["headers null", { status: 200, headers: null, text: async () => TEXT }],
    [
      "a class instance whose methods need their receiver",
      new (class {
        #text = TEXT;
        status = 200;
        async text() {
          return this.#text;
        }
      })(),
    ],
  ]) {
    test(`B17, ${name} is read`, async () => {
      const fetch = answer.sync ?? fakeFetch(answer);
      assert.equal((await exchangeBy(fetch)).accessToken, "issued");
    });
  }

  test("B17, plain headers are found whatever their case, and count", async () => {
    const html = { status: 200, headers: { "CONTENT-TYPE": "text/html" }, text: async () => TEXT };
    await rejects(exchangeBy(fakeFetch(html)), "OAuthProtocolError", { code: "invalid_response" });
    const busy = { status: 429, headers: { "Retry-After": "7" }, text: async () => "" };
    await rejects(exchangeBy(fakeFetch(busy), { maxRetries: 0 }), "OAuthHttpError", { retryAfterMs: 7_000 });
  });

  test("B17, an error answer of the look-alike keeps status and body", async () => {
    const answer = { status: 400, json: async () => ({ error: "invalid_scope", error_description: "no" }) };
    await rejects(exchangeBy(fakeFetch(answer)), "TokenExchangeError", { error: "invalid_scope", status: 400 });
  });

  for (const [name, answer, missing] of [
    ["no status", { text: async () => TEXT }, "status"],
    ["a status that is a text", { status: "200", text: async () => TEXT }, "status"],
    ["a status that is NaN", { status: Number.NaN, text: async () => TEXT }, "status"],
    ["no way to read the body", { status: 200 }, "text"],
    ["a text() that is no function", { status: 200, text: TEXT }, "text"],
    ["undefined", undefined, "Response"],
    ["null", null, "Response"],
    ["a text", TEXT, "Response"],
    ["a number", 200, "Response"],
    ["an empty object", {}, "status"],
  ]) {
    test(`B17, ${name}: a typed error that names ${missing}`, async () => {
      const fetch = fakeFetch(() => answer);
      const error = await rejects(exchangeBy(fetch), "OAuthError", { retryable: false });
      assert.match(error.message, new RegExp(`\\b${missing}\\b`));
      assert.equal(fetch.calls.length, 1);
    });
  }

  test("B17, a body that is used already or locked: a typed error", async () => {
    const used = new Response(TEXT, { headers: JSON_TYPE });
    await used.text();
    await rejects(exchangeBy(fakeFetch(used)), "OAuthError");
    const locked = new Response(TEXT, { headers: JSON_TYPE });
    locked.body.getReader();
    await rejects(exchangeBy(fakeFetch(locked)), "OAuthError");
  });

  for (const [name, answer] of [
    ["text() that gives a number", { status: 200, text: async () => 5 }],
    ["text() that gives undefined", { status: 200, text: async () => undefined }],
    ["json() that gives a cycle", { status: 200, json: async () => CYCLE }],
    ["json() that gives undefined", { status: 200, json: async () => undefined }],
    ["a stream of numbers", { status: 200, body: ReadableStream.from([1, 2, 3]) }],
  ]) {
    test(`B17, ${name}: a typed error, and the next call works`, async () => {
      const client = clientOf(fakeFetch(answer, success()));
      await rejects(client.exchangeToken({ subjectToken: SUBJECT }), "OAuthError");
      assert.equal((await client.exchangeToken({ subjectToken: SUBJECT })).accessToken, "issued");
    });
  }

  const throwing = (name, answer) => Object.defineProperty(answer, name, { get: () => assert.fail("a getter") });
  for (const [name, answer] of [
    ["a status that throws", throwing("status", { text: async () => TEXT })],
    ["headers that throw", throwing("headers", { status: 200, text: async () => TEXT })],
    ["a type that throws", throwing("type", { status: 200, text: async () => TEXT })],
    ["text() that gives a number", { status: 200, text: async () => 5 }],
    ["text() that gives undefined", { status: 200, text: async () => undefined }],
  ]) {
    test(`B17, ${name}: the stand-in is named as what is wrong`, async () => {
      const expected = { code: "invalid_option", field: "fetch", retryable: false };
      const error = await rejects(exchangeBy(fakeFetch(() => answer)), "ConfigError", expected);
      assert.match(error.message, /^`fetch` resolved to/);
    });
  }

  test("X4, a look-alike without a stream is capped too", async () => {
    const big = { status: 200, text: async () => `${TEXT.slice(0, -1)},"pad":"${"x".repeat(2_000_000)}"}` };
    await rejects(exchangeBy(fakeFetch(big)), "OAuthHttpError", { code: "response_too_large" });
    const wide = { status: 200, text: async () => `${TEXT.slice(0, -1)},"pad":"${"€".repeat(400_000)}"}` };
    await rejects(exchangeBy(fakeFetch(wide)), "OAuthHttpError", { code: "response_too_large" });
  });
});

describe("an answer in pieces", () => {
  const inPieces = (pieces) => ({ status: 200, headers: JSON_TYPE, body: Readable.from(pieces) });

  test("of whatever size is put together as it came", async () => {
    const bytes = Buffer.from(JSON.stringify({ ...SUCCESS, pad: "é€😀".repeat(30) }));
    for (const sizes of [[1], [7, 0, 1], [100, 1], [bytes.length], [0, bytes.length - 1, 1]]) {
      const pieces = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length];
        pieces.push(new Uint8Array(bytes.subarray(at, at + size)));
        at += size;
      }
      const token = await exchangeBy(fakeFetch(inPieces(pieces)));
      assert.equal(token.raw.pad, "é€😀".repeat(30), String(sizes));
    }
  });

  test("of other views than Uint8Array is put together too", async () => {
    const bytes = Buffer.from(`${JSON.stringify(SUCCESS)} `.padEnd(400));
    const view = (make, from, to) => new make(new Uint8Array(bytes.subarray(from, to)).buffer);
    for (const pieces of [[view(DataView, 0, 400)], [view(Uint16Array, 0, 200), view(DataView, 200, 400)]]) {
      const token = await exchangeBy(fakeFetch(inPieces(pieces)));
      assert.equal(token.accessToken, SUCCESS.access_token);
    }
  });

  test("X4, of a byte each, or of none, it takes no more memory than its text", async () => {
    const { status, stdout, stderr } = await runModule(`
      import { setFlagsFromString } from "node:v8";
      import { runInNewContext } from "node:vm";
      import { OAuthClient } from "onbehalf";
      setFlagsFromString("--expose-gc");
      const gc = runInNewContext("gc");
      const body = Buffer.from(JSON.stringify({ access_token: "t", token_type: "Bearer", pad: "x".repeat(200_000) }));
      const before = process.memoryUsage();
      let most = 0;
      async function* pieces() {
        for (let at = 0; at < body.length; at++) {
          if (at % 20_000 === 0) await new Promise((resolve) => setTimeout(resolve));
          yield body.subarray(at, at + 1);
          yield body.subarray(0, 0);
        }
        gc();
        const { heapUsed, external } = process.memoryUsage();
        most = heapUsed + external - before.heapUsed - before.external;
      }
      const fetch = async () => ({ status: 200, headers: { "content-type": "application/json" }, body: pieces() });
      const client = new OAuthClient("https://as.example", { fetch, endpoints: { token: "/token" } });
      console.log((await client.exchangeToken({ subjectToken: "a" })).accessToken, most);
    `);
    assert.deepEqual([status, stderr], [0, ""]);
    const [token, most] = stdout.split(" ");
    assert.equal(token, "t");
    assert.ok(Number(most) < 8_000_000, `${most} bytes`);
  });
});

describe("a fetch that fails", () => {
  const UNREACHABLE = { code: "unreachable", retryable: true, action: "network", fault: "network" };

  for (const reason of [
    new TypeError("fetch failed"),
    "a text",
    0,
    null,
    undefined,
    Object.freeze({ code: "EPIPE" }),
  ]) {
    test(`2.14 row 5, NetworkError with the rejection as cause by identity: ${String(reason)}`, async () => {
      const error = await rejects(
        exchangeBy(() => Promise.reject(reason)),
        "NetworkError",
        UNREACHABLE,
      );
      assert.equal(error.cause, reason);
    });
  }

  test("2.14 row 5, a fetch that throws at once is the same", async () => {
    const reason = new Error("thrown, not rejected");
    const fetch = () => {
      throw reason;
    };
    const error = await rejects(exchangeBy(fetch), "NetworkError", UNREACHABLE);
    assert.equal(error.cause, reason);
  });

  test("2.14 row 5, a body that fails while it is read is the same", async () => {
    const reason = new Error("reset");
    const answer = { status: 200, text: () => Promise.reject(reason) };
    assert.equal((await rejects(exchangeBy(fakeFetch(answer)), "NetworkError", UNREACHABLE)).cause, reason);
    const body = new ReadableStream({ pull: (controller) => controller.error(reason) });
    const streaming = fakeFetch(() => new Response(body, { headers: JSON_TYPE }));
    assert.equal((await rejects(exchangeBy(streaming), "NetworkError", UNREACHABLE)).cause, reason);
  });

  test("2.14 row 5, the message names the host, not the query", async () => {
    const options = { endpoints: { token: "https://tokens.example/t?key=private" } };
    const error = await rejects(
      exchangeBy(() => Promise.reject(new Error("x")), options),
      "NetworkError",
      UNREACHABLE,
    );
    assert.match(error.message, /tokens\.example/);
    assert.doesNotMatch(error.message, /private/);
  });

  const said = async (reason) => (await failure(exchangeBy(() => Promise.reject(reason)))).message;
  const BROKE = "https://as.example could not be reached, or the connection broke";

  test("2.14 row 5, the message ends with the code of the innermost cause, and with no other text of one", async () => {
    const caused = (cause, members = {}) => Object.assign(new TypeError("private", { cause }), members);
    const refusedBy = Object.assign(new Error("private"), { code: "ECONNREFUSED" });
    for (const [reason, code] of [
      [refusedBy, "ECONNREFUSED"],
      [caused(refusedBy), "ECONNREFUSED"],
      [caused(caused(refusedBy, { code: "UND_ERR" })), "ECONNREFUSED"],
      [caused(new Error("private"), { code: "ERR_SSL_WRONG_VERSION_NUMBER" }), "ERR_SSL_WRONG_VERSION_NUMBER"],
    ]) {
      assert.equal(await said(reason), `${BROKE} (${code})`);
      assert.equal((await failure(exchangeBy(() => Promise.reject(reason)))).toJSON().cause.code, code);
    }
    const cycle = new Error("private");
    cycle.cause = cycle;
    const hostile = Object.defineProperty({}, "code", { get: () => assert.fail("a getter") });
    const words = ["secret-1", "a secret", "Secret", "A\nB", `A${"B".repeat(100)}`, "", 23, {}, null];
    for (const reason of [cycle, hostile, "ECONNREFUSED", ...words.map((code) => ({ code }))]) {
      assert.equal(await said(reason), BROKE);
    }
  });

  test("2.14 row 5, in a page, where no cause has a code, the message names CORS too", async (t) => {
    const { navigator } = globalThis;
    t.after(() => Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true }));
    Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Mozilla/5.0 (X11)" }, configurable: true });
    assert.equal(await said(new TypeError("Failed to fetch")), `${BROKE}, or CORS forbids it`);
    assert.equal(await said({ code: "EPIPE" }), `${BROKE} (EPIPE)`);
    const late = exchangeBy(() => new Promise(() => {}), { timeoutMs: 20 });
    assert.equal((await failure(late)).message, "https://as.example did not answer before `timeoutMs` was over");
    const resource = clientOf(() => Promise.reject(new TypeError("x"))).fetchResource("t", "https://api.example/");
    assert.equal((await failure(resource)).message, "https://api.example could not be reached, or CORS forbids it");
  });

  test("2.14 row 5, an uncaught error prints the code", async () => {
    const { stderr, status } = await runModule(`
      import { OAuthClient } from "onbehalf";
      const fetch = () => Promise.reject(new TypeError("private", { cause: { code: "ENOTFOUND" } }));
      await new OAuthClient("https://as.example", { fetch, endpoints: { token: "/t" } }).clientCredentials();`);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /NetworkError: .* \(ENOTFOUND\)\n/);
    assert.doesNotMatch(stderr, /: private/);
  });

  test("X18, a fetch that rejects with its own AbortError is unreachable, not an abort of the caller", async () => {
    const reason = new DOMException("inner", "AbortError");
    const controller = new AbortController();
    const client = clientOf(() => Promise.reject(reason));
    const call = client.exchangeToken({ subjectToken: SUBJECT }, { signal: controller.signal });
    assert.equal((await rejects(call, "NetworkError", UNREACHABLE)).cause, reason);
  });

  test("X18, a fetch that rejects with something of its own after an abort still gives the caller's reason", async () => {
    const controller = new AbortController();
    const reason = new Error("user left");
    const fetch = (_url, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("custom"))));
    const client = clientOf(fetch);
    const call = failure(client.exchangeToken({ subjectToken: SUBJECT }, { signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 10);
    assert.equal(await call, reason);
  });
});
