//! The picture as SVG.

use super::{CELL, Identicon, MARGIN, SIZE};
use std::fmt::Write;

impl Identicon {
    /// The picture as an SVG document of the same size: it shows the same pixels.
    pub fn to_svg(&self) -> String {
        let [r, g, b] = self.colour;
        let mut path = String::new();
        for (row, cells) in self.cells.iter().enumerate() {
            for (column, painted) in cells.iter().enumerate() {
                if *painted {
                    let (x, y) = (MARGIN + column * CELL, MARGIN + row * CELL);
                    // Writing to a string cannot fail.
                    let _ = write!(path, "M{x} {y}h{CELL}v{CELL}h-{CELL}z");
                }
            }
        }
        format!(
            concat!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" "#,
                r#"viewBox="0 0 {size} {size}" shape-rendering="crispEdges">"#,
                r##"<path fill="#{r:02x}{g:02x}{b:02x}" d="{path}"/></svg>"##,
            ),
            size = SIZE,
            r = r,
            g = g,
            b = b,
            path = path,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_painted_cell_is_a_square_of_six_in_the_picture_s_colour() {
        let picture = Identicon::of_text("Culona");
        let svg = picture.to_svg();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
        assert_eq!(svg.matches("h6v6h-6z").count(), 8);
        assert!(svg.contains("M22 10h6"), "the middle cell of the first row");
        assert!(svg.contains(&format!(r##"fill="#{}""##, hex::encode(picture.colour()))));
    }
}
