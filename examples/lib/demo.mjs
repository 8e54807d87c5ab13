// The world of the examples: an authorization server, a CRM API it issues tokens for, and one API it does not.
import { startAuthorizationServer } from "./authorization-server.mjs";
import { startCrmApi } from "./crm-api.mjs";

/**
 * Resolves with `{ server, crm, billing, close }`; `fetch` is what the CRM reads the server's keys with, `start` starts
 * another authorization server than the built-in one.
 */
export async function startDemo({ fetch, start = startAuthorizationServer, ...options } = {}) {
  const server = await start(options);
  const crm = await startCrmApi({ issuer: server.issuer, fetch });
  await server.registerApi({ identifier: crm.url, scopes: crm.scopes, exchangeableBy: [server.agent.id] });
  // Known to the server, but not open to the agent.
  const billing = "https://billing.example/";
  await server.registerApi({ identifier: billing, scopes: ["invoices:read"] });
  return {
    server,
    crm,
    billing,
    async close() {
      await Promise.all([crm.close(), server.close()]);
    },
  };
}
