// Chromium and Firefox: the published files from a static server, as `<script type="module">` loads them, no bundler.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { which } from "../lib/run.mjs";
import { Failure } from "../lib/suites.mjs";
import { caseCount, inSmokeConsumer, judge, withServer } from "./consumer.mjs";

/** The main entry, which brings its WebAssembly along, and the one that loads it from a file of its own. */
const forms = ["index.js", "web.js"];

const browsers = {
  chromium: {
    names: ["chromium", "google-chrome"],
    options: { args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] },
  },
  firefox: { names: ["firefox-esr", "firefox"], options: { browser: "firefox" } },
};

export const runChromium = () => smokeIn("chromium");
export const runFirefox = () => smokeIn("firefox");

function smokeIn(name) {
  return inSmokeConsumer((folder) =>
    withBrowser(name, async (browser) => {
      const site = await serveFolder({
        "/onbehalf/": join(folder, "node_modules/onbehalf/pkg"),
        "/planted/": join(folder, "planted"),
        "/": folder,
      });
      try {
        for (const form of forms) {
          await withServer(async (origin) => judge(form, await smoke(browser, site.url, form, origin)));
        }
        return `${await browser.version()}: ${forms.length} runs of ${caseCount} cases passed`;
      } finally {
        await site.close();
      }
    }),
  );
}

/** Starts a browser of this machine for `use`. A browser that is not there is a failure. */
export async function withBrowser(name, use) {
  const { names, options } = browsers[name];
  const executablePath = names.map(which).find(Boolean);
  if (!executablePath) throw new Failure(`no ${name}: install it, for instance the Debian package ${names[0]}`);
  const { default: puppeteer } = await import("puppeteer-core");
  const browser = await puppeteer.launch({ executablePath, headless: true, timeout: 120_000, ...options });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

async function smoke(browser, url, form, origin) {
  const page = await browser.newPage();
  await page.goto(url);
  const report = await page.evaluate(runInPage, form, origin);
  await page.close();
  return report;
}

/** Runs in the page. */
async function runInPage(form, origin) {
  const [onbehalf, planted] = await Promise.all([import(`/onbehalf/${form}`), import(`/planted/${form}`)]);
  const { smoke } = await import("/smoke.mjs");
  await Promise.all([onbehalf.init(), planted.init()]);
  return smoke({ onbehalf, planted, origin });
}

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** A static server on a free port: `folders` by path prefix. Its pages may run our wasm, and reach this machine only. */
export async function serveFolder(folders) {
  const policy = "default-src 'none'; connect-src http://127.0.0.1:*; script-src 'self' 'wasm-unsafe-eval'";
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url, "http://site.invalid");
    const prefix = Object.keys(folders).find((start) => pathname.startsWith(start));
    const file = join(folders[prefix], pathname.slice(prefix.length) || "index.html");
    const headers = { "content-type": types[extname(file)] ?? "text/plain", "content-security-policy": policy };
    headers["access-control-allow-origin"] = "*";
    if (existsSync(file)) response.writeHead(200, headers).end(readFileSync(file));
    else if (pathname === "/") response.writeHead(200, headers).end("<!doctype html><title>onbehalf</title>");
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
