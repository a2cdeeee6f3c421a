//! `cargo xtask matrix`: each crate alone, with each feature alone, with none and with all.
//!
//! Cargo unites the features of everything it builds at once, so a crate that compiles with the
//! workspace may well not compile for somebody who depends on it alone.

use crate::metadata::{LAYERS, Metadata, Package};
use crate::shell;
use anyhow::{Context, Result, bail};
use std::process::Command;

/// Options of `matrix`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only this package.
    #[arg(short, long)]
    package: Option<String>,
}

/// Checks every combination; then that no layer needs a runtime unless asked for its network part.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let metadata = Metadata::load()?;
    let wanted = |package: &&Package| {
        arguments
            .package
            .as_ref()
            .is_none_or(|name| *name == package.name)
    };
    let mut checked = 0;
    for package in metadata.packages.iter().filter(wanted) {
        for selection in selections(package) {
            let mut command = shell::cargo(["check", "--quiet", "--package", &package.name]);
            check(command.args(selection))?;
            checked += 1;
        }
        if LAYERS.contains(&package.name.as_str()) {
            let tree = tree(package)?;
            let runtimes = runtimes(&tree);
            if !runtimes.is_empty() {
                let all = runtimes.join(", ");
                bail!("{} without its feature `net` pulls in {all}", package.name);
            }
            println!("{}: no runtime without `net`", package.name);
        }
    }
    println!("matrix: {checked} combinations checked");
    Ok(())
}

/// Runs one check; a warning counts too, since in a rare combination nobody else would see it.
fn check(command: &mut Command) -> Result<()> {
    println!("$ {}", shell::line(command));
    let output = command.output().context("cannot start cargo")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || said.contains("warning:") {
        bail!("`{}` is not clean:\n{said}", shell::line(command));
    }
    Ok(())
}

/// The feature arguments with which a package is checked.
fn selections(package: &Package) -> Vec<Vec<String>> {
    let mut selections = vec![Vec::new()];
    let features = own_features(package);
    if !package.features.is_empty() {
        selections.push(vec!["--no-default-features".into()]);
        selections.push(vec!["--all-features".into()]);
    }
    // With one feature that stands alone, "each" is the same as "all".
    if features.len() > 1 || package.features.contains_key("default") {
        for feature in features {
            selections.push(vec![
                "--no-default-features".into(),
                "--features".into(),
                feature.into(),
            ]);
        }
    }
    selections
}

/// The features that a user may choose, `default` apart.
fn own_features(package: &Package) -> Vec<&str> {
    let names = package.features.keys().map(String::as_str);
    names.filter(|name| *name != "default").collect()
}

/// What a layer depends on when every feature but `net` is on, one package a line.
fn tree(package: &Package) -> Result<String> {
    let features: Vec<&str> = own_features(package)
        .into_iter()
        .filter(|name| *name != "net")
        .collect();
    shell::output(&mut shell::cargo([
        "tree",
        "--package",
        &package.name,
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--no-default-features",
        "--features",
        &features.join(","),
    ]))
}

/// The runtimes among the lines `NAME vVERSION …` of a dependency tree.
fn runtimes(tree: &str) -> Vec<&str> {
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    let mut found: Vec<&str> = names
        .filter(|name| name.starts_with("tokio") || ["mio", "async-std", "smol"].contains(name))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(features: &str) -> Package {
        let json = format!(
            r#"{{"packages":[{{"name":"a","manifest_path":"/x/Cargo.toml","rust_version":null,
                "dependencies":[],"targets":[],"features":{features}}}]}}"#
        );
        Metadata::parse(&json).unwrap().packages.pop().unwrap()
    }

    fn joined(features: &str) -> Vec<String> {
        let selections = selections(&package(features)).into_iter();
        selections.map(|arguments| arguments.join(" ")).collect()
    }

    #[test]
    fn a_crate_without_features_is_checked_once() {
        assert_eq!(joined("{}"), [""]);
    }

    #[test]
    fn each_feature_is_checked_alone() {
        assert_eq!(
            joined(r#"{"default":["b"],"b":[],"c":[]}"#),
            [
                "",
                "--no-default-features",
                "--all-features",
                "--no-default-features --features b",
                "--no-default-features --features c",
            ]
        );
    }

    #[test]
    fn a_runtime_in_the_tree_is_seen() {
        let tree = "status-whisper v0.1.0 (/x)\ntokio-util v0.7.20\nbytes v1.12.0\ntokio v1.54.0\ntokio v1.54.0 (*)\n";
        assert_eq!(runtimes(tree), ["tokio", "tokio-util"]);
        assert!(runtimes("status-whisper v0.1.0\nbytes v1.12.0\n").is_empty());
    }
}
