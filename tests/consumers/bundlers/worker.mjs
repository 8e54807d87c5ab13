// The entry for Workers. At `/leave` a request answers although others share what it has begun.
import { TokenExchangeStore } from "onbehalf";
import { app } from "./app.mjs";

const members = { access_token: "shared", token_type: "Bearer", expires_in: 300 };
const store = new TokenExchangeStore({
  configs: [
    {
      ref: "crm",
      name: "CRM",
      kind: "user-delegated",
      scope: "a",
      status: "active",
      tokenEndpoint: "https://as.example/token",
      clientId: "agent",
      timeoutMs: 5000,
    },
  ],
  fetch: async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    return Response.json(members);
  },
});

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return new Response(await app());
    const shared = store.getToken("crm", { subjectToken: "user-token" });
    shared.catch(() => {});
    if (pathname === "/join") return new Response((await shared).accessToken);
    await scheduler.wait(100);
    return new Response("left");
  },
};
