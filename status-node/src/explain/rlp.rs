//! Where the items of an RLP list stand. What they mean is for the layers' own decoders to say; this walk
//! is lenient, since it must also show what those refuse.

use super::piece::Piece;

/// Items of one list that are looked at: more than any packet but a batch of envelopes has.
const MAX_ITEMS: usize = 4096;

/// Lists in lists that are looked into for a fault: no packet has as many.
const MAX_DEPTH: u8 = 8;

/// An item.
pub(super) struct Item {
    /// With its header.
    pub(super) whole: Piece,
    /// Without.
    pub(super) value: Piece,
    pub(super) is_list: bool,
}

/// The lengths of an item's header and of its value, as the header has them.
fn header(bytes: &[u8]) -> Option<(usize, usize)> {
    let prefix = *bytes.first()?;
    Some(match prefix {
        0..=0x7f => (0, 1),
        0x80..=0xb7 => (1, usize::from(prefix - 0x80)),
        0xb8..=0xbf => long(bytes, usize::from(prefix - 0xb7))?,
        0xc0..=0xf7 => (1, usize::from(prefix - 0xc0)),
        0xf8..=0xff => long(bytes, usize::from(prefix - 0xf7))?,
    })
}

/// The first item of `piece`; none if its bytes are no RLP.
pub(super) fn first(piece: &Piece) -> Option<Item> {
    let bytes = piece.bytes();
    let prefix = *bytes.first()?;
    let (header, length) = header(bytes)?;
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

/// Whether `piece` is a list that announces more bytes than there are.
pub(super) fn is_cut_list(piece: &Piece) -> bool {
    cut(piece).is_some() && piece.bytes().first().is_some_and(|first| *first >= 0xc0)
}

/// The items in a list, whole or cut short, up to the first that is not whole.
pub(super) fn items_of_cut_list(piece: &Piece) -> Vec<Item> {
    match header(piece.bytes()) {
        Some((start, _)) if piece.bytes().first().is_some_and(|first| *first >= 0xc0) => {
            items(&piece.behind(start))
        }
        _ => Vec::new(),
    }
}

/// Why the first item of `piece` is not whole, with the place; none if it is.
pub(super) fn cut(piece: &Piece) -> Option<String> {
    if first(piece).is_some() || piece.len() == 0 {
        return None;
    }
    let at = piece.span().offset;
    Some(match header(piece.bytes()) {
        Some((start, length)) => format!(
            "the item at byte {at} announces {} behind byte {}, of which there are {}",
            bytes(length),
            at + start,
            piece.len().saturating_sub(start),
        ),
        None => format!("the header of the item at byte {at} is cut short or too large"),
    })
}

/// The first place where `piece` is not what its headers say, itself or a list inside it.
pub(super) fn fault(piece: &Piece) -> Option<String> {
    fault_inside(piece, MAX_DEPTH)
}

fn fault_inside(piece: &Piece, depth: u8) -> Option<String> {
    let Some(item) = first(piece) else {
        return cut(piece);
    };
    let depth = depth.checked_sub(1).filter(|_| item.is_list)?;
    let items = items(&item.value);
    let mut lists = items.iter().filter(|item| item.is_list);
    lists
        .find_map(|item| fault_inside(&item.whole, depth))
        .or_else(|| {
            let walked = items.iter().map(|item| item.whole.len()).sum();
            let rest = item.value.behind(walked);
            (items.len() < MAX_ITEMS).then(|| cut(&rest)).flatten()
        })
}

/// What a decoder says of `piece`, and where its RLP ends too early if that is why.
pub(super) fn explained(error: impl std::fmt::Display, piece: &Piece) -> String {
    match fault(piece) {
        Some(fault) => format!("{error}: {fault}"),
        None => error.to_string(),
    }
}

/// A number of bytes in words.
fn bytes(count: usize) -> String {
    match count {
        1 => "1 byte".to_owned(),
        count => format!("{count} bytes"),
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

    #[test]
    fn what_is_cut_is_said_with_its_place() {
        let whole = piece("c88205398061c20102");
        assert!(cut(&whole).is_none() && !is_cut_list(&whole));
        let cut_at = |hex: &str| cut(&piece(hex)).unwrap();
        let wanted = "the item at byte 0 announces 8 bytes behind byte 1, of which there are 3";
        assert_eq!(cut_at("c8820539"), wanted);
        assert_eq!(items_of_cut_list(&piece("c8820539")).len(), 1);
        let wanted = "the header of the item at byte 0 is cut short or too large";
        assert_eq!(cut_at("f9ff"), wanted);
        assert_eq!(cut_at("ffffffffffffffff"), wanted);
        assert!(cut_at("ffffffffffffffffff00").contains("announces 18446744073709551615 bytes"));
        // Whole outside, and inside not.
        let inside = fault(&piece("c6c20183820100")).unwrap();
        let wanted = "the item at byte 3 announces 3 bytes behind byte 4, of which there are 0";
        assert_eq!(inside, wanted);
        assert_eq!(fault(&piece("c6c20102820100")), None);
        let deep = vec![0xc1; 100_000];
        assert!(fault(&Piece::whole(deep.into())).is_some());
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
