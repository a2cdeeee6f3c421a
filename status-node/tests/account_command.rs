//! `status-node account` makes, imports and shows accounts, and never overwrites one.
#![cfg(test)]
#![cfg(feature = "cli")]

mod common;

use common::{Home, complaint, json};

const WORDS: &str =
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

#[test]
fn a_new_account_is_shown_and_can_be_imported_elsewhere_from_its_words() {
    let home = Home::new();
    let made = json(&home.run(&["account", "new", "--json"])).remove(0);
    for field in ["public_key", "compressed_key", "address", "key_uid"] {
        assert!(made[field].as_str().unwrap().starts_with("0x"), "{field}");
    }
    let keystore = std::fs::read_to_string(made["keystore"].as_str().unwrap()).unwrap();
    assert!(keystore.contains(r#""n":4096"#));

    let shown = json(&home.run(&["account", "show", "--json"])).remove(0);
    assert!(shown.get("mnemonic").is_none());
    assert_eq!(shown["public_key"], made["public_key"]);

    let elsewhere = Home::new();
    let words = elsewhere.file("words", made["mnemonic"].as_str().unwrap());
    let imported =
        json(&elsewhere.run(&["account", "import", "--mnemonic-file", &words, "--json"])).remove(0);
    for field in ["public_key", "compressed_key", "address", "key_uid"] {
        assert_eq!(imported[field], made[field], "{field}");
    }
}

#[test]
fn words_known_to_all_give_the_keys_that_status_go_derives() {
    let home = Home::new();
    let words = home.file("words", &format!("{WORDS}\n"));
    let output = home.run(&["account", "import", "--mnemonic-file", &words, "--json"]);
    assert_eq!(
        json(&output)[0]["key_uid"],
        "0x16f5b9c7657df5e0b45016292d852a36622fb39b63c28017ccf21633270858f1"
    );
}

#[test]
fn the_name_and_the_picture_of_a_known_key_are_shown() {
    let home = Home::new();
    // A key whose name status-go's own recordings give.
    let key = home.file(
        "key",
        "c6bbb141a1eac9b7db12c1be4e83e95c73b18b1256f2b4ec903a328dc06a1992",
    );
    let (svg, png) = (home.path().join("a.svg"), home.path().join("a.png"));
    let (svg, png) = (svg.display().to_string(), png.display().to_string());
    let import = ["account", "import", "--private-key-file", &key];
    let output = home.run(&[&import[..], &["--identicon", &svg, "--json"]].concat());
    let imported = json(&output).remove(0);
    assert_eq!(imported["name"], "Insignificant Gummy Zebrafish");
    let picture = std::fs::read_to_string(&svg).unwrap();
    assert!(picture.starts_with("<svg ") && picture.contains("#8cd995"));

    let shown = home.run(&["account", "show", "--identicon", &png]);
    assert!(shown.status.success());
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(text.contains("Insignificant Gummy Zebrafish"), "{text}");
    assert!(text.contains("zQ3sh"), "{text}");
    // The QR code's upper left corner, light on dark, inside its quiet zone.
    assert!(text.contains("████ ▄▄▄▄▄ █"), "{text}");
    assert!(std::fs::read(&png).unwrap().starts_with(b"\x89PNG"));

    let again = home.run(&["account", "show", "--identicon", &png]);
    assert!(complaint(&again).contains("not overwritten"));
    let other = complaint(&home.run(&["account", "show", "--identicon", "a.gif"]));
    assert!(other.contains(".svg or .png"), "{other}");
}

#[test]
fn somebody_else_s_key_is_shown_in_each_of_its_forms_with_the_number_to_compare() {
    let (alice, bob) = (Home::new(), Home::new());
    let mut accounts = Vec::new();
    for home in [&alice, &bob] {
        accounts.push(json(&home.run(&["account", "new", "--json"])).remove(0));
    }
    let show =
        |home: &Home, key: &str| json(&home.run(&["account", "show", key, "--json"])).remove(0);
    let key = accounts[1]["public_key"].as_str().unwrap();
    let seen = show(&alice, key);
    assert_eq!(seen["name"], accounts[1]["name"]);
    assert_eq!(seen["address"], accounts[1]["address"]);
    assert!(seen.get("key_uid").is_none() && seen.get("keystore").is_none());
    let compressed = accounts[1]["compressed_key"].as_str().unwrap();
    assert_eq!(show(&alice, compressed), seen);
    let multibase = format!("fe701{}", &compressed[2..]);
    assert_eq!(show(&alice, &multibase), seen);

    let back = show(&bob, accounts[0]["public_key"].as_str().unwrap());
    assert_eq!(back["safety_number"], seen["safety_number"]);
    assert_eq!(seen["safety_number"].as_str().unwrap().len(), 71);
    // Without an account, and for one's own key, there is nothing to compare.
    assert!(show(&Home::new(), key)["safety_number"].is_null());
    assert!(show(&bob, key)["safety_number"].is_null());

    let wrong = complaint(&alice.run(&["account", "show", "zQ3sh"]));
    assert!(!wrong.is_empty());
}

#[test]
fn the_password_can_be_changed_and_the_old_one_opens_nothing_then() {
    let home = Home::new();
    let made = json(&home.run(&["account", "new", "--json"])).remove(0);
    let (new, empty) = (home.file("new", "another one\n"), home.file("empty", "\n"));
    let change =
        |file: &str| home.run(&["account", "password", "--new-password-file", file, "--json"]);
    assert!(complaint(&change(&empty)).contains("password is empty"));
    let changed = json(&change(&new)).remove(0);
    assert_eq!(changed["public_key"], made["public_key"]);
    assert_ne!(changed["keystore"], made["keystore"]);
    assert!(!std::fs::exists(made["keystore"].as_str().unwrap()).unwrap());
    // The variable of the environment still holds the old one.
    assert!(complaint(&change(&new)).contains("wrong password"));
    let back = home.file("back", "yet another");
    let mut command = home.command(&["account", "password", "--new-password-file", &back]);
    let output = command.args(["--password-file", &new]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_private_key_can_be_imported() {
    let home = Home::new();
    let key = home.file("key", &format!("0x{}1\n", "0".repeat(63)));
    let output = home.run(&["account", "import", "--private-key-file", &key, "--json"]);
    assert_eq!(
        json(&output)[0]["address"],
        "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
    );
}

#[test]
fn an_existing_account_is_not_overwritten() {
    let home = Home::new();
    let made = json(&home.run(&["account", "new", "--json"])).remove(0);
    let words = home.file("words", WORDS);
    for arguments in [
        vec!["account", "new"],
        vec!["account", "import", "--mnemonic-file", &words],
    ] {
        let sentence = complaint(&home.run(&arguments));
        assert!(sentence.contains("not overwritten"), "{sentence}");
    }
    let shown = json(&home.run(&["account", "show", "--json"])).remove(0);
    assert_eq!(shown["key_uid"], made["key_uid"]);
}

#[test]
fn the_words_are_printed_by_new_only_and_never_stored() {
    let home = Home::new();
    let made = json(&home.run(&["account", "new", "--json"])).remove(0);
    let words = made["mnemonic"].as_str().unwrap();
    let data = home.path().join("data");
    for file in [data.join("account.json"), data.join("lock")] {
        assert!(!std::fs::read_to_string(file).unwrap().contains(words));
    }
}

#[test]
fn unusable_sources_are_refused_in_one_sentence() {
    let home = Home::new();
    let typo = home.file("typo", &WORDS.replace("about", "abot"));
    let checksum = home.file("checksum", &WORDS.replace("about", "abandon"));
    let short = home.file("short", "abandon about");
    let key = home.file("key", "0x12");
    for (option, file, wanted) in [
        ("--mnemonic-file", typo.as_str(), "word 12"),
        ("--mnemonic-file", &checksum, "checksum"),
        ("--mnemonic-file", &short, "this one has 2"),
        ("--mnemonic-file", "/nowhere/words", "/nowhere/words"),
        ("--private-key-file", &key, "64 hex digits"),
    ] {
        let sentence = complaint(&home.run(&["account", "import", option, file]));
        assert!(sentence.contains(wanted), "{sentence}");
    }
    let sentence = complaint(&home.run(&["account", "show"]));
    assert!(sentence.contains("account new"), "{sentence}");
}

#[test]
fn without_a_password_nothing_is_written() {
    let home = Home::new();
    let output = home
        .command(&["account", "new"])
        .env_remove("STATUS_NODE_PASSWORD")
        .output()
        .unwrap();
    assert!(complaint(&output).contains("--password-file"));
    assert!(!home.path().join("data").exists());

    let missing = home.run(&["account", "new", "--password-file", "/nowhere/password"]);
    assert!(complaint(&missing).contains("/nowhere/password"));
}

#[test]
fn an_account_is_not_made_under_an_empty_password() {
    let home = Home::new();
    let password = home.file("password", "\n");
    let words = home.file("words", WORDS);
    for arguments in [
        vec!["account", "new"],
        vec!["account", "import", "--mnemonic-file", &words],
    ] {
        let mut command = home.command(&arguments);
        let sentence = complaint(
            &command
                .args(["--password-file", &password])
                .output()
                .unwrap(),
        );
        assert!(sentence.contains("password is empty"), "{sentence}");
        assert!(!home.path().join("data").exists());
    }
}
