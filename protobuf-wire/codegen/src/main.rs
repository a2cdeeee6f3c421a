//! `protobuf-codegen ROOT [--check]`: makes the Rust code of the schemas in `*/proto/` under the
//! repository's ROOT, which is checked in so that ordinary builds generate nothing. With `--check`
//! it writes nothing and fails when the checked-in code is stale. Run it by `cargo xtask codegen`.
//!
//! Each package of a crate becomes `src/generated/PACKAGE.rs` with the prost types, and for each of
//! them the schema by which `status-protobuf-wire` recognises what it does not know.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    reason = "saying what was generated is the program's purpose"
)]

mod schema;

use anyhow::{Context, Result, bail};
use prost_types::FileDescriptorSet;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The crates that have schemas.
const CRATES: [&str; 3] = ["payload", "mvds", "conversational-security"];

const HEADER: &str =
    "// Made from the .proto files of this crate by `cargo xtask codegen`: do not edit.\n\n";

fn main() -> Result<()> {
    let mut root = PathBuf::from(".");
    let mut check = false;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--check" => check = true,
            path => root = path.into(),
        }
    }
    let stale = stale(&root)?;
    if !check {
        for (path, content) in &stale {
            std::fs::write(path, content)?;
            println!("wrote {}", path.display());
        }
    }
    if check && !stale.is_empty() {
        let names: Vec<_> = stale
            .keys()
            .map(|path| path.display().to_string())
            .collect();
        bail!("stale, run `cargo xtask codegen`: {}", names.join(", "));
    }
    println!(
        "{} schema folders, {} files changed",
        CRATES.len(),
        stale.len()
    );
    Ok(())
}

/// The files under the repository's root whose content is not what it should be, with what it should be.
fn stale(root: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let mut stale = BTreeMap::new();
    for name in CRATES {
        let files = generate(&root.join(name)).with_context(|| format!("crate {name}"))?;
        stale.extend(files.into_iter().filter(|(path, content)| {
            std::fs::read_to_string(path).unwrap_or_default() != *content
        }));
    }
    Ok(stale)
}

/// The files to generate for a crate, with their content.
fn generate(folder: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let protos = folder.join("proto");
    let mut sources = std::fs::read_dir(&protos)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    sources.retain(|path| path.extension().is_some_and(|name| name == "proto"));
    sources.sort();
    let descriptors = protox::compile(&sources, [&protos])?;
    let mut files = prost_code(&descriptors)?;
    let target = folder.join("src/generated");
    for (package, code) in &mut files {
        code.push_str(&schema::code(&descriptors, package)?);
    }
    Ok(files
        .into_iter()
        .map(|(package, code)| (target.join(format!("{package}.rs")), code))
        .collect())
}

/// The prost types of each package.
fn prost_code(descriptors: &FileDescriptorSet) -> Result<BTreeMap<String, String>> {
    let output = std::env::temp_dir().join(format!("protobuf-codegen-{}", std::process::id()));
    std::fs::create_dir_all(&output)?;
    let result = prost_build::Config::new()
        .bytes(["."])
        .btree_map(["."])
        .out_dir(&output)
        .compile_fds(descriptors.clone());
    let files = result.map_err(anyhow::Error::from).and_then(|()| {
        std::fs::read_dir(&output)?
            .map(|entry| {
                let path = entry?.path();
                let package = path
                    .file_stem()
                    .and_then(|stem| stem.to_str())
                    .context("a package without a name")?;
                let code = std::fs::read_to_string(&path)?;
                Ok((package.to_owned(), format!("{HEADER}{code}")))
            })
            .collect()
    });
    std::fs::remove_dir_all(&output)?;
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_that_is_checked_in_is_what_the_schemas_give() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let stale = stale(&root).unwrap();
        assert!(stale.is_empty(), "{:?}", stale.keys());
    }
}
