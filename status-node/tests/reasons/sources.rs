//! Finds, in the sources of all crates, the types that say why something is refused, given up or dropped.

use crate::rust_source::{Kind, Program, Token, tokens, without_tests};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders of the workspace whose refusals nobody meets who runs a node: judges and tools.
const TOOLS: [&str; 5] = [
    "conformance",
    "fuzz",
    "interop",
    "simulated-network",
    "xtask",
];

/// What the name of an enum says if it is one of reasons.
const NAMES: [&str; 8] = [
    "Error", "Fault", "Refus", "Reject", "Drop", "Reason", "Invalid", "Failure",
];

/// An enum or a struct of reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReasonType {
    /// With its modules: `status_whisper::accept::Rejection`.
    pub(crate) path: String,
    /// Whether it stands in the program and not in the library: then it says what it says to the user
    /// itself.
    pub(crate) is_command_line: bool,
    pub(crate) variants: Vec<Variant>,
}

/// A reason. Of a struct the name is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Variant {
    pub(crate) name: String,
    /// What stands in `#[error(…)]`, if it has that.
    pub(crate) sentence: Option<Template>,
    /// The names of its fields, numbers for those without.
    pub(crate) fields: Vec<Field>,
}

/// A field of a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// Whether it is a number of any sort.
    pub(crate) is_number: bool,
}

/// The inside of `#[error(…)]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Template {
    /// The text with its placeholders.
    pub(crate) text: String,
    /// The words of its arguments.
    pub(crate) words: Vec<String>,
    /// Whether the reason inside speaks for it.
    pub(crate) is_transparent: bool,
}

/// What all sources hold.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) types: Vec<ReasonType>,
    /// Files and lines where a reason is logged as Debug shows it.
    pub(crate) logged_by_debug: Vec<String>,
    /// The files that programs embed, by their paths below the root, with their texts.
    pub(crate) libraries: Vec<(String, String)>,
}

/// Reads the sources of all crates below `root` that a node consists of.
pub(crate) fn read(root: &Path) -> Sources {
    let mut found = Sources::default();
    for package in folders(root) {
        let name = package.file_name().unwrap().to_str().unwrap();
        let source = package.join("src");
        if TOOLS.contains(&name) || !source.join("lib.rs").exists() {
            continue;
        }
        let mut files = Vec::new();
        rust_files(&source, &mut files);
        let read = |file: &PathBuf| std::fs::read_to_string(file).unwrap();
        let programs: Vec<(PathBuf, String)> = files
            .iter()
            .map(|file| (file.clone(), read(file)))
            .collect();
        let tests: BTreeSet<PathBuf> = programs
            .iter()
            .flat_map(|(file, text)| {
                let modules = without_tests(&tokens(text)).test_modules;
                let folder = module_folder(file);
                modules.into_iter().map(move |module| folder.join(module))
            })
            .collect();
        for (file, text) in &programs {
            if tests
                .iter()
                .any(|test| module_folder(file).starts_with(test))
            {
                continue;
            }
            let modules = module_path(&source, file);
            let prefix = format!(
                "status_{}",
                name.trim_start_matches("status-").replace('-', "_")
            );
            let is_command_line = file.strip_prefix(&source).unwrap().starts_with("cli");
            let lines = logged_by_debug(text).into_iter();
            let shown = file.strip_prefix(root).unwrap().display();
            let places = lines.map(|line| format!("{shown}:{line}"));
            found.logged_by_debug.extend(places);
            if !is_command_line {
                let path = shown.to_string().replace('\\', "/");
                found.libraries.push((path, text.clone()));
            }
            found
                .types
                .extend(types_in(text).into_iter().map(|mut one| {
                    let path: Vec<&str> = [prefix.as_str()]
                        .into_iter()
                        .chain(modules.iter().map(String::as_str))
                        .chain([one.path.as_str()])
                        .collect();
                    one.path = path.join("::");
                    one.is_command_line = is_command_line;
                    one
                }));
        }
    }
    found
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

fn rust_files(folder: &Path, to: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, to);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            to.push(path);
        }
    }
    to.sort();
}

/// Where the modules that a file declares stand.
fn module_folder(file: &Path) -> PathBuf {
    match file.file_stem().and_then(|stem| stem.to_str()) {
        Some("mod" | "lib" | "main") => file.parent().unwrap().to_owned(),
        _ => file.with_extension(""),
    }
}

/// The modules from the root of the crate to what stands in `file`.
fn module_path(source: &Path, file: &Path) -> Vec<String> {
    let folder = module_folder(file);
    let inside = folder.strip_prefix(source).unwrap();
    inside
        .components()
        .map(|part| part.as_os_str().to_str().unwrap().to_owned())
        .collect()
}

/// The lines on which a log macro is given a reason as `?reason` or `field = ?reason`: then it prints what
/// Debug makes of it, and not its sentence.
pub(crate) fn logged_by_debug(text: &str) -> Vec<usize> {
    const REASONS: [&str; 7] = [
        "error",
        "reason",
        "fault",
        "refusal",
        "rejection",
        "refused",
        "why",
    ];
    let program = without_tests(&tokens(text));
    let windows = program.tokens.windows(3);
    windows
        .filter(|three| matches!(three[0].kind, Kind::Sign('(' | ',' | '=')))
        .filter(|three| is_sign(&three[1], '?'))
        .filter(|three| REASONS.iter().any(|reason| is_word(&three[2], reason)))
        .map(|three| three[2].line)
        .collect()
}

/// The types of reasons in one file, under their bare names.
pub(crate) fn types_in(text: &str) -> Vec<ReasonType> {
    let program = without_tests(&tokens(text));
    let Program { tokens, .. } = &program;
    let mut found = Vec::new();
    let mut attributes: Vec<&[Token]> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let rest = &tokens[at..];
        if is_sign(token, '#') && rest.get(1).is_some_and(|next| is_sign(next, '[')) {
            let length = 1 + group_length(&rest[1..]);
            attributes.push(&rest[..length]);
            at += length;
            continue;
        }
        if is_word(token, "pub") {
            let is_restricted = rest.get(1).is_some_and(|next| is_sign(next, '('));
            at += if is_restricted {
                1 + group_length(&rest[1..])
            } else {
                1
            };
            continue;
        }
        let is_enum = is_word(token, "enum");
        if (is_enum || is_word(token, "struct"))
            && let Some(Kind::Word(name)) = rest.get(1).map(|next| &next.kind)
        {
            let derives = attributes.iter().any(|attribute| {
                is_word(&attribute[2], "derive")
                    && attribute.iter().any(|one| is_word(one, "Error"))
            });
            let is_error = derives || implements_error(tokens, name);
            let is_named_so = NAMES.iter().any(|part| name.contains(part))
                || says_why(&documentation(text, token.line));
            if is_error || (is_enum && is_named_so) {
                found.push(ReasonType {
                    path: name.clone(),
                    is_command_line: false,
                    variants: match is_enum {
                        true => variants_of(tokens, at),
                        false => vec![Variant {
                            name: String::new(),
                            sentence: template(&attributes),
                            fields: body(rest).map(fields).unwrap_or_default(),
                        }],
                    },
                });
            }
        }
        attributes.clear();
        at += 1;
    }
    found
}

/// Whether the documentation is that of reasons against something; `Why an envelope was posted` is none.
fn says_why(documentation: &str) -> bool {
    const AGAINST: [&str; 12] = [
        "not", "no", "none", "nothing", "cannot", "refused", "refuses", "dropped", "given",
        "ended", "ends", "skipped",
    ];
    let sentence = documentation.split(['.', ';']).next().unwrap_or_default();
    let mut words = sentence.split(|letter: char| !letter.is_alphabetic());
    words.next() == Some("Why") && words.any(|word| AGAINST.contains(&word))
}

/// What the lines above `line` (from 1) say, attributes apart.
fn documentation(text: &str, line: usize) -> String {
    let above: Vec<&str> = text.lines().take(line - 1).map(str::trim).collect();
    let documented = above
        .iter()
        .rev()
        .take_while(|line| line.starts_with("///") || line.starts_with("#["));
    let mut lines: Vec<&str> = documented
        .filter_map(|line| line.strip_prefix("///"))
        .collect();
    lines.reverse();
    lines.concat().trim().to_owned()
}

fn implements_error(tokens: &[Token], name: &str) -> bool {
    tokens.windows(3).any(|three| {
        is_word(&three[0], "Error") && is_word(&three[1], "for") && is_word(&three[2], name)
    })
}

/// The tokens inside the braces or parentheses of an item that begins with its keyword.
fn body(item: &[Token]) -> Option<&[Token]> {
    let ends = |token: &Token| matches!(token.kind, Kind::Sign('{' | '(' | ';'));
    let open = item.iter().position(ends)?;
    if is_sign(&item[open], ';') {
        return None;
    }
    let length = group_length(&item[open..]);
    item.get(open + 1..(open + length).saturating_sub(1))
}

/// The variants of the enum whose keyword stands at `at`: its own, and those of the call of the macro that
/// it is written in, which have the form `Name = …`.
fn variants_of(tokens: &[Token], at: usize) -> Vec<Variant> {
    let mut variants = Vec::new();
    let Some(inside) = body(&tokens[at..]) else {
        return variants;
    };
    for part in parts(inside) {
        let mut attributes = Vec::new();
        let mut rest = part;
        while rest.first().is_some_and(|first| is_sign(first, '#')) {
            let length = 1 + group_length(&rest[1..]);
            attributes.push(&rest[..length]);
            rest = &rest[length..];
        }
        if rest.first().is_some_and(|first| is_sign(first, '$')) {
            variants.extend(of_the_call(tokens, at));
            // What follows the repetition: `$(…)* Other(u64)`.
            let length = 1 + group_length(&rest[1..]);
            rest = rest.get(length + 1..).unwrap_or_default();
        }
        if let Some(Kind::Word(name)) = rest.first().map(|first| &first.kind) {
            variants.push(Variant {
                name: name.clone(),
                sentence: template(&attributes),
                fields: rest
                    .get(1)
                    .and_then(|_| body(&rest[1..]))
                    .map(fields)
                    .unwrap_or_default(),
            });
        }
    }
    variants
}

/// The variants in the call of the macro whose definition the token `at` stands in.
fn of_the_call(tokens: &[Token], at: usize) -> Vec<Variant> {
    let is_definition =
        |three: &[Token]| is_word(&three[0], "macro_rules") && is_sign(&three[1], '!');
    let defined = tokens[..at].windows(3).rfind(|three| is_definition(three));
    let Some(Kind::Word(name)) = defined.map(|three| &three[2].kind) else {
        return Vec::new();
    };
    let call = tokens[at..].windows(3).position(|three| {
        is_word(&three[0], name) && is_sign(&three[1], '!') && is_sign(&three[2], '{')
    });
    let Some(inside) = call.and_then(|call| body(&tokens[at + call..])) else {
        return Vec::new();
    };
    let named = inside.windows(2).filter(|two| is_sign(&two[1], '='));
    named
        .filter_map(|two| match &two[0].kind {
            Kind::Word(name) => Some(Variant {
                name: name.clone(),
                ..Variant::default()
            }),
            _ => None,
        })
        .collect()
}

/// What stands in `#[error(…)]`.
fn template(attributes: &[&[Token]]) -> Option<Template> {
    let error = attributes
        .iter()
        .find(|attribute| is_word(&attribute[2], "error"))?;
    let mut template = Template::default();
    for token in &error[3..] {
        match &token.kind {
            // Text of several lines is put together as the compiler does.
            Kind::Text(text) if template.text.is_empty() => template.text = text.clone(),
            Kind::Word(word) => template.words.push(word.clone()),
            _ => {}
        }
    }
    template.is_transparent = template.text.is_empty() && template.words == ["transparent"];
    Some(template)
}

/// The fields inside the braces or parentheses of a variant.
fn fields(inside: &[Token]) -> Vec<Field> {
    const NUMBERS: [&str; 13] = [
        "u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize", "f32", "f64",
        "Duration",
    ];
    let mut found = Vec::new();
    for part in parts(inside) {
        let mut rest = part;
        while rest.first().is_some_and(|first| is_sign(first, '#')) {
            rest = &rest[1 + group_length(&rest[1..])..];
        }
        if rest.first().is_some_and(|first| is_word(first, "pub")) {
            rest = &rest[1..];
        }
        let named = rest.get(1).is_some_and(|next| is_sign(next, ':'))
            && !rest.get(2).is_some_and(|next| is_sign(next, ':'));
        let name = match rest.first().map(|first| &first.kind) {
            Some(Kind::Word(word)) if named => word.clone(),
            Some(_) => found.len().to_string(),
            None => continue,
        };
        let is_number = rest
            .iter()
            .any(|token| NUMBERS.iter().any(|number| is_word(token, number)));
        found.push(Field { name, is_number });
    }
    found
}

/// What commas part, outside of brackets.
fn parts(tokens: &[Token]) -> Vec<&[Token]> {
    let mut parts = Vec::new();
    let (mut start, mut at, mut angles) = (0, 0, 0_usize);
    while let Some(token) = tokens.get(at) {
        match token.kind {
            Kind::Sign('{' | '(' | '[') => {
                at += group_length(&tokens[at..]);
                continue;
            }
            Kind::Sign('<') => angles += 1,
            Kind::Sign('>') => angles = angles.saturating_sub(1),
            Kind::Sign(',') if angles == 0 => {
                parts.push(&tokens[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(&tokens[start..]);
    parts.retain(|part| !part.is_empty());
    parts
}

fn is_word(token: &Token, word: &str) -> bool {
    matches!(&token.kind, Kind::Word(own) if own == word)
}

fn is_sign(token: &Token, sign: char) -> bool {
    token.kind == Kind::Sign(sign)
}

/// The number of tokens of the bracketed group that `tokens` begin with.
fn group_length(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Sign('(' | '[' | '{') => depth += 1,
            Kind::Sign(')' | ']' | '}') => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}
