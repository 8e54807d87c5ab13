//! The lists of names as objects of the npm package, and the defaults that its driver needs. They cost no byte of wasm: the
//! build writes them to js/generated.ts.

use crate::client::defaults::defaults;
use crate::protocol::names::{grant_types, token_types};
use wasm_bindgen::prelude::wasm_bindgen;

macro_rules! token_type_object {
    ($( #[doc = $doc:literal] $name:ident = $value:literal, )+) => {
        #[wasm_bindgen(typescript_custom_section)]
        const TOKEN_TYPE: &str = concat!(
            "/** Token types by name (RFC 8693 section 3). An open set: servers know others. */\n",
            "export const TokenType = {\n",
            $( "  /** ", $doc, " */\n  ", stringify!($name), ": \"", $value, "\",\n", )+
            "} as const;\n",
        );
    };
}

macro_rules! grant_type_object {
    ($( #[doc = $doc:literal] $name:ident = $value:literal, )+) => {
        #[wasm_bindgen(typescript_custom_section)]
        const GRANT_TYPE: &str = concat!(
            "/** Grants by name (RFC 6749 section 4). An open set: servers know others. */\n",
            "export const GrantType = {\n",
            $( "  /** ", $doc, " */\n  ", stringify!($name), ": \"", $value, "\",\n", )+
            "} as const;\n",
        );
    };
}

macro_rules! default_constants {
    ($( #[doc = $doc:literal] $name:ident: $of:ty = $value:literal, )+) => {
        #[wasm_bindgen(typescript_custom_section)]
        const DEFAULTS: &str = concat!(
            $( "/** ", $doc, " */\nexport const ", stringify!($name), " = ", $value, ";\n\n", )+
        );
    };
}

defaults!(default_constants);
token_types!(token_type_object);
grant_types!(grant_type_object);
