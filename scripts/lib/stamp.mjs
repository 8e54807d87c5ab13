// Skipping a step whose inputs and outputs are as it left them.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { at, root } from "./paths.mjs";

/** All files below the given paths (files or folders, relative to the checkout), sorted. Missing ones are left out. */
export function filesBelow(...paths) {
  const found = [];
  const visit = (path) => {
    if (!existsSync(at(path))) return;
    if (statSync(at(path)).isFile()) {
      found.push(path);
    } else {
      for (const name of readdirSync(at(path))) visit(join(path, name));
    }
  };
  for (const path of paths) visit(path);
  return found.sort();
}

/** One hash over the names and bytes of files and over further text. */
export function hashOf(files, ...texts) {
  const hash = createHash("sha256");
  const add = (value) => hash.update(`${value.length}:`).update(value);
  for (const file of files) {
    add(file);
    add(readFileSync(file.startsWith("/") ? file : join(root, file)));
  }
  for (const text of texts) add(String(text));
  return hash.digest("hex");
}

/**
 * Runs `work`, which gives the files it wrote, unless the last run had the same input and its files are untouched. They are
 * noted relative to the checkout: a target folder that was copied to another one says nothing about the files there.
 */
export async function unlessFresh(stampFile, input, work) {
  const stamp = readJson(stampFile);
  if (
    stamp?.input === input &&
    stamp.files.every((file) => existsSync(at(file))) &&
    hashOf(stamp.files) === stamp.output
  ) {
    return false;
  }
  const files = (await work()).map((file) => relative(root, file));
  writeAtomic(stampFile, JSON.stringify({ input, files, output: hashOf(files) }));
  return true;
}

/** Writes a file so that a reader, or another build at the same time, never sees half of it. */
export function writeAtomic(path, data) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, data);
  renameSync(temporary, path);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
