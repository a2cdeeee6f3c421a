//! Where the items of an RLP list stand. What they mean is for the layers' own decoders to say; this walk
//! is lenient, since it must also show what those refuse.

use super::piece::Piece;

/// Items of one list that are looked at: more than any packet but a batch of envelopes has.
const MAX_ITEMS: usize = 4096;

/// An item.
pub(super) struct Item {
    /// With its header.
    pub(super) whole: Piece,
    /// Without.
    pub(super) value: Piece,
    pub(super) is_list: bool,
}

/// The first item of `piece`; none if its bytes are no RLP.
pub(super) fn first(piece: &Piece) -> Option<Item> {
    let bytes = piece.bytes();
    let prefix = *bytes.first()?;
    let (header, length) = match prefix {
        0..=0x7f => (0, 1),
        0x80..=0xb7 => (1, usize::from(prefix - 0x80)),
        0xb8..=0xbf => long(bytes, usize::from(prefix - 0xb7))?,
        0xc0..=0xf7 => (1, usize::from(prefix - 0xc0)),
        0xf8..=0xff => long(bytes, usize::from(prefix - 0xf7))?,
    };
    let end = header
        .checked_add(length)
        .filter(|end| *end <= bytes.len())?;
    Some(Item {
        whole: piece.part(0..end),
        value: piece.part(header..end),
        is_list: prefix >= 0xc0,
    })
}

/// Length of a header whose length takes `digits` bytes, and that length.
fn long(bytes: &[u8], digits: usize) -> Option<(usize, usize)> {
    let length = bytes
        .get(1..=digits)?
        .iter()
        .try_fold(0_usize, |length, byte| {
            length.checked_mul(256)?.checked_add(usize::from(*byte))
        })?;
    Some((1 + digits, length))
}

/// The items in the list that `piece` is, up to the first that is none.
pub(super) fn list(piece: &Piece) -> Vec<Item> {
    match first(piece) {
        Some(item) if item.is_list => items(&item.value),
        _ => Vec::new(),
    }
}

/// The items that follow each other in `piece`, up to the first that is none.
pub(super) fn items(piece: &Piece) -> Vec<Item> {
    let mut rest = piece.clone();
    let mut items = Vec::new();
    while items.len() < MAX_ITEMS
        && let Some(item) = first(&rest)
    {
        rest = rest.behind(item.whole.len());
        items.push(item);
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use proptest::prelude::*;

    fn piece(hex: &str) -> Piece {
        Piece::whole(hex::decode(hex).unwrap().into())
    }

    #[test]
    fn items_stand_where_their_bytes_are() {
        let items = list(&piece("c88205398061c20102"));
        let places: Vec<_> = items
            .iter()
            .map(|item| (item.value.span().offset, item.value.len(), item.is_list))
            .collect();
        let wanted = [(2, 2, false), (5, 0, false), (5, 1, false), (7, 2, true)];
        assert_eq!(places, wanted);
    }

    #[test]
    fn long_headers_are_read_and_lies_about_length_are_not_believed() {
        let long = format!("f83cb83a{}", "07".repeat(58));
        assert_eq!(list(&piece(&long))[0].value.span().offset, 4);
        assert!(list(&piece("c88205")).is_empty());
        assert!(list(&piece("ffffffffffffffffff00")).is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_are_walked(bytes: Vec<u8>) {
            let length = bytes.len();
            let walked: usize = items(&Piece::whole(Bytes::from(bytes)))
                .iter()
                .map(|item| item.whole.len())
                .sum();
            prop_assert!(walked <= length);
        }
    }
}
