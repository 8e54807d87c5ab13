// "Rust decides, TypeScript performs": a name of the OAuth wire format in js/ means that a decision has slipped out of
// the core. js/generated.ts comes from Rust and is exempt; so are error and action codes, which are names of our API.
import { readFileSync } from "node:fs";
import { at } from "../lib/paths.mjs";
import { filesBelow } from "../lib/stamp.mjs";
import { Failure } from "../lib/suites.mjs";

const wireNames = [
  "access_token|acr_values|actor_token(_type)?|assertion_type|auth_req_id|authorization_(code|details|endpoint)",
  "client_(assertion|assertion_type|credentials|id|secret|secret_basic|secret_post|name)|code_(challenge|verifier)",
  "code_challenge_method|device_code|error_(description|uri)|expires_(at|in)|grant_type|grant_types_supported|id_token",
  "id_token_hint|introspection_endpoint|invalid_(client|grant|request|scope|target)|issued_token_type|jwks_uri|login_hint",
  "max_age|redirect_uri|redirect_uris|refresh_token|registration_endpoint|request_uri|requested_token_type|response_mode",
  "response_type|response_types_supported|revocation_endpoint|scopes_supported|slow_down|subject_token(_type)?",
  "temporarily_unavailable|token_endpoint(_auth_method)?|token_exchange|token_type(_hint)?|unauthorized_client",
  "unsupported_(grant|response|token)_type|user_code|verification_uri",
].join("|");
const forbidden = new RegExp(`(?<![\\w-])(${wireNames})(?![\\w-])|urn:ietf`, "g");

/** Error kinds and codes of our API and names of the core's operations that are spelt like the wire. */
const ours = new Set(["client_credentials", "token_exchange", "unsupported_token_type"]);

export function wireNamesCheck() {
  const files = filesBelow("js").filter((file) => file.endsWith(".ts") && file !== "js/generated.ts");
  const hits = files.flatMap((file) =>
    withoutComments(readFileSync(at(file), "utf8"))
      .split("\n")
      .flatMap((line, i) =>
        [...line.matchAll(forbidden)]
          .filter(([name]) => !ours.has(name))
          .map(([name]) => `${file}:${i + 1}: ${name}: wire names belong into src/protocol`),
      ),
  );
  if (hits.length > 0) throw new Failure(`${hits.length} wire names in js/`, hits.join("\n"));
  return `no wire name in ${files.length} files of js/`;
}

/** Doc comments may name what a user knows from the RFCs. Line breaks stay, for the line numbers. */
function withoutComments(source) {
  const blank = (comment) => comment.replace(/[^\n]/g, "");
  return source.replace(/"(?:[^"\\\n]|\\.)*"|\/\*[\s\S]*?\*\/|\/\/.*$/gm, (match) =>
    match[0] === "/" ? blank(match) : match,
  );
}
