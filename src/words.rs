//! Enums whose variants cross as words.

/// Defines an enum of words: the one place where a variant and the word it crosses as stand together.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $( $(#[$doc:meta])* $variant:ident = $word:literal, )+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
        pub enum $name {
            $( $(#[$doc])* #[cfg_attr(target_arch = "wasm32", serde(rename = $word))] $variant, )+
        }

        impl $name {
            /// The words, in the order of [`Self::VARIANTS`].
            pub const WORDS: &'static [&'static str] = &[$( $word, )+];
            /// The variants, in the order of [`Self::WORDS`].
            pub const VARIANTS: &'static [Self] = &[$( Self::$variant, )+];

            /// The word.
            #[must_use]
            #[allow(dead_code, reason = "some words are only read")]
            pub fn as_str(self) -> &'static str {
                Self::WORDS.get(self as usize).copied().unwrap_or_default()
            }

            /// The variant of a word.
            #[must_use]
            pub fn of(word: &str) -> Option<Self> {
                Self::WORDS.iter().position(|known| *known == word).and_then(Self::at)
            }

            /// The variant of a word's place in [`Self::WORDS`].
            #[must_use]
            pub fn at(index: usize) -> Option<Self> {
                Self::VARIANTS.get(index).copied()
            }
        }
    };
}
pub(crate) use words;
