//! Lines of bytes, of a bounded length.

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// Bytes a line may have: a message's text is at most a megabyte, and each of its characters may be
/// written as an escape of six.
pub const MAX_LINE: usize = 8 << 20;

/// Reads lines.
#[derive(Debug)]
pub struct Lines<R> {
    from: BufReader<R>,
    line: Vec<u8>,
    limit: usize,
}

/// Why there is no further line.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// It is too long.
    #[error("the line is longer than {0} bytes")]
    TooLong(usize),
    /// Reading fails.
    #[error("the line cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// The lines of `from`, of at most `limit` bytes each.
    pub fn new(from: R, limit: usize) -> Self {
        Self {
            from: BufReader::new(from),
            line: Vec::new(),
            limit,
        }
    }

    /// The next line without its end; none at the end, where half a line is nothing. Cancelling
    /// loses nothing.
    ///
    /// # Errors
    ///
    /// [`LineError`], after which there is nothing more to read.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, LineError> {
        loop {
            let available = self.from.fill_buf().await?;
            if available.is_empty() {
                return Ok(None);
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let part = available.get(..end.unwrap_or(available.len()));
            let part = part.unwrap_or_default();
            if self.line.len().saturating_add(part.len()) > self.limit {
                return Err(LineError::TooLong(self.limit));
            }
            self.line.extend_from_slice(part);
            let taken = part.len().saturating_add(usize::from(end.is_some()));
            self.from.consume(taken);
            if end.is_some() {
                return Ok(Some(std::mem::take(&mut self.line)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_end_with_a_newline_and_have_a_limit() {
        let mut lines = Lines::new(&b"ab\n\nabc\nhalf"[..], 3);
        assert_eq!(lines.next().await.unwrap().unwrap(), b"ab");
        assert_eq!(lines.next().await.unwrap().unwrap(), b"");
        assert_eq!(lines.next().await.unwrap().unwrap(), b"abc");
        assert!(matches!(lines.next().await, Err(LineError::TooLong(3))));
        assert!(Lines::new(&b"a"[..], 3).next().await.unwrap().is_none());
    }
}
