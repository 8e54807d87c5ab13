// Bytes → text of printable ASCII, as it can stand in any JavaScript file. js/load/printable.ts reads it back.
//
// Against base64 the text is a fifth shorter and, as a byte keeps its place and its likeness to others, compresses
// nearly as well as the bytes themselves (docs/decisions.md, "Size").

/** The characters for bytes: all that need no escape in a string literal, but the two that turn to another page. */
const characters = Array.from({ length: 93 }, (_, i) => 32 + i).filter((code) => code !== 34 && code !== 92);
/** The first page holds the most frequent bytes, as themselves where that is possible. `}` and `~` turn to the others. */
const PAGES = [0, 125, 126];

/**
 * Gives `text`, and `table` for reading it: the byte for each character of each page, 128 to a page.
 */
export function printable(bytes) {
  const table = new Array(PAGES.length * 128).fill(0);
  const spelled = [];
  const put = (byte, page, code) => {
    table[page * 128 + code] = byte;
    spelled[byte] = String.fromCharCode(...(page > 0 ? [PAGES[page], code] : [code]));
  };

  const frequent = byFrequency(bytes).slice(0, characters.length);
  const free = new Set(characters);
  for (const byte of frequent) {
    if (!free.delete(byte)) continue;
    put(byte, 0, byte);
  }
  const others = frequent.filter((byte) => !spelled[byte]).sort((a, b) => a - b);
  for (const code of free) put(others.shift(), 0, code);

  let place = 0;
  for (let byte = 0; byte < 256; byte++) {
    if (spelled[byte]) continue;
    put(byte, 1 + Math.floor(place / characters.length), characters[place % characters.length]);
    place++;
  }
  return { text: Array.from(bytes, (byte) => spelled[byte]).join(""), table };
}

function byFrequency(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte]++;
  return [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
}
