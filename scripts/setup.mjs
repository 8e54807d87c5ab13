// Installs what this machine lacks, nothing it has: `node scripts/setup.mjs --for build|check|keycloak|test`.
// Runs before node_modules exists, so it and what it imports use Node's own modules only.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { main } from "./lib/main.mjs";
import { at, root } from "./lib/paths.mjs";
import { capture, must, run, toolsDir, which } from "./lib/run.mjs";
import { rust, wasmBindgen, wasmTarget } from "./lib/versions.mjs";

// Programs of the system: a row names those of which one will do, and last the package that brings it.
const BROWSERS = [
  ["chromium", "google-chrome", "chromium"],
  ["chromedriver", "chromium-driver"],
  ["firefox", "firefox-esr", "firefox-esr"],
];
const KEYCLOAK = [
  ["java", "default-jre-headless"],
  ["mvn", "maven"],
  ["unzip", "unzip"],
];

/** What is needed beside the compilers and the npm packages, by purpose. */
const PURPOSES = {
  build: { system: [] },
  check: { system: [], linters: true },
  keycloak: { system: KEYCLOAK },
  test: { system: [...BROWSERS, ...KEYCLOAK], linters: true },
};

/** Makes everything ready for a purpose. */
export async function setUp(purpose) {
  needRust();
  const { system, linters } = PURPOSES[purpose];
  const installs = [npmPackages(root), rustTools(linters), systemPackages(system)];
  if (purpose === "test") installs.push(npmPackages(at("tests/packaging/compilers")));
  await all(installs);
  if (purpose !== "test") return;
  // Not imported above: these need what was installed just now.
  const { installRuntimes } = await import("./suites/runtimes.mjs");
  const { fetchKeycloak } = await import("./suites/keycloak.mjs");
  await all([installRuntimes(), fetchKeycloak()]);
}

/** Waits for all, so that none goes on behind a failure. */
async function all(promises) {
  const failed = (await Promise.allSettled(promises)).find(({ status }) => status === "rejected");
  if (failed) throw failed.reason;
}

function needRust() {
  if (!which("cargo") || !which("rustc")) {
    throw new Error(`Rust ${rust} or newer is needed: install it with rustup (https://rustup.rs)`);
  }
  const found = /^rustc (\d+)\.(\d+)/.exec(capture("rustc", ["--version"]));
  const [major, minor] = rust.split(".").map(Number);
  if (Number(found[1]) === major && Number(found[2]) < minor) {
    throw new Error(`Rust ${rust} or newer is needed, this is ${found[1]}.${found[2]}: run \`rustup update stable\``);
  }
}

/** `npm ci` in a folder when its lock file is not what its node_modules was installed from. */
async function npmPackages(folder) {
  const lock = readFileSync(join(folder, "package-lock.json"));
  const hash = createHash("sha256").update(lock).digest("hex");
  const modules = join(folder, "node_modules");
  const stamp = join(modules, ".onbehalf-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  if (!installedFrom(JSON.parse(lock), join(modules, ".package-lock.json"))) {
    say(`npm packages of ${folder}`);
    await must("npm", ["ci", "--no-audit", "--no-fund"], { quiet: true, cwd: folder });
  }
  writeFileSync(stamp, hash);
}

/** True when npm's own record of node_modules agrees with the lock file: somebody has run `npm ci` by hand. */
function installedFrom(lock, record) {
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, "utf8")).packages;
  return Object.entries(lock.packages).every(
    ([path, { version, optional, peer }]) =>
      path === "" || installed[path]?.version === version || (!installed[path] && (optional || peer)),
  );
}

async function rustTools(linters) {
  if (!existsSync(capture("rustc", ["--print", "target-libdir", "--target", wasmTarget]).trim())) {
    await rustup("target", wasmTarget);
  }
  for (const [component, command] of linters ? LINTERS : []) {
    const { status } = await run("cargo", [command, "--version"], { quiet: true });
    if (status !== 0) await rustup("component", component);
  }
  if (hasWasmBindgen()) return;
  say(`wasm-bindgen ${wasmBindgen} (compiles for about two minutes)`);
  // The default features are TLS for downloads nobody makes here.
  const args = ["install", "wasm-bindgen-cli", "--version", wasmBindgen, "--no-default-features"];
  args.push("--bin", "wasm-bindgen", "--bin", "wasm-bindgen-test-runner");
  // Another version may be there for other projects: leave it alone.
  if (which("wasm-bindgen")) args.push("--root", toolsDir);
  await must("cargo", args, { quiet: true });
  if (!hasWasmBindgen()) throw new Error(`wasm-bindgen ${wasmBindgen} was installed but is not found on PATH`);
}

/** The minimal profile of rustup has neither, though it puts their names on PATH. */
const LINTERS = [
  ["rustfmt", "fmt"],
  ["clippy", "clippy"],
];

/** Adds a target or a component to the toolchain in use. */
async function rustup(what, name) {
  if (!which("rustup")) throw new Error(`the Rust ${what} ${name} is missing, and there is no rustup to add it`);
  say(`Rust ${what} ${name}`);
  await must("rustup", [what, "add", name], { quiet: true });
}

function hasWasmBindgen() {
  const tools = ["wasm-bindgen", "wasm-bindgen-test-runner"];
  return tools.every((tool) => which(tool) && capture(tool, ["--version"]).includes(` ${wasmBindgen}`));
}

async function systemPackages(rows) {
  const wanted = rows.filter((row) => !row.slice(0, -1).some(which)).map((row) => row.at(-1));
  if (wanted.length === 0) return;
  const how = `install ${wanted.join(", ")}, or put the programs on PATH`;
  const isRoot = process.getuid?.() === 0;
  if (!which("apt-get")) throw new Error(`this system lacks what is needed, and there is no apt-get: ${how}`);
  if (!isRoot && !which("sudo")) throw new Error(`only root can use apt-get, and there is no sudo: ${how}`);
  say(wanted.join(" "));
  const apt = (...args) => {
    const command = [...(isRoot ? [] : ["sudo", "-n"]), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...args];
    return run(command[0], command.slice(1), { quiet: true });
  };
  for (const last of [false, true]) {
    await apt("update");
    const result = await apt("install", "-y", "--no-install-recommends", ...wanted);
    if (result.status === 0) return;
    // Once a downloaded archive was gone before dpkg had read it, and the same command worked the second time.
    if (last) throw new Error(`apt-get failed; ${how}\n${result.output}`);
  }
}

function say(what) {
  console.log(`Installing ${what} …`);
}

await main(import.meta.url, async () => {
  const { values } = parseArgs({ options: { for: { type: "string", default: "test" } } });
  if (!Object.hasOwn(PURPOSES, values.for)) throw new Error(`--for ${Object.keys(PURPOSES).join("|")}`);
  await setUp(values.for);
});
