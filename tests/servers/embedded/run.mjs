/** Running the examples. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const OWN_SERVER = ["ISSUER", "CLIENT_ID", "CLIENT_SECRET", "SUBJECT_TOKEN", "AUDIENCE", "SCOPE", "PRESET"];

/** Runs an example as a reader would, with none of the settings but those given. */
export async function run(name, settings = {}) {
  const env = { ...process.env, ...settings };
  for (const key of OWN_SERVER) if (!(key in settings)) delete env[key];
  const path = fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url));
  const child = spawn(process.execPath, [path], { env, timeout: 60_000, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    errors += text;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  // A JWT begins with {"; base64url makes that eyJ.
  assert.doesNotMatch(output + errors, /eyJ/, "a token was printed");
  return { code, output, errors, lastLine: output.trimEnd().split("\n").at(-1) };
}
