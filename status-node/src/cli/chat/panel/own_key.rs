//! One's own key, for others: as a code to scan and as texts to copy.

use super::look::{FAINT, Row, STRONG, draw_rows, page, paragraph, width};
use super::{Facts, Hints, Outcome};
use qrcode::{Color as Module, EcLevel, QrCode};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::widgets::{Clear, Widget};
use secp256k1::PublicKey;
use status_conversational_security::trust::{ThreeWordName, public_key_text};
use status_node::hex_key;

/// The light border around a code that its standard wants, in modules.
const QUIET: usize = 4;

/// The least that scanners get along with, and what a window of 24 lines has room for.
const LEAST_QUIET: usize = 2;

/// Columns that the texts need beside the code.
const TEXTS: usize = 26;

/// Light modules are bright and dark ones black, whatever the colours of the terminal are.
const MODULES: Style = Style::new().fg(Color::White).bg(Color::Black);

/// The panel. A key changes between the code, with the texts beside it if there is room, and the texts
/// alone, in lines that can be copied whole where the window is wide enough.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct OwnKey {
    is_text: bool,
}

impl OwnKey {
    pub(super) fn hints(self) -> Hints {
        &[("Space", "code or text"), ("Esc", "close")]
    }

    pub(super) fn handle_key(&mut self, key: &KeyEvent) -> Outcome {
        match key.code {
            KeyCode::Char(' ') => self.is_text = !self.is_text,
            _ => return Outcome::Close,
        }
        Outcome::Stay
    }

    pub(super) fn draw(self, facts: &Facts, area: Rect, buf: &mut Buffer) {
        let Some(key) = facts.own_key else {
            let inner = page("Your key", area, buf);
            let why = "The node has not said yet whose account it is, or runs without one.";
            draw_rows(&paragraph(why, width(inner), FAINT), 0, inner, buf);
            return;
        };
        let code = code(&key).filter(|code| code.fits(area));
        match code {
            Some(code) if !self.is_text && width(area) >= code.columns() + TEXTS => {
                Clear.render(area, buf);
                code.draw(area, buf);
                let taken = u16::try_from(code.columns() + 2).unwrap_or(area.width);
                let beside = Rect {
                    x: area.x.saturating_add(taken),
                    width: area.width.saturating_sub(taken),
                    ..area
                };
                draw_rows(&texts(&key, width(beside), true), 0, beside, buf);
            }
            Some(code) if !self.is_text => {
                Clear.render(area, buf);
                code.draw(area, buf);
            }
            with_code => {
                let inner = page("Your key", area, buf);
                let rows = texts(&key, width(inner), with_code.is_some());
                draw_rows(&rows, 0, inner, buf);
            }
        }
    }
}

fn texts(key: &PublicKey, width: usize, has_code: bool) -> Vec<Row> {
    let plain = Style::new();
    let mut rows = paragraph(&ThreeWordName::of(key).to_string(), width, STRONG);
    rows.push(Row::new());
    rows.push(Row::of("Your key in short:", FAINT));
    rows.extend(paragraph(&public_key_text(key).to_string(), width, plain));
    rows.push(Row::of("Whole:", FAINT));
    rows.extend(paragraph(&hex_key(key), width, plain));
    rows.push(Row::new());
    let how = match has_code {
        true => "Others scan the code, or take either text.",
        false => "Others take either text. The code to scan needs 80 columns and 24 lines.",
    };
    rows.extend(paragraph(how, width, FAINT));
    rows
}

/// A code as light and dark modules, without the border.
struct Code {
    side: usize,
    modules: Vec<Module>,
}

/// The code of a key. It holds `0x04…`, which clients of 2020 scan.
fn code(key: &PublicKey) -> Option<Code> {
    let code = QrCode::with_error_correction_level(hex_key(key), EcLevel::L).ok()?;
    Some(Code {
        side: code.width(),
        modules: code.to_colors(),
    })
}

impl Code {
    fn columns(&self) -> usize {
        self.side + 2 * QUIET
    }

    fn fits(&self, area: Rect) -> bool {
        width(area) >= self.columns() && usize::from(area.height) * 2 >= self.side + 2 * LEAST_QUIET
    }

    fn is_light(&self, x: usize, y: usize) -> bool {
        let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < self.side);
        match (inside(x), inside(y)) {
            (Some(x), Some(y)) => self.modules.get(y * self.side + x) != Some(&Module::Dark),
            _ => true,
        }
    }

    /// Draws two modules a character, with as much of the border as there is room for.
    fn draw(&self, area: Rect, buf: &mut Buffer) {
        let lines = usize::from(area.height).min(self.columns().div_ceil(2));
        // What of the border has no room is missing above and below alike.
        let cut = self.columns().saturating_sub(lines * 2).div_ceil(2);
        for line in 0..lines {
            let top = cut + line * 2;
            let row: String = (0..self.columns())
                .map(
                    |x| match (self.is_light(x, top), self.is_light(x, top + 1)) {
                        (true, true) => '█',
                        (true, false) => '▀',
                        (false, true) => '▄',
                        (false, false) => ' ',
                    },
                )
                .collect();
            let y = area
                .y
                .saturating_add(u16::try_from(line).unwrap_or(u16::MAX));
            buf.set_stringn(area.x, y, row, width(area), MODULES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secp256k1::{Secp256k1, SecretKey};

    fn key() -> PublicKey {
        let secret = SecretKey::from_byte_array([7; 32]).unwrap();
        secret.public_key(&Secp256k1::signing_only())
    }

    fn drawn(columns: u16, rows: u16, panel: OwnKey) -> Vec<String> {
        let facts = Facts {
            own_key: Some(key()),
            ..Facts::default()
        };
        let area = Rect::new(0, 0, columns, rows);
        let mut buf = Buffer::empty(area);
        panel.draw(&facts, area, &mut buf);
        super::super::tests::lines(&buf)
    }

    /// The modules that a scanner sees, read back from the characters.
    fn modules(lines: &[String], columns: usize) -> Vec<Vec<bool>> {
        let mut rows = Vec::new();
        for line in lines {
            let line: Vec<char> = line.chars().take(columns).collect();
            let light =
                |of: [char; 2]| -> Vec<bool> { line.iter().map(|c| of.contains(c)).collect() };
            rows.push(light(['█', '▀']));
            rows.push(light(['█', '▄']));
        }
        rows
    }

    #[test]
    fn the_code_and_the_texts_fit_eighty_columns_and_a_line_less_than_twenty_four() {
        let lines = drawn(80, 23, OwnKey::default());
        let code = code(&key()).unwrap();
        assert_eq!(code.side, 41);
        let seen = modules(&lines, code.columns());
        let quiet = (seen.len() - code.side) / 2;
        assert!(quiet >= LEAST_QUIET, "{quiet}");
        for (y, row) in seen.iter().enumerate() {
            for (x, light) in row.iter().enumerate() {
                let inside =
                    |at: usize, quiet: usize| at.checked_sub(quiet).filter(|at| *at < code.side);
                let expected = match (inside(x, QUIET), inside(y, quiet)) {
                    (Some(x), Some(y)) => code.modules[y * code.side + x] == Module::Light,
                    _ => true,
                };
                assert_eq!(*light, expected, "{x} {y}");
            }
        }
        // All of the key stands beside it.
        let beside: String = lines
            .iter()
            .map(|line| line.chars().skip(51).collect::<String>().trim().to_owned())
            .collect();
        assert!(beside.contains(&hex_key(&key())), "{beside}");
        assert!(beside.contains(&public_key_text(&key()).to_string()));
    }

    #[test]
    fn a_window_without_room_for_both_shows_one_after_the_other() {
        let mut panel = OwnKey::default();
        assert!(drawn(60, 23, panel)[0].starts_with('█'));
        let space = KeyEvent::from(KeyCode::Char(' '));
        assert!(matches!(panel.handle_key(&space), Outcome::Stay));
        assert!(drawn(60, 23, panel).concat().contains("Whole:"));
    }

    #[test]
    fn a_window_without_room_for_a_code_says_how_much_it_needs() {
        let lines = drawn(40, 15, OwnKey::default()).join("\n");
        assert!(!lines.contains('█'));
        assert!(lines.contains("80 columns"), "{lines}");
    }
}
