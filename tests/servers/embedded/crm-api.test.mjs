import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startCrmApi } from "../../../examples/lib/crm-api.mjs";
import { startDemo } from "../../../examples/lib/demo.mjs";
import { asAgent, claimsOf, exchange } from "./raw-client.mjs";

let demo;
before(async () => {
  demo = await startDemo();
});
after(() => demo.close());

async function tokenFor(user, scope, options) {
  const { access_token: subject } = await demo.server.signIn(user, options);
  const { body } = await exchange(demo.server, subject, { audience: demo.crm.url, scope });
  return body.access_token;
}

async function call(token, { method = "GET", body, url = demo.crm.url } = {}) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/contacts`, { method, headers, body });
  const text = await response.text();
  return {
    status: response.status,
    challenge: response.headers.get("www-authenticate"),
    body: text ? JSON.parse(text) : undefined,
  };
}

test("each user's token gets that user's contacts", async () => {
  const alice = await call(await tokenFor("alice", "contacts:read"));
  assert.deepEqual([alice.status, alice.body.user, alice.body.actor], [200, "alice", demo.server.agent.id]);
  assert.ok(alice.body.contacts.includes("Ada Lovelace"));
  const bob = await call(await tokenFor("bob", "contacts:read"));
  assert.ok(bob.body.contacts.includes("Grace Hopper"));
  assert.ok(!bob.body.contacts.includes("Ada Lovelace"));
});

test("writing needs its own scope", async () => {
  const refused = await call(await tokenFor("bob", "contacts:read"), { method: "POST", body: "Mallory" });
  assert.equal(refused.status, 403);
  assert.match(refused.challenge, /^Bearer .*error="insufficient_scope".*scope="contacts:write"/);
  const added = await call(await tokenFor("bob", "contacts:write"), { method: "POST", body: "Donald Knuth" });
  assert.equal(added.status, 200);
  assert.ok(added.body.contacts.includes("Donald Knuth"));
  assert.ok(!added.body.contacts.includes("Mallory"));
});

test("without a token the challenge names no error, only where to look", async () => {
  const { status, challenge } = await call(undefined);
  assert.equal(status, 401);
  assert.doesNotMatch(challenge, /error/);
  const metadata = await (await fetch(/resource_metadata="([^"]+)"/.exec(challenge)[1])).json();
  assert.deepEqual(metadata.authorization_servers, [demo.server.issuer]);
  assert.equal(metadata.resource, demo.crm.url);
});

test("a token for another audience, of a client, altered, unsigned or garbage is refused", async () => {
  const { server } = demo;
  const good = await tokenFor("alice", "contacts:read");
  const [head, payload, signature] = good.split(".");
  const altered = Buffer.from(JSON.stringify({ ...claimsOf(good), sub: "bob" })).toString("base64url");
  const own = await asAgent(server, { grant_type: "client_credentials", resource: server.agent.resource });
  for (const token of [
    (await server.signIn("alice")).access_token,
    own.body.access_token,
    `${head}.${altered}.${signature}`,
    `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url")}.${payload}.`,
    "garbage",
  ]) {
    const { status, challenge } = await call(token);
    assert.equal(status, 401);
    assert.match(challenge, /^Bearer .*error="invalid_token"/);
  }
});

test("a token that has expired is refused", async () => {
  const token = await tokenFor("alice", "contacts:read", { lifetimeSeconds: 2 });
  assert.equal((await call(token)).status, 200);
  await sleep(claimsOf(token).exp * 1000 - Date.now() + 50);
  const { status, challenge } = await call(token);
  assert.equal(status, 401);
  assert.match(challenge, /expired/);
});

test("a key server that cannot be reached is no reason to call the token bad, and is asked again", async () => {
  let down = true;
  const flaky = (...input) => (down ? Promise.reject(new TypeError("down")) : fetch(...input));
  const crm = await startCrmApi({ issuer: demo.server.issuer, fetch: flaky });
  try {
    demo.server.registerApi({ identifier: crm.url, scopes: crm.scopes, exchangeableBy: [demo.server.agent.id] });
    const { access_token: subject } = await demo.server.signIn("alice");
    const { body } = await exchange(demo.server, subject, { audience: crm.url });
    assert.equal((await call(body.access_token, { url: crm.url })).status, 503);
    down = false;
    assert.equal((await call(body.access_token, { url: crm.url })).status, 200);
  } finally {
    await crm.close();
  }
});
