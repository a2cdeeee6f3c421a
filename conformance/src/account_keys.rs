//! Cases of `account.json` about a public key: its name, its picture, its texts.

use crate::case::Checked;
use crate::{Case, Outcome};
use sha2::{Digest, Sha256};
use status_conversational_security::trust::{
    Identicon, KeyTextError, Multibase, MulticodecKey, SIZE, ThreeWordName,
};

pub(crate) fn run(case: &Case<'_>) -> Outcome {
    match case.kind() {
        "alias" => alias(case).into(),
        "identicon" => identicon(case).into(),
        "public_key_serialize" => serialize(case).into(),
        "public_key_deserialize" => deserialize(case).into(),
        _ => Outcome::Unsupported,
    }
}

fn alias(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let key = case.public_key("public_key")?;
    if case.has("private_key") {
        let own = status_node::account::public_key(&case.secret_key("private_key")?);
        case.equal_bytes("public_key", own.serialize_uncompressed())?;
    }
    expected.equal_text("alias", &ThreeWordName::of(&key).to_string())?;
    if expected.has("seed_u64") {
        let name = ThreeWordName::from_seed(expected.number("seed_u64")?);
        expected.equal_text("alias", &name.to_string())?;
    }
    if expected.has("seed_is_last_8_bytes_of_x") {
        let [.., a, b, c, d, e, f, g, h] = key.serialize();
        expected.equal_bytes("seed_is_last_8_bytes_of_x", [a, b, c, d, e, f, g, h])?;
    }
    Ok(())
}

fn identicon(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let input = case.text("input")?;
    let picture = Identicon::of_text(input);
    // Where the text is a key, the picture of the key is the same.
    if let Ok(key) = case.public_key("input") {
        let written = format!("0x{}", hex::encode(key.serialize_uncompressed()));
        if written == input {
            case.equal("input", Identicon::of(&key), picture)?;
        }
    }
    let cells = picture.cells();
    let rows: String = cells
        .as_flattened()
        .iter()
        .map(|cell| if *cell { '1' } else { '0' })
        .collect();
    expected.equal_text("bitmap_5x5_rows", &rows)?;
    if expected.has("color_rgba") {
        let [r, g, b] = picture.colour();
        expected.equal_bytes("color_rgba", [r, g, b, u8::MAX])?;
    }
    for side in ["width", "height"] {
        expected.equal_number(side, SIZE as u64)?;
    }
    let pixels = picture.rgba();
    expected.equal_bytes("sha256_of_rgba_pixels", Sha256::digest(&pixels))?;
    // The file shows the pixels, whatever its bytes.
    let mut file = Vec::new();
    let shown = picture
        .write_png(&mut file)
        .and_then(|()| decoded(&file))
        .map_err(|error| expected.differs("data_uri", "a picture", error))?;
    expected.equal("data_uri", hex::encode(pixels), hex::encode(shown))
}

/// The pixels of a PNG file.
fn decoded(file: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().unwrap_or_default()];
    reader.next_frame(&mut pixels)?;
    Ok(pixels)
}

fn serialize(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let input = case.text("input")?;
    let written = read_as_deployed(input)
        .and_then(|()| MulticodecKey::parse_uncompressed(input))
        .and_then(|key| write(case, &key.compressed()));
    let Some(text) = compare(&expected, written)? else {
        return Ok(());
    };
    if expected.has("deserialized_base16") {
        let back = MulticodecKey::parse_compressed(&text)
            .and_then(|key| Multibase::BASE16.encode(&key.uncompressed()))
            .map_err(|error| expected.differs("deserialized_base16", "a key", error))?;
        expected.equal_text("deserialized_base16", &back)?;
    }
    Ok(())
}

fn deserialize(case: &Case<'_>) -> Checked<()> {
    let input = case.text("input")?;
    let written = read_as_deployed(input)
        .and_then(|()| MulticodecKey::parse_compressed(input))
        .and_then(|key| write(case, &key.uncompressed()));
    compare(&case.child("expected"), written).map(drop)
}

/// Refuses the encodings that the specification has and the recorded code lacks.
fn read_as_deployed(text: &str) -> Result<(), KeyTextError> {
    let (encoding, _) = Multibase::decode(text.as_bytes())?;
    if encoding.is_deployed() {
        return Ok(());
    }
    Err(KeyTextError::UnknownEncoding(encoding.code()))
}

/// Writes as the recorded code does, which knows fewer encodings, and of whose name the first letter
/// counts.
fn write(case: &Case<'_>, bytes: &[u8]) -> Result<Vec<u8>, KeyTextError> {
    let name = case.text("output_base").unwrap_or_default();
    let code = name.chars().next().unwrap_or_default();
    let encoding = match name {
        "" => None,
        "0x" => Some(Multibase::BASE16),
        _ => Multibase::from_code(code).filter(|encoding| encoding.is_deployed()),
    };
    let encoding = encoding.ok_or(KeyTextError::UnknownEncoding(code))?;
    Ok(encoding.encode_bytes(bytes))
}

/// The text, if one was wanted and it is the wanted one.
fn compare(
    expected: &Case<'_>,
    written: Result<Vec<u8>, KeyTextError>,
) -> Checked<Option<Vec<u8>>> {
    match (written, expected.has("go_error")) {
        (Err(_), true) => Ok(None),
        (Err(error), false) => Err(expected.differs("output", expected.text("output")?, error)),
        (Ok(text), true) => {
            let wanted = expected.text("go_error")?;
            Err(expected.differs("go_error", wanted, as_json_holds_it(&text)))
        }
        (Ok(text), false) => {
            expected.equal_text("output", &as_json_holds_it(&text))?;
            Ok(Some(text))
        }
    }
}

/// Bytes as Go writes them into JSON: each that is not part of a letter becomes U+FFFD.
fn as_json_holds_it(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}
