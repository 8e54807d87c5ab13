import assert from "node:assert/strict";
import { test } from "node:test";
import { startDemo } from "../../../examples/lib/demo.mjs";
import { json, quirkServer } from "../quirk/server.mjs";
import { run } from "./run.mjs";

async function ownServer(demo, changes = {}) {
  const { server, crm } = demo;
  const { access_token: subject } = await server.signIn("alice");
  return {
    ISSUER: server.issuer,
    CLIENT_ID: server.agent.id,
    CLIENT_SECRET: server.agent.secret,
    SUBJECT_TOKEN: subject,
    AUDIENCE: crm.url,
    ...changes,
  };
}

test("the main job succeeds, prints no token, no colour into a pipe and nothing on stderr", async () => {
  const { code, output, errors, lastLine } = await run("start.mjs");
  assert.equal(code, 0, output + errors);
  assert.match(lastLine, /^main job: ok, \d+ steps, (\d+) of \1 checks passed, \d+ ms$/);
  assert.equal(errors, "");
  assert.ok(!output.includes("\u001b"));
});

test("the main job runs against a server of one's own", async () => {
  const demo = await startDemo();
  try {
    const settings = await ownServer(demo, { SCOPE: "contacts:read" });
    const { code, output, errors, lastLine } = await run("start.mjs", settings);
    assert.equal(code, 0, output + errors);
    assert.match(lastLine, /^your server: ok, 2 steps/);
    assert.match(output, /granted +contacts:read \(known from the response\)/);
    assert.ok(!output.includes(settings.CLIENT_SECRET));
  } finally {
    await demo.close();
  }
});

test("what a server of one's own leaves out is called not said", async () => {
  const server = await quirkServer();
  try {
    server.on("/token", json({ access_token: "issued", token_type: "Bearer" }));
    const settings = { CLIENT_ID: "agent", CLIENT_SECRET: "hush", SUBJECT_TOKEN: "alice", AUDIENCE: "crm" };
    const { output } = await run("start.mjs", { ISSUER: server.metadata(), ...settings });
    assert.match(output, /^ +expires in +not said$/m);
    assert.match(output, /^ +granted +not said$/m);
  } finally {
    await server.close();
  }
});

test("a refusal of one's own server is shown with what to do about it", async () => {
  const demo = await startDemo();
  try {
    const settings = await ownServer(demo, { CLIENT_SECRET: "not the secret" });
    const { code, output } = await run("start.mjs", settings);
    assert.equal(code, 1);
    assert.match(output, /class +AuthenticationError/);
    assert.match(output, /action +fix_client_auth/);
    assert.match(output, /to do +\S/);
    assert.ok(!output.includes(settings.CLIENT_SECRET));
  } finally {
    await demo.close();
  }
});

test("settings given in part are named, and nothing is sent", async () => {
  const { code, output } = await run("start.mjs", { ISSUER: "https://login.example/", CLIENT_SECRET: "hush" });
  assert.equal(code, 2);
  assert.match(output, /given +ISSUER/);
  for (const name of ["CLIENT_ID", "SUBJECT_TOKEN", "AUDIENCE"]) assert.match(output, new RegExp(`missing +${name}`));
  assert.ok(!output.includes("hush"));
});
