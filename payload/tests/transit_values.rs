//! Transit values survive writing and reading, in both forms.
#![cfg(test)]

use proptest::prelude::*;
use status_payload::transit::Value;

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Integer),
        "-?[0-9]{1,40}".prop_map(Value::BigInteger),
        any::<f64>()
            .prop_filter("NaN is not equal to itself", |float| !float.is_nan())
            .prop_map(Value::Float),
        "-?[0-9]{1,20}\\.[0-9]{0,20}".prop_map(Value::Decimal),
        any::<String>().prop_map(Value::Text),
        "[~^`].{0,6}".prop_map(Value::Text),
        "[a-z-]{0,6}".prop_map(Value::Keyword),
        "[a-z-]{0,6}".prop_map(Value::Symbol),
        "[a-z0-9]{0,6}".prop_map(Value::Tag),
        any::<char>().prop_map(Value::Character),
        proptest::collection::vec(any::<u8>(), 0..9).prop_map(Value::Bytes),
        any::<i64>().prop_map(Value::Time),
        Just(Value::Instant("2019-08-27T12:00:00.5+02:00".into())),
        any::<[u8; 16]>().prop_map(Value::Uuid),
        any::<String>().prop_map(Value::Uri),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(5, 60, 6, |inner| {
        let pairs = |key: BoxedStrategy<Value>| {
            proptest::collection::vec((key, inner.clone()), 0..6).boxed()
        };
        let items = proptest::collection::vec(inner.clone(), 0..6);
        prop_oneof![
            items.clone().prop_map(Value::Array),
            items.clone().prop_map(Value::List),
            items.prop_map(Value::Set),
            pairs(scalar().boxed())
                .prop_map(distinct)
                .prop_map(Value::Map),
            pairs(inner.clone().boxed()).prop_map(Value::CompositeMap),
            // Tags of the format itself have values of their own.
            ("[a-z0-9]{2,6}", inner.clone())
                .prop_filter("a tag of the format", |(tag, _)| {
                    !["set", "list", "cmap", "ratio"].contains(&tag.as_str())
                })
                .prop_map(|(tag, value)| Value::Tagged(tag, Box::new(value))),
        ]
    })
}

/// A JSON object keeps the last of equal keys only.
fn distinct(entries: Vec<(Value, Value)>) -> Vec<(Value, Value)> {
    let mut result: Vec<(Value, Value)> = Vec::new();
    for (key, value) in entries {
        let is_new = result.iter().all(|(known, _)| known != &key);
        if is_new {
            result.push((key, value));
        }
    }
    result
}

proptest! {
    #[test]
    fn compact_and_verbose_read_as_they_were_written(value in value()) {
        let compact = value.to_compact();
        prop_assert_eq!(Value::read(compact.as_bytes()), Ok(value.clone()), "{}", compact);
        let verbose = value.to_verbose();
        prop_assert_eq!(Value::read(verbose.as_bytes()), Ok(value), "{}", verbose);
    }

    #[test]
    fn no_bytes_crash_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Value::read(&bytes);
    }

    #[test]
    fn no_text_of_the_format_crashes_the_reader(text in r#"[\[\]{},:"~^# 0-9a-z\\u]{0,80}"#) {
        if let Ok(value) = Value::read(text.as_bytes()) {
            let written = value.to_compact();
            let again = Value::read(written.as_bytes()).unwrap();
            prop_assert_eq!(again.to_compact(), written);
        }
    }
}

#[test]
fn more_keywords_than_there_are_codes_start_them_again() {
    let names = (0..5000).map(|number| Value::Keyword(format!("name-{}", number / 2)));
    let value = Value::Array(names.collect());
    let compact = value.to_compact();
    // The last code there is, and the first ones again.
    assert!(compact.contains("\"^[[\""));
    assert!(compact.matches("\"^0\"").count() > 1);
    assert_eq!(Value::read(compact.as_bytes()), Ok(value));
}

#[test]
fn integers_that_floats_would_change_are_strings() {
    let value = Value::Array(vec![
        Value::Integer((1 << 53) - 1),
        Value::Integer(1 << 53),
        Value::Integer(-(1 << 53)),
        Value::Integer(i64::MIN),
    ]);
    assert_eq!(
        value.to_compact(),
        r#"[9007199254740991,"~i9007199254740992","~i-9007199254740992","~i-9223372036854775808"]"#
    );
    // The deployed writer leaves negative ones as numbers; they read alike.
    assert_eq!(
        Value::read(b"[-9007199254740993]"),
        Ok(Value::Array(vec![(-9_007_199_254_740_993).into()]))
    );
}

#[test]
fn a_scalar_alone_is_quoted() {
    assert_eq!(Value::from("x").to_compact(), r#"["~#'","x"]"#);
    assert_eq!(Value::Nil.to_verbose(), r#"["~#'",null]"#);
}

#[test]
fn of_equal_keys_the_last_counts() {
    let value = Value::read(br#"["^ ","~:a",1,"~:a",2,"a",3]"#).unwrap();
    assert_eq!(value.get("a"), Some(&Value::Integer(2)));
    assert_eq!(value.get("b"), None);
    assert_eq!(Value::Nil.get("a"), None);
}
