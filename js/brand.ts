import { INSPECT, type Inspect } from "./redact.js";
import { isObject } from "./shape.js";

/**
 * Gives a class a name that every copy of the package knows: `import` and `require` may load two of them in one
 * process, and `instanceof` holds between them. `view` is what may be seen of an instance when the host prints it. What
 * can be closed is disposed of by closing it.
 *
 * @internal
 */
export function brand<T extends object>(type: { readonly prototype: T }, name: string, view?: (it: T) => object): void {
  const { prototype } = type;
  const mark = Symbol.for(`onbehalf.${name}`);
  const define = (target: object, key: PropertyKey, value: unknown) =>
    Object.defineProperty(target, key, { value, configurable: true });
  // Our bundles, and those of our users, shorten the names of classes.
  define(type, "name", name);
  define(prototype, mark, true);
  define(type, Symbol.hasInstance, function (this: unknown, value: unknown): boolean {
    // Subclasses inherit this function. They have no mark, so for them the prototype chain decides as usual.
    return this === type ? isObject(value) && mark in value : ordinary.call(this, value);
  });
  if (!view) return;
  define(prototype, INSPECT, function (this: T, depth: number, options: object, inspect?: Inspect): unknown {
    if (depth < 0) return `[${name}]`;
    const shown = view(this);
    return inspect ? `${name} ${inspect(shown, options)}` : shown;
  });
  // By name where the host knows it: the typings say the same.
  const { dispose } = Symbol as { dispose?: symbol };
  if (dispose && "close" in prototype) define(prototype, dispose, prototype.close);
}

const ordinary = Function.prototype[Symbol.hasInstance] as (this: unknown, value: unknown) => boolean;
