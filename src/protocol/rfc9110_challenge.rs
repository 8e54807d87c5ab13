//! The challenges of a `WWW-Authenticate` header (RFC 9110 section 11.6.1).

use crate::characters::Class;
use crate::error::Challenge;
use crate::http::set;

/// Far more than any server sends. Each is held against all that was sent, which takes time.
const MOST_PARAMETERS: usize = 64;

/// Reads all challenges of a header value. A malformed header gives none at all, never half of one; so does one with more
/// than 64 challenges and parameters.
#[must_use]
pub fn parse(header: &str) -> Vec<Challenge> {
    let mut reader = Reader { rest: header, left: MOST_PARAMETERS };
    let mut challenges = Vec::new();
    loop {
        reader.skip_any(b" \t,");
        if reader.rest.is_empty() {
            return challenges;
        }
        match challenge(&mut reader) {
            Some(challenge) => challenges.push(challenge),
            None => return Vec::new(),
        }
    }
}

fn challenge(reader: &mut Reader<'_>) -> Option<Challenge> {
    reader.left = reader.left.checked_sub(1)?;
    let mut found = Challenge { scheme: reader.token()?.to_ascii_lowercase(), ..Challenge::default() };
    if !matches!(reader.peek(), None | Some(b' ' | b'\t' | b',')) {
        return None;
    }
    reader.space();
    if let Some(value) = reader.token68() {
        found.token68 = Some(value.into());
        return Some(found);
    }
    loop {
        let before = reader.rest;
        reader.skip_any(b" \t,");
        // A name without `=` begins the next challenge: it is left for the caller.
        let Some((name, value)) = reader.parameter()? else {
            reader.rest = before;
            return Some(found);
        };
        reader.left = reader.left.checked_sub(1)?;
        set(&mut found.params, name, value);
        reader.space();
        if !matches!(reader.peek(), None | Some(b',')) {
            return None;
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    /// How many challenges and parameters may still come.
    left: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    fn skip(&mut self, class: Class) -> &'a str {
        let (skipped, rest) = class.split(self.rest);
        self.rest = rest;
        skipped
    }

    fn skip_any(&mut self, characters: &[u8]) {
        while self.peek().is_some_and(|byte| characters.contains(&byte)) {
            self.skip_one();
        }
    }

    fn space(&mut self) {
        self.skip_any(b" \t");
    }

    fn token(&mut self) -> Option<&'a str> {
        let token = self.skip(Class::NAME);
        (!token.is_empty()).then_some(token)
    }

    /// A token68 that ends the challenge; anything else is left where it is.
    fn token68(&mut self) -> Option<&'a str> {
        let before = self.rest;
        let value = self.skip(Class::TOKEN68);
        self.skip_any(b"=");
        let length = before.len().saturating_sub(self.rest.len());
        self.space();
        if !value.is_empty() && matches!(self.peek(), None | Some(b',')) {
            return before.get(..length);
        }
        self.rest = before;
        None
    }

    /// The next `name=value`: `Some(None)` when what follows is no parameter, `None` when it is malformed.
    fn parameter(&mut self) -> Option<Option<(&'a str, String)>> {
        let Some(name) = self.token() else {
            return if self.rest.is_empty() { Some(None) } else { None };
        };
        self.space();
        if self.peek() != Some(b'=') {
            return Some(None);
        }
        self.skip_one();
        self.space();
        let value = if self.peek() == Some(b'"') { self.quoted()? } else { self.token()?.to_owned() };
        Some(Some((name, value)))
    }

    fn skip_one(&mut self) {
        let mut characters = self.rest.chars();
        characters.next();
        self.rest = characters.as_str();
    }

    fn quoted(&mut self) -> Option<String> {
        let mut characters = self.rest.chars();
        characters.next();
        let mut value = String::new();
        loop {
            match characters.next()? {
                '"' => break,
                '\\' => value.push(characters.next()?),
                character => value.push(character),
            }
        }
        self.rest = characters.as_str();
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(params: &[(&str, &str)]) -> Challenge {
        Challenge {
            scheme: "bearer".into(),
            params: params.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            token68: None,
        }
    }

    #[test]
    fn reads_the_example_of_rfc_6750() {
        let header = r#"Bearer realm="example", error="invalid_token", error_description="The access token expired""#;
        assert_eq!(
            parse(header),
            [bearer(&[
                ("realm", "example"),
                ("error", "invalid_token"),
                ("error_description", "The access token expired")
            ])]
        );
    }

    #[test]
    fn v102_several_challenges_token68_escapes_and_empty_elements() {
        let header =
            r#"Newauth realm="apps", type=1, title="Login to \"apps\"", ,Basic realm="simple", Negotiate YWJj=="#;
        let challenges = parse(header);
        assert_eq!(challenges.len(), 3);
        assert_eq!(challenges[0].params[2], ("title".to_owned(), "Login to \"apps\"".to_owned()));
        assert_eq!(
            challenges[1],
            Challenge { scheme: "basic".into(), params: vec![("realm".into(), "simple".into())], token68: None }
        );
        assert_eq!(
            challenges[2],
            Challenge { scheme: "negotiate".into(), params: vec![], token68: Some("YWJj==".into()) }
        );
        assert_eq!(
            parse("DPoP, Bearer").iter().map(|challenge| challenge.scheme.as_str()).collect::<Vec<_>>(),
            ["dpop", "bearer"]
        );
    }

    #[test]
    fn v103_names_are_lower_case_and_the_last_of_a_repeated_name_wins() {
        assert_eq!(parse("BEARER Scope=a, SCOPE=b"), [bearer(&[("scope", "b")])]);
    }

    #[test]
    fn v104_a_malformed_header_gives_nothing() {
        for header in [
            r#"Bearer realm="open"#,
            "Bearer YWJj== realm=x",
            r#"Bearer realm="a" junk"#,
            r#"Bearer a=b, ="#,
            "=",
            r#"Bearer error="x"; y"#,
            "Bearer\u{e9}",
        ] {
            assert_eq!(parse(header), [], "{header}");
        }
        assert_eq!(parse(""), []);
    }
}
