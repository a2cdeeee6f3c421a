//! PKCS#7 padding to a multiple of 248 bytes (35/WAKU2-NOISE, "Padding"; RFC 2630, section 6.3), so
//! that a ciphertext tells less about what is in it.

use super::NoiseError;
use zeroize::Zeroizing;

/// What every padded text is a multiple of, in bytes.
pub const PADDING_BLOCK: usize = 248;

/// The text with 1 to 248 bytes behind it, each of which says how many there are.
pub(super) fn pad(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let fill = PADDING_BLOCK - text.len() % PADDING_BLOCK;
    let mut padded = Zeroizing::new(Vec::with_capacity(text.len() + fill));
    padded.extend_from_slice(text);
    let len = text.len() + fill;
    // At most 248, so it fits.
    padded.resize(len, u8::try_from(fill).unwrap_or(u8::MAX));
    padded
}

/// Takes the padding off in place. It was authenticated with the text, so what it answers tells a
/// forger nothing.
pub(super) fn unpad(padded: &mut Zeroizing<Vec<u8>>) -> Result<(), NoiseError> {
    let last = *padded.last().ok_or(NoiseError::Padding)?;
    let fill = usize::from(last);
    let whole = padded.len().is_multiple_of(PADDING_BLOCK);
    let text = padded.len().checked_sub(fill).ok_or(NoiseError::Padding)?;
    let same = padded.iter().skip(text).all(|byte| *byte == last);
    if !whole || fill == 0 || fill > PADDING_BLOCK || !same {
        return Err(NoiseError::Padding);
    }
    padded.truncate(text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_comes_back_from_a_multiple_of_248() {
        for len in 0..=2 * PADDING_BLOCK {
            let text: Vec<u8> = (0..len).map(|i| i as u8).collect();
            let mut padded = pad(&text);
            assert!(padded.len() > len && padded.len() - len <= PADDING_BLOCK);
            assert_eq!(padded.len() % PADDING_BLOCK, 0);
            unpad(&mut padded).unwrap();
            assert_eq!(padded[..], text[..]);
        }
    }

    #[test]
    fn other_padding_is_refused_and_left_alone() {
        let mut wrong = vec![vec![], vec![1], vec![0; PADDING_BLOCK]];
        wrong.push(vec![255; 2 * PADDING_BLOCK]);
        wrong.push(vec![249; 2 * PADDING_BLOCK]);
        let mut uneven = pad(b"text").to_vec();
        uneven[10] ^= 1;
        wrong.push(uneven);
        for bytes in wrong {
            let mut padded = Zeroizing::new(bytes.clone());
            assert_eq!(unpad(&mut padded), Err(NoiseError::Padding));
            assert_eq!(padded[..], bytes[..]);
        }
    }
}
