/**
 * Options and parameters as the core takes them: JSON text. What it means is decided there; here is only seen to that
 * everything the caller wrote arrives, so that unknown names and wrong types are refused by name.
 *
 * @internal
 */
import { invalid, isPlain, type Plain, requirePlain, unknown } from "./arguments.js";
import { ConfigError, configError } from "./errors.js";

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
  if (issuer != null && typeof issuer !== "string") throw invalid("issuer", "a string");
  const plain = options == null ? {} : requirePlain(options, "options");
  refuse(plain, "issuer");
  refuse(plain, "browser");
  const { fetch: _, onEvent: __, ...rest } = plain;
  const client: Plain = { ...rest, issuer, auth };
  if (rest["customHeaders"] != null) client["customHeaders"] = pairs(rest["customHeaders"], "customHeaders");
  if (inBrowser()) client["browser"] = true;
  return json(client, "options");
}

/** Whether this is a page: browsers do not let it name itself in `User-Agent`. */
export function inBrowser(): boolean {
  return globalThis.navigator?.userAgent?.startsWith("Mozilla/5.0") === true;
}

/** Names with values, from a record, pairs, `Headers`, `URLSearchParams` or a `Map`. */
export function pairs(source: unknown, field: string): [string, string][] {
  const list: [string, string][] = [];
  const put = (value: unknown, name: unknown): void => {
    if (value == null) return;
    if (Array.isArray(value)) for (const one of value) put(one, name);
    else if (typeof name === "string" && typeof value === "string") list.push([name, value]);
    else throw invalid(`${field}.${String(name)}`, "a string");
  };
  if (typeof source !== "object" || source === null) {
    throw invalid(field, "an object, or a list of names with values");
  }
  if (!Array.isArray(source) && typeof (source as Headers).forEach === "function") (source as Headers).forEach(put);
  else if (Symbol.iterator in source) {
    for (const pair of source as Iterable<unknown>) {
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw invalid(field, "pairs of a name and a value");
      }
      put(pair[1], pair[0]);
    }
  } else for (const [name, value] of Object.entries(requirePlain(source, field))) put(value, name);
  return list;
}

/** Names that only this side may write. */
export function refuse(plain: Plain, name: string): void {
  if (plain[name] !== undefined) throw unknown(name);
}

/** `strict`: a value that is no JSON is refused here, wherever it is. */
export function json(root: Plain, field: string, strict = false): string {
  let member = "";
  try {
    return JSON.stringify(root, function (this: Plain, name: string, value: unknown): unknown {
      if (this === root) member = name;
      const given = this[name];
      if (given === null) {
        // Further down null may mean something: in a claims request, for example.
        return this === root ? undefined : value;
      }
      const type = typeof given;
      if (type === "string" || type === "boolean" || type === "undefined") return value;
      if (type === "number" ? Number.isFinite(given) : given === value && (Array.isArray(given) || isPlain(given))) {
        return value;
      }
      // The core refuses it, or its name when there is no such option.
      if (!strict && !FREE.has(member)) return { $unsupported: type };
      const path = pathOf(root, this, name);
      throw configError("invalid_option", path, `${path} cannot be sent`);
    });
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw configError("invalid_option", field, `${field} cannot be written as JSON`, cause);
  }
}

/** What the core hands on as it is: there it would not notice. */
const FREE: ReadonlySet<string> = new Set(["authorizationDetails", "claims"]);

/** Where a member is, as it would be written. */
function pathOf(root: Plain, holder: unknown, member: string): string {
  const seen = new Set<unknown>();
  const search = (value: unknown, path: string): string | undefined => {
    if (value === holder) return joined(path, value, member);
    if (typeof value !== "object" || value === null || seen.has(value)) return undefined;
    seen.add(value);
    for (const [name, inner] of Object.entries(value)) {
      const found = search(inner, joined(path, value, name));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(root, "") ?? member;
}

function joined(path: string, holder: unknown, name: string): string {
  return Array.isArray(holder) ? `${path}[${name}]` : path === "" ? name : `${path}.${name}`;
}
