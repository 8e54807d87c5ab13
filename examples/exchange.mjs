// The ten lines of the README, runnable: `node examples/exchange.mjs` gives them a server, a user and an API.
import { BasicAuth, OAuthClient } from "onbehalf";
import { startDemo } from "./lib/demo.mjs";

const { server, crm, close } = await startDemo();
const { issuer, agent } = server;
const { access_token: userToken } = await server.signIn("alice");

// #region readme
const client = new OAuthClient(issuer, { auth: new BasicAuth(agent.id, agent.secret) });

const token = await client.exchangeToken({
  subjectToken: userToken, // what the user sent to your agent
  audience: crm.url, // the API you call for the user
  scope: "contacts:read",
});

const response = await fetch(`${crm.url}/contacts`, { headers: { authorization: token.authorizationHeader() } });
console.log(await response.json());
// #endregion

client.close();
await close();
