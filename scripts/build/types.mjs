// TypeScript facade → pkg/*.d.ts, the only published typings, and their copies for importers in CommonJS.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { at } from "../lib/paths.mjs";
import { must, npmTool } from "../lib/run.mjs";
import { filesBelow, hashOf, unlessFresh, writeAtomic } from "../lib/stamp.mjs";
import { typescript } from "../lib/versions.mjs";

/** Brings the generated interfaces to where js/types.ts imports them. */
export function writeGeneratedTypes(variant) {
  const generated = readFileSync(join(variant.wasmDir, "generated.ts"));
  const path = at("js/generated.ts");
  if (!existsSync(path) || !generated.equals(readFileSync(path))) writeAtomic(path, generated);
}

/** Checks js/ and writes the declarations of a variant unless they are fresh. Gives true when they were written. */
export function declarations(variant) {
  const input = hashOf(filesBelow("js", "tsconfig.json", "scripts/build/types.mjs"), typescript);
  return unlessFresh(join(variant.wasmDir, "types.json"), input, async () => {
    const emitted = mkdtempSync(join(variant.wasmDir, "types-"));
    try {
      const args = ["-p", "tsconfig.json", "--noEmit", "false", "--emitDeclarationOnly", "--outDir", emitted];
      await must(...npmTool("typescript/bin/tsc", args));
      return publish(emitted, variant.outDir);
    } finally {
      rmSync(emitted, { recursive: true, force: true });
    }
  });
}

/** Copies what is named in package.json and what it reaches: internal files, such as the one with the raw wasm exports, stay behind. */
function publish(emitted, outDir) {
  const reached = new Map();
  const visit = (name) => {
    if (reached.has(name)) return;
    const text = readFileSync(join(emitted, `${name}.d.ts`), "utf8");
    reached.set(name, text);
    for (const [, specifier] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)\.js"/g)) {
      visit(join(dirname(name), specifier));
    }
  };
  for (const name of ["index", "core_bg.wasm"]) visit(name);
  if (reached.has("generated")) reached.set("generated", publicTypes(reached));
  const written = [];
  const write = (name, text) => {
    writeAtomic(join(outDir, name), text);
    written.push(join(outDir, name));
  };
  for (const [name, text] of reached) {
    write(`${name}.d.ts`, text);
    // A .d.cts must not import a .d.ts of a "type": "module" package: TypeScript refuses it under node16.
    write(`${name}.d.cts`, text.replace(/((?:from|import\()\s*"\.[^"]+)\.js"/g, '$1.cjs"'));
  }
  for (const name of readdirSync(outDir)) {
    if (/\.d\.c?ts$/.test(name) && !written.includes(join(outDir, name))) rmSync(join(outDir, name));
  }
  return written;
}

/** Of the types derived from Rust, those that the other files name, and what these are made of. */
function publicTypes(reached) {
  const parts = reached.get("generated").split(/(?=^\/\*\*|(?<!\*\/\n)^export )/m);
  const nameOf = (block) => /^export (?:declare )?(?:interface|type|const) (\w+)/m.exec(block)?.[1];
  const declared = new Map(parts.map((block) => [nameOf(block), block]));
  const kept = new Set();
  const keepNamesIn = (text) => {
    const code = text.replace(/\/\*[\s\S]*?\*\//g, "");
    for (const [word] of code.matchAll(/\w+/g)) {
      if (!declared.has(word) || kept.has(word)) continue;
      kept.add(word);
      keepNamesIn(declared.get(word));
    }
  };
  for (const text of reached.values()) {
    for (const [, names] of text.matchAll(/\{([^{}]*)\} from "\.\/generated\.js"/g)) keepNamesIn(names);
    for (const [, space] of text.matchAll(/\* as (\w+) from "\.\/generated\.js"/g)) {
      for (const [name] of text.matchAll(new RegExp(`\\b${space}\\.\\w+`, "g"))) keepNamesIn(name);
    }
  }
  const [header, ...blocks] = parts;
  return [header, ...blocks.filter((block) => kept.has(nameOf(block)))].join("");
}
