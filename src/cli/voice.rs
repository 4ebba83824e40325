//! Where words go: to standard output, unless that carries a table.

use std::io::Write;
use std::path::Path;

use crate::output::Output;
use crate::{Error, Result};

/// Speaks to the person at the terminal.
pub struct Voice {
    quiet: bool,
    aside: bool,
}

impl Voice {
    /// Speaks on standard output, or on standard error while an output of the command goes to standard output (`-`).
    #[must_use]
    pub fn new(quiet: bool, outputs: &[&Path]) -> Self {
        Self { quiet, aside: outputs.contains(&Path::new("-")) }
    }

    /// Says something that `--quiet` leaves out.
    ///
    /// # Errors
    /// [`Error::Io`] if nobody can listen.
    pub fn say(&self, text: &str) -> Result<()> {
        if self.quiet { Ok(()) } else { self.tell(text) }
    }

    /// Says something that was asked for.
    ///
    /// # Errors
    /// [`Error::Io`] if nobody can listen.
    pub fn tell(&self, text: &str) -> Result<()> {
        let text = if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
        let done = if self.aside {
            std::io::stderr().lock().write_all(text.as_bytes())
        } else {
            std::io::stdout().lock().write_all(text.as_bytes())
        };
        done.map_err(|e| Error::io("write", "standard output", e))
    }
}

/// Writes a text as a whole file (or through a pipe, a device, standard output).
///
/// # Errors
/// [`Error::Io`].
pub fn write_text(path: &Path, text: &str) -> Result<()> {
    write_bytes(path, text.as_bytes())
}

/// Writes bytes likewise.
///
/// # Errors
/// [`Error::Io`].
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut output = Output::create(path)?;
    output.write_all(bytes).map_err(|e| Error::io("write", path, e))?;
    output.commit()
}
