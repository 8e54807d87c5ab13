/** What `init` can load the WebAssembly from: its address, an answer of `fetch`, its bytes, or a compiled module. */
export type InitSource = string | {
    readonly href: string;
} | {
    arrayBuffer(): Promise<ArrayBuffer>;
} | ArrayBuffer | ArrayBufferView | CompiledModule;
/** A `WebAssembly.Module`. Not all typings of hosts declare that name, and those that do let it be anything. */
export type CompiledModule = object;
/**
 * Loads and compiles the WebAssembly ahead of the first call.
 *
 * Optional with `onbehalf`, where it only warms up. Required once with `onbehalf/web`, which loads its own file when
 * no source is given, and with `onbehalf/slim`, which needs a source. Concurrent calls share one load; after a failed
 * one, `init` can be called again.
 */
export declare function init(source?: InitSource | PromiseLike<InitSource>): Promise<void>;
