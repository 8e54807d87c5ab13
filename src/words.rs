//! Enums whose variants cross as words.

use crate::text::parts;

/// Defines an enum of words: the one place where a variant and the word it crosses as stand together.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $( $(#[$doc:meta])* $variant:ident = $word:literal, )+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
        pub enum $name {
            $( $(#[$doc])* #[cfg_attr(target_arch = "wasm32", serde(rename = $word))] $variant, )+
        }

        #[allow(dead_code, reason = "not every enum is both read and written")]
        impl $name {
            /// The words, in the order of [`Self::VARIANTS`].
            pub const WORDS: &'static [&'static str] = &[$( $word, )+];
            /// The variants, in the order of [`Self::WORDS`].
            pub const VARIANTS: &'static [Self] = &[$( Self::$variant, )+];
            // One text and no table: a list of texts weighs eight bytes for each.
            const LIST: &'static str = {
                $( assert!($crate::words::is_one($word)); )+
                concat!($( $word, " ", )+)
            };

            /// The word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                $crate::words::nth(Self::LIST, self as usize)
            }

            /// The variant of a word.
            #[must_use]
            pub fn of(word: &str) -> Option<Self> {
                $crate::words::place(Self::LIST, word).and_then(Self::at)
            }

            /// The variant of a word's place in [`Self::WORDS`].
            #[must_use]
            pub fn at(place: usize) -> Option<Self> {
                match place {
                    $( place if place == Self::$variant as usize => Some(Self::$variant), )+
                    _ => None,
                }
            }

            /// The variant whose word a member is.
            #[must_use]
            pub fn read(fields: &$crate::fields::Fields<'_, '_>, name: &'static str) -> Option<Self> {
                fields.word(name, Self::LIST).and_then(Self::at)
            }
        }
    };
}
pub(crate) use words;

/// Whether a text is one word, as the list of them takes it.
pub(crate) const fn is_one(word: &str) -> bool {
    let mut rest = word.as_bytes();
    while let [first, after @ ..] = rest {
        if *first == b' ' {
            return false;
        }
        rest = after;
    }
    !word.is_empty()
}

/// The word at a place in a list of words, each with a space behind it.
#[inline(never)]
pub(crate) fn nth(list: &'static str, place: usize) -> &'static str {
    let mut words = parts(list, " ");
    for _ in 0..place {
        words.next();
    }
    words.next().unwrap_or_default()
}

/// The place of a word in such a list.
#[inline(never)]
pub(crate) fn place(list: &str, word: &str) -> Option<usize> {
    parts(list, " ").position(|known| known == word)
}
