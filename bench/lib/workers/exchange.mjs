// Measures the exchanges of one runtime: `node exchange.mjs <origin> <rounds>`. Prints one line of JSON.
//
// Each round gives every contender its turn, in another order; only numbers of the same round are compared.
import { answer, setting, stubFetch, subjectTokens } from "./setting.mjs";

const names = ["bare", "oauth4webapi", "openid-client", "onbehalf"];
const [origin, rounds] = [process.argv[2], Number(process.argv[3])];
const SEQUENTIAL = 200;
const CONCURRENT = 300;
const LANES = 50;
const STUBBED = 400;

const jobs = {};
for (const name of names) jobs[name] = await import(`../jobs/${name}.mjs`);
let turn = 0;
const subject = () => subjectTokens[turn++ % subjectTokens.length];

await sameRequests();
const wire = await overLoopback();
const stubbed = await withStub();
console.log(JSON.stringify({ version: process.versions.node, wire, stubbed }));

/** All must send the same request and give the same token, or nothing can be compared. */
async function sameRequests() {
  const sent = {};
  for (const name of names) {
    const calls = [];
    const fetch = async (url, init) => {
      const headers = new Headers(init.headers);
      const body = [...new URLSearchParams(init.body)].sort(([a], [b]) => (a < b ? -1 : 1));
      calls.push(JSON.stringify([String(url), init.method, headers.get("authorization"), body]));
      return stubFetch();
    };
    const result = await jobs[name].create(setting(origin, fetch))(subjectTokens[0]);
    if (result !== JSON.parse(answer).access_token) throw new Error(`${name}: another access token`);
    if (calls.length !== 1) throw new Error(`${name}: ${calls.length} requests`);
    sent[name] = calls[0];
  }
  for (const name of names) {
    if (sent[name] !== sent.bare) throw new Error(`${name} sends another request:\n${sent[name]}\n${sent.bare}`);
  }
}

async function overLoopback() {
  const contenders = Object.fromEntries(names.map((name) => [name, jobs[name].create(setting(origin))]));
  contenders["bare again"] = jobs.bare.create(setting(origin));
  const before = await served();
  for (const work of Object.values(contenders)) {
    await sequential(work, 2 * SEQUENTIAL);
    await concurrent(work, 2 * CONCURRENT);
  }
  const results = await inRounds(contenders, rounds, async (work) => {
    const one = await sequential(work, SEQUENTIAL);
    const many = await concurrent(work, CONCURRENT);
    return { one, many };
  });
  const expected = Object.keys(contenders).length * (SEQUENTIAL + CONCURRENT) * (rounds + 2);
  const got = (await served()) - before;
  if (got !== expected) throw new Error(`${got} requests for ${expected} exchanges`);
  return results;
}

async function served() {
  return Number(await (await fetch(`${origin}/count`)).text());
}

async function withStub() {
  // The floor: nothing but making the answer and reading it.
  const contenders = { stub: async () => (await (await stubFetch()).json()).access_token };
  for (const name of names) contenders[name] = jobs[name].create(setting(origin, stubFetch));
  contenders["stub again"] = async () => (await (await stubFetch()).json()).access_token;
  for (const work of Object.values(contenders)) await sequential(work, 4000);
  return inRounds(contenders, 2 * rounds, (work) => sequential(work, STUBBED));
}

/** `{ contender: [result of each round] }`. */
async function inRounds(contenders, count, measure) {
  const results = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < count; round++) {
    for (const name of shuffled(Object.keys(contenders))) results[name].push(await measure(contenders[name]));
  }
  return results;
}

/** One after the other: the median time, and the CPU time of one; microseconds. */
async function sequential(work, count) {
  const times = new Float64Array(count);
  const cpu = process.cpuUsage();
  let last = performance.now();
  for (let i = 0; i < count; i++) {
    await work(subject());
    const now = performance.now();
    times[i] = now - last;
    last = now;
  }
  return summary(times, cpu);
}

async function concurrent(work, count) {
  const times = new Float64Array(count);
  let next = 0;
  const cpu = process.cpuUsage();
  const lane = async () => {
    while (next < count) {
      const i = next++;
      const begun = performance.now();
      await work(subject());
      times[i] = performance.now() - begun;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return summary(times, cpu);
}

function summary(times, cpuBefore) {
  const { user, system } = process.cpuUsage(cpuBefore);
  const p50 = times.sort()[times.length >> 1] * 1000;
  return { p50, cpu: (user + system) / times.length };
}

function shuffled(list) {
  const left = [...list];
  const order = [];
  while (left.length > 0) order.push(...left.splice(Math.floor(Math.random() * left.length), 1));
  return order;
}
