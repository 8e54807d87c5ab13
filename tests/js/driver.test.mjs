/** The driver: redirects, abort, deadline, size cap, and what it asks of a fetch. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BasicAuth, OAuthClient } from "onbehalf";
import { closedOrigin, json, redirect, wellKnownPaths } from "../servers/quirk/server.mjs";
import { failure, fakeFetch, rejects, rejectsConfig, SUBJECT, serve, serveToken, success } from "./helpers.mjs";

const MIB = 1_048_576;
const padded = (bytes) => {
  const shell = JSON.stringify({ ...JSON.parse(success().body), pad: "" });
  return JSON.stringify({ ...JSON.parse(success().body), pad: "x".repeat(bytes - Buffer.byteLength(shell)) });
};
const asJson = (body, more = {}) => ({ headers: { "content-type": "application/json" }, body, ...more });

describe("redirects", () => {
  for (const status of [301, 302, 303, 307, 308]) {
    test(`X1, T10, B20, ${status} from the token endpoint: the second host is never contacted and is named`, async (t) => {
      const other = await serve(t);
      other.on("/steal", success());
      const answer = redirect(`${other.origin}/steal?code=private`, status);
      const { server, exchange } = await serveToken(t, [answer], { auth: new BasicAuth("client", "secret") });
      const error = await rejects(exchange({}), "OAuthHttpError", {
        code: "unexpected_redirect",
        status,
        retryable: false,
        action: "server_fault",
      });
      assert.ok(error.message.includes(other.origin), error.message);
      assert.ok(!error.message.includes("private"), error.message);
      assert.equal(other.requests.length, 0);
      assert.equal(server.requests.length, 1);
    });
  }

  test("X1, a redirect to the same origin is not followed either", async (t) => {
    const { server, exchange } = await serveToken(t, [redirect("/token2", 307)]);
    server.on("/token2", success());
    const error = await rejects(exchange({}), "OAuthHttpError", { code: "unexpected_redirect" });
    assert.ok(error.message.includes(server.origin), error.message);
    assert.equal(server.requests.length, 1);
  });

  test("X1, a redirect without a usable target is still an error", async (t) => {
    const { exchange } = await serveToken(t, [{ status: 302 }, redirect("http://[", 302), redirect("", 302)]);
    for (let n = 0; n < 3; n++)
      await rejects(exchange({}), "OAuthHttpError", { code: "unexpected_redirect", status: 302 });
  });

  test("X1, a fetch that follows redirects by itself is caught: the token of the other host is not used", async (t) => {
    const other = await serve(t);
    other.on("/token", success({ access_token: "planted" }));
    const following = (url, init) => fetch(url, { ...init, redirect: "follow" });
    const { exchange } = await serveToken(t, [redirect(`${other.origin}/token`, 302)], { fetch: following });
    await rejects(exchange({}), "OAuthHttpError", { code: "unexpected_redirect" });
  });

  test("X1, the opaque redirect of a browser is an unexpected_redirect", async () => {
    const opaque = { type: "opaqueredirect", status: 0, ok: false, headers: new Headers(), text: async () => "" };
    const client = new OAuthClient("https://as.example", { fetch: fakeFetch(opaque), endpoints: { token: "/token" } });
    await rejects(client.exchangeToken({ subjectToken: SUBJECT }), "OAuthHttpError", { code: "unexpected_redirect" });
  });
});

describe("abort", () => {
  test("X18, a signal that is aborted already: no request, its reason by identity", async (t) => {
    const { server, exchange } = await serveToken(t);
    for (const reason of [new Error("gone"), "a text", { code: 7 }, null]) {
      assert.equal(await failure(exchange({}, { signal: AbortSignal.abort(reason) })), reason);
    }
    assert.equal((await failure(exchange({}, { signal: AbortSignal.abort() }))).name, "AbortError");
    assert.equal(server.requests.length, 0);
  });

  for (const [name, answer] of [
    ["while the server thinks", { hang: true }],
    ["between headers and body", asJson("{}", { drip: { bytes: 1, everyMs: 60_000 } })],
    ["while it waits to repeat", { status: 503, headers: { "retry-after": "20" } }],
  ]) {
    test(`X18, abort ${name}: rejects at once with the reason, sends nothing more`, async (t) => {
      const { server, exchange } = await serveToken(t, [answer]);
      const controller = new AbortController();
      const reason = new Error("user left");
      const call = failure(exchange({}, { signal: controller.signal }));
      await server.seen(1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const before = performance.now();
      controller.abort(reason);
      assert.equal(await call, reason);
      assert.ok(performance.now() - before < 1000);
      assert.equal(server.requests.length, 1);
    });
  }

  test("X18, an abort closes the connection", async (t) => {
    const { server, exchange } = await serveToken(t, [{ hang: true }]);
    const controller = new AbortController();
    const call = failure(exchange({}, { signal: controller.signal }));
    await server.seen(1);
    controller.abort();
    await call;
    assert.equal(await server.requests[0].gone, true);
  });

  test("X18, an abort after the end changes nothing, and the next call works", async (t) => {
    const { exchange } = await serveToken(t);
    const controller = new AbortController();
    const token = await exchange({}, { signal: controller.signal });
    controller.abort();
    assert.equal(token.accessToken, "issued");
    assert.equal((await exchange({})).accessToken, "issued");
  });

  test("X18, a fetch that ignores the signal cannot hold the caller", async () => {
    const client = new OAuthClient("https://as.example", {
      fetch: () => new Promise(() => {}),
      endpoints: { token: "/t" },
    });
    const controller = new AbortController();
    const call = failure(client.exchangeToken({ subjectToken: SUBJECT }, { signal: controller.signal }));
    setTimeout(() => controller.abort("enough"), 20);
    assert.equal(await call, "enough");
    await rejects(client.exchangeToken({ subjectToken: SUBJECT }, { timeoutMs: 50 }), "NetworkError", {
      code: "timeout",
    });
  });

  test("X18, what fails after the caller has left goes unnoticed: no unhandled rejection", async (t) => {
    const unhandled = t.mock.fn();
    process.on("unhandledRejection", unhandled);
    t.after(() => process.off("unhandledRejection", unhandled));
    const late = (ms) => new Promise((_resolve, reject) => setTimeout(() => reject(new Error("late")), ms));
    for (const fetch of [() => late(60), async () => ({ status: 200, text: () => late(60) })]) {
      const client = new OAuthClient("https://as.example", { fetch, endpoints: { token: "/token" } });
      await rejects(client.exchangeToken({ subjectToken: SUBJECT }, { timeoutMs: 20 }), "NetworkError");
      const shared = new OAuthClient("https://as.example", { fetch });
      await rejects(shared.discoverServerMetadata({ timeoutMs: 20 }), "NetworkError");
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 20);
      const call = client.exchangeToken({ subjectToken: SUBJECT }, { signal: controller.signal });
      assert.equal(await failure(call), controller.signal.reason);
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(unhandled.mock.callCount(), 0);
  });

  const halves = [{ aborted: false }, { aborted: false, addEventListener() {} }];
  for (const signal of [{}, "abort", ...halves, new EventTarget()]) {
    test(`X18, a signal that is none (${Object.prototype.toString.call(signal)} of ${Object.keys(signal)}): ConfigError, no request`, async (t) => {
      const { server, exchange } = await serveToken(t);
      await rejectsConfig(() => exchange({}, { signal }), "invalid_option", "signal");
      assert.equal(server.requests.length, 0);
    });
  }
});

describe("deadline", () => {
  const TIMEOUT = { code: "timeout", retryable: true, action: "network", fault: "network" };

  test("X18, the client's timeoutMs ends a call that is never answered; it is not repeated", async (t) => {
    const { server, exchange } = await serveToken(t, [{ hang: true }], { timeoutMs: 100 });
    const before = performance.now();
    await rejects(exchange({}), "NetworkError", TIMEOUT);
    const took = performance.now() - before;
    assert.ok(took >= 90 && took < 1500, `${took} ms`);
    assert.equal(server.requests.length, 1);
    assert.equal(await server.requests[0].gone, true);
  });

  test("X18, without a timeoutMs it is thirty seconds", async (t) => {
    const { setTimeout } = globalThis;
    t.after(() => {
      globalThis.setTimeout = setTimeout;
    });
    const times = [];
    globalThis.setTimeout = (work, ms, ...rest) => {
      times.push(ms);
      return setTimeout(work, ms, ...rest);
    };
    const client = new OAuthClient("https://as.example", {
      endpoints: { token: "/token" },
      fetch: fakeFetch(success()),
    });
    await client.exchangeToken({ subjectToken: SUBJECT });
    assert.equal(times.length, 1);
    assert.ok(times[0] > 25_000 && times[0] <= 30_000, String(times[0]));
  });

  test("X18, the call's timeoutMs replaces the client's", async (t) => {
    const { exchange } = await serveToken(t, [{ ...success(), delayMs: 300 }], { timeoutMs: 100 });
    assert.equal((await exchange({}, { timeoutMs: 5_000 })).accessToken, "issued");
    await rejects(exchange({}), "NetworkError", TIMEOUT);
  });

  test("B17, a body that drips is cut at the deadline", async (t) => {
    const slow = { ...success(), drip: { bytes: 1, everyMs: 50 } };
    const { server, exchange } = await serveToken(t, [slow], { timeoutMs: 300 });
    await rejects(exchange({}), "NetworkError", TIMEOUT);
    assert.equal(await server.requests[0].gone, true);
  });

  test("B17, a slow body within the deadline is read whole", async (t) => {
    const { exchange } = await serveToken(t, [{ ...success({ scope: "é €" }), drip: { bytes: 7, everyMs: 5 } }]);
    assert.equal((await exchange({})).raw.scope, "é €");
  });

  test("X18, one deadline covers discovery, repeats and waits together", async (t) => {
    const server = await serve(t);
    const issuer = server.metadata();
    const document = json({ issuer, token_endpoint: `${issuer}/token` });
    server.on(wellKnownPaths()[0], { ...document, delayMs: 700 });
    server.on("/token", { status: 503, headers: { "retry-after": "0" }, delayMs: 600 }, { hang: true });
    const client = new OAuthClient(issuer, { timeoutMs: 1_600 });
    const before = performance.now();
    await rejects(client.exchangeToken({ subjectToken: SUBJECT }), "NetworkError", TIMEOUT);
    const took = performance.now() - before;
    assert.ok(took >= 1_500 && took < 2_400, `${took} ms`);
    assert.equal(server.at("/token").length, 2);
  });

  test("X18, times beyond what a host timer can count do not fire at once", async (t) => {
    const { exchange } = await serveToken(t, [{ ...success(), delayMs: 50 }], { timeoutMs: 3_000_000_000 });
    assert.equal((await exchange({})).accessToken, "issued");
    const busy = { status: 503, headers: { "retry-after": "3000000" } };
    const waiting = await serveToken(t, [busy, success()], { timeoutMs: 9_000_000_000 });
    const controller = new AbortController();
    const call = failure(waiting.exchange({}, { signal: controller.signal }));
    await waiting.server.seen(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    controller.abort("enough");
    assert.equal(await call, "enough");
    assert.equal(waiting.server.requests.length, 1);
  });

  test("X18, after a timeout the client works on", async (t) => {
    const { exchange } = await serveToken(t, [{ hang: true }, success()]);
    await rejects(exchange({}, { timeoutMs: 50 }), "NetworkError", TIMEOUT);
    assert.equal((await exchange({})).accessToken, "issued");
  });
});

describe("size cap", () => {
  const TOO_LARGE = { code: "response_too_large", status: 200, retryable: false, action: "server_fault" };

  for (const [name, answer] of [
    ["a 10 MB body with its length", asJson(padded(10 * MIB))],
    ["a 10 MB body in chunks", asJson(padded(10 * MIB), { drip: { bytes: 400_000, everyMs: 1 } })],
    ["an endless body", asJson("", { endless: " " })],
    ["an endless string", asJson("", { endless: '{"access_token":"a","token_type":"Bearer","pad":"' })],
    ["a gzip bomb", asJson(padded(10 * MIB), { gzip: true })],
    ["one byte too many", asJson(padded(MIB + 1))],
    ["one byte too many, compressed", asJson(padded(MIB + 1), { gzip: true })],
  ]) {
    test(`X4, B17, ${name}: response_too_large, the connection is dropped, nothing is repeated`, async (t) => {
      const { server, exchange } = await serveToken(t, [answer], { timeoutMs: 20_000 });
      const before = performance.now();
      await rejects(exchange({}), "OAuthHttpError", TOO_LARGE);
      assert.ok(performance.now() - before < 10_000);
      assert.equal(server.requests.length, 1);
    });
  }

  test("X4, reading stops at the cap: of an endless body little more than 1 MiB is taken", async () => {
    let pulled = 0;
    let cancelled = false;
    const body = new ReadableStream({
      pull(controller) {
        pulled += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
      cancel() {
        cancelled = true;
      },
    });
    const fetch = fakeFetch(() => new Response(body, { headers: { "content-type": "application/json" } }));
    const client = new OAuthClient("https://as.example", { fetch, endpoints: { token: "/token" } });
    await rejects(client.exchangeToken({ subjectToken: SUBJECT }), "OAuthHttpError", TOO_LARGE);
    assert.ok(pulled <= 2 * MIB, `${pulled} bytes`);
    assert.equal(cancelled, true);
  });

  test("X4, an announced length over the cap is believed before anything is read", async () => {
    const headers = { "content-type": "application/json", "content-length": String(MIB + 1) };
    let cancelled = 0;
    const body = { getReader: () => assert.fail("nothing of it must be asked for"), cancel: async () => cancelled++ };
    const client = new OAuthClient("https://as.example", {
      endpoints: { token: "/token" },
      fetch: async () => ({ status: 200, headers, body, text: () => assert.fail("nor the whole of it") }),
    });
    await rejects(client.exchangeToken({ subjectToken: SUBJECT }), "OAuthHttpError", TOO_LARGE);
    assert.equal(cancelled, 1);
  });

  test("X4, a content-length that lies does not lift the cap", async () => {
    const big = asJson(padded(3 * MIB)).body;
    const headers = { "content-type": "application/json", "content-length": "10" };
    for (const body of [big, new Response(big).body]) {
      const fetch = fakeFetch(() => new Response(body, { headers }));
      const client = new OAuthClient("https://as.example", { fetch, endpoints: { token: "/token" } });
      await rejects(client.exchangeToken({ subjectToken: SUBJECT }), "OAuthHttpError", TOO_LARGE);
    }
  });

  test("X4, an endless error body keeps its status", async (t) => {
    const { exchange } = await serveToken(t, [{ status: 500, endless: "error " }]);
    await rejects(exchange({}), "OAuthHttpError", { code: "response_too_large", status: 500 });
  });

  test("X4, a content-length beside a transfer encoding is no length", async () => {
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
    const headers = { "content-type": "application/json", "content-length": "10", "transfer-encoding": "chunked" };
    const text = () => assert.fail("the whole of an answer must not be asked for");
    const fetch = async () => ({ status: 200, headers, body: endless, text });
    const client = new OAuthClient("https://as.example", { endpoints: { token: "/token" }, fetch });
    await rejects(client.exchangeToken({ subjectToken: SUBJECT }), "OAuthHttpError", TOO_LARGE);
  });

  test("T10, a redirect with too large a body is a redirect still, and names its target", async (t) => {
    const answer = { status: 307, headers: { location: "https://evil.example/x" }, body: "x".repeat(MIB + 1) };
    const { exchange } = await serveToken(t, [answer]);
    const error = await rejects(exchange({}), "OAuthHttpError", { code: "unexpected_redirect", status: 307 });
    assert.match(error.message, /https:\/\/evil\.example/);
  });

  test("X4, the cap holds for metadata too", async (t) => {
    const server = await serve(t);
    server.on(wellKnownPaths()[0], asJson("", { endless: " " }));
    const client = new OAuthClient(server.origin, { maxRetries: 0 });
    await rejects(client.discoverServerMetadata(), "OAuthHttpError", TOO_LARGE);
  });

  test("X4, a body of exactly the cap is read; maxResponseBytes counts bytes, not characters", async (t) => {
    const { exchange } = await serveToken(t, [asJson(padded(MIB))]);
    assert.equal((await exchange({})).accessToken, "issued");
    const wide = success({ pad: "€".repeat(100) });
    const bytes = Buffer.byteLength(wide.body);
    const exact = await serveToken(t, [wide], { maxResponseBytes: bytes });
    assert.equal((await exact.exchange({})).accessToken, "issued");
    const under = await serveToken(t, [wide], { maxResponseBytes: bytes - 1 });
    await rejects(under.exchange({}), "OAuthHttpError", TOO_LARGE);
  });

  test("B17, a compressed answer under the cap is read", async (t) => {
    const { exchange } = await serveToken(t, [{ ...success(), gzip: true }]);
    assert.equal((await exchange({})).accessToken, "issued");
  });
});

describe("broken connections", () => {
  const UNREACHABLE = { code: "unreachable", retryable: true, action: "network", fault: "network" };

  for (const [name, answer] of [
    ["closed without an answer", { close: true }],
    ["closed within the body", asJson(success().body, { cutAfter: 20 })],
    [
      "closed after the headers",
      asJson(success().body, { cutAfter: 0, headers: { "content-type": "application/json" } }),
    ],
  ]) {
    test(`B17, a connection ${name}: unreachable, an exchange is not repeated`, async (t) => {
      const { server, exchange } = await serveToken(t, [answer, success()]);
      const error = await rejects(exchange({}), "NetworkError", UNREACHABLE);
      assert.ok(error.cause instanceof Error);
      assert.equal(server.requests.length, 1);
    });
  }

  test("X18, a refused connection: unreachable", async () => {
    const client = new OAuthClient(await closedOrigin(), { endpoints: { token: "/token" } });
    const expected = { ...UNREACHABLE, message: / \(ECONNREFUSED\)$/ };
    await rejects(client.exchangeToken({ subjectToken: SUBJECT }), "NetworkError", expected);
  });
});
