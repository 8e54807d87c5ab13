// Reading a WebAssembly file, and leaving functions out of it: as much of the format as that needs.
// https://webassembly.github.io/spec/core/binary/modules.html

/** The sections of a file: `{ id, name?, bytes, start, end }`, `name` for custom ones. */
export function sections(file) {
  const reader = new Reader(file);
  reader.offset = 8;
  const found = [];
  while (reader.offset < file.length) {
    const start = reader.offset;
    const id = reader.byte();
    const bytes = reader.bytes(reader.u32());
    found.push({ ...(id === 0 ? custom(bytes) : { id, bytes }), start, end: reader.offset });
  }
  return found;
}

/** The functions of a file: `{ name, size, body }`, with the names of the name section, without hashes. */
export function functions(file) {
  const all = sections(file);
  const names = functionNames(all.find(({ name }) => name === "name")?.bytes);
  const imported = importedFunctions(all.find(({ id }) => id === 2)?.bytes);
  const reader = new Reader(all.find(({ id }) => id === CODE).bytes);
  return Array.from({ length: reader.u32() }, (_, i) => {
    const size = reader.u32();
    const name = (names.get(imported + i) ?? "(no name)").replace(/\[[0-9a-f]{16}\]|::h[0-9a-f]{16}$/g, "");
    return { name, size, body: reader.bytes(size) };
  });
}

/** The file with other bodies for some functions: `bodyOf` gives that of a name, or nothing. */
export function replaced(file, bodyOf) {
  const { start, end } = sections(file).find(({ id }) => id === CODE);
  const bodies = functions(file).map(({ name, body }) => bodyOf(name) ?? body);
  const code = [u32(bodies.length), ...bodies.flatMap((body) => [u32(body.length), body])];
  const length = code.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([file.subarray(0, start), Buffer.of(CODE), u32(length), ...code, file.subarray(end)]);
}

/** The code section. */
const CODE = 10;
/** A body: no locals, `unreachable`, `end`. */
export const UNREACHABLE = Buffer.of(0x00, 0x00, 0x0b);
/** A body: no locals, `end`. */
export const NOTHING = Buffer.of(0x00, 0x0b);

function u32(value) {
  const bytes = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.of(...bytes, rest);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

function custom(bytes) {
  const reader = new Reader(bytes);
  const name = reader.text();
  return { id: 0, name, bytes: bytes.subarray(reader.offset) };
}

function functionNames(bytes) {
  const names = new Map();
  if (!bytes) return names;
  const reader = new Reader(bytes);
  while (reader.offset < bytes.length) {
    const id = reader.byte();
    const part = new Reader(reader.bytes(reader.u32()));
    if (id !== 1) continue;
    for (let left = part.u32(); left > 0; left--) names.set(part.u32(), part.text());
  }
  return names;
}

function importedFunctions(bytes) {
  if (!bytes) return 0;
  const reader = new Reader(bytes);
  let count = 0;
  for (let left = reader.u32(); left > 0; left--) {
    reader.text();
    reader.text();
    // wasm-bindgen imports functions only; anything else would need its descriptor read here.
    if (reader.byte() !== 0) throw new Error("an import that is not a function");
    reader.u32();
    count++;
  }
  return count;
}

class Reader {
  offset = 0;
  #file;

  constructor(file) {
    this.#file = file;
  }

  byte() {
    return this.#file[this.offset++];
  }

  bytes(length) {
    this.offset += length;
    return this.#file.subarray(this.offset - length, this.offset);
  }

  u32() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  text() {
    return Buffer.from(this.bytes(this.u32())).toString("utf8");
  }
}
