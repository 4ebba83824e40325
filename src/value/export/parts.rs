//! Files of a size that is taken: one, or as many as are needed, numbered.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::output::Output;
use crate::{Error, Result};

/// So many files at most: all of them are held open until the last is written, so that there are all or none.
const MOST: usize = 500;

/// How large a file may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// In bytes.
    pub bytes: Option<u64>,
    /// In rows, the header not counted.
    pub rows: Option<u64>,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where.
    pub path: PathBuf,
    /// Its rows, the header not counted.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
}

/// Files under way.
pub(super) struct Parts<'a> {
    path: PathBuf,
    spared: &'a [&'a Path],
    limits: Limits,
    header: Vec<u8>,
    under_way: Vec<(Output, Part)>,
}

impl<'a> Parts<'a> {
    /// Begins the first file; `spared` are those that must not be overwritten by one of a number.
    pub fn new(path: &Path, header: Vec<u8>, limits: Limits, spared: &'a [&'a Path]) -> Result<Self> {
        // Standard output, pipes and devices are one stream.
        let stream = path == Path::new("-") || (path.exists() && !path.is_file());
        let limits = if stream { Limits::default() } else { limits };
        let mut parts = Self { path: path.into(), spared, limits, header, under_way: Vec::new() };
        parts.begin()?;
        Ok(parts)
    }

    /// The name of a file: the one that was asked for, then the same with -2, -3, ... before its ending.
    fn name(&self, number: usize) -> PathBuf {
        if number == 1 {
            return self.path.clone();
        }
        let stem = self.path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let ending =
            self.path.extension().map_or_else(String::new, |ending| format!(".{}", ending.to_string_lossy()));
        self.path.with_file_name(format!("{stem}-{number}{ending}"))
    }

    fn begin(&mut self) -> Result<()> {
        let number = self.under_way.len() + 1;
        if number > MOST {
            return Err(Error::usage(format!(
                "this would be more than {MOST} files; take a larger --rows-per-file"
            )));
        }
        let path = self.name(number);
        let place = path.canonicalize().ok();
        if place.is_some() && self.spared.iter().any(|input| input.canonicalize().ok() == place) {
            return Err(Error::usage(format!(
                "file {number} of the export would be the input {}, which would be lost; name another output",
                path.display()
            )));
        }
        let mut output = Output::create(&path)?;
        output.write_all(&self.header).map_err(|error| Error::io("write", &path, error))?;
        self.under_way.push((output, Part { path, rows: 0, bytes: self.header.len() as u64 }));
        Ok(())
    }

    /// Writes a row, in a new file where it does not fit into the last.
    pub fn push(&mut self, line: &[u8]) -> Result<()> {
        let full = self.under_way.last().is_some_and(|(_, part)| {
            let bytes = self.limits.bytes.is_some_and(|most| part.bytes + line.len() as u64 > most);
            part.rows > 0 && (bytes || self.limits.rows.is_some_and(|most| part.rows >= most))
        });
        if full {
            self.begin()?;
        }
        if let Some((output, part)) = self.under_way.last_mut() {
            output.write_all(line).map_err(|error| Error::io("write", &part.path, error))?;
            part.rows += 1;
            part.bytes += line.len() as u64;
        }
        Ok(())
    }

    /// Puts all files in their places. Also tells of a file with the next number that an earlier export left.
    pub fn finish(self) -> Result<(Vec<Part>, Option<PathBuf>)> {
        let next = self.name(self.under_way.len() + 1);
        let mut done = Vec::with_capacity(self.under_way.len());
        for (output, part) in self.under_way {
            output.commit()?;
            done.push(part);
        }
        let left = self.path != Path::new("-") && next.is_file();
        Ok((done, left.then_some(next)))
    }
}
