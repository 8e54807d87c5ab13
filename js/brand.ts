/**
 * Gives a class a name that every copy of the package knows: `import` and `require` may load two of them in one
 * process, and `instanceof` holds between them.
 *
 * @internal
 */
export function brand(type: { readonly prototype: object }, name: string): void {
  const mark = Symbol.for(`onbehalf.${name}`);
  // Our bundles, and those of our users, shorten the names of classes.
  Object.defineProperty(type, "name", { value: name, configurable: true });
  Object.defineProperty(type.prototype, mark, { value: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      // Subclasses inherit this function. They have no mark, so for them the prototype chain decides as usual.
      return this === type ? typeof value === "object" && value !== null && mark in value : ordinary.call(this, value);
    },
  });
}

const ordinary = Function.prototype[Symbol.hasInstance] as (this: unknown, value: unknown) => boolean;
