// workerd, Cloudflare's runtime, by way of miniflare: the published files as they are, without a bundler.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { at } from "../lib/paths.mjs";
import { Failure } from "../lib/suites.mjs";
import { caseCount, inSmokeConsumer, judge, withServer } from "./consumer.mjs";

/** An old date, with less of the platform, and one that is close to the runtime's own. */
const dates = ["2024-01-01", "2026-04-01"];

export function runWorkerd() {
  return inSmokeConsumer(async (folder) => {
    for (const date of dates) {
      await withServer(async (origin) => {
        const report = await inWorkerd(folder, date, async (ask) => JSON.parse(await ask(`/smoke?origin=${origin}`)));
        judge(`compatibility date ${date}`, { ...report, host: "workerd" });
      });
      await withServer((origin) => inWorkerd(folder, date, (ask) => flights(ask, origin, date)));
    }
    const version = JSON.parse(readFileSync(at("node_modules/workerd/package.json"), "utf8")).version;
    return `workerd ${version}: ${dates.length} runs of ${caseCount} cases and of the flight rule passed`;
  });
}

async function inWorkerd(folder, compatibilityDate, use) {
  const { Miniflare } = await import("miniflare");
  const module = (type, path, file) => ({ type, path: join(folder, path), contents: readFileSync(file) });
  const forms = ["node_modules/onbehalf/pkg", "planted"].flatMap((form) => [
    module("ESModule", `${form}/workerd.js`, join(folder, form, "workerd.js")),
    module("CompiledWasm", `${form}/core_bg.wasm`, join(folder, form, "core_bg.wasm")),
  ]);
  const miniflare = new Miniflare({
    modulesRoot: folder,
    modules: [
      module("ESModule", "worker.mjs", at("tests/runtimes/worker.mjs")),
      module("ESModule", "smoke.mjs", join(folder, "smoke.mjs")),
      ...forms,
    ],
    compatibilityDate,
  });
  try {
    return await use(async (path) => {
      const response = await miniflare.dispatchFetch(`http://worker${path}`);
      const text = await response.text();
      if (!response.ok) throw new Failure(`workerd: ${path}: ${response.status}`, text);
      return text;
    });
  } finally {
    await miniflare.dispose();
  }
}

/**
 * Request 1 begins a discovery that the server never answers, and ends. Whatever workerd makes of a promise of a
 * request that is over: request 2, which joins, has its token in bounded time, and request 3 has it at once.
 */
async function flights(ask, origin, date) {
  await ask(`/leave?origin=${origin}`);
  const joined = JSON.parse(await ask("/join"));
  const next = JSON.parse(await ask("/join"));
  const text = JSON.stringify({ joined, next });
  if (joined.token !== "for alice" || joined.ms > 10_000) throw new Failure(`workerd ${date}, joining: ${text}`);
  if (next.token !== "for alice" || next.ms > 2_000) throw new Failure(`workerd ${date}, after joining: ${text}`);
  console.log(`workerd, compatibility date ${date}: joined a dead flight, token after ${joined.ms} ms`);
}
