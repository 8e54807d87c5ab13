// Downloads that are too large to fetch for each checkout: kept in one folder per user, made once, whole or not at all.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export const cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "onbehalf");

const STAMP = ".complete";

/**
 * The folder `name` of the cache. When it is missing, `make(folder)` fills a temporary one, which takes its place only
 * when all went well. `name` holds the version: another version is another folder. Safe between processes.
 */
export async function cached(name, make) {
  const folder = join(cacheDir, name);
  if (existsSync(join(folder, STAMP))) return folder;
  mkdirSync(cacheDir, { recursive: true });
  const unlock = await lock(`${folder}.lock`);
  try {
    if (existsSync(join(folder, STAMP))) return folder;
    rmSync(folder, { recursive: true, force: true });
    const temporary = mkdtempSync(join(cacheDir, "making-"));
    try {
      await make(temporary);
      writeFileSync(join(temporary, STAMP), `${name}\n`);
      renameSync(temporary, folder);
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
    return folder;
  } finally {
    unlock();
  }
}

/** Waits for others that make the same folder. A lock whose process has gone counts for nothing. */
async function lock(path) {
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx" });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (isStale(path)) rmSync(path, { force: true });
      else await sleep(500);
    }
  }
}

function isStale(path) {
  try {
    const pid = Number(readFileSync(path, "utf8"));
    // Between being made and being written a lock is empty for a moment.
    if (!pid) return Date.now() - statSync(path).mtimeMs > 10_000;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}
