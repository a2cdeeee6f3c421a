//! The devices of the account.

use super::facts::duration;
use super::form::Form;
use super::list::Choice;
use super::look::{FAINT, Row, STRONG, draw_rows, page, paragraph, width};
use super::{Facts, Hints, Outcome, Request};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::style::Style;
use status_node::rpc::records::DeviceRecord;

/// The panel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Devices {
    choice: Choice,
    pub(super) notice: Option<Result<String, String>>,
}

impl Devices {
    pub(super) fn hints(&self) -> Hints {
        &[
            ("e", "enable or disable"),
            ("n", "name this one"),
            ("a", "announce"),
            ("s", "sync"),
            ("Esc", "close"),
        ]
    }

    pub(super) fn handle_key(&mut self, key: &KeyEvent, facts: &Facts) -> Outcome {
        if self.choice.handle_key(key, &facts.devices, id) {
            return Outcome::Stay;
        }
        self.notice = None;
        match key.code {
            KeyCode::Esc => Outcome::Close,
            KeyCode::Char('a') => Outcome::Ask(Request::DeviceAnnounce),
            KeyCode::Char('s') => Outcome::Ask(Request::DeviceSync),
            KeyCode::Char('n') => Outcome::Open(Form::device_name(self.clone().into()).into()),
            KeyCode::Char('e') => match self.choice.of(&facts.devices, id) {
                Some(device) if device.enabled => {
                    Outcome::Ask(Request::DeviceDisable(device.installation.clone()))
                }
                Some(device) => Outcome::Ask(Request::DeviceEnable(device.installation.clone())),
                None => Outcome::Stay,
            },
            _ => Outcome::Stay,
        }
    }

    pub(super) fn draw(&self, facts: &Facts, area: Rect, buf: &mut Buffer) {
        let inner = page("Your devices", area, buf);
        let inner = super::draw_notice(self.notice.as_ref(), inner, buf);
        if facts.devices.is_empty() {
            let none = "The node has not said yet which devices the account has.";
            draw_rows(&paragraph(none, width(inner), FAINT), 0, inner, buf);
            return;
        }
        let lines = |device: &DeviceRecord| of_device(device, facts.now_ms);
        self.choice.draw(&facts.devices, id, (2, lines), inner, buf);
    }
}

fn id(device: &DeviceRecord) -> &str {
    &device.installation
}

fn of_device(device: &DeviceRecord, now_ms: u64) -> Vec<Row> {
    let name = match device.name.as_deref().unwrap_or_default() {
        "" => "without a name",
        name => name,
    };
    let mut said = Vec::new();
    if let Some(kind) = device
        .device_type
        .as_deref()
        .filter(|kind| !kind.is_empty())
    {
        said.push(kind.to_owned());
    }
    if device.this {
        said.push("this device".into());
    } else {
        said.push(
            if device.enabled {
                "enabled"
            } else {
                "disabled"
            }
            .into(),
        );
        if !device.announced {
            said.push("not announced yet".into());
        }
        if device.heard > 0 {
            let ago = duration(now_ms.saturating_sub(device.heard));
            said.push(format!("heard of {ago} ago"));
        }
    }
    vec![
        Row::of(name, STRONG).then(format!("  {}", device.installation), FAINT),
        Row::of(said.join(", "), Style::new()),
    ]
}
