//! One error type, its kinds told apart by what the reader can do about it.

use std::fmt;
use std::path::{Path, PathBuf};

/// What every fallible function of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, and by its kind, what can be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The command line (or an argument of a call) is wrong: change it and run again. Exit code 2.
    #[error("{0}")]
    Usage(String),
    /// The data do not say what they must: mend the file, or the mapping of its columns.
    #[error("{0}")]
    Input(Box<InputError>),
    /// A file could not be read or written: mend the path, the rights or the room on the disk.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was tried: "read", "write", "create".
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A model's parameter is outside its range.
    #[error("{model}: {name} is {value}, but must be {rule}")]
    Parameter {
        /// The model, by its usual name ("BG/NBD").
        model: &'static str,
        /// The parameter, by its letter in the paper.
        name: &'static str,
        /// What was found.
        value: f64,
        /// What is allowed.
        rule: &'static str,
    },
    /// A quantity that was asked for does not exist, or cannot be computed to a useful number of digits.
    #[error("{0}")]
    Undefined(String),
    /// A fit did not converge or is degenerate; the source carries the fit report.
    #[error("{0}")]
    Fit(Box<dyn std::error::Error + Send + Sync>),
    /// Everything was done and written, and something in it is out of line, which the caller wanted to fail on.
    #[error("alarm: {0}")]
    Alarm(String),
    /// The user asked to stop (Ctrl-C).
    #[error("stopped on request; no output file was left half-written")]
    Interrupted,
}

impl Error {
    /// A wrong argument, in words that name it and the way out.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// Data that cannot be used as they are; add the place, the expectation and the way out with [`InputError`].
    pub fn input(found: impl Into<String>) -> InputError {
        InputError { place: Place::default(), found: found.into(), expected: None, hint: None }
    }

    /// A file that could not be read or written.
    pub fn io(action: &'static str, path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Io { action, path: path.into(), source }
    }

    /// The exit code the command ends with: 2 for a wrong command line, 130 for Ctrl-C, otherwise 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Interrupted => 130,
            _ => 1,
        }
    }
}

/// A place in the input: file, line and column, each where it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it; standard input is `-`.
    pub file: Option<PathBuf>,
    /// The line, counted from 1 (in Parquet: the row).
    pub line: Option<u64>,
    /// The column, by its name.
    pub column: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if let Some(file) = &self.file {
            write!(f, "{}", file.display())?;
            separator = ", ";
        }
        if let Some(line) = self.line {
            write!(f, "{separator}line {line}")?;
            separator = ", ";
        }
        if let Some(column) = &self.column {
            write!(f, "{separator}column `{column}`")?;
        }
        Ok(())
    }
}

/// Something in the data: where it stands, what was found, what was expected, and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputError {
    /// Where.
    pub place: Place,
    /// What was found there.
    pub found: String,
    /// What was expected instead.
    pub expected: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

impl InputError {
    /// The file it stands in.
    #[must_use]
    pub fn file(mut self, file: impl AsRef<Path>) -> Self {
        self.place.file = Some(file.as_ref().to_path_buf());
        self
    }

    /// The line, counted from 1.
    #[must_use]
    pub fn line(mut self, line: u64) -> Self {
        self.place.line = Some(line);
        self
    }

    /// The column, by its name.
    #[must_use]
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.place.column = Some(column.into());
        self
    }

    /// What should have stood there.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// What the reader can do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place != Place::default() {
            write!(f, "{}: ", self.place)?;
        }
        write!(f, "{}", self.found)?;
        if let Some(expected) = &self.expected {
            write!(f, "; expected {expected}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n  {hint}")?;
        }
        Ok(())
    }
}

impl From<InputError> for Error {
    fn from(error: InputError) -> Self {
        Self::Input(Box::new(error))
    }
}
