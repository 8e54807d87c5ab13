/** Where a form of the package has its WebAssembly from. `scripts/build/bundle.mjs` puts one loader into each form. */
export interface Loader {
  /** Gives the compiled core at once. Forms without it need `init()` before the first call. */
  readonly compile?: () => WebAssembly.Module;
  /** What `init()` loads when it is called without an argument. */
  readonly source?: () => URL;
  /** Lets work outlive the request of the host in which it was begun. May throw outside of one. */
  readonly keep?: ((work: Promise<unknown>) => unknown) | undefined;
}
