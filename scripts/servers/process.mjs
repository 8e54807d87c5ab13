// Servers that are programs of their own: started, waited for, and stopped with everything they started themselves.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A port of 127.0.0.1 that nobody listens at right now. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts a program in a process group of its own and resolves when `isReady()` resolves to true.
 *
 * The group ends with `stop()`, and also when this process ends in any way: a shell in the group waits for the end of
 * its input, which comes when this process is gone.
 */
export async function startServer({ name, command, args, env = {}, cwd, isReady, readyWithinMs = 180_000 }) {
  const child = spawn("sh", ["-c", WATCHED, "sh", command, ...args], {
    cwd,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {});
  const log = lastLines(child, 60);
  let ended;
  const end = new Promise((resolve) => {
    const finish = (how) => resolve((ended ??= how));
    child.once("error", (error) => finish(error.message));
    child.once("exit", (code, signal) => finish(`ended with ${code ?? signal}`));
  });
  const stop = () => stopGroup(child, end);
  const since = Date.now();
  try {
    while (!(await isReady().catch(() => false))) {
      if (ended !== undefined) throw new Error(`${name} ${ended}\n${log()}`);
      if (Date.now() - since > readyWithinMs) {
        throw new Error(`${name} was not ready within ${readyWithinMs / 1000} s\n${log()}`);
      }
      await Promise.race([sleep(250), end]);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop, log };
}

/** A handler for TERM, unlike ignoring it, is not passed on to the server; `wait` comes back early after a signal. */
const WATCHED = `
trap : TERM
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
{ cat <&3 >/dev/null; kill -KILL 0; } &
exec 3<&-
wait $server || wait $server`;

async function stopGroup(child, end) {
  if (child.pid === undefined) return;
  signal(child, "SIGTERM");
  await Promise.race([end, sleep(10_000, undefined, { ref: false })]);
  // What is left of the group, the waiting shell for one.
  signal(child, "SIGKILL");
  child.stdin.destroy();
  await end;
}

function signal({ pid }, name) {
  try {
    process.kill(-pid, name);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

function lastLines(child, count) {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => {
      text = (text + chunk).split("\n").slice(-count).join("\n");
    });
  }
  return () => text.trim();
}
