use super::super::json::MAX_VALUES;
use super::*;

fn keyword(name: &str) -> Value {
    Value::Keyword(name.into())
}

fn ok(json: &str) -> Value {
    read(json.as_bytes()).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn refused(json: &str) -> TransitError {
    match read(json.as_bytes()) {
        Ok(value) => panic!("{json}: {value:?}"),
        Err(error) => error,
    }
}

#[test]
fn codes_stand_for_tags_keywords_symbols_and_keys() {
    let value = ok(r#"["~:word","^0",["^ ","long key",1,"^1",2],"~$symbol","^2"]"#);
    let map = Value::Map(vec![
        ("long key".into(), 1.into()),
        ("long key".into(), 2.into()),
    ]);
    let symbol = Value::Symbol("symbol".into());
    let items = vec![
        keyword("word"),
        keyword("word"),
        map,
        symbol.clone(),
        symbol,
    ];
    assert_eq!(value, Value::Array(items));
    // The tag of a message has the first code of all.
    assert_eq!(
        ok(r#"["~#nested",["^0",5]]"#),
        Value::Tagged(
            "nested".into(),
            Box::new(Value::Tagged("nested".into(), Box::new(5.into())))
        )
    );
    // Short strings and texts that are no keys have none, and what is no code is text.
    assert_eq!(
        ok(r#"["~:a","text","^0"]"#),
        Value::Array(vec![keyword("a"), "text".into(), "^0".into()])
    );
}

#[test]
fn both_forms_of_maps_and_tags_are_read() {
    let wanted = Value::Map(vec![(keyword("a"), 1.into()), (keyword("b"), Value::Nil)]);
    assert_eq!(ok(r#"["^ ","~:a",1,"~:b",null]"#), wanted);
    assert_eq!(ok(r#"{"~:a":1,"~:b":null}"#), wanted);
    assert_eq!(
        ok(r#"{"~:a":1}"#),
        Value::Map(vec![(keyword("a"), 1.into())])
    );
    let set = Value::Set(vec![1.into()]);
    assert_eq!(ok(r#"["~#set",[1]]"#), set);
    assert_eq!(ok(r#"{"~#set":[1]}"#), set);
    assert_eq!(ok(r#"["~#list",[]]"#), Value::List(vec![]));
    assert_eq!(ok(r#"["~#'","x"]"#), "x".into());
    assert_eq!(ok(r#"["~#_",5]"#), Value::Nil);
    let composite = Value::CompositeMap(vec![(Value::Array(vec![]), 1.into())]);
    assert_eq!(ok(r#"["~#cmap",[[],1]]"#), composite);
    let ratio = Value::Array(vec![1.into(), 3.into()]);
    assert_eq!(
        ok(r#"["~#ratio",[1,3]]"#),
        Value::Tagged("ratio".into(), Box::new(ratio))
    );
    // The mark of a map as text.
    assert_eq!(
        ok(r#"["~^ ",1]"#),
        Value::Array(vec!["^ ".into(), 1.into()])
    );
    assert_eq!(ok(r#"[1,"^ "]"#), Value::Array(vec![1.into(), "^ ".into()]));
}

#[test]
fn what_stands_behind_a_tagged_value_or_the_document_is_ignored() {
    assert_eq!(
        ok(r#"["~#list",[1],"~ixyz"] and more"#),
        Value::List(vec![1.into()])
    );
}

#[test]
fn what_the_deployed_reader_crashes_on_is_refused() {
    let tag = |tag: &str| TransitError::LoneTag { tag: tag.into() };
    assert_eq!(refused(r#"["~#c4"]"#), tag("c4"));
    assert_eq!(refused(r#"{"x":["~#a"]}"#), tag("a"));
    assert_eq!(refused(r#"["^ ","~:a"]"#), TransitError::OddMap);
    assert_eq!(refused(r#"["~#cmap",[1]]"#), TransitError::OddMap);
    assert_eq!(refused(r#"["^ ",["x"],1]"#), TransitError::CompositeKey);
    assert_eq!(refused(r#"["~"]"#), TransitError::LoneTilde);
    assert_eq!(refused(r#"["~c"]"#), TransitError::Scalar { kind: 'c' });
    for json in [
        r#"["~#i",5]"#,
        r#"["~#ratio",[1,0]]"#,
        r#"["~#set",5]"#,
        r#"["~#ratio",[1]]"#,
    ] {
        assert!(
            matches!(refused(json), TransitError::Tagged { .. }),
            "{json}"
        );
    }
}

#[test]
fn codes_cannot_make_megabytes_from_kilobytes() {
    let bomb = |codes: usize| format!("[\"~:{}\"{}]", "x".repeat(10_000), ",\"^0\"".repeat(codes));
    // Each code stands for as much as the document has without it.
    assert!(read(bomb(15).as_bytes()).is_ok());
    assert_eq!(refused(&bomb(17)), TransitError::Expansion);
    // A message full of the protocol's own keywords is far from it.
    let event = r#",["^ ","~:type","member-joined","~:clock-value",1,"~:member","0x04"]"#;
    let codes = r#",["^ ","^0","x","^1",1,"^2","y"]"#.repeat(5000);
    assert!(read(format!("[0{event}{codes}]").as_bytes()).is_ok());
    assert_eq!(
        refused(&format!("[{}0]", "0,".repeat(MAX_VALUES))),
        TransitError::TooManyValues
    );
}

#[test]
fn tags_that_tag_nothing_and_composite_keys_are_read_as_deployed() {
    let tag = || Value::Tag("c4".into());
    for (json, wanted) in [
        (r#"[1,"~#c4"]"#, Value::Array(vec![1.into(), tag()])),
        (r#"["^ ","~#c4",1]"#, Value::Map(vec![(tag(), 1.into())])),
        (r#"[["~#'","~#c4"],1]"#, Value::Array(vec![tag(), 1.into()])),
        (
            r#"{"~#c4":1,"~#c5":2}"#,
            Value::Map(vec![(tag(), 1.into()), (Value::Tag("c5".into()), 2.into())]),
        ),
        (
            r#"["^ ",["~#set",[]],1]"#,
            Value::CompositeMap(vec![(Value::Set(vec![]), 1.into())]),
        ),
    ] {
        let value = ok(json);
        assert_eq!(value, wanted, "{json}");
        assert_eq!(ok(&value.to_compact()), wanted, "{json}");
        assert_eq!(ok(&value.to_verbose()), wanted, "{json}");
    }
}
