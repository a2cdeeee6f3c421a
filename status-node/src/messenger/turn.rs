//! What each call of the messenger works with.

use rand_core::CryptoRng;
use rusqlite::Transaction;
use std::fmt;

/// One turn of the messenger: a transaction of the database, the time, and randomness. Several calls
/// can share one; it is committed before anything that they give out leaves, or rolled back, and then
/// the messenger is loaded anew.
pub struct Turn<'t> {
    /// The transaction, which all layers share.
    pub transaction: &'t Transaction<'t>,
    /// The time, in ms since 1970. It may go back.
    pub now_ms: u64,
    /// Randomness.
    pub rng: &'t mut dyn CryptoRng,
}

impl Turn<'_> {
    /// The time in nanoseconds since 1970, as conversational security counts.
    pub fn now_ns(&self) -> i64 {
        i64::try_from(self.now_ms)
            .unwrap_or(i64::MAX)
            .saturating_mul(1_000_000)
    }
}

impl fmt::Debug for Turn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn")
            .field("now_ms", &self.now_ms)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nanoseconds_do_not_overflow() {
        let mut connection = rusqlite::Connection::open_in_memory().unwrap();
        let transaction = connection.transaction().unwrap();
        let mut rng = rand::rng();
        let mut turn = Turn {
            transaction: &transaction,
            now_ms: 1_590_000_000_001,
            rng: &mut rng,
        };
        assert_eq!(turn.now_ns(), 1_590_000_000_001_000_000);
        turn.now_ms = u64::MAX;
        assert_eq!(turn.now_ns(), i64::MAX);
    }
}
