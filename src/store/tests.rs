#![allow(clippy::arithmetic_side_effects, reason = "a test that panics has done its work")]

use super::*;
use crate::error::ErrorCode;

const CAPS: &str = "{}";
const CRM: &str = r#"{"ref":"crm","name":"CRM","kind":"user-delegated","scope":"crm:read crm:write","status":"active",
    "tokenEndpoint":"https://as.example/token","clientId":"agent","clientSecret":"hush"}"#;

/// The configuration with further members, which win.
fn with(members: &str) -> String {
    CRM.replacen('}', &[",", members, "}"].concat(), 1)
}

fn parse(config: &str) -> Result<StoreExchange, Error> {
    StoreExchange::parse(config, "configs[2]", CAPS)
}

/// The code and the field of a refusal. What its message begins with is that field, if it is a name.
fn refused(config: &str) -> (ErrorCode, String) {
    match parse(config).err().unwrap().details().clone() {
        ErrorDetails::Config(error) => {
            if let Some(rest) = error.message.strip_prefix('`') {
                assert_eq!(rest.split('`').next().unwrap(), error.field, "{}", error.message);
            }
            (error.code, error.field)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn failures_name_the_member_of_the_configuration() {
    use ErrorCode::{
        InsecureUrl, InvalidEndpoint, InvalidOption, MissingOption, UnknownOption, UnknownPreset, UnknownZone,
    };
    for (members, code, field) in [
        (r#""clientId":null"#, MissingOption, "clientId"),
        (r#""clientId":7"#, InvalidOption, "clientId"),
        (r#""name":"""#, InvalidOption, "name"),
        (r#""status":null"#, MissingOption, "status"),
        (r#""tokenEndpoint":null"#, MissingOption, "tokenEndpoint"),
        (r#""tokenEndpoint":"http://as.example/token""#, InsecureUrl, "tokenEndpoint"),
        (r#""tokenEndpoint":"/token""#, InvalidEndpoint, "tokenEndpoint"),
        (r#""tokenEndpoint":null,"issuer":"https://as.example?x""#, InvalidOption, "issuer"),
        (r#""auth":{"type":"none"}"#, InvalidOption, "clientSecret"),
        (
            r#""clientSecret":null,"auth":{"type":"basic","clientId":"other","clientSecret":"x"}"#,
            InvalidOption,
            "clientId",
        ),
        (r#""tenant":"x""#, UnknownOption, "tenant"),
        (r#""requestedScopes":["a","b\"c"]"#, InvalidOption, "requestedScopes[1]"),
        (r#""scope":"Ümläut""#, InvalidOption, "scope"),
        (r#""resource":"crm""#, InvalidOption, "resource"),
        (r#""extraParams":[["Grant_Type","x"]]"#, InvalidOption, "extraParams.Grant_Type"),
        (r#""extraParams":[["client_secret","x"]]"#, InvalidOption, "extraParams.client_secret"),
        (r#""extraParams":[["requested_token_use","on_behalf_of"]],"audience":"a""#, InvalidOption, "audience"),
        (
            r#""extraParams":[["requested_token_use","on_behalf_of"]],"requestedScopes":[]"#,
            MissingOption,
            "requestedScopes",
        ),
        (r#""preset":"nope""#, UnknownPreset, "preset"),
        (r#""preset":{"id":"x","clientAuth":{"allowed":["private_key_jwt"]}}"#, InvalidOption, "clientSecret"),
        (
            r#""preset":{"id":"x","clientAuth":{"allowed":["private_key_jwt"]}},"clientSecret":null,"auth":{"type":"post","clientId":"agent","clientSecret":"hush"}"#,
            InvalidOption,
            "auth",
        ),
        (r#""claims":"none""#, InvalidOption, "claims"),
        (
            r#""zone":"other","clientSecret":null,"auth":{"type":"multi_zone","zones":[["a","agent","hush"]]}"#,
            UnknownZone,
            "zone",
        ),
        (r#""preset":{"id":"x","taget":1}"#, UnknownOption, "preset.taget"),
        (r#""discovery":{"ttl":1}"#, UnknownOption, "discovery.ttl"),
        (r#""endpointOrigins":["nope"]"#, InvalidOption, "endpointOrigins[0]"),
        (r#""origins":["http://crm.example"]"#, InsecureUrl, "origins[0]"),
        (r#""origins":["https://crm.example/api"]"#, InvalidOption, "origins[0]"),
        (r#""timeoutMs":0"#, InvalidOption, "timeoutMs"),
        (r#""customHeaders":[["Authorization","x"]]"#, InvalidOption, "customHeaders.Authorization"),
        (r#""subjectTokenType":"a b""#, InvalidOption, "subjectTokenType"),
    ] {
        assert_eq!(refused(&with(members)), (code, ["configs[2].", field].concat()), "{members}");
    }
}

#[test]
fn only_both_name_and_value_make_a_parameter_microsofts_flow() {
    for parameter in [r#"["requested_token_use","other"]"#, r#"["use","on_behalf_of"]"#] {
        assert!(parse(&with(&[r#""audience":"a","extraParams":["#, parameter, "]"].concat())).is_ok(), "{parameter}");
    }
}

#[test]
fn the_options_of_a_store_are_checked_with_every_configuration() {
    let check = |text: &str| match StoreExchange::describe_all(text).unwrap_err().details().clone() {
        ErrorDetails::Config(error) => (error.code, error.field),
        other => panic!("{other:?}"),
    };
    let store = |configs: &[&str]| ["{\"configs\":[", &configs.join(","), "]}"].concat();
    assert_eq!(check("{}"), (ErrorCode::MissingOption, "configs".into()));
    assert_eq!(check(&store(&[CRM, CRM])), (ErrorCode::InvalidOption, "configs[1].ref".into()));
    assert_eq!(check(&store(&[CRM, "7"])), (ErrorCode::InvalidOption, "configs[1]".into()));
    assert_eq!(check(r#"{"configs":[],"storage":{}}"#), (ErrorCode::UnknownOption, "storage".into()));
    assert_eq!(check(r#"{"configs":[],"skewSeconds":-1}"#), (ErrorCode::InvalidOption, "skewSeconds".into()));
    assert_eq!(check(r#"{"configs":[],"onUnavailable":"x"}"#), (ErrorCode::InvalidOption, "onUnavailable".into()));
    assert!(StoreExchange::describe_all(&store(&[CRM])).is_ok());
}

#[test]
fn a_description_says_whom_is_asked_for_what_and_where_the_token_may_go() {
    let members = r#""audience":["https://crm.example/api","crm"],"resource":"https://erp.example:8443/x","origins":["https://files.example"]"#;
    let expected = concat!(
        r#"{"issuer":"https://as.example","clientId":"agent","#,
        r#""resource":["https://erp.example:8443/x","https://crm.example/api","crm"],"#,
        r#""scopes":["crm:read","crm:write"],"#,
        r#""origins":["https://files.example","https://erp.example:8443","https://crm.example"]}"#,
    );
    assert_eq!(parse(&with(members)).unwrap().describe(), expected);
}

#[test]
fn t38_every_part_of_the_identity_makes_a_difference() {
    let parts = [
        r#""tokenEndpoint":"https://as.example/other""#,
        r#""tokenEndpoint":"https://other.example/token""#,
        r#""issuer":"https://issuer.example""#,
        r#""tokenEndpoint":null,"issuer":"https://as.example""#,
        r#""clientId":"other""#,
        r#""clientSecret":"other""#,
        r#""clientSecret":null"#,
        r#""clientSecret":null,"auth":{"type":"basic","clientId":"agent","clientSecret":"hush"}"#,
        r#""clientSecret":null,"auth":{"type":"basic","clientId":"agent","clientSecret":"hush","encoding":"raw"}"#,
        r#""clientSecret":null,"auth":{"type":"bearer","accessToken":"hush"}"#,
        r#""clientSecret":null,"auth":{"type":"custom"}"#,
        r#""claims":{"a":{"essential":true}}"#,
        r#""clientSecret":null,"zone":"a","auth":{"type":"multi_zone","zones":[["a","agent","hush"],["b","agent","hush"]]}"#,
        r#""clientSecret":null,"zone":"b","auth":{"type":"multi_zone","zones":[["a","agent","hush"],["b","agent","hush"]]}"#,
        r#""clientSecret":null,"auth":{"type":"custom"},"own":"a""#,
        r#""clientSecret":null,"auth":{"type":"custom"},"own":"b""#,
        r#""requestedScopes":[]"#,
        r#""requestedScopes":["crm:read"]"#,
        r#""audience":"crm""#,
        r#""audience":["crm","erp"]"#,
        r#""audience":"crm erp""#,
        r#""resource":"https://crm.example""#,
        r#""subjectTokenType":"urn:ietf:params:oauth:token-type:jwt""#,
        r#""actorTokenType":"urn:ietf:params:oauth:token-type:jwt""#,
        r#""requestedTokenType":"urn:ietf:params:oauth:token-type:jwt""#,
        r#""authorizationDetails":[{"type":"a"}]"#,
        r#""verifyIssued":true"#,
        r#""verifyIssued":true,"clockToleranceSeconds":60"#,
        r#""preset":"keycloak""#,
        r#""preset":{"id":"rfc8693","response":{"assumeBearer":true}}"#,
        r#""extraParams":[["a","b"]]"#,
        r#""extraParams":[["a","b"],["c","d"]]"#,
        r#""extraParams":[["requested_token_use","on_behalf_of"]]"#,
        r#""endpointOrigins":"same-origin""#,
        r#""insecureHosts":["as.internal"]"#,
        r#""customHeaders":[["x-tenant","a"]]"#,
        r#""customHeaders":[["x-tenant","b"]]"#,
        r#""conformance":"fapi2""#,
    ];
    let mut prints = vec![parse(CRM).unwrap().fingerprint(None).unwrap()];
    for part in parts {
        let print = parse(&with(part)).unwrap().fingerprint(None).unwrap();
        assert!(!prints.contains(&print), "{part}");
        prints.push(print);
    }
}

#[test]
fn what_shapes_no_token_makes_no_difference() {
    let print = |config: &str| parse(config).unwrap().fingerprint(None).unwrap();
    for part in [
        r#""ref":"other""#,
        r#""name":"other""#,
        r#""kind":"fixed""#,
        r#""status":"revoked""#,
        r#""provider":"openai","tags":["a"]"#,
        r#""timeoutMs":5,"maxRetries":0,"maxResponseBytes":9,"clockToleranceSeconds":0"#,
        r#""requestedScopes":["crm:read","crm:write"]"#,
        r#""origins":["https://files.example"]"#,
    ] {
        assert_eq!(print(&with(part)), print(CRM), "{part}");
    }
    let overridden = |scope: &str| parse(CRM).unwrap().fingerprint(Some(scope.into())).unwrap();
    assert_eq!(overridden("crm:read crm:write"), print(CRM));
    assert_ne!(overridden("crm:read"), print(CRM));
    assert!(parse(CRM).unwrap().fingerprint(Some("é".into())).is_err());
}

#[test]
fn an_actor_that_the_server_would_not_take_matters_once_there_is_one() {
    for preset in [r#""keycloak""#, r#"{"id":"x","actorTypes":["urn:x"]}"#] {
        let config = with(&[r#""preset":"#, preset].concat());
        let exchange = parse(&config).unwrap();
        assert!(exchange.fingerprint(None).is_ok());
        assert_eq!(
            refused(&with(&[r#""actorTokenType":"urn:y","preset":"#, preset].concat())).0,
            ErrorCode::InvalidOption
        );
    }
}

#[test]
fn a_call_gives_the_tokens_and_nothing_else() {
    let exchange = parse(CRM).unwrap();
    let field = |params: &str| match exchange.exchange(params, CallOptions::default()).err().unwrap().details().clone()
    {
        ErrorDetails::Config(error) => error.field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field("{}"), "subjectToken");
    assert_eq!(field(r#"{"subjectToken":"t","audience":"x"}"#), "audience");
    assert_eq!(field(r#"{"subjectToken":"t","actorToken":7}"#), "actorToken");
    assert!(exchange.exchange(r#"{"subjectToken":"t","actorToken":"a","scope":"x"}"#, CallOptions::default()).is_ok());
}
