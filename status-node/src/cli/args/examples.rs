//! Examples for the help and the manual page of each command. A new command needs its own here: a test
//! misses it, and another reads each example as a command line.

use super::Cli;
use clap::{Command, CommandFactory};

/// The words of a command, and lines that show how it is used. `$KEY`, `$GROUP`, `$DEVICE`, `$MESSAGE` and
/// `$ENODE` stand for values that the reader has.
type Examples = (&'static str, &'static [&'static str]);

#[rustfmt::skip]
const EXAMPLES: &[Examples] = &[
    ("", &[
        "status-node demo                            # all of it, without set-up",
        "export STATUS_NODE_PASSWORD=...",
        "status-node account new                     # twelve words, shown once",
        "status-node run --peer $ENODE &             # a node, until it is interrupted",
        "status-node send --to '#status' 'hello everybody'",
        "status-node listen --chat '#status' --count 1",
    ]),
    ("demo", &[
        "status-node demo",
        "status-node demo --json",
    ]),
    ("account", &[
        "status-node account new --password-file password.txt",
        "status-node account show",
    ]),
    ("account new", &[
        "status-node account new --password-file password.txt",
        "status-node account new --data-dir ann --identicon ann.png",
    ]),
    ("account import", &[
        "status-node account import --mnemonic-file words.txt --password-file password.txt",
        "status-node account import --private-key-file key.txt",
    ]),
    ("account show", &[
        "status-node account show                    # one's own key, also as a QR code",
        "status-node account show $KEY               # whose it is, and the safety number",
    ]),
    ("account password", &[
        "status-node account password --password-file old.txt --new-password-file new.txt",
    ]),
    ("run", &[
        "status-node run --peer $ENODE --chat '#status'",
        "status-node run --config /etc/status-node/config.toml",
        "status-node run --decoys 30                 # cover for what is said in private",
        "status-node run --metrics 127.0.0.1:9100    # counters for Prometheus",
        "status-node run --data-dir relay --listen 127.0.0.1:30303    # passes on, needs no account",
    ]),
    ("send", &[
        "status-node send --to '#status' 'hello everybody'",
        "status-node send --lint --to $KEY 'hello you'    # says first what it gives away",
        "status-node send --to $KEY 'hello you' --wait acknowledged --timeout 60",
        "status-node send --to $GROUP 'yes' --reply-to $MESSAGE",
    ]),
    ("listen", &[
        "status-node listen                          # all chats of the node that runs",
        "status-node listen --chat '#status' --peer $ENODE --json",
        "status-node listen --count 1 --timeout 60   # the next message, if one comes in a minute",
    ]),
    ("chat", &[
        "status-node chat                            # by the node that runs, or by one of its own",
        "status-node chat '#status' --peer $ENODE    # opens this chat at once",
    ]),
    ("simulate", &[
        "status-node simulate                        # a hundred nodes for six minutes",
        "status-node simulate --nodes 1000 --loss 0.1 --seed 7 --json",
        "status-node simulate --nodes 50 --partition 60..120 --churn 10 --settle 300",
    ]),
    ("chats", &[
        "status-node chats                           # with what is unread",
        "status-node chats join '#status'",
    ]),
    ("chats join", &[
        "status-node chats join '#status'",
        "status-node chats join $KEY",
    ]),
    ("chats leave", &[
        "status-node chats leave '#status'",
    ]),
    ("chats read", &[
        "status-node chats read '#status'",
    ]),
    ("messages", &[
        "status-node messages --chat '#status' --limit 10",
        "status-node messages --chat '#status' --before $MESSAGE   # the page before",
    ]),
    ("darkness", &[
        "status-node darkness                        # what is given away, and to whom",
        "status-node darkness --light --name '#my-village'",
        "status-node darkness --of-peers             # what this node can tell of its peers",
        "status-node darkness --last 10 --accounts 50000 --json",
    ]),
    ("ledger", &[
        "status-node ledger $MESSAGE",
    ]),
    ("contact", &[
        "status-node contact list",
        "status-node contact add $KEY",
    ]),
    ("contact list", &[
        "status-node contact list --json",
    ]),
    ("contact show", &[
        "status-node contact show $KEY",
    ]),
    ("contact add", &[
        "status-node contact add $KEY",
    ]),
    ("contact remove", &[
        "status-node contact remove $KEY",
    ]),
    ("contact block", &[
        "status-node contact block $KEY",
    ]),
    ("contact unblock", &[
        "status-node contact unblock $KEY",
    ]),
    ("contact name", &[
        "status-node contact name $KEY Ann",
        "status-node contact name $KEY ''            # her three words again",
    ]),
    ("contact profile", &[
        "status-node contact profile ann.eth",
    ]),
    ("group", &[
        "status-node group create Trip $KEY          # prints $GROUP",
        "status-node group join $GROUP",
    ]),
    ("group create", &[
        "status-node group create Trip $KEY $KEY",
    ]),
    ("group show", &[
        "status-node group show $GROUP",
    ]),
    ("group add", &[
        "status-node group add $GROUP $KEY",
    ]),
    ("group remove", &[
        "status-node group remove $GROUP $KEY",
    ]),
    ("group promote", &[
        "status-node group promote $GROUP $KEY",
    ]),
    ("group join", &[
        "status-node group join $GROUP",
    ]),
    ("group leave", &[
        "status-node group leave $GROUP",
    ]),
    ("group rename", &[
        "status-node group rename $GROUP 'Trip to the sea'",
    ]),
    ("device", &[
        "status-node device list",
        "status-node device pair                     # prints the command for the other device",
    ]),
    ("device list", &[
        "status-node device list --json",
    ]),
    ("device name", &[
        "status-node device name desk",
        "status-node device name phone --type android",
    ]),
    ("device announce", &[
        "status-node device announce",
    ]),
    ("device enable", &[
        "status-node device enable $DEVICE",
    ]),
    ("device disable", &[
        "status-node device disable $DEVICE",
    ]),
    ("device sync", &[
        "status-node device sync",
    ]),
    ("device pair", &[
        "status-node device pair --at 192.0.2.1:40000           # shows a code",
        "status-node device pair --at 192.0.2.1:40000 $CODE     # on the other device",
    ]),
    ("explain", &[
        "status-node explain envelope.bin --chat '#status'     # a file, and a chat that anybody can open",
        "status-node explain 0xf872 --account                  # with the account's keys and sessions",
        "status-node explain message.b64 --key-file keys --json",
        "status-node explain 0xf872 --as envelope --json",
        "status-node explain --reasons low_pow                 # what a counter or a sentence means",
    ]),
    ("completions", &[
        "status-node completions bash > ~/.local/share/bash-completion/completions/status-node",
        "status-node completions zsh > ~/.zfunc/_status-node",
    ]),
    ("man", &[
        "status-node man | man -l -",
        "status-node man group add | man -l -",
        "status-node man --dir ~/.local/share/man/man1",
    ]),
];

/// The command line, each command with its examples.
pub(crate) fn command() -> Command {
    with_examples(Cli::command(), "")
}

fn with_examples(command: Command, words: &str) -> Command {
    let names: Vec<String> = command
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    let command = match of(words) {
        [] => command,
        lines => command.after_help(format!("Examples:\n  {}", lines.join("\n  "))),
    };
    names.into_iter().fold(command, |command, name| {
        let words = format!("{words} {name}");
        command.mut_subcommand(&name, |sub| with_examples(sub, words.trim_start()))
    })
}

/// The examples of a command.
fn of(words: &str) -> &'static [&'static str] {
    let found = EXAMPLES.iter().find(|(command, _)| *command == words);
    found.map_or(&[], |(_, lines)| lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::FromArgMatches;

    /// The words of every command below `command`, and of itself.
    fn all(command: &Command, words: &str, found: &mut Vec<String>) {
        found.push(words.to_owned());
        for sub in command.get_subcommands() {
            let words = format!("{words} {}", sub.get_name());
            all(sub, words.trim_start(), found);
        }
    }

    /// The words of a line, as a shell reads them, up to a comment, a pipe or a redirection.
    fn words(line: &str) -> Vec<String> {
        let key = "zQ3shPyZJnxZK4Bwyx9QsaksNKDYTPmpwPvGSjMYVHoXHeEgB";
        let whole = "0x04261c55675e55ff25edb50b345cfb3a3f35f60712d251cbaaab97bd50054c6ebc3cd4e2220\
            0c68daf7493e1f8da6a190a68a671e2d3977809612424c7c3888bc6";
        let values = [
            ("$KEY", key.to_owned()),
            (
                "$GROUP",
                format!("6eeb1a4b-1f1b-4b3a-9a1a-0d4b6f9b6a3e-{whole}"),
            ),
            ("$DEVICE", "6eeb1a4b-1f1b-4b3a-9a1a-0d4b6f9b6a3e".to_owned()),
            ("$MESSAGE", format!("0x{}", "5f".repeat(32))),
            ("$ENODE", format!("enode://{}@127.0.0.1:30303", &whole[4..])),
        ];
        let mut line = line.to_owned();
        for (name, value) in values {
            line = line.replace(name, &value);
        }
        let mut words = Vec::new();
        let mut rest = line.trim();
        while !rest.is_empty() && !rest.starts_with(['#', '|', '>', '&']) {
            let (word, after) = match rest.strip_prefix('\'') {
                Some(quoted) => quoted.split_once('\'').expect("a closing quote"),
                None => rest.split_once(' ').unwrap_or((rest, "")),
            };
            words.push(word.to_owned());
            rest = after.trim_start();
        }
        words
    }

    #[test]
    fn every_command_has_examples_and_no_example_is_left_over() {
        let mut commands = Vec::new();
        all(&Cli::command(), "", &mut commands);
        for command in &commands {
            assert!(!of(command).is_empty(), "no example of {command:?}");
        }
        for (command, _) in EXAMPLES {
            assert!(commands.iter().any(|known| known == command), "{command}");
        }
    }

    #[test]
    fn every_example_is_a_command_line_of_its_command() {
        for (command, lines) in EXAMPLES {
            for line in *lines {
                let words = words(line);
                if words.first().is_some_and(|word| word == "export") {
                    continue;
                }
                let matches = super::command().try_get_matches_from(&words);
                let matches = matches.unwrap_or_else(|error| panic!("{line}: {error}"));
                Cli::from_arg_matches(&matches).unwrap_or_else(|error| panic!("{line}: {error}"));
                let begins = format!("status-node {command}");
                assert!(words.join(" ").starts_with(begins.trim_end()), "{line}");
            }
        }
    }

    /// What people are told to type.
    const DOCUMENTS: [(&str, &str); 6] = [
        ("README.md", include_str!("../../../README.md")),
        ("chat.md", include_str!("../../../../docs/chat.md")),
        ("darkness.md", include_str!("../../../../docs/darkness.md")),
        ("explain.md", include_str!("../../../../docs/explain.md")),
        ("metrics.md", include_str!("../../../../docs/metrics.md")),
        ("simulate.md", include_str!("../../../../docs/simulate.md")),
    ];

    /// The values that stand in documents, by those that stand in examples.
    const PLACES: [(&str, &str); 10] = [
        ("\"$ENODE\"", "$ENODE"),
        ("--peer ENODE", "--peer $ENODE"),
        ("\"$ANN\"", "$KEY"),
        ("\"$BOB\"", "$KEY"),
        ("0x04…", "$KEY"),
        ("\"$GROUP\"", "$GROUP"),
        ("\"$PHONE\"", "$DEVICE"),
        ("\"$DESK\"", "$DEVICE"),
        ("--envelope HASH", "--envelope $MESSAGE"),
        ("ADDR:PORT", "127.0.0.1:40000"),
    ];

    #[test]
    fn every_command_of_the_documents_is_a_command_line() {
        let mut count = 0;
        for (name, document) in DOCUMENTS {
            // Blocks of code are every second part.
            let blocks = document.split("\n```").skip(1).step_by(2);
            for line in blocks.flat_map(str::lines) {
                let line = line.split_once("$(").map_or(line, |(_, inner)| inner);
                let line = line.strip_prefix("$ ").unwrap_or(line);
                // The other is a line of a Cargo.toml.
                if !line.starts_with("status-node ") || line.starts_with("status-node =") {
                    continue;
                }
                let mut line = line.to_owned();
                for (place, value) in PLACES {
                    line = line.replace(place, value);
                }
                let matches = super::command().try_get_matches_from(words(&line));
                assert!(matches.is_ok(), "{name}: {line}: {:?}", matches.err());
                count += 1;
            }
        }
        assert!(count > 40, "{count}");
    }

    /// The commands below `command`, and itself.
    fn flat(command: &Command) -> Vec<Command> {
        let beneath = command.get_subcommands().flat_map(flat);
        std::iter::once(command.clone()).chain(beneath).collect()
    }

    #[test]
    fn help_breaks_lines_between_words_at_the_width_of_the_terminal() {
        for command in flat(&super::command()) {
            let name = command.get_name().to_owned();
            let help = command.term_width(80).render_help().to_string();
            let long = help.lines().find(|line| line.chars().count() > 80);
            assert_eq!(long, None, "{name}");
        }
    }

    #[test]
    fn help_shows_the_examples() {
        let mut command = super::command();
        let send = command.find_subcommand_mut("send").unwrap();
        let help = send.render_help().to_string();
        assert!(
            help.contains("Examples:\n  status-node send --to '#status'"),
            "{help}"
        );
    }
}
