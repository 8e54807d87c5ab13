// What code does about an error: it switches on `action`, which is one of twelve words whatever server is asked.
import { BasicAuth, OAuthClient, OAuthError } from "onbehalf";
import { startDemo } from "./lib/demo.mjs";

const { server, crm, billing, close } = await startDemo();
const { issuer, agent } = server;
const { access_token: userToken } = await server.signIn("alice");

const auth = new BasicAuth(agent.id, agent.secret);
const client = new OAuthClient(issuer, { auth });
const impostor = new OAuthClient(issuer, { auth: new BasicAuth(agent.id, "a wrong secret") });
const nobody = new OAuthClient("http://127.0.0.1:9", { auth, endpoints: { token: "/token" } });
const good = { subjectToken: userToken, audience: crm.url };

await attempt("everything is right", () => client.exchangeToken(good));
await attempt("a misspelt option", () => client.exchangeToken({ ...good, audiense: crm.url }));
await attempt("a token that is none", () => client.exchangeToken({ ...good, subjectToken: "not-a-token" }));
await attempt("an API closed to this agent", () => client.exchangeToken({ ...good, audience: billing }));
await attempt("a wrong secret", () => impostor.exchangeToken(good));
await attempt("a server that is not there", () => nobody.exchangeToken(good));
await attempt("no time at all", () => client.exchangeToken(good, { timeoutMs: 1 }));

async function attempt(what, exchange) {
  try {
    const token = await exchange();
    console.log(`${what}: a token for ${token.expiresIn} s`);
  } catch (error) {
    if (!OAuthError.is(error)) throw error; // the caller's own `signal.reason`, or a bug of one's own
    console.log(`${what}: ${error.name} ${error.code}, so ${answer(error)}`);
  }
}

// #region readme
function answer(error) {
  switch (error.action) {
    case "renew_subject":
      return "401: the user's token is no longer good, have the front end fetch a fresh one";
    case "user_interaction":
    case "claims_challenge":
      return `403: send the user to ${error.interactionUrl ?? "the sign-in page"}`;
    case "step_up":
    case "narrow_request":
    case "denied":
      return "403: this user, or this agent, may not do that";
    case "wait":
    case "network":
    case "server_fault":
      return `503: ${error.retryable ? "try again later" : "the authorization server is broken"}`;
    default: // fix_config, fix_client_auth, report_bug
      return `500: wake somebody up: ${error.message}`;
  }
}
// #endregion

for (const each of [client, impostor, nobody]) each.close();
await close();
