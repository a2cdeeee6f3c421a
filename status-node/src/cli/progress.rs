//! A line that says what takes so long, for people who wait at a terminal.
//!
//! It goes to standard error, only if that is a terminal and only once something took a second; it shows
//! what is being done and for how long, and is gone as soon as that is done. Scripts see nothing of it.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What is done sooner needs no word.
const UNNOTICED: Duration = Duration::from_secs(1);

/// Between two pictures of the line, so that it is seen to live.
const TICK: Duration = Duration::from_millis(100);

/// The line that is on the screen, which whoever else writes to standard error takes away meanwhile.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Something is being done until this is dropped.
#[derive(Debug)]
pub(crate) struct Busy(Option<Line>);

/// The thread that shows the line.
#[derive(Debug)]
struct Line {
    /// What is being done now; closed when all is done.
    said: mpsc::Sender<&'static str>,
    thread: JoinHandle<()>,
}

/// Says what is being done, if it takes long. The words fit into "… (3 s)".
pub(crate) fn busy(what: &'static str) -> Busy {
    if !io::stderr().is_terminal() {
        return Busy(None);
    }
    let (said, changes) = mpsc::channel();
    let thread = std::thread::Builder::new().name("progress".into());
    let thread = thread.spawn(move || show(what, &changes));
    // Without a thread there is no line, which hinders nobody.
    Busy(thread.ok().map(|thread| Line { said, thread }))
}

impl Busy {
    /// Says what is being done from now on.
    pub(crate) fn now(&self, what: &'static str) {
        if let Some(line) = &self.0 {
            // The thread ends when this is dropped and not before.
            let _ = line.said.send(what);
        }
    }
}

impl Drop for Busy {
    /// When this returns the line is gone from the screen, so that results can be printed.
    fn drop(&mut self) {
        if let Some(Line { said, thread }) = self.0.take() {
            drop(said);
            // It draws a line; if it failed at that there is nothing to mend.
            let _ = thread.join();
        }
    }
}

/// Shows `what`, and what `changes` say later, from a second after the start to the end.
fn show(mut what: &'static str, changes: &mpsc::Receiver<&'static str>) {
    let start = Instant::now();
    loop {
        let left = UNNOTICED.saturating_sub(start.elapsed());
        match changes.recv_timeout(left) {
            Ok(other) => what = other,
            Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
    let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
    let bar = ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        .with_message(what)
        .with_elapsed(start.elapsed());
    *shown() = Some(bar.clone());
    bar.enable_steady_tick(TICK);
    while let Ok(what) = changes.recv() {
        bar.set_message(what);
    }
    let mut shown = shown();
    bar.finish_and_clear();
    *shown = None;
}

fn shown() -> MutexGuard<'static, Option<ProgressBar>> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Standard error for others, which takes the line away while they write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stderr;

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &*shown() {
            Some(bar) => bar.suspend(|| io::stderr().write(bytes)),
            None => io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
