//! `cargo xtask layers`: the layers do not know each other, and what the deployed protocol couples
//! is written down in one module, `status-node/src/coupling`.

use crate::metadata::{LAYERS, Metadata, NODE};
use crate::rust_source::{self, Kind, Token};
use crate::shell;
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Options of `layers`.
#[derive(clap::Args)]
pub(crate) struct Arguments {}

/// The one place that may map a kind of message to a topic or a key.
const COUPLING: &str = "status-node/src/coupling";

/// Packages that several layers use and that therefore may know none of them.
const SHARED: [&str; 3] = [
    "status-ecies",
    "status-protobuf-wire",
    "status-simulated-network",
];

/// What the deployed topic rules are made of.
const COUPLING_TEXTS: [&str; 3] = ["contact-discovery", "-contact-code", "-negotiated"];

/// Folders, anywhere in a path, that hold tests or tools that judge the crates from outside.
const TEST_FOLDERS: [&str; 2] = ["tests", "benches"];

/// Folders of the root that do: the judges of the crates and this program, which has to name what
/// it looks for.
const TOOLS: [&str; 4] = ["conformance", "fuzz", "interop", "xtask"];

/// Fails, naming every violation, if a layer knows another or the coupling leaks.
pub(crate) fn run(_arguments: &Arguments) -> Result<()> {
    let mut violations = dependencies(&Metadata::load()?);
    violations.extend(coupling(&shell::root())?);
    for violation in &violations {
        println!("{violation}");
    }
    if !violations.is_empty() {
        bail!("{} violations of the layering", violations.len());
    }
    println!("layers: five crates that do not know each other, one module that couples them");
    Ok(())
}

/// Dependencies, of whatever kind, that must not be.
fn dependencies(metadata: &Metadata) -> Vec<String> {
    let mut violations = Vec::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        if !LAYERS.contains(&name) && !SHARED.contains(&name) {
            continue;
        }
        for dependency in &package.dependencies {
            let on = dependency.name.as_str();
            if (LAYERS.contains(&on) || on == NODE) && on != name {
                let kind = dependency.kind.as_deref().unwrap_or("normal");
                violations.push(format!("{name} depends on {on} ({kind})"));
            }
        }
    }
    violations
}

/// Places in the sources below `root`, outside the module and tests apart, that know the coupling.
fn coupling(root: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    rust_files(root, root, &mut files)?;
    let mut programs = Vec::new();
    let mut test_modules = BTreeSet::new();
    for file in files {
        let source = std::fs::read_to_string(root.join(&file))
            .with_context(|| format!("{} is unreadable", file.display()))?;
        let program = rust_source::without_tests(&rust_source::tokens(&source));
        for module in &program.test_modules {
            test_modules.insert(module_folder(&file).join(module));
        }
        programs.push((file, program.tokens));
    }
    let mut violations = Vec::new();
    for (file, tokens) in &programs {
        let is_test = test_modules
            .iter()
            .any(|module| file.starts_with(module) || *file == module.with_extension("rs"));
        if !is_test {
            let found = leaks(tokens).into_iter();
            violations
                .extend(found.map(|(line, what)| format!("{}:{line}: {what}", file.display())));
        }
    }
    Ok(violations)
}

/// Where the files of a file's modules lie.
fn module_folder(file: &Path) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new(""));
    match file.file_stem().and_then(|stem| stem.to_str()) {
        Some("lib" | "main" | "mod") | None => folder.to_path_buf(),
        Some(stem) => folder.join(stem),
    }
}

/// Collects the `.rs` files of the program below `folder`, as paths from `root`.
fn rust_files(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = std::fs::read_dir(folder)
        .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
        .with_context(|| format!("{} is unreadable", folder.display()))?;
    for entry in entries {
        let path = entry.path();
        let from_root = path.strip_prefix(root).unwrap_or(&path).to_path_buf();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let skipped = name.starts_with(['.', '_'])
            || name.starts_with("target")
            || name == "node_modules"
            || TEST_FOLDERS.contains(&&*name)
            || from_root == Path::new(COUPLING)
            || TOOLS.iter().any(|tool| from_root == Path::new(tool));
        if is_directory && !skipped {
            rust_files(root, &path, files)?;
        } else if !is_directory && name.ends_with(".rs") {
            files.push(from_root);
        }
    }
    Ok(())
}

/// The lines on which `tokens` know the coupling, and how.
fn leaks(tokens: &[Token]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    // The topic's type under another name: `use status_whisper::Topic as Other`.
    let mut names = BTreeSet::from(["Topic"]);
    for window in tokens.windows(3) {
        if let [topic, keyword, name] = window
            && let [Kind::Word(topic), Kind::Word(keyword), Kind::Word(name)] =
                [&topic.kind, &keyword.kind, &name.kind]
            && topic == "Topic"
            && keyword == "as"
        {
            names.insert(name);
        }
    }
    let mut before: [Option<&Kind>; 3] = [None; 3];
    for token in tokens {
        match (&token.kind, before) {
            (Kind::Text(text), _) => {
                if let Some(rule) = COUPLING_TEXTS.iter().find(|rule| text.contains(**rule)) {
                    found.push((token.line, format!("holds the topic rule `{rule}`")));
                }
            }
            (
                Kind::Word(word),
                [
                    Some(qualifier),
                    Some(Kind::Sign(':')),
                    Some(Kind::Sign(':')),
                ],
            ) if word == "from_name" => {
                let is_topic = match qualifier {
                    Kind::Word(name) => names.contains(name.as_str()),
                    // `<Topic>::from_name`; better one too many than one that slips through.
                    Kind::Sign('>') => true,
                    _ => false,
                };
                if is_topic {
                    found.push((token.line, "calls Topic::from_name".into()));
                }
            }
            _ => {}
        }
        let [_, second, third] = before;
        before = [second, third, Some(&token.kind)];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(package: &str, dependency: &str, kind: &str) -> Metadata {
        let json = format!(
            r#"{{"packages":[{{"name":"{package}","manifest_path":"/x/Cargo.toml",
                "rust_version":null,"features":{{}},"targets":[],
                "dependencies":[{{"name":"{dependency}","kind":{kind}}}]}}]}}"#
        );
        Metadata::parse(&json).unwrap()
    }

    #[test]
    fn a_layer_that_depends_on_another_is_found_whatever_the_kind() {
        for kind in ["null", "\"dev\"", "\"build\""] {
            for other in ["status-mvds", "status-node"] {
                let found = dependencies(&metadata("status-whisper", other, kind));
                assert_eq!(found.len(), 1, "{other} {kind}");
            }
        }
        assert_eq!(
            dependencies(&metadata("status-ecies", "status-whisper", "null")),
            ["status-ecies depends on status-whisper (normal)"]
        );
    }

    #[test]
    fn what_is_no_layer_may_be_shared_and_the_node_may_use_all() {
        for (package, dependency) in [
            ("status-whisper", "status-ecies"),
            ("status-whisper", "bytes"),
            ("status-node", "status-whisper"),
            ("conformance", "status-node"),
        ] {
            assert!(dependencies(&metadata(package, dependency, "null")).is_empty());
        }
    }

    /// The violations in a tree of these files.
    fn planted(files: &[(&str, &str)]) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let mut found = coupling(root.path()).unwrap();
        found.sort();
        found
    }

    #[test]
    fn planted_topic_rules_are_found() {
        let found = planted(&[
            (
                "status-node/src/pipeline.rs",
                "\nlet a = \"contact-discovery-1\";",
            ),
            ("whisper/src/lib.rs", "const B: &[u8] = b\"-contact-code\";"),
            ("payload/examples/c.rs", "format!(r\"{key}-negotiated\")"),
        ]);
        assert_eq!(
            found,
            [
                "payload/examples/c.rs:1: holds the topic rule `-negotiated`",
                "status-node/src/pipeline.rs:2: holds the topic rule `contact-discovery`",
                "whisper/src/lib.rs:1: holds the topic rule `-contact-code`",
            ]
        );
    }

    #[test]
    fn planted_calls_are_found_under_other_names_too() {
        for source in [
            "Topic::from_name(chat)",
            "status_whisper::Topic\n    ::from_name(chat)",
            "names.map(Topic::from_name)",
            "<Topic>::from_name(chat)",
            "use status_whisper::Topic as Other; fn f() { Other::from_name(chat) }",
        ] {
            assert_eq!(
                planted(&[("status-node/src/a.rs", source)]).len(),
                1,
                "{source}"
            );
        }
    }

    #[test]
    fn the_room_itself_tests_comments_and_the_definition_are_free() {
        let call = "Topic::from_name(\"contact-discovery\")";
        let in_test = format!("#[cfg(test)] mod tests {{ fn f() {{ {call} }} }}");
        let in_comment = format!("/// `{call}`\nfn f() {{}}");
        let found = planted(&[
            ("status-node/src/coupling/topics.rs", call),
            ("status-node/tests/a.rs", call),
            ("whisper/benches/a.rs", call),
            ("conformance/src/a.rs", call),
            ("fuzz/src/a.rs", call),
            ("target/debug/build/a.rs", call),
            ("whisper/src/a.rs", &in_test),
            ("whisper/src/b.rs", &in_comment),
            ("whisper/src/lib.rs", "#[cfg(test)] mod harness;"),
            ("whisper/src/harness.rs", call),
            ("whisper/src/harness/deeper.rs", call),
            (
                "whisper/src/topic.rs",
                "impl Topic { pub fn from_name(name: &str) {} }",
            ),
            ("devp2p/src/a.rs", "Capability::from_name(name)"),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn a_module_of_the_same_name_elsewhere_is_not_free() {
        let call = "Topic::from_name(chat)";
        let found = planted(&[
            ("whisper/src/lib.rs", "#[cfg(test)] mod harness;"),
            ("status-node/src/harness.rs", call),
        ]);
        assert_eq!(
            found,
            ["status-node/src/harness.rs:1: calls Topic::from_name"]
        );
    }
}
