// The part of the main job that an agent does all day: a store gives it a token per user and target.
import { TokenExchangeStore } from "onbehalf";
import { readClaims } from "./wire.mjs";

const CALLS = 1000;

/** `users` are `{ name, subjectToken, contacts }`, of which the first is called for first. */
export async function useStore({ report, demo, watch }, users) {
  const { server, crm } = demo;
  const exchanges = counted(watch("agent"), ({ method }) => method === "POST");
  const store = new TokenExchangeStore({
    configs: [
      {
        ref: "crm",
        name: "CRM",
        kind: "user-delegated",
        status: "active",
        issuer: server.issuer,
        clientId: server.agent.id,
        clientSecret: server.agent.secret,
        audience: crm.url,
        scope: "contacts:read",
        preset: server.preset,
      },
    ],
    fetch: exchanges.fetch,
  });
  try {
    const [first] = users;
    const { subjectToken } = first;

    await report.step(
      `A store gives the agent a credential for ${first.name}: exchanged at the first call`,
      async (step) => {
        const credential = await store.findByRef("crm", { subjectToken });
        const { ref: token, ...shown } = credential;
        step.rows("got", { id: shown.id, kind: shown.kind, scope: shown.scope, expires: shown.expiresAt });
        step.check("one token was exchanged", exchanges.count, 1);
        step.check(`it is ${first.name}'s, for the CRM`, aboutAndFor(token), { sub: first.name, aud: crm.url });
        step.check("it stays out of JSON and logs", !JSON.stringify(credential).includes(token));
      },
    );

    await report.step("The second call finds it in the cache", async (step) => {
      const { ref: token } = await store.findByRef("crm", { subjectToken });
      step.check("nothing was sent", exchanges.count, 1);
      step.check(`it is ${first.name}'s`, readClaims(token).sub, first.name);
      step.check("the store says the same", store.stats().hits, 1);
    });

    await report.step(
      `${users.map(({ name }) => name).join(" and ")} side by side: each gets what is theirs`,
      async (step) => {
        const views = users.map((user) => ({ ...user, view: store.forSubject(user.subjectToken) }));
        const answers = await Promise.all(
          views.map(async ({ view }) => (await view.fetch("crm", `${crm.url}/contacts`)).json()),
        );
        for (const [index, { name, contacts }] of views.entries()) {
          const { user, contacts: found } = answers[index];
          step.check(`the CRM answers ${name}'s call with ${name}'s contacts`, [user, found], [name, contacts]);
        }
        step.check("one more token was exchanged for each new user", store.stats().entries, users.length);
      },
    );

    await report.step(`${CALLS} calls at once, for ${users.length} users, with nothing in the cache`, async (step) => {
      store.flushCache();
      const before = exchanges.count;
      const began = performance.now();
      const calls = Array.from({ length: CALLS }, (_, index) => users[index % users.length]);
      const tokens = await Promise.all(calls.map((user) => store.getToken("crm", { subjectToken: user.subjectToken })));
      const { joins } = store.stats();
      const requests = exchanges.count - before;
      step.rows("took", {
        calls: CALLS,
        exchanges: requests,
        joined: joins,
        time: `${Math.round(performance.now() - began)} ms`,
      });
      step.check("one exchange per user went out", requests, users.length);
      const crossed = tokens.filter(({ accessToken }, index) => readClaims(accessToken).sub !== calls[index].name);
      step.check("nobody was given another's token", crossed.length, 0);
    });
  } finally {
    store.close();
  }
}

/** A `fetch` that counts the requests that match: only those of the token endpoint are POSTs here. */
function counted(fetch, matches) {
  const counter = {
    count: 0,
    fetch(url, init) {
      if (matches(init)) counter.count += 1;
      return fetch(url, init);
    },
  };
  return counter;
}

function aboutAndFor(token) {
  const { sub, aud } = readClaims(token);
  return { sub, aud };
}
