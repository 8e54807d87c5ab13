// core.d.ts of wasm-bindgen → js/generated.ts: the interfaces, types, lists of names and defaults derived from Rust, without
// the raw exports.

/** What callers write, rather than read. */
const written = /^(ClientCredentialsRequest|TokenExchangeRequest|ServerPreset|Preset(?!Name$)\w+|ErrorRule)$/;

/** Declarations of the wasm-bindgen glue itself. */
const glueOwn = new Set(["InitInput", "InitOutput", "SyncInitInput"]);

/** Keeps each top-level `export interface`, `export type` and `export const` of a value together with its doc comment. */
export function typesFromDeclarations(declarations) {
  const kept = [];
  let comment = [];
  let block; // The declaration being read: its lines and the number of open brackets.
  let inComment = false;
  for (const line of declarations.split("\n")) {
    if (block) {
      block.lines.push(line);
    } else if (inComment || line.startsWith("/**")) {
      if (!inComment) comment = [];
      comment.push(line);
      inComment = !line.includes("*/");
      continue;
    } else {
      const start = /^export (interface|type|const(?= \w+ = [{\d])) (\w+)/.exec(line);
      if (!start) {
        if (line.trim() !== "") comment = [];
        continue;
      }
      block = { kind: start[1], name: start[2], lines: [...comment, line], depth: 0 };
      comment = [];
    }
    block.depth += depthOf(line);
    if (block.depth === 0 && (block.kind === "interface" || line.trimEnd().endsWith(";"))) {
      if (!glueOwn.has(block.name))
        kept.push((written.test(block.name) ? asWritten(block.lines) : block.lines).join("\n"));
      block = undefined;
    }
  }
  if (block) throw new Error(`core.d.ts: the end of ${block.name} was not found`);
  const header =
    '// Written by `npm run build` from the Rust types. Do not edit.\nimport type { NameValues } from "./types.js";';
  return [header, ...kept, ""].join("\n\n");
}

/**
 * Members of what a caller writes: never changed by us, absent as `null` or `undefined` too, where they are optional, and of
 * a list of texts the one text alone.
 */
function asWritten(lines) {
  return lines.map((line) =>
    line.replace(/^( +)(\w+)(\??): (.*);$/, (_, indent, name, optional, type) => {
      const list = type.endsWith("[]") && !type.includes("readonly ") ? `readonly ${type}` : type;
      const one = /^(?:string|\((".*")\))\[\]$/.exec(type);
      const read = one ? `${one[1] ?? "string"} | ${list}` : list;
      return `${indent}readonly ${name}${optional}: ${read}${optional && " | null | undefined"};`;
    }),
  );
}

/** Brackets opened minus brackets closed, outside of comments and string literals. */
function depthOf(line) {
  if (/^\s*\*/.test(line)) return 0;
  const code = line.replace(/\/\*.*?(\*\/|$)|\/\/.*$|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "");
  return (code.match(/[{([]/g)?.length ?? 0) - (code.match(/[})\]]/g)?.length ?? 0);
}
