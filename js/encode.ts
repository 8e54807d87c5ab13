/**
 * Options and parameters as the core takes them: JSON text. What it means is decided there; here is only seen to that
 * everything the caller wrote arrives, so that unknown names and wrong types are refused by name.
 *
 * @internal
 */
import { configError } from "./errors.js";

/** The parameters of an operation. `null` and `undefined` members are absent ones. */
export function encodeParams(params: unknown): string {
  if (params == null) return "{}";
  const plain = requirePlain(params, "params");
  return json(plain["extra"] == null ? plain : { ...plain, extra: pairs(plain["extra"], "extra") }, "params");
}

/** The options of one call, but for its signal. */
export function encodeCall(options: unknown, prepared: boolean): string {
  if (options == null) return prepared ? '{"prepared":true}' : "{}";
  const plain = requirePlain(options, "options");
  refuse(plain, "prepared");
  const { signal, ...call } = plain;
  if (call["headers"] != null) call["headers"] = pairs(call["headers"], "headers");
  if (prepared) call["prepared"] = true;
  return json(call, "options");
}

/** The options of a client, but for its functions. */
export function encodeClient(issuer: unknown, options: unknown, auth: object | undefined): string {
  if (issuer != null && typeof issuer !== "string")
    throw configError("invalid_option", "issuer", "issuer must be a string");
  const plain = options == null ? {} : requirePlain(options, "options");
  refuse(plain, "issuer");
  refuse(plain, "browser");
  const { fetch: _, ...rest } = plain;
  const client: Plain = { ...rest, issuer, auth };
  if (rest["customHeaders"] != null) client["customHeaders"] = pairs(rest["customHeaders"], "customHeaders");
  // Browsers do not let a page name itself.
  if (globalThis.navigator?.userAgent?.startsWith("Mozilla/5.0")) client["browser"] = true;
  return json(client, "options");
}

/** Names with values, from a record, pairs, `Headers`, `URLSearchParams` or a `Map`. */
export function pairs(source: unknown, field: string): [string, string][] {
  const list: [string, string][] = [];
  const put = (value: unknown, name: unknown): void => {
    if (value == null) return;
    if (Array.isArray(value)) for (const one of value) put(one, name);
    else if (typeof name === "string" && typeof value === "string") list.push([name, value]);
    else throw configError("invalid_option", `${field}.${String(name)}`, `${field}.${String(name)} must be a string`);
  };
  if (typeof source !== "object" || source === null) {
    throw configError("invalid_option", field, `${field} must be an object, or a list of names with values`);
  }
  if (!Array.isArray(source) && typeof (source as Headers).forEach === "function") (source as Headers).forEach(put);
  else if (Symbol.iterator in source) {
    for (const pair of source as Iterable<unknown>) {
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw configError("invalid_option", field, `${field} must be pairs of a name and a value`);
      }
      put(pair[1], pair[0]);
    }
  } else for (const [name, value] of Object.entries(source)) put(value, name);
  return list;
}

type Plain = Record<string, unknown>;

/** Arrays, strings and instances of classes have their data elsewhere: it would get lost without a word. */
function requirePlain(value: unknown, field: string): Plain {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const prototype = Object.getPrototypeOf(value);
    // The prototype of plain objects of any realm.
    if (prototype === null || Object.getPrototypeOf(prototype) === null) return value as Plain;
  }
  throw configError("invalid_option", field, `${field} must be a plain object`);
}

/** Names that only this side may write. */
function refuse(plain: Plain, name: string): void {
  if (plain[name] !== undefined) throw configError("unknown_option", name, `unknown option ${name}`);
}

function json(root: Plain, field: string): string {
  try {
    return JSON.stringify(root, function (this: unknown, _name: string, value: unknown): unknown {
      switch (typeof value) {
        case "function":
        case "symbol":
        case "bigint":
          return { $unsupported: typeof value };
        case "number":
          return Number.isFinite(value) ? value : { $unsupported: String(value) };
        default:
          // Further down null may mean something: in a claims request, for example.
          return value === null && this === root ? undefined : value;
      }
    });
  } catch (cause) {
    throw configError("invalid_option", field, `${field} cannot be written as JSON`, cause);
  }
}
