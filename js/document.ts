import { isObject } from "./shape.js";

/**
 * A document of a server as an object: frozen at every depth, and without a prototype.
 *
 * The core has accepted the text before. Where the host's parser still disagrees, the object is empty: the parser's
 * own error would quote the document.
 *
 * @internal
 */
export function parseDocument(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, freeze);
  } catch {
    return Object.freeze(Object.create(null));
  }
}

// Called for the inner values first: what is frozen here is complete.
function freeze(name: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  // The outermost has no name. Another one without a name loses nothing but its prototype.
  return Object.freeze(name === "" && !Array.isArray(value) ? Object.setPrototypeOf(value, null) : value);
}
