/** What a function of the caller's gives or throws, as a promise. @internal */
export function attempt<A, B, T>(call: (first: A, second: B) => T | PromiseLike<T>, first: A, second: B): Promise<T> {
  try {
    return Promise.resolve(call(first, second));
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Tells a listener of the caller's, or the host. What it makes of that, and whether it fails, is its own affair. @internal */
export function tell<A, B>(listener: (first: A, second: B) => unknown, first: A, second: B): void {
  attempt(listener, first, second).catch(nothing);
}

/** @internal */
export function nothing(): void {}
