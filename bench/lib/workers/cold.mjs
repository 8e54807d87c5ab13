// One cold start: `<runtime> cold.mjs <job>`. Prints when what had been done, in milliseconds.
import { setting, stubFetch, subjectTokens } from "./setting.mjs";

const job = `../jobs/${(globalThis.Deno?.args ?? process.argv.slice(2))[0]}.mjs`;
const started = performance.now();
const { create } = await import(job);
const imported = performance.now();
await create(setting("http://127.0.0.1:1", stubFetch))(subjectTokens[0]);
const done = performance.now();
console.log(JSON.stringify({ import: imported - started, first: done - imported, sum: done - started, since: done }));
