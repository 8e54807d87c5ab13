import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { startDemo } from "../../../examples/lib/demo.mjs";
import { ACCESS_TOKEN, asAgent, basic, claimsOf, exchange, post } from "./raw-client.mjs";

let demo;
let alice;

before(async () => {
  demo = await startDemo();
  alice = (await demo.server.signIn("alice")).access_token;
});
after(() => demo.close());

function refused(answer, error, description = /./) {
  assert.equal(answer.status, 400);
  assert.equal(answer.body.error, error);
  assert.match(answer.body.error_description, description);
  assert.equal(answer.body.access_token, undefined);
}

test("a user's token becomes a signed token for the CRM, narrowed to what was asked", async () => {
  const { server, crm } = demo;
  const { status, headers, body } = await exchange(server, alice, { audience: crm.url, scope: "contacts:read" });
  assert.equal(status, 200);
  assert.match(headers.get("cache-control"), /no-store/);
  const { access_token: token, ...rest } = body;
  assert.deepEqual(rest, {
    issued_token_type: ACCESS_TOKEN,
    token_type: "Bearer",
    expires_in: 300,
    scope: "contacts:read",
  });
  const keys = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
  const { payload } = await jwtVerify(token, keys, { issuer: server.issuer, audience: crm.url, typ: "at+jwt" });
  assert.equal(payload.aud, crm.url);
  assert.equal(payload.sub, "alice");
  assert.equal(payload.scope, "contacts:read");
  assert.equal(payload.client_id, server.agent.id);
  assert.deepEqual(payload.act, { sub: server.agent.id });
});

test("resource names the target as audience does, and repeating the same target changes nothing", async () => {
  const { server, crm } = demo;
  for (const fields of [
    { resource: crm.url },
    { resource: crm.url, audience: crm.url },
    { audience: [crm.url, crm.url] },
  ]) {
    const { status, body } = await exchange(server, alice, fields);
    assert.equal(status, 200);
    assert.equal(claimsOf(body.access_token).aud, crm.url);
  }
});

test("without scope the token gets what the user allowed at that API, and nothing of another", async () => {
  const { body } = await exchange(demo.server, alice, { audience: demo.crm.url });
  assert.equal(body.scope, "contacts:read contacts:write");
});

test("a scope the user did not allow is refused, not dropped and not granted", async () => {
  const { server, crm } = demo;
  const { access_token: narrow } = await server.signIn("alice", { scope: "agent:ask contacts:read" });
  refused(
    await exchange(server, narrow, { audience: crm.url, scope: "contacts:read contacts:write" }),
    "invalid_scope",
  );
  refused(await exchange(server, alice, { audience: crm.url, scope: "agent:ask" }), "invalid_scope");
  const { body } = await exchange(server, narrow, { audience: crm.url });
  assert.equal(body.scope, "contacts:read");
});

test("an audience that is unknown, closed to the agent, missing or one of several is refused", async () => {
  const { server, crm, billing } = demo;
  refused(await exchange(server, alice, { audience: "https://nowhere.example/" }), "invalid_target");
  refused(await exchange(server, alice, { audience: billing }), "invalid_target");
  refused(await exchange(server, alice, { audience: server.agent.resource }), "invalid_target");
  refused(await exchange(server, alice, {}), "invalid_target");
  refused(await exchange(server, alice, { audience: [crm.url, billing] }), "invalid_target");
  refused(await exchange(server, alice, { audience: crm.url, resource: billing }), "invalid_target");
});

test("a subject token that has really expired is refused", async () => {
  const { server, crm } = demo;
  const { access_token: brief, expires_in: lifetime } = await server.signIn("alice", { lifetimeSeconds: 1 });
  assert.equal(lifetime, 1);
  await sleep(claimsOf(brief).exp * 1000 - Date.now() + 50);
  refused(await exchange(server, brief, { audience: crm.url }), "invalid_grant", /expired/);
});

test("the new token ends no later than the user's", async () => {
  const { server, crm } = demo;
  const { access_token: brief } = await server.signIn("bob", { lifetimeSeconds: 30 });
  const { body } = await exchange(server, brief, { audience: crm.url });
  assert.ok(body.expires_in <= 30);
  assert.ok(claimsOf(body.access_token).exp <= claimsOf(brief).exp);
});

test("a subject token that is garbage, forged, a client's, or for another service is refused", async () => {
  const { server, crm } = demo;
  const audience = crm.url;
  const [head, payload, signature] = alice.split(".");
  const forged = Buffer.from(JSON.stringify({ ...claimsOf(alice), sub: "bob" })).toString("base64url");
  const own = await asAgent(server, { grant_type: "client_credentials", resource: server.agent.resource });
  const { body: crmToken } = await exchange(server, alice, { audience });
  for (const subject of [
    "garbage",
    "a.b.c",
    `${head}.${forged}.${signature}`,
    `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url")}.${payload}.`,
    own.body.access_token,
    crmToken.access_token,
  ]) {
    refused(await exchange(server, subject, { audience }), "invalid_grant");
  }
});

test("a request that leaves out or misnames what the grant needs is refused", async () => {
  const { server, crm } = demo;
  const audience = crm.url;
  const idToken = "urn:ietf:params:oauth:token-type:id_token";
  refused(await exchange(server, undefined, { audience }), "invalid_request");
  refused(await exchange(server, alice, { audience, subject_token_type: undefined }), "invalid_request");
  refused(await exchange(server, alice, { audience, subject_token_type: idToken }), "invalid_request");
  refused(await exchange(server, alice, { audience, requested_token_type: idToken }), "invalid_request");
  refused(await exchange(server, alice, { audience, actor_token_type: ACCESS_TOKEN }), "invalid_request");
  refused(await exchange(server, alice, { audience, scope: ["contacts:read", "contacts:write"] }), "invalid_request");
});

test("the agent may show a token of its own as the actor, and nobody else's", async () => {
  const { server, crm } = demo;
  const fields = { audience: crm.url, actor_token_type: ACCESS_TOKEN };
  for (const resource of [undefined, server.agent.resource]) {
    const own = await asAgent(server, { grant_type: "client_credentials", resource });
    assert.equal(own.status, 200);
    const { status, body } = await exchange(server, alice, { ...fields, actor_token: own.body.access_token });
    assert.equal(status, 200);
    assert.deepEqual(claimsOf(body.access_token).act, { sub: server.agent.id });
  }
  refused(await exchange(server, alice, { ...fields, actor_token: alice }), "invalid_grant");
  refused(await exchange(server, alice, { ...fields, actor_token: "garbage" }), "invalid_grant");
});

test("an opaque user token is exchanged too, shows up in introspection, and is worthless once revoked", async () => {
  const opaque = await startDemo({ userTokenFormat: "opaque" });
  try {
    const { server, crm } = opaque;
    const { access_token: token } = await server.signIn("bob");
    assert.ok(!token.includes("."));
    const first = await exchange(server, token, { audience: crm.url, scope: "contacts:read" });
    assert.equal(first.status, 200);
    assert.equal(claimsOf(first.body.access_token).sub, "bob");

    const metadata = await (await fetch(`${server.issuer}/.well-known/oauth-authorization-server`)).json();
    const headers = { authorization: basic(server.agent.id, server.agent.secret) };
    const introspect = () => post(metadata.introspection_endpoint, { token }, headers);
    const before = await introspect();
    assert.deepEqual([before.body.active, before.body.sub, before.body.aud], [true, "bob", server.agent.resource]);
    assert.equal((await post(metadata.revocation_endpoint, { token }, headers)).status, 200);
    assert.deepEqual((await introspect()).body, { active: false });
    refused(await exchange(server, token, { audience: crm.url }), "invalid_grant");
  } finally {
    await opaque.close();
  }
});
