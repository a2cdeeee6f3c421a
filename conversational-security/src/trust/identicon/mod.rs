//! The little picture of a key.

#[cfg(feature = "png")]
mod png;
mod svg;

use md5::{Digest, Md5};
use secp256k1::PublicKey;

/// Cells in a row and in a column.
pub const CELLS: usize = 5;

/// Pixels of the picture's width and height.
pub const SIZE: usize = 50;

/// Pixels between the picture's edge and the first cell.
const MARGIN: usize = 10;

/// Pixels of a cell's width and height.
const CELL: usize = 6;

/// The picture that a key has by itself, as deployed in status-go v0.50.0: five by five cells,
/// symmetric, in one colour on a transparent ground.
///
/// Like the three-word name it helps to tell people apart and proves nothing: there are 2^15
/// patterns in 766 colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Identicon {
    cells: [[bool; CELLS]; CELLS],
    colour: [u8; 3],
}

impl Identicon {
    /// The picture of `key`.
    pub fn of(key: &PublicKey) -> Self {
        Self::of_text(&format!("0x{}", hex::encode(key.serialize_uncompressed())))
    }

    /// The picture of any text; that of a key is the picture of its uncompressed form, `0x04…` in
    /// small letters.
    pub fn of_text(text: &str) -> Self {
        let hash: [u8; 16] = Md5::digest(text).into();
        // Fifteen bytes make the pattern and the last three the colour: they overlap.
        let [.., r, g, b] = hash;
        let mut cells = [[false; CELLS]; CELLS];
        for (row, half) in cells.iter_mut().zip(hash.chunks_exact(3)) {
            if let [edge, inner, middle] = *half {
                *row = [edge, inner, middle, inner, edge].map(|byte| byte % 2 == 0);
            }
        }
        let sum = [r, g, b].map(f64::from).iter().sum::<f64>();
        Self {
            cells,
            colour: colour(sum / 765.0 * 360.0),
        }
    }

    /// The cells that are painted, row by row from the top.
    pub fn cells(&self) -> [[bool; CELLS]; CELLS] {
        self.cells
    }

    /// The colour: red, green, blue.
    pub fn colour(&self) -> [u8; 3] {
        self.colour
    }

    /// The pixels, row by row from the top: red, green, blue and opacity, four bytes each, 50 by 50.
    /// The ground is all zeros.
    pub fn rgba(&self) -> Vec<u8> {
        let [r, g, b] = self.colour;
        let mut pixels = Vec::with_capacity(SIZE * SIZE * 4);
        for y in 0..SIZE {
            for x in 0..SIZE {
                let pixel = if self.is_painted(x, y) {
                    [r, g, b, u8::MAX]
                } else {
                    [0; 4]
                };
                pixels.extend_from_slice(&pixel);
            }
        }
        pixels
    }

    fn is_painted(&self, x: usize, y: usize) -> bool {
        let cell = |pixel: usize| pixel.checked_sub(MARGIN).map(|inside| inside / CELL);
        let row = cell(y).and_then(|row| self.cells.get(row));
        let painted = cell(x).and_then(|column| row?.get(column));
        painted.copied().unwrap_or(false)
    }

    /// The cells as three lines of text, two rows of cells in a line, for a terminal. Lines end in
    /// no white space that matters, and there is no colour in it.
    pub fn to_blocks(&self) -> String {
        let mut lines = Vec::new();
        for pair in self.cells.chunks(2) {
            let (upper, lower) = match pair {
                [upper, lower] => (*upper, *lower),
                [upper] => (*upper, [false; CELLS]),
                _ => break,
            };
            let line: String = upper
                .into_iter()
                .zip(lower)
                .map(|cells| match cells {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                })
                .collect();
            lines.push(line);
        }
        lines.join("\n")
    }
}

/// The colour with `hue` degrees, half saturated and of lightness 0.7, computed in the order of
/// operations of status-go, so that rounding gives the same bytes.
fn colour(hue: f64) -> [u8; 3] {
    const SATURATION: f64 = 0.5;
    const LIGHTNESS: f64 = 0.7;
    let high = LIGHTNESS + SATURATION - LIGHTNESS * SATURATION;
    let low = 2.0 * LIGHTNESS - high;
    let turn = hue / 360.0;
    [turn + 1.0 / 3.0, turn, turn - 1.0 / 3.0].map(|mut t| {
        if t < 0.0 {
            t += 1.0;
        }
        if t > 1.0 {
            t -= 1.0;
        }
        let channel = if 6.0 * t < 1.0 {
            low + (high - low) * 6.0 * t
        } else if 2.0 * t < 1.0 {
            high
        } else if 3.0 * t < 2.0 {
            low + (high - low) * (2.0 / 3.0 - t) * 6.0
        } else {
            low
        };
        // Go makes 16 bits of it and keeps the upper eight; a cast of a float saturates.
        let wide = (channel * 65535.0 + 0.5) as u32;
        u8::try_from(wide >> 8).unwrap_or(u8::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_picture_known_from_the_tests_of_status_go() {
        let cells = Identicon::of_text("Culona")
            .cells()
            .map(|row| row.map(u8::from));
        assert_eq!(
            cells,
            [
                [0, 0, 1, 0, 0],
                [1, 0, 1, 0, 1],
                [1, 0, 0, 0, 1],
                [0, 0, 0, 0, 0],
                [0, 1, 0, 1, 0],
            ]
        );
    }

    #[test]
    fn all_colours_there_are_equal_those_of_status_go() {
        // Recorded from go-colorful v1.0.3 and image/draw, one after the other.
        let colours: Vec<u8> = (0..=765)
            .flat_map(|sum| colour(f64::from(sum) / 765.0 * 360.0))
            .collect();
        assert_eq!(
            hex::encode(sha2::Sha256::digest(colours)),
            "7e533ffcf9fd266811a4edbf61fc1066a36391f135b37902bd62b3b6e137c614"
        );
    }

    #[test]
    fn blocks_show_the_cells() {
        assert_eq!(
            Identicon::of_text("Culona").to_blocks(),
            "▄ █ ▄\n▀   ▀\n ▀ ▀ "
        );
    }

    proptest! {
        #[test]
        fn every_picture_is_symmetric_and_has_its_margin(text in ".{0,40}") {
            let picture = Identicon::of_text(&text);
            for row in picture.cells() {
                let mut mirrored = row;
                mirrored.reverse();
                prop_assert_eq!(row, mirrored);
            }
            let rgba = picture.rgba();
            prop_assert_eq!(rgba.len(), 50 * 50 * 4);
            let painted = rgba.chunks(4).filter(|pixel| pixel[3] != 0).count();
            let cells = picture.cells().as_flattened().iter().filter(|cell| **cell).count();
            prop_assert_eq!(painted, cells * 36);
            for (place, pixel) in rgba.chunks(4).enumerate() {
                let (x, y) = (place % 50, place / 50);
                if x.min(y) < 10 || x.max(y) >= 40 {
                    prop_assert_eq!(pixel, [0; 4]);
                }
            }
        }
    }
}
