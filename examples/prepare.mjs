// A transport of your own: the client makes the request and reads the answer, and something else sends it. Here that is
// node:http with a connection that stays open; it may as well be a proxy, a queue or another process.
import { Agent, request as send } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { BasicAuth, OAuthClient } from "onbehalf";
import { startDemo } from "./lib/demo.mjs";

const { server, crm, close } = await startDemo();
const { issuer, agent } = server;
const { access_token: userToken } = await server.signIn("alice");
const keepAlive = new Agent({ keepAlive: true });

const client = new OAuthClient(issuer, { auth: new BasicAuth(agent.id, agent.secret) });

// A prepared request discovers nothing by itself. Without this line, and without `endpoints.token`, an exchange would
// be refused with `prepare_unsupported`.
const { tokenEndpoint } = await drive(await client.prepare.discoverServerMetadata());
console.log(`discovered ${tokenEndpoint}`);

// #region readme
const prepared = await client.prepare.exchangeToken({ subjectToken: userToken, audience: crm.url });
const token = await drive(prepared);

/** Sends a prepared request until there is a result. `parse` throws what the client's method would reject with. */
async function drive(request) {
  const { status, headers, body } = await transport(request);
  const outcome = request.parse(status, headers, body);
  if (!("retry" in outcome)) return outcome;
  await sleep(outcome.retryAfterMs ?? 0);
  return drive(outcome.retry);
}
// #endregion

console.log(`${token.tokenType} token for ${token.expiresIn} s, scopes: ${token.scope.join(" ")}`);

/** What `drive` sends with. Like every transport it must not follow redirects: the request holds credentials. */
function transport({ url, method, headers, body }) {
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method, headers, agent: keepAlive }, async (incoming) => {
      const chunks = await incoming.toArray();
      console.log(`${method} ${url}: ${incoming.statusCode}`);
      resolve({ status: incoming.statusCode, headers: incoming.headers, body: Buffer.concat(chunks) });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

client.close();
keepAlive.destroy();
await close();
