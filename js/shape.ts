/** What a value is. By tag rather than by class: it may come from another realm. @internal */

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The name of a host's class, such as `Response`. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

export function isBytes(value: unknown): value is ArrayBuffer | ArrayBufferView<ArrayBuffer> {
  return ArrayBuffer.isView(value) || tagOf(value) === "ArrayBuffer";
}
