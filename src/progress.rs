//! How long work tells how far it is, and learns that it should stop.

use crate::{Error, Result};

/// A watcher of long work. The default methods do nothing, so the core can be run in silence.
pub trait Progress: Sync {
    /// A piece of work begins: what it is, and how much there is of it (bytes or rows) where that is known.
    fn begin(&self, _what: &str, _total: Option<u64>) {}
    /// So much more of it is done.
    fn advance(&self, _done: u64) {}
    /// What is being done of it now, in words.
    fn doing(&self, _what: &str) {}
    /// The piece of work is over.
    fn end(&self) {}
    /// Whether the user asked to stop.
    fn interrupted(&self) -> bool {
        false
    }
    /// An error once the user asked to stop: called between chunks of work.
    ///
    /// # Errors
    /// [`Error::Interrupted`] if so.
    fn check(&self) -> Result<()> {
        if self.interrupted() { Err(Error::Interrupted) } else { Ok(()) }
    }
}

/// Nobody watches.
pub struct Silent;

impl Progress for Silent {}
