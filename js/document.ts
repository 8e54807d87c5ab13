/**
 * A document of a server as an object: frozen and without prototypes, at every depth.
 *
 * The core has accepted the text before. Where the host's parser still disagrees, the object is empty: the parser's
 * own error would quote the document.
 *
 * @internal
 */
export function parseDocument(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, harden);
  } catch {
    return Object.freeze(Object.create(null));
  }
}

// Called for the inner values first: what is frozen here is complete.
function harden(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.freeze(Array.isArray(value) ? value : Object.setPrototypeOf(value, null));
}
