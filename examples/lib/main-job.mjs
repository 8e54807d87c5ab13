// The steps of the main job against the embedded servers. Each one prints what it does and checks what came of it.
import { setTimeout as sleep } from "node:timers/promises";
import { BasicAuth, OAuthClient } from "onbehalf";
import { describeError } from "./console.mjs";
import { startDemo } from "./demo.mjs";
import { useStore } from "./store-job.mjs";
import { readClaims, shownClaims, watchedFetch } from "./wire.mjs";

const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

/** Runs every step, against the built-in server or the one that `start` starts. Resolves with the exit code. */
export async function runDemo(report, { start } = {}) {
  report.heading("onbehalf: an agent reads the contacts of alice and bob at a CRM, with a token of its own for each");
  const names = new Map();
  const watch = (from) => watchedFetch({ from, names, print: report.note });
  let demo;
  let agent;
  try {
    demo = await report.step("The servers start", (step) => startServers(step, { names, watch, start }));
    const { server } = demo;
    const auth = new BasicAuth(server.agent.id, server.agent.secret);
    agent = new OAuthClient(server.issuer, { auth, preset: server.preset, fetch: watch("agent") });
    const world = { report, demo, agent, watch };

    await discover(world);
    const contacts = {
      alice: ["Ada Lovelace", "Alan Turing"],
      bob: ["Barbara Liskov", "Edsger Dijkstra", "Grace Hopper"],
    };
    const alice = await actFor(world, "alice", { scope: "contacts:read", contacts: contacts.alice });
    await writeWithReadOnlyToken(world, alice.token);
    await skipTheExchange(world, alice.subjectToken);
    const bob = await actFor(world, "bob", { scope: "contacts:read contacts:write", contacts: contacts.bob });
    await useStore(world, [
      { name: "alice", subjectToken: alice.subjectToken, contacts: contacts.alice },
      { name: "bob", subjectToken: bob.subjectToken, contacts: contacts.bob },
    ]);
    await refusals(world, alice.subjectToken);
  } catch (error) {
    report.abort(error);
  } finally {
    agent?.close();
    await demo?.close();
  }
  return report.finish("main job");
}

async function startServers(step, { names, watch, start }) {
  const demo = await startDemo({ fetch: watch("CRM"), start });
  names.set(new URL(demo.server.issuer).origin, "authorization server");
  names.set(demo.crm.url, "CRM");
  step.rows("running", {
    "authorization server": `${demo.server.issuer} (${demo.server.name}, with token exchange)`,
    CRM: `${demo.crm.url} (takes only tokens made for it)`,
  });
  return demo;
}

function discover({ report, demo, agent }) {
  return report.step("The agent asks the server what it offers", async (step) => {
    const metadata = await agent.discoverServerMetadata();
    step.rows("found", {
      "token endpoint": metadata.tokenEndpoint,
      grants: metadata.grantTypesSupported?.map(short).join(" "),
    });
    step.check("the server is the one we asked for", metadata.issuer, demo.server.issuer);
    const offered = metadata.grantTypesSupported?.some((grant) => short(grant) === "token-exchange");
    step.check("it offers token exchange", offered);
  });
}

/** A user signs in, the agent exchanges the user's token, and calls the CRM with what it got. */
async function actFor({ report, demo, agent, watch }, user, { scope, contacts }) {
  const { server, crm } = demo;

  const subjectToken = await report.step(`${user} signs in at the front end`, async (step) => {
    const answer = await server.signIn(user, { fetch: watch("front end") });
    step.rows("got", shownClaims(answer.access_token));
    step.check(`the token is ${user}'s, and for the agent alone`, aboutAndFor(answer.access_token), {
      sub: user,
      aud: server.agent.resource,
    });
    return answer.access_token;
  });

  const token = await report.step(`The agent exchanges ${user}'s token for one for the CRM`, async (step) => {
    const answer = await agent.exchangeToken({ subjectToken, audience: crm.url, scope });
    const claims = readClaims(answer.accessToken);
    step.rows("got", shownClaims(answer.accessToken));
    step.check(`it is about ${user}, and for the CRM alone`, aboutAndFor(answer.accessToken), {
      sub: user,
      aud: crm.url,
    });
    // In any order: scopes are a set (RFC 6749 section 3.3).
    const asked = scope.split(" ").sort();
    step.check("it allows what was asked for and nothing more", claims.scope?.split(" ").sort(), asked);
    step.check("the answer says the same", [[...answer.scope].sort(), answer.scopeSource], [asked, "response"]);
    step.check("it names the agent as the one who acts", claims.act, { sub: server.agent.id });
    step.check("it is a bearer token", [answer.tokenType, answer.issuedTokenType], ["Bearer", ACCESS_TOKEN]);
    step.check("it ends no later than the user's", claims.exp <= readClaims(subjectToken).exp);
    step.check(
      "expiresAt agrees with the end it states itself",
      Math.abs(answer.expiresAt - claims.exp * 1000) < 2_000,
    );
    step.check("it stays out of JSON and logs", !JSON.stringify(answer).includes(answer.accessToken));
    return answer;
  });

  await report.step(`The agent asks the CRM for ${user}'s contacts`, async (step) => {
    const { status, body } = await callCrm({ crm, watch, authorization: token.authorizationHeader() });
    step.rows("got", { contacts: body.contacts?.join(", ") });
    step.check("the CRM accepts the token", status, 200);
    step.check(`it answers with ${user}'s contacts`, { user: body.user, contacts: body.contacts }, { user, contacts });
    step.check("it knows who acts", body.actor, server.agent.id);
  });
  return { subjectToken, token };
}

function writeWithReadOnlyToken({ report, demo, watch }, token) {
  return report.step("The agent tries to add a contact with the read-only token", async (step) => {
    const authorization = token.authorizationHeader();
    const answer = await callCrm({ crm: demo.crm, watch, authorization, method: "POST", body: "Mallory" });
    step.rows("refused", { says: answer.challenge });
    step.check("the CRM refuses", [answer.status, answer.body.error], [403, "insufficient_scope"]);
  });
}

function skipTheExchange({ report, demo, watch }, subjectToken) {
  return report.step("The agent tries alice's own token, without the exchange", async (step) => {
    const answer = await callCrm({ crm: demo.crm, watch, authorization: `Bearer ${subjectToken}` });
    step.rows("refused", { says: answer.challenge });
    step.check("the CRM refuses", [answer.status, answer.body.error], [401, "invalid_token"]);
  });
}

/** What goes wrong in practice, and what the errors say about it. */
async function refusals({ report, demo, agent, watch }, subjectToken) {
  const { server, crm, billing } = demo;

  await report.step("Refused: an audience the agent has no business with", (step) =>
    refused(step, () => agent.exchangeToken({ subjectToken, audience: billing }), {
      class: "TokenExchangeError",
      code: "oauth_error",
      error: server.refusals.audience,
      action: "narrow_request",
    }),
  );

  await report.step("Refused: a user's token that has expired", async (step) => {
    const brief = await server.signIn("alice", { lifetimeSeconds: 1 });
    const { exp } = readClaims(brief.access_token);
    step.note(`alice signs in for ${brief.expires_in} s, and the agent is late`);
    await sleep(exp * 1000 - Date.now() + server.lateAfterMs);
    await refused(step, () => agent.exchangeToken({ subjectToken: brief.access_token, audience: crm.url }), {
      class: "TokenExchangeError",
      code: "oauth_error",
      error: server.refusals.expired,
      action: "renew_subject",
    });
  });

  await report.step("Refused: an agent with the wrong secret", async (step) => {
    const auth = new BasicAuth(server.agent.id, `${server.agent.secret}?`);
    const impostor = new OAuthClient(server.issuer, { auth, preset: server.preset, fetch: watch("impostor") });
    try {
      await refused(step, () => impostor.exchangeToken({ subjectToken, audience: crm.url }), {
        class: "AuthenticationError",
        code: "client_authentication_failed",
        error: server.refusals.client,
        action: "fix_client_auth",
      });
    } finally {
      impostor.close();
    }
  });
}

async function refused(step, call, expected) {
  const outcome = await call().then(
    () => ({ class: "none, the call went through" }),
    (error) => describeError(error),
  );
  step.rows("refused", outcome);
  for (const [name, value] of Object.entries(expected)) step.check(`${name} is ${value}`, outcome[name], value);
  step.check("repeating it would not help", outcome.retryable, false);
}

async function callCrm({ crm, watch, authorization, method = "GET", body }) {
  const response = await watch("agent")(`${crm.url}/contacts`, { method, headers: { authorization }, body });
  const challenge = response.headers.get("www-authenticate");
  return { status: response.status, challenge, body: await response.json() };
}

function aboutAndFor(token) {
  const { sub, aud } = readClaims(token);
  return { sub, aud };
}

function short(grant) {
  return grant.replace("urn:ietf:params:oauth:grant-type:", "");
}
