//! `cargo xtask spec`: every reference of a SPEC.md leads to code that exists.
//!
//! A requirement is a row of a table, `| ID | MUST … | `path/to/file.rs`::symbol | `path`::test |`.
//! Paths count from the repository's root; several references are split by commas; `-` stands
//! for none, and then the requirement says why.

use crate::metadata::Metadata;
use crate::rust_source::{self, Kind, Token};
use crate::shell;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// Options of `spec`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Names every requirement that has no code or no test.
    #[arg(long)]
    missing: bool,
}

/// The chapter on other implementations' problems, whose tests are checked in the same way.
const PROBLEMS: &str = "docs/known-problems.md";

/// Checks the SPEC.md of every crate that has one, and prints how much of it is covered.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = shell::root();
    let packages = Metadata::load()?.packages;
    let mut documents: Vec<PathBuf> = packages
        .iter()
        .map(|package| package.folder().join("SPEC.md"))
        .filter(|path| path.exists())
        .collect();
    documents.push(root.join(PROBLEMS));
    let mut dangling = 0;
    for path in documents {
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("{} is unreadable", path.display()))?;
        let rows = rows(&text);
        let requirements: Vec<&Row> = rows
            .iter()
            .filter(|row| row.sort == Sort::Requirement)
            .collect();
        let covered = |references: fn(&Row) -> &Vec<Reference>| {
            let rows = requirements.iter();
            rows.filter(|row| !references(row).is_empty()).count()
        };
        println!(
            "{}: {} requirements, {} with code, {} with a test; {} other rows with tests",
            path.strip_prefix(&root).unwrap_or(&path).display(),
            requirements.len(),
            covered(|row| &row.code),
            covered(|row| &row.tests),
            rows.len() - requirements.len(),
        );
        for row in &rows {
            if arguments.missing && row.is_open() {
                println!("  {} (line {}): {}", row.id, row.line, row.text);
            }
            for problem in problems(&root, row) {
                println!("  {} (line {}): {problem}", row.id, row.line);
                dangling += 1;
            }
        }
    }
    if dangling > 0 {
        bail!("{dangling} references lead nowhere");
    }
    Ok(())
}

/// What a row of a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Requirement,
    Ambiguity,
}

/// A row of a table.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    sort: Sort,
    line: usize,
    id: String,
    text: String,
    code: Vec<Reference>,
    tests: Vec<Reference>,
}

/// A place in the sources: a file and, mostly, something in it.
#[derive(Debug, PartialEq, Eq)]
struct Reference {
    path: String,
    symbol: Option<String>,
}

/// The rows of every table of four columns whose last is headed "Test".
///
/// Where the third column is "Code" a row is a requirement; otherwise it is an ambiguity (question,
/// choice, evidence, test), of which only the last column holds references.
fn rows(text: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut sort = None;
    for (at, line) in text.lines().enumerate() {
        let Some(cells) = cells(line) else {
            sort = None;
            continue;
        };
        let [id, text, code, tests] = cells.as_slice() else {
            sort = None;
            continue;
        };
        let is = |cell: &str, word: &str| cell.to_lowercase().starts_with(word);
        match sort {
            None if is(tests, "test") && is(code, "code") => sort = Some(Sort::Requirement),
            None if is(tests, "test") => sort = Some(Sort::Ambiguity),
            None => {}
            Some(_) if id.starts_with(['-', ':']) => {}
            Some(sort) => rows.push(Row {
                sort,
                line: at + 1,
                id: id.trim_matches('`').into(),
                text: text.clone(),
                code: match sort {
                    Sort::Requirement => references(code),
                    Sort::Ambiguity => Vec::new(),
                },
                tests: references(tests),
            }),
        }
    }
    rows
}

/// The cells of a table's line, none if it is another line.
fn cells(line: &str) -> Option<Vec<String>> {
    let inside = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    // A bar inside a cell is written `\|`.
    let inside = inside.replace("\\|", "\u{0}");
    let cells = inside.split('|');
    Some(
        cells
            .map(|cell| cell.trim().replace('\u{0}', "|"))
            .collect(),
    )
}

/// The references of a cell.
fn references(cell: &str) -> Vec<Reference> {
    let parts = cell.split(", ").map(|part| part.replace('`', ""));
    parts
        .map(|part| part.trim().to_string())
        .filter(|part| !part.is_empty() && part != "-")
        .map(|part| match part.split_once("::") {
            Some((path, symbol)) => Reference {
                path: path.trim().into(),
                symbol: Some(symbol.trim().into()),
            },
            None => Reference {
                path: part,
                symbol: None,
            },
        })
        .collect()
}

impl Row {
    /// Whether code or test of a requirement are missing.
    fn is_open(&self) -> bool {
        self.sort == Sort::Requirement && (self.code.is_empty() || self.tests.is_empty())
    }
}

/// What is wrong with a row.
fn problems(root: &Path, row: &Row) -> Vec<String> {
    let mut problems: Vec<String> = row
        .code
        .iter()
        .chain(&row.tests)
        .filter_map(|reference| dangling(root, reference))
        .collect();
    // `-` wants its reason in the requirement's cell, after a colon or a bracket.
    if row.is_open() && !row.text.contains([':', '(']) {
        problems.push("nothing in a column, and no reason why".into());
    }
    problems
}

/// Why a reference leads nowhere, if so.
fn dangling(root: &Path, reference: &Reference) -> Option<String> {
    let Reference { path, symbol } = reference;
    let Ok(source) = std::fs::read_to_string(root.join(path)) else {
        return Some(format!("no file {path}"));
    };
    let symbol = symbol.as_deref()?;
    let name = symbol.trim_end_matches("()");
    let found = if path.ends_with(".rs") {
        is_defined(&rust_source::tokens(&source), name)
    } else {
        source.contains(name)
    };
    (!found).then(|| format!("no {symbol} in {path}"))
}

/// Whether `tokens` define what `name` says: `function`, `Type`, `CONSTANT`, or `Type::member`, where
/// the member may also be a field or a variant.
fn is_defined(tokens: &[Token], name: &str) -> bool {
    const KEYWORDS: [&str; 11] = [
        "const",
        "enum",
        "fn",
        "impl",
        "macro_rules",
        "mod",
        "mut",
        "static",
        "struct",
        "trait",
        "type",
    ];
    let words = || {
        let kinds = tokens.iter().map(|token| &token.kind);
        // `macro_rules! name`
        kinds.filter(|kind| **kind != Kind::Sign('!'))
    };
    let defines = |name: &str| {
        words().zip(words().skip(1)).any(|(keyword, own)| {
            matches!((keyword, own), (Kind::Word(keyword), Kind::Word(own))
                if own == name && KEYWORDS.contains(&keyword.as_str()))
        })
    };
    match name.rsplit_once("::") {
        None => defines(name),
        Some((path, member)) => {
            let mut parts = path.split("::").chain([member]);
            parts.all(|part| mentions(tokens, part))
        }
    }
}

/// Whether `name` stands in the code, comments apart.
fn mentions(tokens: &[Token], name: &str) -> bool {
    tokens
        .iter()
        .any(|token| matches!(&token.kind, Kind::Word(own) if own == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
| ID | requirement | code | test |
|----|----|----|----|
| W-1 | MUST decode | `a/src/x.rs`::decode, `a/src/y.rs` | `a/tests/z.rs`::decodes |
| W-2 | MAY do more (not built: later) | - | - |

| Question | Choice | Evidence | Test |
|---|---|---|---|
| Which? | This one | MUST not be read as a path, `a/src/none.rs` | `a/tests/none.rs` |
";

    #[test]
    fn a_table_is_read_with_its_lines() {
        let rows = rows(TABLE);
        let sorts: Vec<_> = rows.iter().map(|row| row.sort).collect();
        assert_eq!(
            sorts,
            [Sort::Requirement, Sort::Requirement, Sort::Ambiguity]
        );
        let first = &rows[0];
        assert_eq!((first.line, first.id.as_str()), (3, "W-1"));
        let code: Vec<_> = first
            .code
            .iter()
            .map(|reference| (reference.path.as_str(), reference.symbol.as_deref()))
            .collect();
        assert_eq!(code, [("a/src/x.rs", Some("decode")), ("a/src/y.rs", None)]);
        assert!(rows[1].code.is_empty() && rows[1].tests.is_empty());
    }

    #[test]
    fn what_is_not_there_is_a_problem() {
        let root = tempfile::tempdir().unwrap();
        for (path, source) in [
            ("a/src/x.rs", "fn decode_all() {} // decode"),
            ("a/src/y.rs", ""),
            ("a/tests/z.rs", "fn decodes() {}"),
        ] {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, source).unwrap();
        }
        let found: Vec<_> = rows(TABLE)
            .iter()
            .flat_map(|row| problems(root.path(), row))
            .collect();
        assert_eq!(
            found,
            ["no decode in a/src/x.rs", "no file a/tests/none.rs"]
        );
        std::fs::remove_file(root.path().join("a/src/y.rs")).unwrap();
        assert_eq!(problems(root.path(), &rows(TABLE)[0]).len(), 2);
    }

    #[test]
    fn definitions_are_told_from_mentions() {
        let tokens = rust_source::tokens(
            "enum Reason { Late } impl Reason { fn code() { other() } } macro_rules! check {}",
        );
        for name in ["Reason", "code", "Reason::Late", "Reason::code", "check"] {
            assert!(is_defined(&tokens, name), "{name}");
        }
        for name in ["other", "Reason::Early", "Late"] {
            assert!(!is_defined(&tokens, name), "{name}");
        }
    }

    #[test]
    fn a_gap_wants_a_reason() {
        let rows = rows("|Id|a|code|test|\n| W-3 | MUST not be forgotten | - | - |");
        assert_eq!(problems(Path::new("/"), &rows[0]).len(), 1);
    }
}
