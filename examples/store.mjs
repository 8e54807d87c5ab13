// One store for all users: a token per user and target, exchanged once, never another user's.
import { TokenExchangeStore } from "onbehalf";
import { startDemo } from "./lib/demo.mjs";

const { server, crm, close } = await startDemo();
const { issuer, agent } = server;
const { access_token: userToken } = await server.signIn("alice");
const { access_token: bobsToken } = await server.signIn("bob");

// #region readme
const client = { issuer, clientId: agent.id, clientSecret: agent.secret };
const target = { audience: crm.url, scope: "contacts:read" };
const store = new TokenExchangeStore({
  configs: [{ ref: "crm", name: "CRM", kind: "user-delegated", status: "active", ...client, ...target }],
});

const user = store.forSubject(userToken); // for each request, with the token that came with it
const response = await user.fetch("crm", `${crm.url}/contacts`);
console.log(await response.json());
// #endregion

const bob = store.forSubject(bobsToken);
console.log(await (await bob.fetch("crm", `${crm.url}/contacts`)).json());

store.flushCache();
const before = store.stats();
const tokens = await Promise.all(Array.from({ length: 1000 }, (_, i) => (i % 2 ? user : bob).getToken("crm")));
const { misses, joins, hits } = store.stats();
console.log(`1000 calls for two users: ${misses - before.misses} exchanges, ${joins - before.joins} calls joined one`);
console.log(`different tokens: ${new Set(tokens.map(({ accessToken }) => accessToken)).size}`);

await user.getToken("crm");
console.log(`one more call: ${store.stats().hits - hits} from the cache`);

// What a credential router asks for: plain data that is safe to print.
console.log(await user.findByRef("crm"));

store.close();
await close();
