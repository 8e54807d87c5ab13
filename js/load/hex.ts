interface FastDecoders {
  readonly Uint8Array: { fromHex?(text: string): Uint8Array<ArrayBuffer> };
  readonly Buffer?: { from?(text: string, encoding: "hex"): Uint8Array<ArrayBuffer> };
}

/**
 * The bytes of a text of lower-case hexadecimal digits. By the host where it can: a loop here runs once, before the engine
 * has compiled it, and takes milliseconds.
 *
 * @internal
 */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const host = globalThis as unknown as FastDecoders;
  if (host.Uint8Array.fromHex) return host.Uint8Array.fromHex(text);
  if (host.Buffer?.from) return host.Buffer.from(text, "hex");
  const bytes = new Uint8Array(text.length / 2);
  const digit = (at: number) => {
    const code = text.charCodeAt(at);
    return code > 57 ? code - 87 : code - 48;
  };
  for (let i = 0; i < bytes.length; i++) bytes[i] = digit(2 * i) * 16 + digit(2 * i + 1);
  return bytes;
}
