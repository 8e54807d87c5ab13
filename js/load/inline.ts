import base64 from "onbehalf:base64";
import type { Loader } from "./loader.js";

/** The default form: the wasm travels inside the JavaScript file, so that no bundler and no permission can lose it. */
export const loader: Loader = { compile: () => new WebAssembly.Module(decode(base64)) };

interface FastDecoders {
  readonly Uint8Array: { fromBase64?(text: string): Uint8Array<ArrayBuffer> };
  readonly Buffer?: { from?(text: string, encoding: "base64"): Uint8Array<ArrayBuffer> };
}

/** A plain loop in the end: `Uint8Array.from(text, fn)` takes more than ten times as long on Node. */
function decode(text: string): Uint8Array<ArrayBuffer> {
  const host = globalThis as unknown as FastDecoders;
  if (host.Uint8Array.fromBase64) return host.Uint8Array.fromBase64(text);
  if (host.Buffer?.from) return host.Buffer.from(text, "base64");
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
