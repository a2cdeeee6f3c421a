//! Runs the built program in a folder of its own.
#![allow(dead_code, reason = "each test file uses a part of this")]

#[cfg(unix)]
pub(crate) mod network;

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// After this a program that should have said something, or have ended, is taken for stuck: a test
/// fails then and does not wait for ever. Far more than anything takes on a busy machine.
pub(crate) const STUCK: Duration = Duration::from_secs(120);

/// A data folder that goes with the test.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file into the folder and gives its path.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// The program on this folder, with a password and nothing else from the environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_status-node"));
        command
            .args(arguments)
            .arg("--data-dir")
            .arg(self.path().join("data"))
            .env("STATUS_NODE_PASSWORD", "secret")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }
}

/// What a command that must succeed printed as JSON, one value a line.
pub(crate) fn json(output: &Output) -> Vec<serde_json::Value> {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone())
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The one sentence of a command that must fail.
pub(crate) fn complaint(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!output.status.success(), "it succeeded");
    assert_eq!(text.lines().count(), 1, "not one line: {text}");
    assert!(output.stdout.is_empty(), "it printed something");
    text.trim_end().to_owned()
}

/// A program that runs until the test ends, whatever becomes of the test.
pub(crate) struct Running {
    child: std::process::Child,
    lines: mpsc::Receiver<String>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        use std::io::BufRead;
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
        let (line, lines) = mpsc::channel();
        std::thread::spawn(move || {
            while let Some(Ok(text)) = stdout.next() {
                if line.send(text).is_err() {
                    break;
                }
            }
        });
        Self { child, lines }
    }

    /// The next line as JSON; waits for it.
    pub(crate) fn line(&mut self) -> serde_json::Value {
        serde_json::from_str(&self.text()).unwrap()
    }

    /// The next line as it is; waits for it.
    pub(crate) fn text(&mut self) -> String {
        let line = self.lines.recv_timeout(STUCK);
        line.expect("another line, before the program ends or is stuck")
    }

    /// The enode that it prints first.
    pub(crate) fn enode(&mut self) -> String {
        self.line()["enode"].as_str().unwrap().to_owned()
    }

    /// Its standard input, once, if that is piped. Dropping it ends the input.
    pub(crate) fn input(&mut self) -> std::process::ChildStdin {
        self.child.stdin.take().unwrap()
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, as a service manager does, and gives its exit code.
    #[cfg(unix)]
    pub(crate) fn terminate(&mut self) -> Option<i32> {
        self.signal("TERM")
    }

    /// Sends it a signal, and gives the exit code with which it ends.
    #[cfg(unix)]
    pub(crate) fn signal(&mut self, name: &str) -> Option<i32> {
        let id = self.child.id().to_string();
        let mut kill = Command::new("kill");
        let sent = kill.args(["-s", name, &id]).status().unwrap();
        assert!(sent.success());
        self.wait()
    }

    /// What it wrote to standard error, once it has ended.
    pub(crate) fn complaints(&mut self) -> String {
        use std::io::Read;
        let mut text = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut text).unwrap();
        text
    }

    pub(crate) fn wait(&mut self) -> Option<i32> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(start.elapsed() < STUCK, "the program does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
