// core.d.ts of wasm-bindgen → js/generated.ts: the interfaces, types and lists of names derived from Rust, without the raw
// exports.

/** Declarations of the wasm-bindgen glue itself. */
const glueOwn = new Set(["InitInput", "InitOutput", "SyncInitInput"]);

/** Keeps each top-level `export interface`, `export type` and `export const … as const` together with its doc comment. */
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
      const start = /^export (interface|type|const(?= \w+ = \{)) (\w+)/.exec(line);
      if (!start) {
        if (line.trim() !== "") comment = [];
        continue;
      }
      block = { kind: start[1], name: start[2], lines: [...comment, line], depth: 0 };
      comment = [];
    }
    block.depth += depthOf(line);
    if (block.depth === 0 && (block.kind === "interface" || line.trimEnd().endsWith(";"))) {
      if (!glueOwn.has(block.name)) kept.push(block.lines.join("\n"));
      block = undefined;
    }
  }
  if (block) throw new Error(`core.d.ts: the end of ${block.name} was not found`);
  return ["// Written by `npm run build` from the Rust types. Do not edit.", ...kept, ""].join("\n\n");
}

/** Brackets opened minus brackets closed, outside of comments and string literals. */
function depthOf(line) {
  if (/^\s*\*/.test(line)) return 0;
  const code = line.replace(/\/\*.*?(\*\/|$)|\/\/.*$|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "");
  return (code.match(/[{([]/g)?.length ?? 0) - (code.match(/[})\]]/g)?.length ?? 0);
}
