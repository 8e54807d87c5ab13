//! T38, T39: for every part of the identity, two requests that differ in it have different fingerprints.

use onbehalf::policy::cache::{Fingerprint, add_authentication, add_exchange};
use onbehalf::protocol::rfc6749_client_authentication::ClientAuthentication;
use onbehalf::protocol::rfc8693_exchange::TokenExchange;
use onbehalf::secret::Secret;
use proptest::prelude::*;

/// Few and short texts that are prefixes, joints and look-alikes of one another: what collides, collides here.
fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "", "a", "b", "ab", "a|b", "b|c", "a b", "a\0", "\0", "a,b", "\u{e9}", "e\u{301}", "\u{212b}", "\u{c5}",
    ])
    .prop_map(String::from)
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(text(), 0..4)
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec((text(), text()), 0..3)
}

prop_compose! {
    fn exchange()(
        (grant_type, subject_token_name, subject_token, subject_token_type) in (text(), text(), text(), text()),
        actor in prop::option::of((text(), text())),
        requested_token_type in prop::option::of(text()),
        (audience, resource, scope) in (texts(), texts(), texts()),
        (authorization_details, claims) in (prop::option::of(text()), prop::option::of(text())),
        extra in pairs(),
    ) -> TokenExchange {
        TokenExchange {
            grant_type,
            subject_token_name,
            subject_token: Secret::new(subject_token),
            subject_token_type,
            actor: actor.map(|(token, token_type)| (Secret::new(token), token_type)),
            requested_token_type,
            audience,
            resource,
            scope,
            authorization_details,
            claims,
            extra,
        }
    }
}

fn authentication() -> impl Strategy<Value = ClientAuthentication> {
    (0..6, text(), text(), any::<bool>()).prop_map(|(kind, client_id, secret, flag)| {
        let secret = Secret::new(secret);
        let named = flag.then(|| client_id.clone());
        match kind {
            0 => ClientAuthentication::None { client_id: named },
            1 => ClientAuthentication::Basic { client_id, secret, raw: flag },
            2 => ClientAuthentication::Post { client_id, secret },
            3 => ClientAuthentication::Secret { client_id, secret, raw: flag },
            4 => ClientAuthentication::Bearer { token: secret, client_id: named },
            _ => ClientAuthentication::Host { client_id: named },
        }
    })
}

fn print_of(exchange: &TokenExchange) -> String {
    let mut print = Fingerprint::default();
    add_exchange(&mut print, exchange);
    print.finish()
}

/// The same request of another subject and another actor.
fn of_somebody_else(exchange: &TokenExchange) -> TokenExchange {
    let mut exchange = exchange.clone();
    exchange.subject_token = Secret::new("another subject");
    exchange.actor = exchange.actor.map(|(_, token_type)| (Secret::new("another actor"), token_type));
    exchange
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn t39_requests_have_one_fingerprint_only_when_they_are_the_same(left in exchange(), right in exchange()) {
        let same = of_somebody_else(&left) == of_somebody_else(&right);
        prop_assert_eq!(print_of(&left) == print_of(&right), same);
    }

    #[test]
    fn tokens_are_no_part_of_it(exchange in exchange()) {
        prop_assert_eq!(print_of(&exchange), print_of(&of_somebody_else(&exchange)));
    }

    #[test]
    fn t38_each_part_makes_a_difference(exchange in exchange(), part in 0..10, by in text(), list in texts()) {
        let mut changed = exchange.clone();
        match part {
            0 => changed.grant_type = by,
            1 => changed.subject_token_name = by,
            2 => changed.subject_token_type = by,
            3 => changed.requested_token_type = Some(by),
            4 => changed.audience = list,
            5 => changed.resource = list,
            6 => changed.scope = list,
            7 => changed.authorization_details = Some(by),
            8 => changed.claims = Some(by),
            _ => changed.extra.push((by, String::new())),
        }
        prop_assert_eq!(print_of(&exchange) == print_of(&changed), exchange == changed);
    }

    #[test]
    fn t38_clients_that_authenticate_differently_differ(left in authentication(), right in authentication()) {
        let print = |authentication: &ClientAuthentication| {
            let mut print = Fingerprint::default();
            add_authentication(&mut print, authentication);
            print.finish()
        };
        prop_assert_eq!(print(&left) == print(&right), left == right);
    }
}
