//! A terminal of a given size in which the built program runs: keys go in, and what stands on the screen
//! is read as a person sees it.
//!
//! Nothing here waits for a time: each wait looks at the screen whenever the program wrote something, and
//! only gives up when the program is stuck.

use crate::common::STUCK;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Bytes that are read from the program at a time.
const CHUNK: usize = 16 * 1024;

/// When a screen that is to be compared from now on is taken to be complete.
const WRITTEN_AFTER: Duration = Duration::from_secs(3);

/// How often it is looked at what changes without a word.
const LOOK: Duration = Duration::from_millis(50);

/// Keys by what a terminal sends for them.
pub(crate) mod key {
    pub(crate) const ENTER: &str = "\r";
    pub(crate) const ESC: &str = "\x1b";
    pub(crate) const TAB: &str = "\t";
    pub(crate) const BACKSPACE: &str = "\x7f";
    pub(crate) const UP: &str = "\x1b[A";
    pub(crate) const DOWN: &str = "\x1b[B";
    pub(crate) const PAGE_UP: &str = "\x1b[5~";
    pub(crate) const PAGE_DOWN: &str = "\x1b[6~";
    pub(crate) const F1: &str = "\x1bOP";
    pub(crate) const F4: &str = "\x1bOS";

    /// A letter together with the control key.
    pub(crate) fn control(letter: char) -> String {
        let code = u8::try_from(letter.to_ascii_lowercase()).unwrap() & 0x1f;
        char::from(code).to_string()
    }
}

/// A terminal with the program in it, which goes with the test.
pub(crate) struct Terminal {
    screen: vt100::Parser,
    output: mpsc::Receiver<Vec<u8>>,
    keys: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// What differs from run to run, and what stands for it.
    hidden: Vec<(String, String)>,
    /// The settings of the terminal before the program changed them.
    settings: String,
    /// All that the program wrote.
    written: Vec<u8>,
}

impl Terminal {
    /// Starts `command` in a terminal of so many columns and rows, with the variables that the command
    /// sets and no others of this process but the path.
    pub(crate) fn start(command: &Command, columns: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let mut inside = CommandBuilder::new(command.get_program());
        inside.args(command.get_args());
        inside.env_clear();
        inside.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        inside.env("TERM", "xterm-256color");
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                inside.env(name, value);
            }
        }
        inside.cwd(std::env::temp_dir());
        let settings = settings_of(pair.master.as_ref());
        let child = pair.slave.spawn_command(inside).unwrap();
        // Else its end would not be seen, since this process could still write to the terminal.
        drop(pair.slave);
        let output = pump(pair.master.try_clone_reader().unwrap());
        Self {
            screen: vt100::Parser::new(nonzero(rows), nonzero(columns), 0),
            output,
            keys: pair.master.take_writer().unwrap(),
            master: pair.master,
            child,
            hidden: Vec::new(),
            settings,
            written: Vec::new(),
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.screen.process(bytes);
        self.written.extend_from_slice(bytes);
    }

    /// How often the program wrote `sequence`.
    pub(crate) fn times_written(&self, sequence: &str) -> usize {
        let parts = self.written.windows(sequence.len());
        parts.filter(|part| *part == sequence.as_bytes()).count()
    }

    /// From now on `text` is read as `stand_in`, which takes as much room: as many characters.
    pub(crate) fn hide(&mut self, text: &str, stand_in: &str) {
        let width = text.chars().count();
        assert!(stand_in.chars().count() <= width, "{stand_in} is longer");
        self.hidden
            .push((text.to_owned(), format!("{stand_in:·<width$}")));
        // The longest first: a key's start may be hidden as well as the key.
        self.hidden
            .sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
    }

    /// Presses keys, or types a text.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Makes the window larger or smaller, as a person does with the mouse.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.screen.set_size(nonzero(rows), nonzero(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// Waits until `wanted` holds for what stands on the screen.
    pub(crate) fn until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + STUCK;
        while !wanted(&self.shown()) {
            match self.output.recv_timeout(until(deadline)) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) => self.fail(&format!("never: {what}")),
                Err(RecvTimeoutError::Disconnected) => self.fail(&format!("ended before: {what}")),
            }
        }
    }

    /// Waits until `text` stands somewhere on the screen.
    pub(crate) fn until_shown(&mut self, text: &str) {
        self.until(&format!("{text:?} is shown"), |screen| {
            screen.contains(text)
        });
    }

    /// Waits until `text` stands nowhere on the screen.
    pub(crate) fn until_gone(&mut self, text: &str) {
        self.until(&format!("{text:?} is gone"), |screen| {
            !screen.contains(text)
        });
    }

    /// Waits until the program has given the terminal back, though it has not ended.
    pub(crate) fn until_restored(&mut self) {
        let deadline = Instant::now() + STUCK;
        while let Some(wrong) = self.left_behind() {
            match self.output.recv_timeout(until(deadline).min(LOOK)) {
                Ok(bytes) => self.take(&bytes),
                // Settings change without a word.
                Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => {}
                Err(_) => self.fail(&wrong),
            }
        }
    }

    /// Waits until the program has changed the settings of the terminal, which it does without a word.
    pub(crate) fn until_taken(&mut self) {
        let deadline = Instant::now() + STUCK;
        while settings_of(self.master.as_ref()) == self.settings {
            match self.output.recv_timeout(LOOK) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => {}
                Err(_) => self.fail("the terminal's settings stay as they were"),
            }
        }
    }

    /// Lets a program go on that stopped itself, until it takes the terminal again. What lets it go on is
    /// repeated: it is in vain until the program has stopped.
    pub(crate) fn until_resumed(&mut self, go_on: impl Fn(u32)) {
        let deadline = Instant::now() + STUCK;
        while !self.screen.screen().alternate_screen() {
            go_on(self.id());
            match self.output.recv_timeout(LOOK) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => {}
                Err(_) => self.fail("it does not go on"),
            }
        }
    }

    /// Waits until the whole screen is `expected`: its lines without the space at their ends. What differs
    /// from run to run is hidden first, see [`Terminal::hide`]
    /// and [`normal`].
    pub(crate) fn until_screen(&mut self, expected: &str) {
        let wanted = lines(expected.strip_prefix('\n').unwrap_or(expected));
        self.until(&format!("this screen:\n{}", framed(&wanted)), |screen| {
            lines(screen) == wanted
        });
    }

    /// Waits until the whole screen is that of `screens/NAME.txt`. With the variable
    /// `STATUS_NODE_WRITE_SCREENS` it is written there instead, as it is after a while: look at it then.
    pub(crate) fn until_like(&mut self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/chat/screens");
        let file = folder.join(format!("{name}.txt"));
        if std::env::var_os("STATUS_NODE_WRITE_SCREENS").is_some() {
            let end = Instant::now() + WRITTEN_AFTER;
            while let Ok(bytes) = self.output.recv_timeout(until(end)) {
                self.take(&bytes);
            }
            let shown = self.shown();
            std::fs::write(file, lines(&shown).join("\n") + "\n").unwrap();
            return;
        }
        let expected = std::fs::read_to_string(&file).expect(name);
        self.until_screen(&expected);
    }

    /// What stands on the screen, without what differs from run to run.
    pub(crate) fn shown(&self) -> String {
        let mut text = String::new();
        let (_, columns) = self.screen.screen().size();
        for row in self.screen.screen().rows(0, columns.get()) {
            text.push_str(row.trim_end());
            text.push('\n');
        }
        for (hidden, stand_in) in &self.hidden {
            text = text.replace(hidden, stand_in);
        }
        normal(&text)
    }

    /// The screen, with its colours and the cursor.
    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.screen.screen()
    }

    /// Waits until the program has ended, and gives its exit code. The terminal must then be as it was.
    pub(crate) fn wait(&mut self) -> u32 {
        let deadline = Instant::now() + STUCK;
        loop {
            match self.output.recv_timeout(until(deadline)) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) => self.fail("never ended"),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let code = self.child.wait().unwrap().exit_code();
        if let Some(wrong) = self.left_behind() {
            self.fail(&wrong);
        }
        code
    }

    /// What of the terminal is not as it was before the program.
    fn left_behind(&self) -> Option<String> {
        let screen = self.screen.screen();
        let settings = settings_of(self.master.as_ref());
        [
            (screen.alternate_screen(), "the other screen is left on"),
            (screen.hide_cursor(), "the cursor is left hidden"),
            (screen.bracketed_paste(), "pasting is left bracketed"),
        ]
        .into_iter()
        .find_map(|(is_left, what)| is_left.then(|| what.to_owned()))
        .or_else(|| {
            (settings != self.settings)
                .then(|| format!("not the settings as before, but {settings}"))
        })
    }

    /// The id of the program's process.
    pub(crate) fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    fn fail(&self, what: &str) -> ! {
        panic!("{what}\nthe screen is:\n{}", framed(&lines(&self.shown())))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads what the program writes, on a thread of its own, until nobody can write any more.
fn pump(mut reader: Box<dyn Read + Send>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, output) = mpsc::channel();
    std::thread::spawn(move || {
        let mut chunk = vec![0; CHUNK];
        while let Ok(read) = reader.read(&mut chunk) {
            if read == 0 || sender.send(chunk[..read].to_vec()).is_err() {
                break;
            }
        }
    });
    output
}

/// A text of the screen without what differs from run to run: times of day become `00:00`, days
/// `0000-00-00`, ports of this machine `127.0.0.1:00000`.
pub(crate) fn normal(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let digit = |at: usize| characters.get(at).is_some_and(char::is_ascii_digit);
    // Whether a shape begins here, in which 0 stands for any digit, and no more digits are around it.
    let is = |at: usize, shape: &str| {
        (at == 0 || !digit(at - 1))
            && !digit(at + shape.len())
            && shape.chars().zip(at..).all(|(wanted, at)| match wanted {
                '0' => digit(at),
                wanted => characters.get(at) == Some(&wanted),
            })
    };
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let shape = ["00:00", "0000-00-00"]
            .into_iter()
            .find(|shape| is(at, shape));
        if let Some(shape) = shape {
            out.push_str(shape);
            at += shape.len();
        } else if out.ends_with("127.0.0.1:") {
            let digits = (at..).take_while(|at| digit(*at)).count();
            out.push_str(&"0".repeat(digits));
            at += digits;
            out.extend(characters.get(at));
            at += 1;
        } else {
            out.push(characters[at]);
            at += 1;
        }
    }
    out
}

fn lines(screen: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = screen.lines().map(str::trim_end).collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

fn framed(lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        let _ = writeln!(text, "  |{line}");
    }
    text
}

/// The time that is left until `deadline`.
fn until(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        ..PtySize::default()
    }
}

fn nonzero(size: u16) -> NonZeroU16 {
    NonZeroU16::new(size).unwrap()
}

/// Whether the terminal echoes, edits lines and turns keys into signals, as text to compare.
fn settings_of(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios())
}
