// The Rust suites: native, its example, and wasm in Node and in Chromium.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { at } from "../lib/paths.mjs";
import { run, which } from "../lib/run.mjs";
import { Failure } from "../lib/suites.mjs";
import { wasmTarget } from "../lib/versions.mjs";

export function nativeTests() {
  return cargoTest(["test", "--locked", "--quiet"], {});
}

const HOSTILE = { ONBEHALF_HOSTILE_ANSWERS: "100000" };

/** All hostile answers, of which `rust native` sends some. */
export function hostileAnswers() {
  return cargoTest(["test", "--locked", "--quiet", "--test", "native", "t69_x4_"], HOSTILE);
}

/** The same with many more cases per property and all hostile answers, optimised. */
export function nativeTestsAtLength() {
  const args = ["test", "--locked", "--quiet", "--release", "--test", "native"];
  return cargoTest(args, { PROPTEST_CASES: "200000", ...HOSTILE });
}

/** The native program of the examples, against the server of the others: once refused, once accepted. */
export async function nativeExample() {
  // Not at the top: what it needs of node_modules may not be installed before the suites run.
  const { startDemo } = await import("../../examples/lib/demo.mjs");
  const { server, crm, close } = await startDemo();
  try {
    const { access_token: subject } = await server.signIn("alice");
    const { id, secret } = server.agent;
    const common = { ISSUER: server.issuer, CLIENT_ID: id, SUBJECT_TOKEN: subject, AUDIENCE: crm.url };
    await exchangeNatively({ ...common, CLIENT_SECRET: "not-the-secret-0123" }, /^1 .*invalid_client/s);
    const granted = /^0 Bearer token for 300 seconds, scopes \["contacts:read", "contacts:write"\]\n$/;
    return await exchangeNatively({ ...common, CLIENT_SECRET: secret }, granted);
  } finally {
    await close();
  }
}

async function exchangeNatively(env, expected) {
  const { status, output } = await run("cargo", ["run", "--locked", "--quiet", "--example", "native"], {
    quiet: true,
    env,
  });
  if ([env.CLIENT_SECRET, env.SUBJECT_TOKEN].some((secret) => output.includes(secret))) {
    throw new Failure("examples/native.rs prints what is secret");
  }
  if (!expected.test(`${status} ${output}`))
    throw new Failure(`examples/native.rs: exit ${status}, not ${expected}`, output);
  return output.trim();
}

export function wasmInNode() {
  return wasmTests({});
}

export function wasmInChromium() {
  const driver = process.env.CHROMEDRIVER ?? which("chromedriver");
  if (!driver) throw new Failure("no chromedriver: `node scripts/setup.mjs --for test` installs it");
  // The runner's own time-outs are short for a machine that compiles at the same time.
  const patience = { WASM_BINDGEN_TEST_DRIVER_TIMEOUT: "60", WASM_BINDGEN_TEST_TIMEOUT: "180" };
  return wasmTests({ WASM_BINDGEN_USE_BROWSER: "1", CHROMEDRIVER: driver, ...patience });
}

async function wasmTests(env) {
  const server = await testServer();
  try {
    const args = ["test", "--locked", "--target", wasmTarget, "--test", "wasm"];
    return await cargoTest(args, { ...env, ONBEHALF_TEST_SERVER: server.url });
  } finally {
    server.stop();
  }
}

/** Gives the closing line of each test binary. A run without tests is a failure: skipped suites exit with 0. */
async function cargoTest(args, env) {
  const { status, output } = await run("cargo", args, { quiet: true, env });
  const closing = output.match(/^test result: .*$/gm) ?? [];
  if (status !== 0) throw new Failure(`cargo ${args.join(" ")}: exit ${status}`, output);
  const passed = closing.reduce((sum, line) => sum + Number(/ok\. (\d+) passed/.exec(line)?.[1] ?? 0), 0);
  if (passed === 0) throw new Failure(`cargo ${args.join(" ")}: no test has run`, output);
  return closing.filter((line) => !/ 0 passed; 0 failed/.test(line)).join("\n");
}

/** The loopback server that the wasm tests fetch from, if there is one. It prints its URL as its first line. */
async function testServer() {
  const script = at("tests/wasm/server.mjs");
  const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  const gone = new Promise((_, reject) => {
    child.once("exit", (code) => reject(new Error(`tests/wasm/server.mjs ended with ${code}`)));
  });
  gone.catch(() => {});
  const firstLine = new Promise((resolve) => createInterface(child.stdout).once("line", resolve));
  return { url: (await Promise.race([firstLine, gone])).trim(), stop: () => child.kill() };
}
