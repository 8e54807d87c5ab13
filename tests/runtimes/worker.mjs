// The smoke test as a Worker, and two requests that share a client of the module: what Workers do in production.
import * as onbehalf from "./node_modules/onbehalf/pkg/workerd.js";
import * as planted from "./planted/workerd.js";
import { smoke } from "./smoke.mjs";

let client;

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const origin = searchParams.get("origin");
    if (pathname === "/smoke") return Response.json(await smoke({ onbehalf, planted, origin }));
    if (pathname === "/leave") return leave(origin);
    return join();
  },
};

/** Begins a discovery and answers while it is under way: what is left of the request then ends with it. */
async function leave(origin) {
  client = new onbehalf.OAuthClient(`${origin}/flight`, { clientId: "agent", timeoutMs: 2_000 });
  client.discoverServerMetadata().catch(() => {});
  const path = "/.well-known/oauth-authorization-server/flight";
  while ((await (await fetch(`${origin}/hits?path=${path}`)).text()) === "0");
  return new Response("left");
}

async function join() {
  const began = Date.now();
  const outcome = await client.exchangeToken({ subjectToken: "alice" }, { timeoutMs: 8_000 }).then(
    ({ accessToken }) => ({ token: accessToken }),
    (error) => ({ error: `${error.name} ${error.code}: ${error.message}` }),
  );
  return Response.json({ ...outcome, ms: Date.now() - began });
}
