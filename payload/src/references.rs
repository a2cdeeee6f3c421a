//! What a text refers to: people and public chats.

use crate::Person;
use std::ops::Range;

/// Something that a text refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference<'t> {
    /// Where it stands in the text, in bytes, with its `@` or `#`.
    pub range: Range<usize>,
    /// What it is.
    pub target: ReferenceTarget<'t>,
}

/// What a text refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReferenceTarget<'t> {
    /// Somebody: `@` and their key, `0x04…`.
    Mention(Person),
    /// A public chat: `#` and its name. Capitals pass here as deployed, though no official client
    /// lets one make such a chat.
    PublicChat(&'t str),
}

/// The people and public chats that `text` refers to, in its order, as the deployed clients' parser
/// recognises them:
///
/// - a mention is `@0x` and 130 hex digits in lower case, up to the end, white space or one of
///   `. , : ;`;
/// - a public chat is `#` and letters, digits and hyphens up to the end or white space.
///
/// White space is that of ASCII. Unlike there, digits that are no public key mention nobody, and a
/// reference within code (between backquotes) counts.
pub fn references(text: &str) -> impl Iterator<Item = Reference<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(from..)?;
            let start = from + rest.find(['@', '#'])?;
            let found = match text.as_bytes().get(start) {
                Some(b'@') => mention(text, start),
                _ => public_chat(text, start),
            };
            // Both signs are one byte long.
            from = start + 1;
            if let Some(reference) = found {
                from = reference.range.end;
                return Some(reference);
            }
        }
    })
}

fn mention(text: &str, at: usize) -> Option<Reference<'_>> {
    let end = at + 1 + Person::TEXT_LEN;
    let person = text.get(at + 1..end)?.parse().ok()?;
    let ends = match text.as_bytes().get(end) {
        None => true,
        Some(next) => is_space(*next) || matches!(next, b'.' | b',' | b':' | b';'),
    };
    ends.then_some(Reference {
        range: at..end,
        target: ReferenceTarget::Mention(person),
    })
}

fn public_chat(text: &str, at: usize) -> Option<Reference<'_>> {
    let rest = text.get(at + 1..)?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    // No further than the name: whoever looked for the white space behind it would read a text of
    // nothing but `#` once for each of them.
    let len = rest.bytes().position(|byte| !fits(byte));
    let len = len.unwrap_or(rest.len());
    let ends = rest.as_bytes().get(len).is_none_or(|next| is_space(*next));
    let name = rest.get(..len)?;
    (!name.is_empty() && ends).then_some(Reference {
        range: at..at + 1 + len,
        target: ReferenceTarget::PublicChat(name),
    })
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secp256k1::{Secp256k1, SecretKey};

    fn someone() -> Person {
        let secret = SecretKey::from_byte_array([7; 32]).unwrap();
        secret.public_key(&Secp256k1::new()).into()
    }

    fn targets(text: &str) -> Vec<ReferenceTarget<'_>> {
        references(text).map(|reference| reference.target).collect()
    }

    #[test]
    fn mentions_end_where_the_deployed_parser_ends_them() {
        let mention = [ReferenceTarget::Mention(someone())];
        let key = someone().to_string();
        for end in ["", " and more", ".", ",", ":", ";", "\n", "\t"] {
            assert_eq!(targets(&format!("hello @{key}{end}")), mention, "{end:?}");
        }
        assert_eq!(targets(&format!("x@{key}")), mention);
        assert_eq!(targets(&format!("@@{key}")), mention);
        assert_eq!(targets(&format!("@{key} @{key}")).len(), 2);
        for end in ["0", "é", "!", ")", "@", "\u{a0}"] {
            assert_eq!(targets(&format!("@{key}{end}")), [], "{end:?}");
        }
        assert_eq!(targets(&format!("@{}", &key[..131])), []);
        assert_eq!(targets(&format!("@{}", key.to_uppercase())), []);
        assert_eq!(targets(&format!("@0x04{}", "0".repeat(128))), []);
    }

    #[test]
    fn public_chats_are_letters_digits_and_hyphens() {
        let chat = |name| [ReferenceTarget::PublicChat(name)];
        assert_eq!(targets("simple #tag test"), chat("tag"));
        assert_eq!(targets("#at-the beginning"), chat("at-the"));
        assert_eq!(targets("at the #end"), chat("end"));
        assert_eq!(targets("over #two\nlines"), chat("two"));
        assert_eq!(targets("#Number9"), chat("Number9"));
        assert_eq!(targets("#one in #two").len(), 2);
        for text in ["#a_b", "#a?", "# a", "#", "a # b", "#a.", "#ü"] {
            assert_eq!(targets(text), [], "{text}");
        }
        assert_eq!(targets("##a"), chat("a"));
    }

    /// A test that would not end if each sign cost the length of the text.
    #[test]
    fn the_longest_text_of_nothing_but_signs_is_read_in_one_pass() {
        for text in ["#", "@", "#a", "@0x04"] {
            let text = text.repeat(crate::MAX_MESSAGE_LEN / text.len()) + "!";
            assert_eq!(targets(&text), []);
        }
    }

    proptest! {
        #[test]
        fn a_reference_stands_where_it_says(text in "([@# ]|0x04|[a-c.é]){0,40}") {
            let mut end = 0;
            for reference in references(&text) {
                prop_assert!(end <= reference.range.start);
                end = reference.range.end;
                let said = &text[reference.range];
                match reference.target {
                    ReferenceTarget::Mention(person) => {
                        prop_assert_eq!(said, format!("@{person}"));
                    }
                    ReferenceTarget::PublicChat(name) => {
                        prop_assert_eq!(said, format!("#{name}"));
                    }
                }
            }
        }
    }
}
