//! Every reason for which anything is refused, given up or dropped, in any crate, has a sentence with its
//! numbers, and `explain --reasons` has an example of it.
#![cfg(test)]

#[path = "../../../xtask/src/rust_source.rs"]
mod rust_source;

mod rules;
mod sources;
mod untyped;

use sources::{ReasonType, Sources, Variant, logged_by_debug, types_in};
use status_node::explain::reasons::{self, Blame, Reason};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

/// Types that have no sentence of their own, and why.
const OTHERS_SPEAK: [(&str, &str); 3] = [
    (
        "status_protobuf_wire::reader::ReadError",
        "stays inside: an `Error` says it with the message and the place",
    ),
    (
        "status_node::node::desk::thread::StartError",
        "stays inside: the `StartError` of the node says it",
    ),
    (
        "status_node::rpc::error::RpcError",
        "brings the sentence of another reason to a client, with a number for programs",
    ),
];

/// What the sources hold, read once.
static SOURCES: LazyLock<Sources> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut sources = sources::read(root);
    let found = sources.types.len();
    assert!(found > 90, "only {found} types were found");
    for (path, why) in OTHERS_SPEAK {
        let is_there = sources.types.iter().any(|one| one.path == path);
        assert!(is_there, "{path} is gone ({why})");
    }
    sources
        .types
        .retain(|one| OTHERS_SPEAK.iter().all(|(path, _)| one.path != *path));
    sources
});

fn types() -> &'static [ReasonType] {
    &SOURCES.types
}

#[track_caller]
fn assert_nothing(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} complaints:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_reason_in_the_sources_is_in_the_catalogue_and_no_other() {
    let catalogue = reasons::all();
    let known: BTreeSet<(&str, &str)> = catalogue
        .iter()
        .map(|reason| (reason.type_name.as_str(), reason.variant.as_str()))
        .collect();
    let types = types();
    let mut wrong = Vec::new();
    for one in types.iter().filter(|one| !one.is_command_line) {
        assert!(!one.variants.is_empty(), "{} was not understood", one.path);
        for variant in &one.variants {
            if !known.contains(&(&one.path, &variant.name)) {
                wrong.push(format!("{}::{} has no example", one.path, variant.name));
            }
        }
    }
    for reason in &catalogue {
        if rules::variant_of(reason, types).is_none() {
            let (name, variant) = (&reason.type_name, &reason.variant);
            wrong.push(format!("{name}::{variant} is in no source"));
        }
    }
    assert_nothing(&wrong);
}

#[test]
fn every_sentence_is_one_and_has_its_numbers() {
    let types = types();
    let names: BTreeSet<&str> = types
        .iter()
        .flat_map(|one| {
            let variants = one.variants.iter().map(|variant| variant.name.as_str());
            variants.chain(one.path.rsplit("::").next())
        })
        .collect();
    let mut wrong = Vec::new();
    for one in types {
        for variant in &one.variants {
            wrong.extend(rules::wrong_in_source(&one.path, variant));
        }
    }
    for reason in reasons::all() {
        if let Some(variant) = rules::variant_of(&reason, types) {
            wrong.extend(rules::wrong_in_words(&reason, variant, &names));
        }
    }
    assert_nothing(&wrong);
}

#[test]
fn no_two_reasons_say_the_same() {
    assert_nothing(&rules::repeated(&reasons::all(), types()));
}

#[test]
fn the_sentences_that_people_look_for_are_there() {
    let catalogue = reasons::all();
    for part in [
        "expired 14 s ago",
        "PoW 0.0009 under 0.002",
        "not for this device",
        "gap of 1,204 over 1,000",
    ] {
        let found = catalogue
            .iter()
            .any(|reason| reason.sentence.contains(part));
        assert!(found, "nothing says {part:?}");
    }
}

#[cfg(feature = "cli")]
#[test]
fn the_command_line_lists_them_all() {
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_status-node"));
        let output = command
            .args(["explain", "--reasons"])
            .args(arguments)
            .output();
        let output = output.unwrap();
        let complaint = String::from_utf8(output.stderr).unwrap();
        (String::from_utf8(output.stdout).unwrap(), complaint)
    };
    let catalogue = reasons::all();
    let (lines, _) = run(&["--json"]);
    let lines: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let expected: Vec<_> = catalogue.iter().map(Reason::to_json).collect();
    assert_eq!(lines, expected);

    let (text, _) = run(&[]);
    for reason in &catalogue {
        assert!(text.contains(&reason.sentence), "{}", reason.sentence);
    }
    let (found, _) = run(&["LOW_POW"]);
    let wanted = "whisper: the author's fault: only who made it can make it anew\n  \
        envelope with PoW 0.0009 under 0.002  [whisper.drops.low_pow]\n";
    assert!(found.contains(wanted), "{found}");
    let (nothing, complaint) = run(&["no such words"]);
    assert_eq!(nothing, "");
    assert!(complaint.contains("\"no such words\""), "{complaint}");
}

#[test]
fn logs_show_sentences() {
    assert_nothing(&SOURCES.logged_by_debug);
    let logged = "fn f() {\n debug!(%error, \"a\");\n debug!(?error, peer = ?reason);\n g()?; }";
    assert_eq!(logged_by_debug(logged), [3, 3]);
}

#[test]
fn errors_of_libraries_are_types() {
    let files = SOURCES.libraries.iter();
    let files = files.map(|(path, text)| (path.as_str(), text.as_str()));
    assert_nothing(&untyped::wrong(files));
    let lines = untyped::errors_of_text(
        "fn f() -> Result<(), String> {\n}\nfn g(h: impl Fn(u8) -> Result<(u8, String), E>) {}\n\
         type Err = String;\nfn i() -> anyhow::Result<()> {}\nfn k() -> Result<String, E> {}\n\
         fn l() -> Result<Vec<u8>, String> {}\n\
         fn m() { RpcError::new(1, reason); f(\"a\"); }\nfn n() { RpcError::unknown(\"it is\"); }",
    );
    assert_eq!(lines, [1, 4, 5, 7, 9]);
}

#[test]
fn the_sources_are_understood() {
    let found = types_in(
        "
        /// Why a door does not open.
        #[derive(Debug)]
        pub enum Shut { Locked, Jammed { force: u32 }, }
        /// A door.
        pub enum Door { Open }
        #[derive(Debug, thiserror::Error)]
        pub(crate) enum Trouble<E> {
            #[error(\"it took {}\", name(.why, *.tries))]
            Tried { #[source] why: E, tries: Vec<u64> },
            #[error(transparent)]
            Other(#[from] Shut),
        }
        #[derive(Debug, thiserror::Error)]
        #[error(\"none\")]
        pub struct Nothing;
        macro_rules! list {
            ($($name:ident = $text:literal,)*) => { pub enum DropReason { $($name,)* Rest(u64), } };
        }
        list! { First = \"1\", Second = \"2\", }
        #[cfg(test)]
        mod tests { enum TestError { A } }
        ",
    );
    let shown: Vec<String> = found
        .iter()
        .map(|one| {
            let names = one.variants.iter().map(|variant| variant.name.as_str());
            format!("{}: {}", one.path, names.collect::<Vec<_>>().join(" "))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "Shut: Locked Jammed",
            "Trouble: Tried Other",
            "Nothing: ",
            "DropReason: First Second Rest"
        ]
    );
    let tried = &found[1].variants[0];
    assert_eq!(tried.fields.len(), 2);
    assert!(!tried.fields[0].is_number && tried.fields[1].is_number);
    assert!(
        found[1].variants[1]
            .sentence
            .as_ref()
            .unwrap()
            .is_transparent
    );
}

#[test]
fn what_is_wrong_with_a_sentence_is_found() {
    let source = |attribute: &str| {
        let text =
            format!("#[derive(Error)] enum E {{ #[error({attribute})] Low {{ got: u32 }} }}");
        let found = types_in(&text).remove(0);
        rules::wrong_in_source("E", &found.variants[0]).len()
    };
    assert_eq!(source("\"work of {got} is too low\""), 0);
    assert_eq!(source("\"work of {} is too low\", .got + 1"), 0);
    assert_eq!(source("\"the work is too low\""), 1);
    assert_eq!(source("\"low: {got}\""), 1);

    let variant = |text: &str| -> Variant { types_in(text).remove(0).variants.remove(0) };
    let numbered = variant("enum E_Error { LowWork { got: u32 } }");
    let names = BTreeSet::from(["LowWork"]);
    let words = |sentence: &str| {
        let reason = Reason {
            type_name: "E".into(),
            variant: "LowWork".into(),
            sentence: sentence.into(),
            blame: Blame::Nobody,
            counter: None,
        };
        rules::wrong_in_words(&reason, &numbered, &names).len()
    };
    assert_eq!(words("work of 7 is too low"), 0);
    assert_eq!(words("work of 7 is too low."), 1);
    assert_eq!(words("the work is too low"), 1);
    assert_eq!(words("LowWork { got: 7 }"), 1);
    assert_eq!(words("7"), 1);
    assert_eq!(words("work of 7\nis too low"), 1);
}
