//! What one sees of a key: its identicon in a file and on the terminal, and its QR code.

use anyhow::Context;
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use secp256k1::PublicKey;
use status_conversational_security::trust::Identicon;
use status_node::files::{self, FileError};
use status_node::hex_key;
use std::path::PathBuf;
use std::str::FromStr;

/// Where to write an identicon; the name's ending says how.
#[derive(Debug, Clone)]
pub(crate) struct PictureFile {
    path: PathBuf,
    format: Format,
}

#[derive(Debug, Clone, Copy)]
enum Format {
    Svg,
    Png,
}

impl FromStr for PictureFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = PathBuf::from(text);
        let ending = path.extension().and_then(|ending| ending.to_str());
        let format = match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("svg") => Format::Svg,
            Some("png") => Format::Png,
            _ => return Err("an identicon is written as .svg or .png".into()),
        };
        Ok(Self { path, format })
    }
}

impl PictureFile {
    /// Fails if there is such a file already: better before an account is made than after.
    pub(crate) fn require_new(&self) -> anyhow::Result<()> {
        if self.path.exists() {
            return Err(FileError::Exists(self.path.clone()).into());
        }
        Ok(())
    }

    /// Writes the identicon of `key` into a new file.
    pub(crate) fn write(&self, key: &PublicKey) -> anyhow::Result<()> {
        let picture = Identicon::of(key);
        let content = match self.format {
            Format::Svg => picture.to_svg().into_bytes(),
            Format::Png => {
                let mut file = Vec::new();
                picture
                    .write_png(&mut file)
                    .context("cannot make the picture")?;
                file
            }
        };
        Ok(files::write_new(&self.path, &content)?)
    }
}

/// The identicon for a terminal, three lines, each moved in by `margin`.
pub(crate) fn identicon(key: &PublicKey, margin: &str) -> String {
    let blocks = Identicon::of(key).to_blocks();
    let lines: Vec<String> = blocks
        .lines()
        .map(|line| format!("{margin}{}", line.trim_end()))
        .collect();
    lines.join("\n")
}

/// The QR code of `key` for a terminal with a dark ground. It holds `0x04…`, which clients of 2020 scan.
pub(crate) fn qr_code(key: &PublicKey) -> anyhow::Result<String> {
    let code = QrCode::with_error_correction_level(hex_key(key), EcLevel::L)
        .context("cannot make a QR code")?;
    Ok(code
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark)
        .build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use secp256k1::{Secp256k1, SecretKey};

    fn key() -> PublicKey {
        let secret = SecretKey::from_byte_array([7; 32]).unwrap();
        secret.public_key(&Secp256k1::signing_only())
    }

    #[test]
    fn the_code_fits_a_terminal_of_eighty_columns() {
        let code = qr_code(&key()).unwrap();
        let widths: Vec<usize> = code.lines().map(|line| line.chars().count()).collect();
        assert!(
            widths
                .iter()
                .all(|width| *width == widths[0] && *width <= 60)
        );
        assert!(widths.len() <= 30, "{} lines", widths.len());
        // The quiet zone around it is light.
        assert!(code.starts_with('█'));
    }

    #[test]
    fn the_ending_says_how_a_picture_is_written() {
        let folder = tempfile::tempdir().unwrap();
        for (name, start) in [("a.svg", &b"<svg "[..]), ("b.PNG", b"\x89PNG")] {
            let path = folder.path().join(name);
            let file: PictureFile = path.display().to_string().parse().unwrap();
            file.write(&key()).unwrap();
            assert!(std::fs::read(&path).unwrap().starts_with(start));
            let again = file.write(&key()).unwrap_err().to_string();
            assert!(again.contains("not overwritten"), "{again}");
        }
        for name in ["picture", "picture.jpg", ".svg"] {
            assert!(name.parse::<PictureFile>().is_err(), "{name}");
        }
    }
}
