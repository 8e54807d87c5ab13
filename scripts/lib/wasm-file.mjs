// Reading a WebAssembly file: as much of the format as accounting for its bytes needs.
// https://webassembly.github.io/spec/core/binary/modules.html

/** The sections of a file: `{ id, name?, bytes }`, `name` for custom ones. */
export function sections(file) {
  const reader = new Reader(file);
  reader.offset = 8;
  const found = [];
  while (reader.offset < file.length) {
    const id = reader.byte();
    const bytes = reader.bytes(reader.u32());
    found.push(id === 0 ? custom(bytes) : { id, bytes });
  }
  return found;
}

/** Bytes of code per function, with the names of the name section: `{ name, size }`. */
export function functions(file) {
  const all = sections(file);
  const names = functionNames(all.find(({ name }) => name === "name")?.bytes);
  const imported = importedFunctions(all.find(({ id }) => id === 2)?.bytes);
  const reader = new Reader(all.find(({ id }) => id === 10).bytes);
  return Array.from({ length: reader.u32() }, (_, i) => {
    const size = reader.u32();
    reader.offset += size;
    return { name: names.get(imported + i) ?? "(no name)", size };
  });
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
