// Starting other programs.
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { at, root } from "./paths.mjs";

export const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
/** Tools that would disturb others of the same name on this machine are installed here. */
export const toolsDir = at(".cache/tools");

const searched = [join(toolsDir, "bin"), ...(process.env.PATH ?? "").split(delimiter), join(cargoHome, "bin")];
process.env.PATH = searched.join(delimiter);

/** The full path of a program, or undefined when it is not installed. */
export function which(program) {
  for (const dir of searched) {
    const path = join(dir, program);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/** Runs a program to its end and gives what it printed. Throws with its output when it fails. */
export function capture(program, args, options = {}) {
  const result = spawnSync(program, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28, ...options });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    throw new Error(`${program} ${args.join(" ")}: exit ${result.status}\n${result.stdout}${result.stderr}`);
  }
  return result.stdout;
}

/**
 * Runs a program and passes its output on. Resolves to `{ status, output }`, never rejects for a failing program.
 * `quiet` keeps the output back, for the caller to print.
 */
export function run(program, args, { quiet = false, env = {}, cwd = root, onLine } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks = [];
    const take = (sink) => (chunk) => {
      chunks.push(chunk);
      if (!quiet) sink.write(chunk);
      onLine?.(chunk.toString());
    };
    child.stdout.on("data", take(process.stdout));
    child.stderr.on("data", take(process.stderr));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve({ status: code ?? signal, output: Buffer.concat(chunks).toString("utf8") });
    });
  });
}

/** As `run`, but a failing program is an error. */
export async function must(program, args, options) {
  const result = await run(program, args, options);
  if (result.status !== 0) {
    const said = options?.quiet ? `\n${result.output}` : "";
    throw new Error(`${program} ${args.join(" ")}: exit ${result.status}${said}`);
  }
  return result.output;
}

/** The command line of a tool from node_modules, started with this very Node. */
export function npmTool(path, args) {
  return [process.execPath, [at("node_modules", path), ...args]];
}
