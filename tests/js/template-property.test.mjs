/** Exchanges that are begun without the core, by chance: each is what it is for a client of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { json } from "../servers/quirk/server.mjs";
import { fakeFetch, toResponse } from "./helpers.mjs";
import { clientOf, naming, outcomeOf, sent } from "./template-helpers.mjs";

const token = fc.oneof(
  fc.stringMatching(/^[\w.-]{16,40}$/),
  fc.stringMatching(/^[!-~]{1,40}$/),
  fc.constantFrom("", "Bearer", " x", "é"),
);
const members = fc.record(
  {
    audience: fc.constantFrom("crm", ["crm"], ["crm", "erp"], null),
    scope: fc.constantFrom("a", "a b", ["a", "b"], ""),
    resource: fc.constantFrom("https://crm.example/", "crm"),
    actorToken: fc.constantFrom("actor.token.of.the.agent", undefined),
    requestedTokenType: fc.constantFrom("urn:x"),
  },
  { requiredKeys: [] },
);
const options = fc.constantFrom(undefined, null, {}, { timeoutMs: 9000 }, { headers: { "x-a": "b" } });
const answer = fc.constantFrom("name", "name", "name", "refuse", "html", "error");

test("a row of exchanges of one client is what each is of a client of its own", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: Date.UTC(2030, 0, 1) });
  const answering = (kind) => (url, init) => {
    if (kind === "name") return naming(url, init);
    if (kind === "refuse") return toResponse(json({ error: "invalid_target" }, 400));
    if (kind === "html") return toResponse({ headers: { "content-type": "text/html" }, body: "<p>" });
    throw new TypeError("fetch failed");
  };
  const call = fc.tuple(token, members, options, answer);
  const few = fc.array(fc.tuple(members, options), { minLength: 1, maxLength: 2 });
  const row = fc.tuple(few, fc.array(fc.tuple(call, fc.nat(2)), { minLength: 3, maxLength: 12 }));
  await fc.assert(
    fc.asyncProperty(row, async ([shapes, calls]) => {
      let shared;
      const one = clientOf((...args) => shared(...args), { maxRetries: 0 });
      for (const [[subjectToken, ...own], shape] of calls) {
        // Most are like others of the row.
        const [params, options] = shapes[shape] ?? own;
        const kind = own[2];
        shared = fakeFetch(answering(kind));
        const alone = fakeFetch(answering(kind));
        const exchange = (client) => outcomeOf(client.exchangeToken({ ...params, subjectToken }, options));
        const [of, expected] = [await exchange(one), await exchange(clientOf(alone, { maxRetries: 0 }))];
        assert.deepEqual(of, expected);
        assert.deepEqual(sent(shared), sent(alone));
      }
    }),
    { numRuns: 150 },
  );
});
