import { parseDocument } from "./document.js";
import type { AuthenticateRequest } from "./generated.js";
import type { ServerMetadata } from "./types.js";

/** What the core understood of a metadata document, and the document itself, parsed when it is asked for. @internal */
export function serverMetadata({ metadata, document }: Document): ServerMetadata {
  let raw: Readonly<Record<string, unknown>> | undefined;
  return Object.defineProperty(metadata, "raw", {
    get: () => (raw ??= parseDocument(document)),
    enumerable: true,
  }) as ServerMetadata;
}

type Document = NonNullable<AuthenticateRequest["metadata"]>;
