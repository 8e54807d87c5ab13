import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startDemo } from "../../../examples/lib/demo.mjs";
import { asAgent, basic, claimsOf, exchange, post, TOKEN_EXCHANGE } from "./raw-client.mjs";

let demo;
before(async () => {
  demo = await startDemo();
});
after(() => demo.close());

test("both well-known documents name the issuer, the grant and the endpoints", async () => {
  const { issuer } = demo.server;
  for (const name of ["oauth-authorization-server", "openid-configuration"]) {
    const response = await fetch(`${issuer}/.well-known/${name}`);
    assert.equal(response.status, 200);
    const metadata = await response.json();
    assert.equal(metadata.issuer, issuer);
    assert.equal(metadata.token_endpoint, `${issuer}/token`);
    assert.ok(metadata.grant_types_supported.includes(TOKEN_EXCHANGE));
    assert.ok(metadata.introspection_endpoint.startsWith(issuer));
    assert.ok(metadata.revocation_endpoint.startsWith(issuer));
    assert.deepEqual(metadata.code_challenge_methods_supported, ["S256"]);
  }
});

test("a user who signs in gets a token for the agent, and is the only one it is about", async () => {
  const { server } = demo;
  for (const user of ["alice", "bob"]) {
    const claims = claimsOf((await server.signIn(user)).access_token);
    assert.equal(claims.sub, user);
    assert.equal(claims.aud, server.agent.resource);
    assert.equal(claims.act, undefined);
  }
  await assert.rejects(server.signIn("mallory"), /no such user/);
});

test("logins at the same time do not mix", async () => {
  const { server } = demo;
  const users = ["alice", "bob", "alice", "bob"];
  const answers = await Promise.all(users.map((user, index) => server.signIn(user, { lifetimeSeconds: 10 + index })));
  const seen = answers.map(({ access_token: token, expires_in: lifetime }) => [claimsOf(token).sub, lifetime]);
  assert.deepEqual(seen, [
    ["alice", 10],
    ["bob", 11],
    ["alice", 12],
    ["bob", 13],
  ]);
});

test("the secret of the agent has to be form-encoded: RFC 6749 section 2.3.1", async () => {
  const { server } = demo;
  const { id, secret } = server.agent;
  for (const character of [":", "%", "+", "/", " "]) assert.ok(secret.includes(character));
  const fields = { grant_type: "client_credentials" };
  assert.equal((await asAgent(server, fields)).status, 200);
  const raw = await asAgent(server, fields, `Basic ${btoa(`${id}:${secret}`)}`);
  assert.deepEqual([raw.status, raw.body.error], [401, "invalid_client"]);
});

test("a wrong secret and an unknown client are told apart from everything else by 401 and a challenge", async () => {
  const { server, crm } = demo;
  const { access_token: alice } = await server.signIn("alice");
  for (const authorization of [basic(server.agent.id, "wrong"), basic("nobody", server.agent.secret)]) {
    const answer = await exchange(server, alice, { audience: crm.url }, authorization);
    assert.equal(answer.status, 401);
    assert.equal(answer.body.error, "invalid_client");
    assert.match(answer.headers.get("www-authenticate"), /^Basic /);
  }
});

test("a public client may not exchange tokens", async () => {
  const { server, crm } = demo;
  const { access_token: alice } = await server.signIn("alice");
  const { client_id: frontend } = claimsOf(alice);
  const answer = await post(`${server.issuer}/token`, {
    grant_type: TOKEN_EXCHANGE,
    client_id: frontend,
    subject_token: alice,
    subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
    audience: crm.url,
  });
  assert.equal(answer.status, 400);
  assert.equal(answer.body.error, "invalid_request");
});

test("client credentials give a token that can be introspected and revoked", async () => {
  const { server } = demo;
  const { body } = await asAgent(server, { grant_type: "client_credentials" });
  const headers = { authorization: basic(server.agent.id, server.agent.secret) };
  const fields = { token: body.access_token };
  const introspect = () => post(`${server.issuer}/token/introspection`, fields, headers);
  const live = await introspect();
  assert.deepEqual([live.body.active, live.body.client_id], [true, server.agent.id]);
  assert.equal((await post(`${server.issuer}/token/revocation`, fields, headers)).status, 200);
  assert.deepEqual((await introspect()).body, { active: false });
});

test("the front end cannot ask for a token of an API it has no business with", async () => {
  const { server, crm } = demo;
  await server.signIn("alice");
  const query = new URLSearchParams({
    response_type: "code",
    client_id: "frontend-600s",
    redirect_uri: "https://app.example/callback",
    code_challenge: "x".repeat(43),
    code_challenge_method: "S256",
    resource: crm.url,
    scope: "contacts:read",
  });
  const response = await fetch(`${server.issuer}/auth?${query}`, { redirect: "manual" });
  assert.equal(new URL(response.headers.get("location")).searchParams.get("error"), "invalid_target");
});

test("starting and closing leaves nothing on the console", async (t) => {
  const printed = ["log", "info", "warn", "error"].map((name) => t.mock.method(console, name, () => {}));
  const quiet = await startDemo();
  await quiet.server.signIn("alice");
  await quiet.close();
  assert.deepEqual(
    printed.map((mock) => mock.mock.callCount()),
    [0, 0, 0, 0],
  );
});
