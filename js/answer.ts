/**
 * Reads what a `fetch` gave, by shape: it may be the host's `Response`, another implementation's, or a plain object.
 *
 * @internal
 */
import type { Deadline } from "./deadline.js";
import { configError } from "./errors.js";
import { isObject } from "./shape.js";
import type { ResponseLike } from "./types.js";

/** Headers by lower-case name. @internal */
export type HeaderRecord = Readonly<Record<string, string>>;

/** Whether this can be the status of an answer; 0 is what pages see of some. */
export function isStatus(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 1000;
}

/** Refuses what is no answer at all, naming what is missing. */
export function checkShape(response: ResponseLike): void {
  if (!isObject(response)) throw unusable("has to resolve to a Response");
  if (!isStatus(response.status)) throw unusable("resolved to an object without a numeric status");
  if (response.bodyUsed === true) throw unusable("resolved to a Response whose body has been read already");
}

/**
 * All headers but `set-cookie`: cookies of a server are nobody's business here. Frozen.
 *
 * Takes a `Headers`, a `Map`, pairs, a plain object, or nothing.
 */
export function readHeaders(source: unknown): HeaderRecord {
  const record: Record<string, string> = {};
  const put = (value: unknown, name: unknown): void => {
    const key = String(name).toLowerCase();
    if (key === "set-cookie" || value == null) return;
    const text = Array.isArray(value) ? value.join(", ") : String(value);
    record[key] = Object.hasOwn(record, key) ? `${record[key]}, ${text}` : text;
  };
  if (Array.isArray(source)) for (const [name, value] of source) put(value, name);
  else if (typeof (source as Headers | undefined)?.forEach === "function") (source as Headers).forEach(put);
  else if (isObject(source)) for (const [name, value] of Object.entries(source)) put(value, name);
  return Object.freeze(record);
}

/** One header, without reading all of them where the host's own class holds them. */
export function headerOf(source: unknown, name: string): string | null | undefined {
  return isHostHeaders(source) ? source.get(name) : (source as HeaderRecord)[name];
}

/** The headers as they are kept until somebody asks for them: reading all of them costs more than the few we need. */
export function keepHeaders(source: unknown): Headers | HeaderRecord {
  return isHostHeaders(source) ? source : readHeaders(source);
}

/** The body as text, or nothing when it is longer than `limit` bytes. Rejects when reading fails. */
export async function readBody(
  response: ResponseLike,
  headers: Headers | HeaderRecord,
  limit: number,
  deadline: Deadline,
): Promise<string | undefined> {
  const length = Number.parseInt(headerOf(headers, "content-length") ?? "", 10);
  if (length > limit) return undefined;
  // Reading in one go is cheaper, where a length that holds is known. A page does not see the encoding of a
  // cross-origin answer, so there the length may be that of a compressed body.
  // One beside a transfer encoding is no length either (RFC 9112 section 6.3), which not every host sees to.
  const plain = headerOf(headers, "content-encoding") == null && headerOf(headers, "transfer-encoding") == null;
  const whole = length >= 0 && plain && response.type !== "cors" && typeof response.text === "function";
  if (!whole) {
    const chunks = chunksOf(response.body);
    if (chunks) return drain(chunks, limit, deadline);
    if (typeof response.arrayBuffer === "function") {
      const bytes = await deadline.wait(response.arrayBuffer());
      return bytes.byteLength > limit ? undefined : decoder.decode(bytes);
    }
  }
  if (typeof response.text === "function") return within(limit, await deadline.wait(response.text()));
  if (typeof response.json === "function") return within(limit, await deadline.wait(jsonText(response)));
  const { body } = response;
  if (typeof body === "string") return within(limit, body);
  if (body === null) return "";
  throw unusable("resolved to an object without body, arrayBuffer(), text() and json()");
}

/** Gives the connection back when an answer is not read to its end. */
export function discard(response: ResponseLike): void {
  const body = response.body as { cancel?(): Promise<void> } | null | undefined;
  if (typeof body?.cancel === "function") quietly(() => body.cancel?.());
}

interface Chunks {
  next(): PromiseLike<{ done?: boolean; value?: unknown }>;
  stop(): unknown;
}

/** A web stream, or the stream of Node that some implementations of `fetch` give. */
function chunksOf(body: unknown): Chunks | undefined {
  if (!isObject(body)) return undefined;
  const stream = body as Partial<ReadableStream & AsyncIterable<unknown>>;
  if (typeof stream.getReader === "function") {
    const reader = stream.getReader();
    return { next: () => reader.read(), stop: () => reader.cancel() };
  }
  const iterator = stream[Symbol.asyncIterator]?.();
  return iterator && { next: () => iterator.next(), stop: () => iterator.return?.() };
}

async function drain(chunks: Chunks, limit: number, deadline: Deadline): Promise<string | undefined> {
  // The first piece as it is: nearly all answers are one. Further ones are copied, for each that is kept takes more memory than
  // a few bytes in it, and their number has no bound.
  let all: Uint8Array = new Uint8Array();
  let size = 0;
  let complete = false;
  try {
    for (;;) {
      const { done, value } = await deadline.wait(chunks.next());
      if (done) {
        complete = true;
        return decoder.decode(all.subarray(0, size));
      }
      const view = typeof value === "string" ? new TextEncoder().encode(value) : value;
      if (!ArrayBuffer.isView(view)) throw unusable("resolved to a body that gives neither bytes nor text");
      const part = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      const end = size + part.byteLength;
      if (end > limit) return undefined;
      if (size === 0) all = part;
      else {
        if (end > all.length) {
          const before = all;
          all = new Uint8Array(2 * end);
          all.set(before);
        }
        all.set(part, size);
      }
      size = end;
    }
  } finally {
    if (!complete) quietly(() => chunks.stop());
  }
}

/** For an object that has nothing but `json()`. When that fails the status still tells something. */
async function jsonText(response: ResponseLike): Promise<string> {
  try {
    return JSON.stringify(await response.json?.()) ?? "";
  } catch {
    return "";
  }
}

/** A text, unless it is longer than `limit` bytes. */
export function within(limit: number, text: unknown): string | undefined {
  if (typeof text !== "string") throw unusable("resolved to a body that is no text");
  // Only between a third of the limit and the limit do the bytes have to be counted.
  const fits = text.length * 3 <= limit || (text.length <= limit && new TextEncoder().encode(text).length <= limit);
  return fits ? text : undefined;
}

async function quietly(end: () => unknown): Promise<void> {
  try {
    await end();
  } catch {
    // Nobody waits for it any more.
  }
}

function isHostHeaders(source: unknown): source is Headers {
  return typeof Headers === "function" && source instanceof Headers;
}

/** The error for a `fetch` of the caller's that gives something else than an answer. */
export function unusable(what: string, cause?: unknown): Error {
  return configError("invalid_option", "fetch", `\`fetch\` ${what}`, cause);
}

/** Decodes UTF-8; a byte order mark is skipped. */
export const decoder: TextDecoder = new TextDecoder();
