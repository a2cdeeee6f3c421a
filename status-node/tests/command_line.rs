//! A command line that makes no sense is answered with one sentence and a non-zero exit.
#![cfg(test)]

mod common;

use common::{Home, complaint};

#[test]
fn nonsense_is_answered_with_one_sentence_and_exit_code_2() {
    for (arguments, wanted) in [
        (vec![], "requires a subcommand"),
        (vec!["fly"], "'fly'"),
        (vec!["account"], "requires a subcommand"),
        (vec!["account", "new", "--colour"], "--colour"),
        (vec!["account", "import"], "--mnemonic-file"),
        (
            vec![
                "account",
                "import",
                "--mnemonic-file",
                "a",
                "--private-key-file",
                "b",
            ],
            "cannot be used with",
        ),
    ] {
        let output = Home::new().run(&arguments);
        let sentence = complaint(&output);
        assert!(sentence.contains(wanted), "{arguments:?}: {sentence}");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn help_and_version_succeed() {
    for arguments in [vec!["--help"], vec!["--version"], vec!["account", "--help"]] {
        let output = Home::new().run(&arguments);
        assert!(output.status.success());
        assert!(!output.stdout.is_empty());
    }
}
