//! The terminal: taken for the screen, and given back whatever happens.

use super::event::Event;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{self, DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use std::io::{self, Stdout};
use std::sync::Arc;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;
use tokio::sync::mpsc;

/// Keys that wait for the screen, which takes all of them whenever it looks: a pasted text is one.
const KEYS: usize = 256;

/// How often the thread that waits for keys looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(100);

/// Whether the terminal is the screen's at this moment.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether a thread of this process panicked.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// The terminal as long as it is the screen's.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Takes the terminal.
    pub(super) fn take() -> io::Result<Self> {
        restore_on_panic();
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout()))?;
        let mut screen = Self { terminal };
        screen.enter()?;
        screen.clear()?;
        Ok(screen)
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Draws.
    pub(super) fn draw(&mut self, paint: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(paint).map(drop)
    }

    /// Draws everything anew next time. The library's own way asks the terminal first where its cursor is,
    /// which takes seconds where that is not answered, and takes the answer from whoever reads the keys.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }

    /// Stops this process as the user's shell expects it, and takes the terminal again when it goes on.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        restore();
        signal_hook::low_level::raise(signal_hook::consts::SIGSTOP)?;
        self.enter()
    }

    /// Takes the terminal that was given back.
    fn enter(&mut self) -> io::Result<()> {
        TAKEN.store(true, SeqCst);
        execute!(io::stdout(), EnterAlternateScreen)?;
        self.go_on()
    }

    /// Sets the terminal as the screen needs it, though nobody here gave it back: whoever had it while this
    /// process was stopped may have left it as they use it. The other screen is not entered twice, for which
    /// some terminals remember it in place of the shell's.
    pub(super) fn go_on(&mut self) -> io::Result<()> {
        // The library would not set again what it has set.
        disable_raw_mode()?;
        enable_raw_mode()?;
        execute!(io::stdout(), EnableBracketedPaste)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, once. What cannot be restored there is nobody left to tell.
fn restore() {
    if TAKEN.swap(false, SeqCst) {
        let _ = execute!(
            io::stdout(),
            DisableBracketedPaste,
            LeaveAlternateScreen,
            Show
        );
        let _ = disable_raw_mode();
    }
}

/// Lets a panic be read, of whichever thread.
fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore();
            PANICKED.store(true, SeqCst);
            usual(panic);
        }));
    });
}

/// Whether a thread of this process panicked, after which the terminal is not the screen's any more.
pub(super) fn has_panicked() -> bool {
    PANICKED.load(SeqCst)
}

/// What the user types, pastes and does to the terminal. Ends when it is dropped.
pub(super) struct Input {
    pub(super) events: mpsc::Receiver<Event>,
    is_wanted: Arc<AtomicBool>,
}

impl Input {
    /// Starts to read the terminal, on a thread of its own.
    pub(super) fn start() -> io::Result<Self> {
        let (sender, events) = mpsc::channel(KEYS);
        let is_wanted = Arc::new(AtomicBool::new(true));
        let wanted = Arc::clone(&is_wanted);
        std::thread::Builder::new()
            .name("keys".into())
            .spawn(move || {
                while wanted.load(SeqCst) {
                    let event = match event::poll(LOOK).and_then(|is_there| match is_there {
                        true => event::read().map(Some),
                        false => Ok(None),
                    }) {
                        Ok(Some(event)) => event,
                        Ok(None) => continue,
                        // The terminal is gone, which the end of this thread tells.
                        Err(_) => return,
                    };
                    let event = match event {
                        event::Event::Key(key) => Event::Key(key),
                        event::Event::Paste(text) => Event::Paste(text),
                        event::Event::Resize(columns, rows) => Event::Resized(columns, rows),
                        _ => continue,
                    };
                    if sender.blocking_send(event).is_err() {
                        return;
                    }
                }
            })?;
        Ok(Self { events, is_wanted })
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        self.is_wanted.store(false, SeqCst);
    }
}
