//! `cargo xtask tidy`: what a reader is told is true, and the sources keep the house's measures.
//!
//! Facts in a README go stale in silence, so a program checks them: the commands, the packages, the
//! minimum Rust version, the links.

use crate::metadata::{Metadata, Package};
use crate::shell;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::Path;

/// Options of `tidy`.
#[derive(clap::Args)]
pub(crate) struct Arguments {}

/// A file of hand-written code holds one concept and at most this many lines.
const LONGEST_FILE: usize = 500;

/// An example is read at a glance, or it is a program.
const LONGEST_EXAMPLE: usize = 29;

/// The commands that do everything on a fresh machine.
const COMMANDS: [&str; 2] = [
    "cargo run --release -p status-node -- demo",
    "cargo xtask test",
];

/// Licences that a dependency may have: all of them let a program under MIT or Apache-2.0 link it.
const LICENCES: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Checks everything and names all that is wrong before it fails.
pub(crate) fn run(_arguments: &Arguments, jobs: &[String]) -> Result<()> {
    let root = shell::root();
    let metadata = Metadata::load()?;
    let mut listing = shell::program("git");
    listing.args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let listing = shell::output(&mut listing)?;
    let mut wrong = Vec::new();
    for file in listing.lines() {
        let path = root.join(file);
        // A binary seed, or a file that was removed and not yet committed.
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let found = match path.extension().and_then(|extension| extension.to_str()) {
            Some("rs" | "go" | "js" | "mjs") => source(file, &text),
            Some("md") => document(&root, file, &text, &metadata.packages, jobs),
            _ => Vec::new(),
        };
        wrong.extend(found.into_iter().map(|what| format!("{file}: {what}")));
        if !file.starts_with("conformance/vectors/") {
            wrong.extend(
                machine_paths(&text).map(|line| format!("{file}:{line}: a path of one machine")),
            );
        }
    }
    let readme = std::fs::read_to_string(root.join("README.md")).context("README.md")?;
    for command in COMMANDS
        .iter()
        .filter(|command| !readme.contains(**command))
    {
        wrong.push(format!("README.md: does not show `{command}`"));
    }
    wrong.extend(licences()?);
    for what in &wrong {
        println!("{what}");
    }
    if !wrong.is_empty() {
        bail!("{} things to tidy", wrong.len());
    }
    println!("tidy: {} files", listing.lines().count());
    Ok(())
}

/// What is wrong with a source file.
fn source(file: &str, text: &str) -> Vec<String> {
    let generated = Path::new(file).components().any(|part| {
        ["generated", "proto"]
            .iter()
            .any(|name| part.as_os_str() == *name)
    });
    if generated {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    let lines = text.lines().count();
    // Programs that make seeds for the fuzzer are examples in Cargo's sense only.
    let longest = match file.contains("/examples/") && !file.starts_with("fuzz/") {
        true => LONGEST_EXAMPLE,
        false => LONGEST_FILE,
    };
    if lines > longest {
        wrong.push(format!("{lines} lines, {longest} at most"));
    }
    // What leaves something undone; in two parts, or the line would find itself.
    for mark in ["#[ignore]", concat!("// FIX", "ME"), concat!("// XX", "X")] {
        if text.lines().any(|line| line.trim().starts_with(mark)) {
            wrong.push(format!("{mark}: finish it or give the reason"));
        }
    }
    wrong
}

/// What is wrong with a document.
fn document(
    root: &Path,
    file: &str,
    text: &str,
    packages: &[Package],
    jobs: &[String],
) -> Vec<String> {
    let mut wrong = Vec::new();
    for job in words_after(text, "cargo xtask ") {
        let is_placeholder = job.chars().all(|letter| letter.is_ascii_uppercase());
        if !is_placeholder && !jobs.iter().any(|known| known == job) {
            wrong.push(format!("no job `cargo xtask {job}`"));
        }
    }
    for name in words_after(text, " -p ") {
        if !packages.iter().any(|package| package.name == name) {
            wrong.push(format!("no package {name}"));
        }
    }
    let versions = packages
        .iter()
        .filter_map(|package| package.rust_version.as_deref());
    for version in words_after(text, "Rust 1.") {
        let version = format!("1.{}", version.trim_end_matches('.'));
        if !versions.clone().all(|known| known == version) {
            wrong.push(format!("the minimum Rust version is not {version}"));
        }
    }
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    for link in text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
    {
        let target = link.split('#').next().unwrap_or(link);
        let is_local = !target.is_empty() && !target.contains(':') && !target.contains(' ');
        if is_local && !root.join(folder).join(target).exists() {
            wrong.push(format!("the link to {target} is broken"));
        }
    }
    wrong
}

/// The words that follow each `prefix` in `text`.
fn words_after<'a>(text: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(prefix).skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && !['-', '_', '.'].contains(&c));
        let word = rest.get(..end.unwrap_or(rest.len()))?;
        (!word.is_empty()).then_some(word)
    })
}

/// The lines on which a home or working folder of some machine is named.
fn machine_paths(text: &str) -> impl Iterator<Item = usize> {
    let folders = ["home", "root", "work"].map(|name| format!("/{name}/"));
    let named = move |line: &str| {
        folders.iter().any(|folder| {
            line.match_indices(folder).any(|(at, _)| {
                let before = line.get(..at).unwrap_or("").chars().next_back();
                before.is_none_or(|before| {
                    !before.is_alphanumeric() && !['.', '_', '-', '}', '/'].contains(&before)
                })
            })
        })
    };
    let lines: Vec<usize> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| named(line))
        .map(|(at, _)| at + 1)
        .collect();
    lines.into_iter()
}

/// Dependencies under a licence that is not on the list.
fn licences() -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Tree {
        packages: Vec<Licensed>,
    }
    #[derive(Deserialize)]
    struct Licensed {
        name: String,
        license: Option<String>,
    }
    let mut command = shell::cargo(["metadata", "--format-version", "1"]);
    let tree: Tree = serde_json::from_str(&shell::output(&mut command)?)?;
    let refused = tree.packages.into_iter().filter_map(|package| {
        let licence = package.license.unwrap_or_default();
        (!is_allowed(&licence)).then(|| format!("{} is under `{licence}`", package.name))
    });
    Ok(refused.collect())
}

/// Whether a licence expression offers a choice that the list allows.
fn is_allowed(expression: &str) -> bool {
    // The old way to write OR.
    let expression = expression.replace('/', " OR ");
    // `A AND (B OR C)` is the only nesting that occurs: all parts around AND must be allowed.
    let all_of = |expression: &str| {
        expression.split(" AND ").all(|part| {
            let part = part.trim().trim_matches(['(', ')']);
            part.split(" OR ").any(|one| LICENCES.contains(&one.trim()))
        })
    };
    if expression.contains('(') {
        all_of(&expression)
    } else {
        expression.split(" OR ").any(all_of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong_in(text: &str) -> Vec<String> {
        let json = r#"{"packages":[{"name":"status-node","manifest_path":"/x/Cargo.toml",
            "rust_version":"1.95","dependencies":[],"targets":[],"features":{}}]}"#;
        let packages = Metadata::parse(json).unwrap().packages;
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("there.md"), "").unwrap();
        document(root.path(), "README.md", text, &packages, &["test".into()])
    }

    #[test]
    fn a_true_document_passes() {
        let text = "`cargo xtask test`, `cargo run --release -p status-node -- demo`; Rust 1.95. \
            [a](there.md#part) [b](https://example.org/c)";
        assert_eq!(wrong_in(text), [""; 0]);
    }

    #[test]
    fn stale_facts_are_found() {
        for text in [
            "cargo xtask gone",
            "cargo test -p status-gone",
            "needs Rust 1.80 or newer",
            "[a](gone.md)",
        ] {
            assert_eq!(wrong_in(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn long_files_are_found_unless_generated() {
        let text = "\n".repeat(LONGEST_FILE + 1);
        assert_eq!(source("a/src/lib.rs", &text).len(), 1);
        assert!(source("a/src/generated/b.rs", &text).is_empty());
        assert!(source("a/src/lib.rs", &"\n".repeat(LONGEST_FILE)).is_empty());
        let text = "\n".repeat(LONGEST_EXAMPLE + 1);
        assert_eq!(source("a/examples/b.rs", &text).len(), 1);
        assert!(source("fuzz/examples/seeds.rs", &text).is_empty());
    }

    #[test]
    fn paths_of_one_machine_are_found() {
        let home = format!("cd /{}/me", "home");
        assert_eq!(machine_paths(&home).collect::<Vec<_>>(), [1]);
        let inside = format!("https://example.org/{}/x and a/{}/b", "work", "root");
        assert_eq!(machine_paths(&inside).count(), 0);
    }

    #[test]
    fn licence_expressions_are_understood() {
        for allowed in [
            "MIT",
            "MIT/Apache-2.0",
            "MIT OR GPL-3.0",
            "Apache-2.0 AND MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR MIT",
        ] {
            assert!(is_allowed(allowed), "{allowed}");
        }
        for refused in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR ISC) AND LGPL-2.1",
        ] {
            assert!(!is_allowed(refused), "{refused}");
        }
    }
}
