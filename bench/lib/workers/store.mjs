// Measures a store beside what one would write by hand: `node --expose-gc store.mjs <scenario> [entries] [rounds]`.
// Prints one line of JSON. Each round gives every contender its turn, in another order.
import { LRUCache } from "lru-cache";
import { TokenExchangeStore } from "onbehalf";
import pMemoize from "p-memoize";

const [scenario, entries = "1000", rounds = "31"] = process.argv.slice(2);
const REF = "crm";
const LOOKUPS = 10_000;
const USERS = 100;
const CALLS = 10_000;
const PAD = "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.abcDEF0123-_";

/** As long as a signed token usually is. Flat, as one that came out of a parser. */
const tokenOf = (index, length = 900) => Buffer.from(`${index}.`.padEnd(length, PAD), "latin1").toString("latin1");

/** The subject token of the call that is made: what every contender asks, and awaits. */
let current;
const provider = async (_ref) => current();

/** A token endpoint without a network. `sent` counts. */
function endpoint(issued) {
  const server = { sent: 0, delay: undefined };
  const headers = { "content-type": "application/json" };
  server.fetch = async () => {
    server.sent++;
    const body = JSON.stringify({
      access_token: issued(server.sent),
      token_type: "Bearer",
      expires_in: 86_400,
      issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
    });
    await server.delay;
    return { status: 200, headers, text: async () => body };
  };
  return server;
}

/** The exchange of the contenders that have none: the least that gives a credential. */
async function exchange(server, subject) {
  const body = new URLSearchParams({ grant_type: "…", subject_token: subject, audience: "https://crm.example" });
  const response = await server.fetch("https://as.example/token", { method: "POST", body: body.toString() });
  const { access_token: ref, expires_in } = JSON.parse(await response.text());
  const expiresAt = Date.now() + expires_in * 1000;
  const credential = { id: REF, kind: "user-delegated", name: "CRM", scope: "crm:read", status: "active", ref };
  return {
    credential: { ...credential, expiresAt: new Date(expiresAt).toISOString() },
    usableUntil: expiresAt - 30_000,
  };
}

const makers = {
  /** An async function that asks the same provider and reads a Map per target: safe for many users, and nothing more. */
  "by hand": (server) => {
    const caches = new Map([[REF, new Map()]]);
    return async (ref) => {
      const subject = await provider(ref);
      if (!subject) return null;
      const cache = caches.get(ref);
      const hit = cache.get(subject);
      if (hit !== undefined && Date.now() < hit.usableUntil) return hit.credential;
      const kept = await exchange(server, subject);
      cache.set(subject, kept);
      return kept.credential;
    };
  },
  /** lru-cache for memory and p-memoize for shared calls, as their users put them together. */
  "lru-cache + p-memoize": (server) => {
    const cache = new LRUCache({ max: Math.max(Number(entries), CALLS), ttl: 86_370_000 });
    const memoized = pMemoize((_ref, subject) => exchange(server, subject), {
      cache,
      cacheKey: ([ref, subject]) => `${ref}\0${subject}`,
    });
    return async (ref) => {
      const subject = await provider(ref);
      if (!subject) return null;
      return (await memoized(ref, subject)).credential;
    };
  },
  onbehalf: (server) => {
    const store = new TokenExchangeStore({
      configs: [
        {
          ref: REF,
          name: "CRM",
          kind: "user-delegated",
          scope: "crm:read",
          status: "active",
          tokenEndpoint: "https://as.example/token",
          clientId: "agent",
          clientSecret: "secret0123456789",
          audience: "https://crm.example",
        },
      ],
      subjectTokenProvider: provider,
      fetch: server.fetch,
      maxEntries: Math.max(Number(entries), CALLS),
      onUnavailable: "throw",
    });
    return (ref) => store.findByRef(ref);
  },
};

console.log(JSON.stringify(await { lookup, concurrent, memory }[scenario]()));

/** Looks tokens up that are all there, in an order drawn for each round. */
async function lookup() {
  const size = Number(entries);
  const tokens = Array.from({ length: size }, (_, index) => tokenOf(index));
  const contenders = {};
  for (const name of ["by hand", "by hand again", "lru-cache + p-memoize", "onbehalf"]) {
    const server = endpoint((count) => `issued-${count}`);
    contenders[name] = { find: makers[name.replace(" again", "")](server), server };
    for (const token of tokens) {
      current = () => token;
      await contenders[name].find(REF);
    }
  }
  const results = {};
  for (const cut of [false, true]) {
    results[cut ? "fresh" : "same"] = await inRounds(
      contenders,
      async ({ find }, order, headers) => {
        let next = 0;
        current = cut ? () => headers[next++].slice(7) : () => tokens[order[next++]];
        return timed(order.length, async () => {
          for (let index = 0; index < order.length; index++) await find(REF);
        });
      },
      () => {
        const order = Array.from({ length: LOOKUPS }, () => Math.floor(Math.random() * size));
        // New strings each time, so that none has its hash already.
        return () => [order, cut ? order.map((index) => header(tokens[index])) : undefined];
      },
    );
  }
  for (const [name, { server }] of Object.entries(contenders)) {
    if (server.sent !== size) throw new Error(`${name}: ${server.sent} exchanges for ${size} entries`);
  }
  return results;
}

function header(token) {
  return Buffer.from(`Bearer ${token}`, "latin1").toString("latin1");
}

/** Ten thousand calls for a hundred users, none of which is known. */
async function concurrent() {
  const tokens = Array.from({ length: USERS }, (_, index) => tokenOf(index));
  const sent = {};
  const contenders = Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, { name, make }]));
  const rounds = await inRounds(contenders, async ({ name, make }) => {
    const server = endpoint((count) => `issued-${count}`);
    server.delay = new Promise((resolve) => setTimeout(resolve, 5));
    const find = make(server);
    let call = 0;
    current = () => tokens[call++ % USERS];
    const result = await timed(CALLS, () => Promise.all(Array.from({ length: CALLS }, () => find(REF))));
    sent[name] = server.sent;
    return result;
  });
  return { rounds, sent };
}

/** What a token costs that is kept: a subject token that others hold as well, and an issued one of 900 bytes. */
async function memory() {
  const size = Number(entries);
  const tokens = Array.from({ length: size }, (_, index) => tokenOf(index));
  const results = {};
  for (const [name, make] of Object.entries(makers)) {
    const find = make(endpoint((count) => tokenOf(count)));
    current = () => tokens[0];
    await find(REF);
    const before = heap();
    for (const token of tokens) {
      current = () => token;
      await find(REF);
    }
    results[name] = (heap() - before) / (size - 1);
    current = () => tokens[size - 1];
    // Held until here.
    if (!(await find(REF))) throw new Error(name);
  }
  return results;
}

function heap() {
  for (let times = 0; times < 4; times++) globalThis.gc();
  return process.memoryUsage().heapUsed;
}

async function timed(count, work) {
  globalThis.gc({ type: "minor" });
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const wall = ((performance.now() - started) * 1000) / count;
  const { user, system } = process.cpuUsage(cpu);
  return { wall, cpu: (user + system) / count };
}

async function inRounds(contenders, measure, prepare = () => () => []) {
  const results = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  const count = Number(rounds);
  for (let round = -2; round < count; round++) {
    const args = prepare();
    for (const name of shuffled(Object.keys(contenders))) {
      const result = await measure(contenders[name], ...args());
      // The first rounds warm up.
      if (round >= 0) results[name].push(result);
    }
  }
  return results;
}

function shuffled(list) {
  return list
    .map((value) => [Math.random(), value])
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);
}
