//! The quick start of the README is pasted into a shell, as a newcomer does, and works.
#![cfg(test)]
#![cfg(unix)]
#![cfg(feature = "cli")]

use std::path::Path;
use std::process::Command;

const README: &str = include_str!("../README.md");

/// The README waits for seconds, which may be too few on a busy machine and are too many on others. Here each
/// wait, in the order of the README, is for what it is meant for.
const WAITS: &str = r#"
set -e -o pipefail
trap 'kill $(jobs -p) || true' EXIT
waits=0
until_shown() { until grep -q "$1" "$2"; do command sleep 0.05; done; }
sleep() {
    waits=$((waits + 1))
    case $waits in
        1) until_shown enode ann.out; until_shown enode bob.out ;;
        2) until_shown enode heard.out ;;
        3) until_shown 'invited to the group' bob.out ;;
        4) until_shown enode phone.out ;;
        5) until status-node device list --data-dir ann | grep android; do command sleep 0.05; done
           until status-node device list --data-dir phone | grep ' desk'; do command sleep 0.05; done ;;
        *) echo "what does the README wait for?"; exit 1 ;;
    esac
}
head() {
    if [ -n "$3" ]; then until_shown enode "$3"; fi
    command head "$@"
}
"#;

/// What is looked at in the end.
const RESULTS: &str = r#"
until_shown 'hello everybody' heard.out
until_shown 'I come too' ann.out
echo "devices of ann:"
status-node device list --data-dir ann
[ $waits = 5 ]
"#;

/// The blocks of the README that a shell is to read, until the part on commands.
fn pasted() -> String {
    let (tutorial, _) = README.split_once("\n## The commands\n").unwrap();
    let blocks = tutorial.split("```sh\n").skip(1);
    let blocks: String = blocks
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    // Another test may have the port.
    assert!(blocks.contains("127.0.0.1:30303"));
    blocks.replace("127.0.0.1:30303", "127.0.0.1:0")
}

#[test]
fn the_quick_start_works_as_it_is_written() {
    let home = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_status-node"));
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", program.parent().unwrap().display());
    let script = format!("{WAITS}{}{RESULTS}", pasted());
    // If it is stuck all that it started is ended with it.
    let output = Command::new("timeout")
        .args(["120", "bash", "-c", &script])
        .current_dir(home.path())
        .env("HOME", home.path())
        .env("PATH", path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complaints}");
    let lines: Vec<&str> = said.lines().collect();
    let has = |end: &str| assert!(lines.iter().any(|line| line.ends_with(end)), "{said}");
    has(": hello Bob");
    has("acknowledged by the recipient's one device");
    has("this device, enabled, desk, desktop");
    has(" enabled, phone, android");
}
