// Installs what this machine lacks, nothing it has: `node scripts/setup.mjs --for start|build|test`.
// Runs before node_modules exists, so it and what it imports use Node's own modules only.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { main } from "./lib/main.mjs";
import { at, root } from "./lib/paths.mjs";
import { capture, must, run, toolsDir, which } from "./lib/run.mjs";
import { rust, wasmBindgen, wasmTarget } from "./lib/versions.mjs";

/** `start` and `build` need the compilers; `test` needs browsers too. */
export async function setUp(purpose) {
  needRust();
  const installs = [npmPackages(root), wasmTools()];
  if (purpose === "test") installs.push(npmPackages(at("tests/packaging/compilers")), systemPackages());
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

async function wasmTools() {
  if (!existsSync(capture("rustc", ["--print", "target-libdir", "--target", wasmTarget]).trim())) {
    if (!which("rustup")) throw new Error(`the Rust target ${wasmTarget} is missing, and there is no rustup to add it`);
    say(`Rust target ${wasmTarget}`);
    await must("rustup", ["target", "add", wasmTarget], { quiet: true });
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

function hasWasmBindgen() {
  const tools = ["wasm-bindgen", "wasm-bindgen-test-runner"];
  return tools.every((tool) => which(tool) && capture(tool, ["--version"]).includes(` ${wasmBindgen}`));
}

/** What the tests need of the system, by the program that shows that it is there. */
const SYSTEM = [
  ["chromium", "google-chrome", "chromium"],
  ["chromedriver", "chromium-driver"],
  ["firefox", "firefox-esr", "firefox-esr"],
  ["java", "openjdk-17-jre-headless"],
  ["mvn", "maven"],
  ["unzip", "unzip"],
];

async function systemPackages() {
  const wanted = SYSTEM.filter((row) => !row.slice(0, -1).some(which)).map((row) => row.at(-1));
  if (wanted.length === 0) return;
  const how = `install ${wanted.join(", ")}, or put the programs on PATH`;
  if (!which("apt-get")) throw new Error(`the tests need more of this system: ${how}`);
  say(wanted.join(" "));
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const apt = async (...args) => {
    const command = [...asRoot, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...args];
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
  if (!["start", "build", "test"].includes(values.for)) throw new Error("--for start|build|test");
  await setUp(values.for);
});
