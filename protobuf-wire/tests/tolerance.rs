//! What golang/protobuf 1.3 lets pass and what it refuses, rule by rule.
#![cfg(test)]

use bytes::Bytes;
use proptest::prelude::*;
use prost::Message;
use status_protobuf_wire::{
    Decoded, Described, Error, Field, Kind, Reason, Schema, UnknownFields, decode,
};
use std::collections::BTreeMap;

#[derive(Clone, PartialEq, Message)]
struct Inner {
    #[prost(string, tag = "1")]
    text: String,
    #[prost(int32, tag = "2")]
    number: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Outer {
    #[prost(uint64, tag = "1")]
    number: u64,
    #[prost(bytes = "bytes", tag = "2")]
    bytes: Bytes,
    #[prost(message, optional, tag = "3")]
    inner: Option<Inner>,
    #[prost(message, repeated, tag = "4")]
    many: Vec<Inner>,
    #[prost(btree_map = "string, message", tag = "5")]
    map: BTreeMap<String, Inner>,
    #[prost(oneof = "Choice", tags = "6, 7")]
    choice: Option<Choice>,
    #[prost(oneof = "Other", tags = "8")]
    other: Option<Other>,
    #[prost(string, tag = "9")]
    text: String,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Choice {
    #[prost(message, tag = "6")]
    Inner(Inner),
    #[prost(uint64, tag = "7")]
    Number(u64),
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Other {
    #[prost(uint64, tag = "8")]
    Number(u64),
}

const fn field(number: u32, kind: Kind, oneof: Option<u8>) -> Field {
    Field {
        number,
        name: "field",
        kind,
        oneof,
    }
}

impl Described for Inner {
    const SCHEMA: &'static Schema = &Schema {
        name: "Inner",
        refuses_number_0: true,
        fields: &[field(1, Kind::Text, None), field(2, Kind::Varint, None)],
    };
}

impl Described for Outer {
    const SCHEMA: &'static Schema = &Schema {
        name: "Outer",
        refuses_number_0: true,
        fields: &[
            field(1, Kind::Varint, None),
            field(2, Kind::Bytes, None),
            field(3, Kind::Message(Inner::SCHEMA), None),
            field(4, Kind::Message(Inner::SCHEMA), None),
            field(
                5,
                Kind::Map(&Schema {
                    name: "MapEntry",
                    refuses_number_0: false,
                    fields: &[
                        field(1, Kind::Text, None),
                        field(2, Kind::Message(Inner::SCHEMA), None),
                    ],
                }),
                None,
            ),
            field(6, Kind::Message(Inner::SCHEMA), Some(0)),
            field(7, Kind::Varint, Some(0)),
            field(8, Kind::Varint, Some(1)),
            field(9, Kind::Text, None),
        ],
    };
}

fn outer(hex: &str) -> Result<Decoded<Outer>, Error> {
    decode(hex::decode(hex).unwrap().into())
}

fn inner(text: &str, number: i32) -> Inner {
    Inner {
        text: text.into(),
        number,
    }
}

#[test]
fn a_conforming_message_shares_its_buffer() {
    let bytes = Bytes::from_static(b"\x08\x07\x12\x03abc");
    let decoded: Decoded<Outer> = decode(bytes.clone()).unwrap();
    assert_eq!(decoded.message.number, 7);
    assert_eq!(decoded.message.bytes.as_ptr(), bytes[4..].as_ptr());
    assert!(decoded.unknown.is_empty());
}

#[test]
fn unknown_numbers_of_every_wire_type_are_skipped_and_reported() {
    // Fields 20 to 23: number, 8 bytes, text, group; then 24: 4 bytes; then a known one.
    let decoded = outer(
        "a00105 a9010102030405060708 b201026869 bb010801bc01 c50101020304 0809"
            .replace(' ', "")
            .as_str(),
    )
    .unwrap();
    assert_eq!(decoded.message.number, 9);
    assert_eq!(decoded.unknown.total(), 5);
    let seen: Vec<_> = decoded
        .unknown
        .first()
        .iter()
        .map(|field| (field.number, field.wire_type, field.reason))
        .collect();
    let number = Reason::Number;
    assert_eq!(
        seen,
        [
            (20, 0, number),
            (21, 1, number),
            (22, 2, number),
            (23, 3, number),
            (24, 5, number)
        ]
    );
}

#[test]
fn numbers_beyond_those_of_protobuf_are_unknown_too() {
    // A number of 61 bits, which prost refuses.
    let bytes = "f8ffffffffffffffff01010805";
    assert!(Outer::decode(hex::decode(bytes).unwrap().as_slice()).is_err());
    let decoded = outer(bytes).unwrap();
    assert_eq!(decoded.message.number, 5);
    assert_eq!(decoded.unknown.first()[0].number, (1 << 61) - 1);
}

#[test]
fn the_number_0_is_an_error_but_in_the_entry_of_a_map() {
    let refused = |message, offset| Err(Error::NumberZero { message, offset });
    assert_eq!(outer("0000"), refused("Outer", 0));
    assert_eq!(outer("08050001"), refused("Outer", 2));
    assert_eq!(outer("1a020001"), refused("Inner", 0));
    let decoded = outer("2a0500010a016b").unwrap();
    assert_eq!(decoded.message.map["k"], inner("", 0));
    assert_eq!(decoded.unknown.first()[0].number, 0);
}

#[test]
fn a_known_field_of_the_wrong_wire_type_is_skipped() {
    // Number as text, bytes as number, then a right one of each.
    let hex = "0a0268691005 0807 120161".replace(' ', "");
    assert!(Outer::decode(hex::decode(&hex).unwrap().as_slice()).is_err());
    let decoded = outer(&hex).unwrap();
    assert_eq!(
        (decoded.message.number, &decoded.message.bytes[..]),
        (7, &b"a"[..])
    );
    assert_eq!(decoded.unknown.total(), 2);
    assert_eq!(decoded.unknown.first()[0].reason, Reason::WireType);
}

#[test]
fn messages_inside_are_held_to_the_same_rules() {
    // Each inner message has its number as text first, then right: a single, a repeated, a map's.
    let decoded = outer("1a060a016112017822060a01621201782a0b0a016b12060a01631a0178").unwrap();
    assert_eq!(decoded.message.inner, Some(inner("a", 0)));
    assert_eq!(decoded.message.many, [inner("b", 0)]);
    assert_eq!(decoded.message.map["k"], inner("c", 0));
    let places: Vec<_> = decoded
        .unknown
        .first()
        .iter()
        .map(|field| (field.message, field.number, field.reason))
        .collect();
    assert_eq!(
        places,
        [
            ("Inner", 2, Reason::WireType),
            ("Inner", 2, Reason::WireType),
            ("Inner", 3, Reason::Number)
        ]
    );
}

#[test]
fn maps_and_oneofs_of_the_wrong_wire_type_are_errors() {
    let refused = |number, wire_type| {
        Err(Error::Mismatch {
            message: "Outer",
            number,
            wire_type,
        })
    };
    assert_eq!(outer("2801"), refused(5, 0));
    assert_eq!(outer("3001"), refused(6, 0));
    assert_eq!(outer("3a0161"), refused(7, 2));
}

#[test]
fn messages_that_occur_twice_are_merged_but_the_last_of_a_oneof_wins() {
    let merged = outer("1a030a01611a021005").unwrap().message;
    assert_eq!(merged.inner, Some(inner("a", 5)));
    let last = outer("32030a016132021005").unwrap().message;
    assert_eq!(last.choice, Some(Choice::Inner(inner("", 5))));
    // Between the two stand a member of another oneof and an unknown field; a third takes over.
    let last = outer(
        "32030a0161 4003 f80101 3805 4004 32021006 0801"
            .replace(' ', "")
            .as_str(),
    )
    .unwrap();
    assert_eq!(last.message.choice, Some(Choice::Inner(inner("", 6))));
    assert_eq!(last.message.other, Some(Other::Number(4)));
    assert_eq!(last.message.number, 1);
    assert_eq!(last.unknown.total(), 1);
}

#[test]
fn text_is_checked_only_where_it_is_known_and_after_everything_else() {
    let refused = |message, number| Err(Error::Text { message, number });
    assert_eq!(outer("4a02c328"), refused("Outer", 9));
    assert_eq!(outer("1a040a02c328"), refused("Inner", 1));
    assert_eq!(outer("2a040a02c328"), refused("MapEntry", 1));
    // In a member of a oneof that another replaces.
    assert_eq!(outer("32040a02c3283805"), refused("Inner", 1));
    // In a bytes field and in an unknown one.
    assert!(outer("1202c328").is_ok());
    assert!(outer("a20602c328").is_ok());
    // Cut short behind it.
    let cut = Error::Truncated {
        message: "Outer",
        offset: 4,
    };
    assert_eq!(outer("4a02c32808"), Err(cut));
}

#[test]
fn a_schema_that_is_not_that_of_its_type_is_noticed() {
    #[derive(Clone, PartialEq, Message)]
    struct Wrong {
        #[prost(uint64, tag = "1")]
        number: u64,
    }
    impl Described for Wrong {
        const SCHEMA: &'static Schema = &Schema {
            name: "Wrong",
            refuses_number_0: true,
            fields: &[field(1, Kind::Text, None)],
        };
    }
    let result = decode::<Wrong>(Bytes::from_static(b"\x0a\x01x"));
    assert!(matches!(
        result,
        Err(Error::Schema {
            message: "Wrong",
            ..
        })
    ));
}

#[test]
fn a_million_unknown_fields_are_counted_but_not_listed() {
    let decoded: Decoded<Outer> = decode(b"\xf8\x01\x01".repeat(100_000).into()).unwrap();
    assert_eq!(decoded.unknown.total(), 100_000);
    assert_eq!(decoded.unknown.first().len(), UnknownFields::LISTED);
}

#[test]
fn a_row_of_oneof_members_takes_linear_time() {
    // Quadratic time would move 10^11 bytes here.
    let decoded: Decoded<Outer> =
        decode(b"\x32\x02\x10\x05\x12\x01a".repeat(150_000).into()).unwrap();
    assert_eq!(decoded.message.choice, Some(Choice::Inner(inner("", 5))));
}

proptest! {
    #[test]
    fn what_prost_encodes_comes_back_whole(
        number: u64, text in ".{0,20}", inner_text in ".{0,9}", key in ".{0,5}", choice: Option<u64>,
    ) {
        let message = Outer {
            number,
            bytes: text.clone().into(),
            inner: Some(inner(&inner_text, -3)),
            many: vec![inner("x", 1), inner(&text, 2)],
            map: BTreeMap::from([(key, inner("v", 7))]),
            choice: choice.map(Choice::Number),
            other: None,
            text,
        };
        let decoded: Decoded<Outer> = decode(message.encode_to_vec().into()).unwrap();
        prop_assert_eq!(decoded.message, message);
        prop_assert!(decoded.unknown.is_empty());
    }

    #[test]
    fn whatever_prost_takes_is_taken(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        // The other way round prost is stricter, and a oneof's members it merges.
        if let (Ok(theirs), Ok(ours)) = (Outer::decode(&bytes[..]), decode::<Outer>(bytes.into())) {
            prop_assert_eq!(theirs.number, ours.message.number);
            prop_assert_eq!(theirs.many, ours.message.many);
        }
    }

    #[test]
    fn unknown_fields_change_nothing_else(
        number: u64, position in 0usize..3, extra in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let known = [
            prefix(1, 0, &{ let mut value = Vec::new(); prost::encoding::encode_varint(number, &mut value); value }),
            prefix(9, 2, &[&[3][..], b"abc"].concat()),
        ];
        let unknown = prefix(1000, 2, &[&[extra.len() as u8][..], &extra].concat());
        let mut parts = known.to_vec();
        parts.insert(position, unknown);
        let decoded: Decoded<Outer> = decode(parts.concat().into()).unwrap();
        prop_assert_eq!(decoded.message.number, number);
        prop_assert_eq!(decoded.message.text, "abc");
        prop_assert_eq!(decoded.unknown.total(), 1);
    }
}

fn prefix(number: u64, wire_type: u64, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    prost::encoding::encode_varint((number << 3) | wire_type, &mut bytes);
    bytes.extend_from_slice(value);
    bytes
}
