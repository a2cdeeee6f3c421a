//! `cargo xtask bench`: every bench, its ratio to the limit, and Go on the same work.

use crate::metadata::Metadata;
use crate::shell;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Options of `bench`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only compiles; this is what CI does, where measuring would say nothing.
    #[arg(long)]
    quick: bool,
    /// Only this package's benches.
    #[arg(short, long)]
    package: Option<String>,
    /// Leaves out the programs in Go.
    #[arg(long)]
    no_go: bool,
}

/// The Go programs that do the same work.
const GO_FOLDERS: [&str; 3] = [
    "interop/bench-go/whisper",
    "interop/bench-go/rlpx",
    "interop/bench-go/mvds",
];

/// Runs the benches one after the other and prints their ratios as a table.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut benches = Vec::new();
    for package in Metadata::load()?.packages {
        if arguments
            .package
            .as_ref()
            .is_none_or(|name| *name == package.name)
        {
            let names = package.targets_of("bench").map(String::from);
            benches.extend(names.map(|bench| (package.name.clone(), bench)));
        }
    }
    if arguments.quick {
        return compile(arguments);
    }
    let mut rows = Vec::new();
    for (package, bench) in &benches {
        let mut command = shell::cargo(["bench", "--quiet", "-p", package, "--bench", bench]);
        let lines = follow(&mut command)?;
        rows.extend(lines.iter().filter_map(|line| Row::parse(line)));
    }
    let go = if arguments.no_go { Vec::new() } else { go()? };
    print(&rows, &go);
    Ok(())
}

/// Compiles every bench. The dev profile does for that, and is there from the tests.
fn compile(arguments: &Arguments) -> Result<()> {
    let mut command = shell::cargo(["test", "--quiet", "--benches", "--no-run"]);
    match &arguments.package {
        Some(package) => command.args(["-p", package]),
        None => command.arg("--workspace"),
    };
    shell::run(&mut command)
}

/// Runs `command`, passes its output through and gives it.
fn follow(command: &mut Command) -> Result<Vec<String>> {
    println!("$ {}", shell::line(command));
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{}`", shell::line(command)))?;
    let mut lines = Vec::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line.context("the bench's output")?;
            println!("{line}");
            lines.push(line);
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{}` failed: {status}", shell::line(command));
    }
    Ok(lines)
}

/// A line `ratio NAME: ours X ns, limit Y ns, ratio Z (goal G)` of a bench; what follows is a note.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    name: String,
    ours: String,
    limit: String,
    ratio: String,
    goal: String,
    note: String,
}

impl Row {
    fn parse(line: &str) -> Option<Self> {
        let (name, rest) = line.trim().strip_prefix("ratio ")?.split_once(": ours ")?;
        let (rest, goal, note) = match rest.split_once(" (goal ") {
            Some((rest, after)) => {
                let (goal, note) = after.split_once(')').unwrap_or((after, ""));
                (rest, goal, note.trim_start_matches([':', ',', ' ']))
            }
            None => (rest, "-", ""),
        };
        let mut parts = rest.split(", ");
        let ours = parts.next()?;
        let part = |key: &str| {
            let mut parts = parts.clone();
            parts.find_map(|part| part.strip_prefix(key))
        };
        Some(Self {
            name: name.into(),
            ours: ours.into(),
            limit: part("limit ").unwrap_or("-").into(),
            ratio: part("ratio ").unwrap_or("-").into(),
            goal: goal.into(),
            note: note.into(),
        })
    }
}

/// What the Go programs measured on the same work: name and figure.
fn go() -> Result<Vec<(String, String)>> {
    if !shell::is_installed("go") {
        println!("no Go here: its column stays empty");
        return Ok(Vec::new());
    }
    let mut figures = Vec::new();
    for folder in GO_FOLDERS {
        let mut command = shell::program("go");
        command
            .current_dir(shell::root().join(folder))
            // A library of that time reaches into Go's runtime in a way that today's linker refuses.
            .args(["run", "-ldflags=-checklinkname=0", "."]);
        let lines = follow(&mut command)?;
        figures.extend(lines.iter().filter_map(|line| {
            let (name, figure) = line.strip_prefix("go ")?.split_once(": ")?;
            Some((name.to_string(), figure.to_string()))
        }));
    }
    Ok(figures)
}

/// The table, as it may be pasted into a README.
fn print(rows: &[Row], go: &[(String, String)]) {
    println!("\n| work | ours | limit | ratio | goal | Go | note |");
    println!("|---|---|---|---|---|---|---|");
    for row in rows {
        let figure = go.iter().find(|(name, _)| *name == row.name);
        let go = figure.map_or("-", |(_, figure)| figure);
        let Row {
            name,
            ours,
            limit,
            ratio,
            goal,
            note,
        } = row;
        println!("| {name} | {ours} | {limit} | {ratio} | {goal} | {go} | {note} |");
    }
    let others = go
        .iter()
        .filter(|(name, _)| rows.iter().all(|row| row.name != *name));
    for (name, figure) in others {
        println!("| {name} | - | - | - | - | {figure} | |");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_bench_is_read() {
        let row =
            Row::parse("ratio handshake: ours 400000 ns, limit 380000 ns, ratio 1.05 (goal 1.2)");
        let row = row.unwrap();
        assert_eq!(
            (row.name.as_str(), row.ours.as_str()),
            ("handshake", "400000 ns")
        );
        assert_eq!(
            (row.limit.as_str(), row.ratio.as_str()),
            ("380000 ns", "1.05")
        );
        assert_eq!(row.goal, "1.2");
        assert_eq!(Row::parse("handshake  time: [1 ns]"), None);
    }

    #[test]
    fn a_figure_without_a_limit_is_a_row_too() {
        let row = Row::parse("ratio pool memory: ours 850 B").unwrap();
        assert_eq!((row.limit.as_str(), row.goal.as_str()), ("-", "-"));
    }

    #[test]
    fn names_may_hold_commas_and_notes_may_follow() {
        let line =
            "ratio relay, one thread: ours 9 ns, limit 3 ns, ratio 3.00 (goal 25 us), 5 MB/s";
        let row = Row::parse(line).unwrap();
        assert_eq!(row.name, "relay, one thread");
        assert_eq!((row.goal.as_str(), row.note.as_str()), ("25 us", "5 MB/s"));
    }
}
