/**
 * Options and parameters as the core takes them: JSON text. What it means is decided there; here is only seen to that
 * everything the caller wrote arrives, so that unknown names and wrong types are refused by name.
 *
 * @internal
 */
import { invalid, isPlain, type Plain, refuse, requirePlain } from "./arguments.js";
import { ConfigError, configError } from "./errors.js";
import { isObject } from "./shape.js";

/** The parameters of an operation. `null` and `undefined` members are absent ones. */
export function encodeParams(params: unknown): string {
  const plain = requirePlain(params ?? {}, "params");
  return json(plain["extra"] == null ? plain : { ...plain, extra: pairs(plain["extra"], "extra") }, "params");
}

/** The options of one call, but for its signal. */
export function encodeCall(options: unknown, prepared: boolean): string {
  if (options == null && !prepared) return "";
  const { signal, ...call } = requirePlain(options ?? {}, "options");
  refuse(call, "prepared", "endpoint");
  if (call["headers"] != null) call["headers"] = pairs(call["headers"], "headers");
  if (prepared) call["prepared"] = true;
  return json(call, "options");
}

/** The options of a client or a configuration, but for its functions. `own` are those that only this side may write. */
export function encodeOptions(options: Plain, auth: object | undefined, own: Plain, field: string): string {
  const encoded: Plain = { ...options, auth, ...own, browser: inBrowser() || undefined };
  refuse(options, "browser", ...Object.keys(own));
  for (const name of ["customHeaders", "extraParams"]) {
    if (options[name] != null) encoded[name] = pairs(options[name], name);
  }
  return json(encoded, field);
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
  if (!isObject(source)) throw invalid(field, "an object, or a list of names with values");
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

/** `strict`: a value that is no JSON is refused here, wherever it is. */
export function json(root: Plain, field: string, strict = false): string {
  // Nearly all parameters are texts, and nothing of these can get lost. It takes a fraction of the time.
  if (Object.values(root).every((value) => value === undefined || typeof value === "string"))
    return JSON.stringify(root);
  let member = "";
  const paths = new Map<unknown, string>();
  try {
    return JSON.stringify(root, function (this: Plain, name: string, value: unknown): unknown {
      if (this === root) member = name;
      const given = this[name];
      const type = typeof given;
      // Further down null may mean something: in a claims request, for example.
      if (given === null) return this === root ? undefined : value;
      if (type === "string" || type === "boolean" || type === "undefined") return value;
      const holder = paths.get(this);
      const path = Array.isArray(this) ? `${holder}[${name}]` : holder ? `${holder}.${name}` : name;
      paths.set(given, path);
      if (type === "number" ? Number.isFinite(given) : given === value && (Array.isArray(given) || isPlain(given))) {
        return value;
      }
      // The core refuses it, or its name when there is no such option.
      if (!strict && !FREE.has(member)) return { $unsupported: type };
      throw configError("invalid_option", path, `\`${path}\` cannot be sent`);
    });
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw configError("invalid_option", field, `\`${field}\` cannot be written as JSON`, cause);
  }
}

/** What the core hands on as it is: there it would not notice. */
const FREE: ReadonlySet<string> = new Set(["authorizationDetails", "claims"]);
