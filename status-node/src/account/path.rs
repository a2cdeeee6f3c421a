//! Derivation paths: the text `m/43'/60'/1581'/0'/0` and the child numbers it names.

use std::fmt;

/// Added to a child number that is hardened (BIP-32).
const HARDENED: u32 = 1 << 31;

/// Children a path may name: BIP-32 counts the depth of a key in one byte.
const MAX_CHILDREN: usize = 255;

/// From which key a path starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartingPoint {
    /// The master key: the path begins with `m`.
    Master,
    /// The key at hand: the path begins with `.`, with a number, or is empty.
    Current,
    /// The parent of the key at hand: the path begins with `..`.
    Parent,
}

/// A parsed derivation path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivationPath {
    start: StartingPoint,
    children: Vec<u32>,
}

/// Why a text is no derivation path; whoever wrote it is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("derivation path {path:?}, at byte {position}: {reason}")]
pub struct PathError {
    /// The text that was parsed.
    pub path: String,
    /// Bytes read when the fault showed, counted from 1.
    pub position: usize,
    /// What was wanted there.
    pub reason: PathFault,
}

/// What a derivation path lacks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    /// A decimal digit had to follow.
    #[error("expected a number, got {}", .0.map_or("the end".to_owned(), |c| format!("{c:?}")))]
    Number(Option<char>),
    /// A `/` had to follow.
    #[error("expected '/', got {0:?}")]
    Separator(char),
    /// A child number must be below 2^31.
    #[error("child number {0} is not below 2147483648")]
    TooLarge(String),
    /// More than 255 children.
    #[error("more than 255 children")]
    TooDeep,
}

impl DerivationPath {
    /// Parses a path as BIP-32 means it.
    pub fn parse(path: &str) -> Result<Self, PathError> {
        Decoder::new(path).run(true)
    }

    /// Parses a path as status-go v0.50.0 does, whose decoder forgets the last child when that is
    /// hardened: `m/44'/60'/0'` names the key of `m/44'/60'`. Needed only to find keys that
    /// status-go made; the paths of the chat key and the wallet end in a child that is not
    /// hardened, so both readings agree on them.
    pub fn parse_as_deployed(path: &str) -> Result<Self, PathError> {
        Decoder::new(path).run(false)
    }

    /// Where the path starts.
    pub fn start(&self) -> StartingPoint {
        self.start
    }

    /// The child numbers in order, 2^31 added to hardened ones; at most 255.
    pub fn children(&self) -> &[u32] {
        &self.children
    }
}

impl fmt::Display for DerivationPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.start {
            StartingPoint::Master => "m",
            StartingPoint::Current => ".",
            StartingPoint::Parent => "..",
        })?;
        for child in &self.children {
            match child.checked_sub(HARDENED) {
                Some(index) => write!(f, "/{index}'")?,
                None => write!(f, "/{child}")?,
            }
        }
        Ok(())
    }
}

/// Reads a path byte by byte.
struct Decoder<'a> {
    path: &'a str,
    rest: std::str::Chars<'a>,
    position: usize,
    children: Vec<u32>,
}

impl<'a> Decoder<'a> {
    fn new(path: &'a str) -> Self {
        Self {
            path,
            rest: path.chars(),
            position: 0,
            children: Vec::new(),
        }
    }

    fn run(mut self, keep_last_hardened: bool) -> Result<DerivationPath, PathError> {
        let start = self.start();
        let more = match start {
            // A bare number needs no separator before it.
            None => !self.path.is_empty(),
            Some(_) => self.separator()?,
        };
        if more {
            self.children(keep_last_hardened)?;
        }
        Ok(DerivationPath {
            start: start.unwrap_or(StartingPoint::Current),
            children: self.children,
        })
    }

    fn take(&mut self, wanted: char) -> bool {
        let mut rest = self.rest.clone();
        let found = rest.next() == Some(wanted);
        if found {
            self.rest = rest;
            self.position += 1;
        }
        found
    }

    fn start(&mut self) -> Option<StartingPoint> {
        if self.take('m') {
            return Some(StartingPoint::Master);
        }
        if !self.take('.') {
            return None;
        }
        Some(if self.take('.') {
            StartingPoint::Parent
        } else {
            StartingPoint::Current
        })
    }

    /// Whether a separator follows (then something must follow it) or the path ends.
    fn separator(&mut self) -> Result<bool, PathError> {
        self.position += 1;
        match self.rest.next() {
            None => Ok(false),
            Some('/') => Ok(true),
            Some(other) => Err(self.fault(PathFault::Separator(other))),
        }
    }

    fn children(&mut self, keep_last_hardened: bool) -> Result<(), PathError> {
        let mut digits = String::new();
        loop {
            let next = self.rest.next();
            self.position += usize::from(next.is_some());
            match next {
                Some(digit) if digit.is_ascii_digit() => digits.push(digit),
                wrong if digits.is_empty() => return Err(self.fault(PathFault::Number(wrong))),
                None => return self.save(&digits, 0),
                Some('/') => self.save(&std::mem::take(&mut digits), 0)?,
                Some('\'') => {
                    let more = self.separator()?;
                    if more || keep_last_hardened {
                        self.save(&std::mem::take(&mut digits), HARDENED)?;
                    }
                    if !more {
                        return Ok(());
                    }
                }
                wrong => return Err(self.fault(PathFault::Number(wrong))),
            }
        }
    }

    fn save(&mut self, digits: &str, hardened: u32) -> Result<(), PathError> {
        let index: u32 = digits
            .parse()
            .ok()
            .filter(|index| *index < HARDENED)
            .ok_or_else(|| self.fault(PathFault::TooLarge(digits.into())))?;
        if self.children.len() == MAX_CHILDREN {
            return Err(self.fault(PathFault::TooDeep));
        }
        self.children.push(index | hardened);
        Ok(())
    }

    fn fault(&self, reason: PathFault) -> PathError {
        PathError {
            path: self.path.into(),
            position: self.position,
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_deployed_reading_forgets_a_last_hardened_child() {
        let path = "m/43'/60'/1581'";
        assert_eq!(DerivationPath::parse(path).unwrap().to_string(), path);
        assert_eq!(
            DerivationPath::parse_as_deployed(path).unwrap().to_string(),
            "m/43'/60'"
        );
    }

    #[test]
    fn a_fault_names_place_and_reason() {
        let error = DerivationPath::parse("m/0h").unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"derivation path "m/0h", at byte 4: expected a number, got 'h'"#
        );
        let error = DerivationPath::parse("m/4294967296").unwrap_err();
        assert_eq!(error.reason, PathFault::TooLarge("4294967296".into()));
    }

    #[test]
    fn a_path_of_256_children_is_too_deep() {
        let path = format!("m{}", "/0".repeat(256));
        assert_eq!(
            DerivationPath::parse(&path).unwrap_err().reason,
            PathFault::TooDeep
        );
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(children in prop::collection::vec(any::<u32>(), 0..20)) {
            let path = DerivationPath { start: StartingPoint::Master, children };
            prop_assert_eq!(DerivationPath::parse(&path.to_string()).unwrap(), path);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[m./0-9'x]{0,12}") {
            let _ = DerivationPath::parse(&text);
            let _ = DerivationPath::parse_as_deployed(&text);
        }
    }
}
