//! `conformance [DIR] [--json]`: judges the vectors in DIR, by default those of the repository.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    reason = "printing the report is the program's purpose"
)]

use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;

/// Judges golden vectors against the crates of this workspace.
#[derive(Parser)]
struct Arguments {
    /// The folder with the vector files; by default the one in the repository.
    #[arg(default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors"))]
    directory: PathBuf,
    /// One JSON object a file, and one for the total.
    #[arg(long)]
    json: bool,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let reports = conformance::run_directory(&arguments.directory)?;
    for report in &reports {
        if arguments.json {
            println!("{}", serde_json::to_string(report)?);
        } else {
            report.print();
        }
    }
    let passed: usize = reports.iter().map(|report| report.passed).sum();
    let failed: usize = reports.iter().map(|report| report.failed.len()).sum();
    let unsupported: usize = reports.iter().map(|report| report.unsupported).sum();
    if arguments.json {
        let total = serde_json::json!({"name": "total", "passed": passed, "failed": failed, "unsupported": unsupported});
        println!("{total}");
    } else {
        println!("total: {passed} passed, {failed} failed, {unsupported} unsupported");
    }
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
