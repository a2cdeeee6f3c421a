//! The picture as PNG, with the feature `png`.

use super::{Identicon, SIZE};
use std::io::{self, Write};

impl Identicon {
    /// Writes the picture as a PNG file of 50 by 50 pixels. The pixels are those of status-go; the
    /// bytes are not, as they depend on the compressor.
    ///
    /// # Errors
    ///
    /// If `file` cannot be written.
    pub fn write_png(&self, file: impl Write) -> io::Result<()> {
        let side = SIZE as u32;
        let mut encoder = png::Encoder::new(file, side, side);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.rgba())?;
        Ok(writer.finish()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_shows_the_pixels() {
        let picture = Identicon::of_text("Culona");
        let mut file = Vec::new();
        picture.write_png(&mut file).unwrap();
        let mut reader = png::Decoder::new(io::Cursor::new(file))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (50, 50));
        assert_eq!(pixels, picture.rgba());
    }
}
