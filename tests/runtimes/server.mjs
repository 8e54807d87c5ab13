// The authorization server of the smoke test: each path behaves in one way, for any client, from any origin.
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST",
  "access-control-allow-headers": "authorization, content-type, accept, user-agent",
  "access-control-max-age": "600",
};

/** Starts it on a free port of 127.0.0.1; resolves with its `origin` and `close()`. */
export async function smokeServer() {
  const hits = new Map();
  const server = createServer(async (request, response) => {
    try {
      const { pathname, searchParams } = new URL(request.url, "http://server.invalid");
      for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
      if (request.method === "OPTIONS") {
        response.writeHead(204).end();
      } else if (pathname === "/hits") {
        response.end(String(hits.get(searchParams.get("path")) ?? 0));
      } else {
        const count = (hits.get(pathname) ?? 0) + 1;
        hits.set(pathname, count);
        await answer({ request, response, pathname, count, origin: `http://${request.headers.host}` });
      }
    } catch {
      response.destroy();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer({ request, response, pathname, count, origin }) {
  const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
  const send = (status, body, headers = {}) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  const success = () => send(200, issued(request, form));
  const metadata = (issuer) => send(200, { issuer, token_endpoint: `${origin}/ok/token` });

  switch (pathname) {
    case "/.well-known/oauth-authorization-server/as":
      return metadata(`${origin}/as`);
    case "/.well-known/oauth-authorization-server/impostor":
      return metadata(`${origin}/as`);
    case "/.well-known/oauth-authorization-server/flight":
      // The first one who asks waits for ever.
      return count === 1 ? undefined : metadata(`${origin}/flight`);
    case "/ok/token":
      return success();
    case "/slow/token":
      await sleep(300);
      return success();
    case "/busy/token":
      return count === 1 ? send(503, {}, { "retry-after": "0" }) : success();
    case "/refuse/token":
      return send(400, { error: "invalid_grant", error_description: "expired" });
    case "/echo/token":
      return send(400, { error: "invalid_grant", error_description: `expired: ${form.get("subject_token")}` });
    case "/stranger/token":
      return send(401, { error: "invalid_client" }, { "www-authenticate": 'Basic realm="as"' });
    case "/page/token":
      return response.writeHead(500, { "content-type": "text/html" }).end("<h1>Something went wrong</h1>");
    case "/redirect/token":
      return response.writeHead(307, { location: `${origin}/elsewhere/token` }).end();
    case "/elsewhere/token":
      return success();
    case "/endless/token":
      response.writeHead(200, { "content-type": "application/json" });
      return endless(response);
    case "/hang/token":
      return undefined;
    default:
      return send(404, {});
  }
}

function issued(request, form) {
  return {
    access_token: `for ${form.get("subject_token") ?? "nobody"}`,
    issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
    token_type: "Bearer",
    expires_in: 300,
    scope: form.get("scope") ?? "",
    seen: { authorization: request.headers.authorization, audience: form.get("audience") },
  };
}

/** Writes until the client goes away; at most 64 MiB, so that a client that never goes does not run for ever. */
async function endless(response) {
  const piece = Buffer.alloc(65_536, " ");
  await pipeline(Readable.from(Array.from({ length: 1024 }, () => piece)), response);
}
