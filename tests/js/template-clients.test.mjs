/** Exchanges that are begun without the core, by every kind of client: each is what it is for a client of its own. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BasicAuth, BearerAuth, MultiZoneBasicAuth, NoneAuth, PostAuth } from "onbehalf";
import { json } from "../servers/quirk/server.mjs";
import { fakeFetch, fields, success } from "./helpers.mjs";
import { clientOf, outcomeOf, sent, warm } from "./template-helpers.mjs";

// Of characters that a host can have too, so that a redirect can lead to it.
const TOKEN = "Header.PayLoad-of-Alice.SigNature";
const SECRET = "Secret-With-Upper-Case";

const CLIENTS = {
  basic: { auth: new BasicAuth("agent", SECRET) },
  post: { auth: new PostAuth("agent", SECRET) },
  none: { auth: new NoneAuth("agent") },
  bearer: { auth: new BearerAuth("workload.token.of.the.agent"), clientId: "agent" },
  zones: { auth: new MultiZoneBasicAuth({ one: ["agent", "other"], two: ["agent", SECRET] }) },
  keycloak: { auth: new BasicAuth("agent", SECRET), preset: "keycloak" },
  entra: { auth: new PostAuth("agent", SECRET), preset: "entra" },
  "headers of its own": { auth: new BasicAuth("agent", SECRET), customHeaders: { "x-key": "Key-Of-The-Client" } },
};
const ANSWERS = {
  "a success": success({ scope: `api://crm/.default ${TOKEN}` }),
  "a refusal with an echo": json(
    { error: "invalid_grant", error_description: `${TOKEN.toUpperCase()} ${SECRET.toLowerCase()}` },
    400,
  ),
  "a page": { status: 502, headers: { "content-type": "text/html" }, body: TOKEN },
  "a redirect to the token": { status: 302, headers: { location: `https://${TOKEN}.evil.example/` }, body: "" },
  "no answer": Response.error(),
};
const TARGETS = [
  { scope: "api://crm/.default offline" },
  { audience: "crm", scope: "a" },
  { resource: "https://crm/" },
];

for (const [name, options] of Object.entries(CLIENTS)) {
  describe(`a client: ${name}`, () => {
    const call = name === "zones" ? { zone: "two" } : undefined;
    // Where Microsoft's targets stand.
    for (const params of name === "entra" ? TARGETS.slice(0, 1) : TARGETS) {
      for (const [what, answer] of Object.entries(ANSWERS)) {
        test(`${what}, for ${Object.keys(params).join(" and ")}`, async (t) => {
          t.mock.timers.enable({ apis: ["Date"], now: Date.UTC(2030, 0, 1) });
          const fetches = [fakeFetch(answer), fakeFetch(answer)];
          const own = { ...options, maxRetries: 0 };
          const clients = [clientOf(fetches[0], own), await warm(fetches[1], own, params, call)];
          const exchange = (client) => outcomeOf(client.exchangeToken({ ...params, subjectToken: TOKEN }, call));
          const [first, third] = [await exchange(clients[0]), await exchange(clients[1])];
          assert.deepEqual(third, first);
          assert.deepEqual(sent(fetches[1]), sent(fetches[0]));
          assert.deepEqual(fields(fetches[1].calls[0])[name === "entra" ? "assertion" : "subject_token"], [TOKEN]);
          const { raw: _, ...shown } = third.token ?? third;
          const text = JSON.stringify(shown).toLowerCase();
          // The secret is known to clients that have it.
          const secrets = /none|bearer/.test(name) ? [TOKEN] : [TOKEN, SECRET];
          for (const secret of secrets) assert.ok(!text.includes(secret.toLowerCase()), text);
        });
      }
    }
  });
}

test("a client of another issuer begins in the core, and sends nothing to the first", async () => {
  const fetch = fakeFetch(success());
  const client = clientOf(fetch, { auth: new NoneAuth("agent") });
  for (const name of ["alice", "bob", "carol"]) await client.exchangeToken({ subjectToken: `${name}.of.${TOKEN}` });
  fetch.calls.length = 0;
  await outcomeOf(client.forIssuer("https://other.example").exchangeToken({ subjectToken: TOKEN }));
  assert.ok(fetch.calls.length > 0);
  for (const { url } of fetch.calls) assert.equal(new URL(url).origin, "https://other.example");
});
