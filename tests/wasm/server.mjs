// The server of the wasm tests. Prints its URL, then answers until it is killed. Any page may read its answers: the
// browser tests come from another port.
import { createServer } from "node:http";

const busy = new Set();

const server = createServer((request, response) => {
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-allow-headers", "*, authorization");
  response.setHeader("access-control-expose-headers", "*");
  if (request.method === "OPTIONS") return response.writeHead(204).end();
  let body = "";
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => answer(request, response, new URLSearchParams(body)));
});

function answer(request, response, form) {
  const json = (status, value, headers = {}) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
  const token = () => ({
    access_token: `${form.get("audience")}-token-of-${form.get("subject_token")}`,
    token_type: "bearer",
    expires_in: 60,
  });
  const issuer = `http://127.0.0.1:${server.address().port}`;
  // form-encoded "agent" and "s3cr:t %+ü" (RFC 6749 section 2.3.1)
  const expected = `Basic ${Buffer.from("agent:s3cr%3At+%25%2B%C3%BC").toString("base64")}`;
  switch (request.url) {
    case "/.well-known/oauth-authorization-server":
      return json(404, {});
    case "/.well-known/openid-configuration":
      return json(200, { issuer, token_endpoint: `${issuer}/token` });
    case "/token":
      if (request.headers.authorization !== expected) return json(401, { error: "invalid_client" });
      return json(200, token());
    case "/denied":
      return json(400, { error: "invalid_grant", error_description: "expired" });
    case "/busy-once": {
      const again = busy.has(request.headers.origin ?? "");
      busy[again ? "delete" : "add"](request.headers.origin ?? "");
      return again ? json(200, token()) : json(503, {}, { "retry-after": "0" });
    }
    case "/redirect":
      return response.writeHead(307, { location: `${issuer}/token` }).end();
    case "/never":
      return undefined;
    case "/hang-up":
      return request.socket.destroy();
    case "/endless": {
      response.writeHead(200, { "content-type": "application/json" });
      const chunk = Buffer.alloc(65_536, " ");
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", more);
      return more();
    }
    default:
      return json(404, {});
  }
}

server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
