/** TokenExchangeStore: properties over random interleavings. T41, and the bars of "one token per user and target". */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { onbehalf } from "./helpers.mjs";
import { crmConfig } from "./store-helpers.mjs";

const REFS = ["crm", "erp", "files"];

/** A server of which each answer names the subject, the actor, the target and the scopes that it is for. */
function namingServer({ delay, fails }) {
  const state = { requests: 0, running: new Map(), most: 0 };
  const fetch = async (_url, { body, signal }) => {
    const form = new URLSearchParams(body);
    const named = ["subject_token", "actor_token", "audience", "scope"].map((name) => form.get(name) ?? "");
    const key = JSON.stringify(named);
    state.requests++;
    const running = (state.running.get(key) ?? 0) + 1;
    state.running.set(key, running);
    state.most = Math.max(state.most, running);
    try {
      const ms = delay();
      if (ms > 0) await sleep(ms, undefined, { signal });
      else await null;
      if (signal.aborted) throw signal.reason;
      const failure = fails();
      if (failure === "network") throw new TypeError("fetch failed");
      if (failure) return Response.json({ error: "server_error" }, { status: 500 });
      return Response.json({
        access_token: `${state.requests}.${Buffer.from(key).toString("base64url")}`,
        token_type: "Bearer",
        expires_in: 3600,
        issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
      });
    } finally {
      state.running.set(key, state.running.get(key) - 1);
    }
  };
  return { fetch, state };
}

const tokenIsFor = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());

function storeFor(fetch, options = {}) {
  return new onbehalf.TokenExchangeStore({
    configs: REFS.map((ref) => crmConfig({ origin: "https://as.example" }, { ref, audience: ref, maxRetries: 0 })),
    fetch,
    ...options,
  });
}

/** A small deterministic generator: the interleaving is a function of the seed. */
function random(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

test("a thousand users, delays, aborts, failures and invalidations: no crossing, no lost waiter", {
  timeout: 120_000,
}, async () => {
  const next = random(42);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const server = namingServer({
    delay: () => Math.floor(next() * 4),
    fails: () => next() < 0.05 && pick(["network", "http"]),
  });
  const store = storeFor(server.fetch, { maxEntries: 700 });
  const outcomes = { tokens: 0, aborted: 0, failed: 0 };

  async function call() {
    const subjectToken = `user-${Math.floor(next() * 1000)}`;
    const ref = pick(REFS);
    const actorToken = next() < 0.2 ? pick(["robot-1", "robot-2"]) : undefined;
    const scope = next() < 0.2 ? pick(["a", "a b"]) : undefined;
    const controller = next() < 0.1 ? new AbortController() : undefined;
    if (controller) setTimeout(() => controller.abort("gone"), next() * 4);
    const options = { subjectToken, actorToken, scope, signal: controller?.signal, cache: next() > 0.02 };
    try {
      const token = await store.getToken(ref, options);
      const expected = [subjectToken, actorToken ?? "", ref, scope ?? "crm:read crm:write"];
      assert.deepEqual(tokenIsFor(token.accessToken), expected);
      outcomes.tokens++;
    } catch (error) {
      if (error === "gone") outcomes.aborted++;
      else if (onbehalf.OAuthError.is(error)) outcomes.failed++;
      else throw error;
    }
  }

  async function worker(calls) {
    for (let index = 0; index < calls; index++) {
      if (next() < 0.005) store.invalidateCache(pick(REFS), { subjectToken: `user-${Math.floor(next() * 1000)}` });
      if (next() < 0.0005) store.flushCache();
      await call();
    }
  }
  const workers = 500;
  const calls = 100_000;
  await Promise.all(Array.from({ length: workers }, () => worker(calls / workers)));
  assert.equal(outcomes.tokens + outcomes.aborted + outcomes.failed, calls);
  assert.ok(outcomes.tokens > calls * 0.8, JSON.stringify(outcomes));
  assert.ok(store.stats().entries <= 700);
  assert.equal(store.stats().inFlight, 0);
  assert.ok(server.state.requests < calls, `${server.state.requests} requests`);
});

test("random small histories: nothing is sent twice without cause", { timeout: 120_000 }, async () => {
  const action = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant("get"), user: fc.nat(2), ref: fc.nat(1), abort: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("invalidate"), user: fc.nat(2), ref: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("flush") }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait") }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 30 }), fc.infiniteStream(fc.nat(9)), async (actions, fates) => {
      const fate = () => fates.next().value;
      const server = namingServer({ delay: () => (fate() < 5 ? 0 : 1), fails: () => fate() === 0 && "http" });
      const store = storeFor(server.fetch);
      const ends = [];
      // Each of these is a reason for one further request.
      let causes = 0;
      const asked = new Set();
      for (const step of actions) {
        if (step.kind === "get") {
          const subjectToken = `user-${step.user}`;
          const ref = REFS[step.ref];
          asked.add(`${subjectToken} ${ref}`);
          const controller = new AbortController();
          const call = store.getToken(ref, { subjectToken, signal: controller.signal });
          if (step.abort) {
            causes++;
            queueMicrotask(() => controller.abort("gone"));
          }
          ends.push(
            call.then(
              (token) => assert.deepEqual(tokenIsFor(token.accessToken).slice(0, 3), [subjectToken, "", ref]),
              (error) => {
                if (error !== "gone") causes++;
                assert.ok(error === "gone" || onbehalf.OAuthError.is(error));
              },
            ),
          );
        } else if (step.kind === "invalidate") {
          causes++;
          store.invalidateCache(REFS[step.ref], { subjectToken: `user-${step.user}` });
        } else if (step.kind === "flush") {
          causes += asked.size;
          store.flushCache();
        } else await sleep(1);
      }
      await Promise.all(ends);
      assert.ok(server.state.requests <= asked.size + causes, `${server.state.requests} > ${asked.size} + ${causes}`);
      const { inFlight, hits, misses, joins } = store.stats();
      assert.equal(inFlight, 0);
      assert.equal(misses, server.state.requests);
      assert.ok(hits + misses + joins <= ends.length);
    }),
    { numRuns: 150 },
  );
});

test("T38, T39: subjects and actors that look alike when put together never share a token", async () => {
  const part = fc.constantFrom("a", "b", "ab", "a|b", "b|c", "c", "a.b", "aa", "a-b", "a~b");
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.tuple(part, fc.option(part)), { selector: JSON.stringify }), async (pairs) => {
      const server = namingServer({ delay: () => 0, fails: () => false });
      const store = storeFor(server.fetch);
      const get = ([subjectToken, actorToken]) => store.getToken("crm", { subjectToken, actorToken });
      const tokens = await Promise.all([...pairs, ...pairs].map(get));
      for (const [index, token] of tokens.entries()) {
        const [subject, actor] = pairs[index % pairs.length];
        assert.deepEqual(tokenIsFor(token.accessToken).slice(0, 2), [subject, actor ?? ""]);
      }
      assert.equal(server.state.requests, pairs.length);
    }),
    { numRuns: 50 },
  );
});
