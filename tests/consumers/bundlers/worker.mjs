// The entry for Workers.
import { app } from "./app.mjs";

export default { fetch: async () => new Response(await app()) };
