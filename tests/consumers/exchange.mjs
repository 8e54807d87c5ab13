// One token exchange against a server in this process: enough to have loaded the wasm and crossed every layer.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";

export async function exchange(onbehalf) {
  const { BasicAuth, OAuthClient } = onbehalf;
  // Bundling renames a class that is in the way of another name.
  const renamed = Object.keys(onbehalf).filter(
    (key) => /^[A-Z]/.test(key) && isClass(onbehalf[key]) && onbehalf[key].name !== key,
  );
  assert.deepEqual(renamed, ["Client"]);

  const requests = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    requests.push({ request, form: new URLSearchParams(Buffer.concat(chunks).toString()) });
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        access_token: "narrow-token",
        issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
        token_type: "Bearer",
        expires_in: 300,
        scope: "crm:read",
      }),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const issuer = `http://127.0.0.1:${server.address().port}`;
    const client = new OAuthClient(issuer, {
      auth: new BasicAuth("agent", "s3cret"),
      endpoints: { token: `${issuer}/token` },
    });
    const token = await client.exchangeToken({ subjectToken: "user-token", scope: "crm:read" });
    assert.equal(token.accessToken, "narrow-token");
    assert.deepEqual(token.scope, ["crm:read"]);
    assert.equal(requests.length, 1);
    const [{ request, form }] = requests;
    assert.equal(request.headers.authorization, `Basic ${btoa("agent:s3cret")}`);
    assert.equal(form.get("grant_type"), "urn:ietf:params:oauth:grant-type:token-exchange");
    assert.equal(form.get("subject_token"), "user-token");
    return "exchanged a token";
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function isClass(value) {
  return typeof value === "function";
}
