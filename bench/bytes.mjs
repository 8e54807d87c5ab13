// node bench/bytes.mjs: what an exchange weighs once it is bundled.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build as esbuild, version } from "esbuild";
import { build } from "../scripts/build.mjs";
import { main } from "../scripts/lib/main.mjs";
import { inBenchFolder, libraries } from "./lib/folder.mjs";
import { chart, table, versionOf, writeSection } from "./lib/report.mjs";
import { barChart } from "./lib/svg.mjs";

const kilo = (bytes) => (bytes / 1000).toFixed(1);

async function benchBytes() {
  const rows = await inBenchFolder(async (folder) => {
    const found = [{ label: "bare fetch", ...weigh(await bundled(folder, "bare")) }];
    for (const name of libraries) found.push({ label: name, ...weigh(await bundled(folder, name)) });
    const script = weigh(await bundled(folder, "onbehalf", ["workerd"]));
    const wasm = weigh(readFileSync(join(folder, "node_modules/onbehalf/pkg/core_bg.wasm")));
    const together = { raw: script.raw + wasm.raw, gzip: script.gzip + wasm.gzip, brotli: script.brotli + wasm.brotli };
    found.push({ label: "onbehalf, the wasm as a file", ...together });
    found.push({ label: "… of it JavaScript", ...script }, { label: "… of it wasm", ...wasm });
    return found;
  });
  writeSection("bytes", { title: "Bytes", body: body(rows) });
}

/** The job of `bench/lib/jobs` as esbuild bundles it; with the condition `workerd` the wasm stays outside. */
async function bundled(folder, job, conditions = []) {
  const { outputFiles } = await esbuild({
    entryPoints: [join(folder, "jobs", `${job}.mjs`)],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    conditions,
    external: ["*.wasm"],
    write: false,
    legalComments: "none",
  });
  return outputFiles[0].contents;
}

function weigh(data) {
  const brotli = brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  return { raw: data.length, gzip: gzipSync(data, { level: 9 }).length, brotli: brotli.length };
}

function body(rows) {
  const peers = libraries.filter((name) => name !== "onbehalf").map((name) => `${name} ${versionOf(name)}`);
  const compared = rows.slice(0, 5);
  const title = "An exchange bundled and minified, brotli";
  const drawn = compared.map(({ label, brotli }) => ({
    label,
    value: brotli,
    text: `${kilo(brotli)} kB`,
    ours: label.startsWith("onbehalf"),
  }));
  return [
    `The job of the exchange bench bundled by esbuild ${version} (\`--minify --target=es2022\`), kilobytes of 1000. Bundlers leave
out what a job does not use of ${peers.join(" and ")}; a WebAssembly module comes whole, with all that
onbehalf can do. Its default entry carries the module as hexadecimal text; where the wasm is a file (\`onbehalf/web\`,
Workers) the last rows hold.`,
    table(
      ["", "raw, kB", "gzip, kB", "brotli, kB"],
      rows.map(({ label, raw, gzip, brotli }) => [label, kilo(raw), kilo(gzip), kilo(brotli)]),
    ),
    chart("bytes", barChart({ title, groups: [{ rows: drawn }] }), title),
  ].join("\n\n");
}

await main(import.meta.url, async () => {
  await build();
  await benchBytes();
});
