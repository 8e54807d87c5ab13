/**
 * The bytes of a text that `scripts/build/printable.mjs` has written.
 *
 * @internal
 */
export function bytesOf(text: string, table: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  let length = 0;
  let page = 0;
  // By index: an iterator takes twice as long, and this runs once, before anything is compiled by the engine.
  for (let i = 0; i < bytes.length; i++) {
    const code = bytes[i] as number;
    if (code > 124) page = (code - 124) << 7;
    else {
      // In place: a byte takes one character or two.
      bytes[length++] = table[page | code] as number;
      page = 0;
    }
  }
  return bytes.subarray(0, length);
}
