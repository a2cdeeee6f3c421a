//! Bytes with their place, so that every field can say where it stands.

use bytes::Bytes;
use std::ops::Range;

/// Where bytes stand: counted from the start of the nearest enclosing layer that says where its bytes
/// are from ([`Layer::source`](super::Layer::source)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first byte, counted from 0.
    pub offset: usize,
    /// How many bytes.
    pub length: usize,
}

/// A part of a buffer, or a whole one.
#[derive(Clone)]
pub(super) struct Piece {
    bytes: Bytes,
    offset: usize,
}

impl Piece {
    /// A buffer of its own: what was given, decompressed or decrypted.
    pub(super) fn whole(bytes: Bytes) -> Self {
        Self { bytes, offset: 0 }
    }

    /// A part of it; empty where there is none.
    pub(super) fn part(&self, range: Range<usize>) -> Self {
        let end = range.end.min(self.bytes.len());
        let start = range.start.min(end);
        Self {
            bytes: self.bytes.slice(start..end),
            offset: self.offset + start,
        }
    }

    /// What stands behind the first `skipped` bytes.
    pub(super) fn behind(&self, skipped: usize) -> Self {
        self.part(skipped..self.bytes.len())
    }

    pub(super) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn span(&self) -> Span {
        Span {
            offset: self.offset,
            length: self.bytes.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_part_says_where_it_stands_in_the_whole() {
        let whole = Piece::whole(Bytes::from_static(b"0123456789"));
        let part = whole.part(2..8).behind(3);
        assert_eq!(part.bytes(), &b"567"[..]);
        let (offset, length) = (5, 3);
        assert_eq!(part.span(), Span { offset, length });
        assert_eq!(whole.part(8..20).bytes(), &b"89"[..]);
        assert_eq!(whole.part(20..30).len(), 0);
    }
}
