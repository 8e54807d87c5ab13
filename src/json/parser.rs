//! The first pass: is the text JSON, and where do its values lie?
use super::{MAX_DEPTH, Malformed};
use crate::characters::Class;

/// A value or a member's name in the text. The nodes of what it contains follow it.
pub(super) struct Node<'de> {
    pub(super) text: &'de str,
    /// Itself and the nodes that follow it as its content.
    pub(super) count: usize,
    /// True for a string that does not stand for itself.
    pub(super) escaped: bool,
}

/// The first pass.
struct Parser<'de> {
    text: &'de str,
    at: usize,
    escaped: bool,
    nodes: Vec<Node<'de>>,
}

/// Checks the whole text, which may start with a byte order mark.
pub(super) fn parse(text: &str) -> Result<Vec<Node<'_>>, Malformed> {
    let mut parser =
        Parser { text: text.strip_prefix('\u{FEFF}').unwrap_or(text), at: 0, escaped: false, nodes: Vec::new() };
    parser.value(MAX_DEPTH)?;
    match parser.peek() {
        None => Ok(parser.nodes),
        Some(_) => Err(Malformed::Syntax),
    }
}

impl Parser<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn advance(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    /// The next byte, which is taken.
    fn take(&mut self) -> Option<u8> {
        let byte = self.byte();
        self.advance();
        byte
    }

    /// The next byte that is not white space, which is left in place.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.advance();
        }
        self.byte()
    }

    /// Recursive, but no deeper than `depth`.
    fn value(&mut self, depth: usize) -> Result<(), Malformed> {
        let first = self.peek();
        let start = self.at;
        let index = self.nodes.len();
        self.nodes.push(Node { text: "", count: 0, escaped: false });
        self.escaped = false;
        self.advance();
        match first {
            Some(b'{') => self.content(depth, b'}')?,
            Some(b'[') => self.content(depth, b']')?,
            Some(b'"') => self.string()?,
            Some(b't') => self.word(b"rue")?,
            Some(b'f') => self.word(b"alse")?,
            Some(b'n') => self.word(b"ull")?,
            Some(b'-') => {
                let digit = self.take();
                self.number(digit)?;
            }
            digit => self.number(digit)?,
        }
        let count = self.nodes.len().saturating_sub(index);
        if let Some(node) = self.nodes.get_mut(index) {
            node.text = self.text.get(start..self.at).unwrap_or_default();
            node.count = count;
            node.escaped = self.escaped;
        }
        Ok(())
    }

    /// What an object or an array contains, up to and with the bracket that closes it.
    fn content(&mut self, depth: usize, close: u8) -> Result<(), Malformed> {
        let depth = depth.checked_sub(1).ok_or(Malformed::TooDeep)?;
        if self.peek() == Some(close) {
            self.advance();
            return Ok(());
        }
        loop {
            if close == b'}' {
                if self.peek() != Some(b'"') {
                    return Err(Malformed::Syntax);
                }
                self.value(depth)?;
                if self.peek() != Some(b':') {
                    return Err(Malformed::Syntax);
                }
                self.advance();
            }
            self.value(depth)?;
            let next = self.peek();
            self.advance();
            match next {
                Some(b',') => {}
                next if next == Some(close) => return Ok(()),
                _ => return Err(Malformed::Syntax),
            }
        }
    }

    fn word(&mut self, rest: &[u8]) -> Result<(), Malformed> {
        for &byte in rest {
            if self.take() != Some(byte) {
                return Err(Malformed::Syntax);
            }
        }
        Ok(())
    }

    /// The rest of a string whose opening quote is taken.
    fn string(&mut self) -> Result<(), Malformed> {
        loop {
            // Most of a document is inside of strings: what ends or changes one is looked for in one go.
            let ahead = self.text.get(self.at..).unwrap_or_default();
            self.at = self.at.saturating_add(Class::JSON.run(ahead));
            match self.take() {
                Some(b'"') => return Ok(()),
                Some(b'\\') => match self.escape() {
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {}
                    Some(b'u') => {
                        for _ in 0..4 {
                            if !self.take().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                                return Err(Malformed::Syntax);
                            }
                        }
                    }
                    _ => return Err(Malformed::Syntax),
                },
                _ => return Err(Malformed::Syntax),
            }
        }
    }

    fn escape(&mut self) -> Option<u8> {
        self.escaped = true;
        self.take()
    }

    /// The rest of a number whose sign and first digit are taken.
    fn number(&mut self, first: Option<u8>) -> Result<(), Malformed> {
        match first {
            Some(b'0') => {}
            Some(b'1'..=b'9') => {
                self.digits();
            }
            _ => return Err(Malformed::Syntax),
        }
        if self.byte() == Some(b'.') {
            self.advance();
            if !self.digits() {
                return Err(Malformed::Syntax);
            }
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.advance();
            if let Some(b'+' | b'-') = self.byte() {
                self.advance();
            }
            if !self.digits() {
                return Err(Malformed::Syntax);
            }
        }
        Ok(())
    }

    /// Whether there was a digit.
    fn digits(&mut self) -> bool {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.advance();
        }
        self.at != start
    }
}
