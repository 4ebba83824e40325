//! Outputs, looked at before anything is read: that they overwrite nothing that is read, and are what their names say.

use std::path::{Path, PathBuf};

use crate::table::{Format, SheetFormat};
use crate::{Error, Result};

/// The format of a table, by the ending of its name.
///
/// # Errors
/// [`Error::Usage`] if the ending promises something that is not written; a pipe or a device may be called anything.
pub fn format(path: &Path) -> Result<Format> {
    let special = path.exists() && !path.is_file();
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref() {
        None | Some("csv" | "txt" | "parquet") => Ok(Format::of(path)),
        Some(_) if special => Ok(Format::of(path)),
        Some(other) => Err(Error::usage(format!(
            "the output {} ends in .{other}, but tables are written as .csv or .parquet; name it so",
            path.display()
        ))),
    }
}

/// The format of a table of results, by the ending of its name.
///
/// # Errors
/// As [`format`].
pub fn sheet_format(path: &Path) -> Result<SheetFormat> {
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
        return Ok(SheetFormat::Json);
    }
    Ok(match format(path)? {
        Format::Csv => SheetFormat::Csv,
        Format::Parquet => SheetFormat::Parquet,
    })
}

/// Refuses an output that is one of the files to be read, under whatever name: it would be lost.
///
/// # Errors
/// [`Error::Usage`]; as reading the orders, if a pattern matches nothing.
pub fn spare(outputs: &[&Path], inputs: &[PathBuf], model: Option<&Path>) -> Result<()> {
    let files = if inputs.is_empty() { Vec::new() } else { crate::orders::files(inputs)? };
    for output in outputs.iter().filter(|output| output.is_file()) {
        if let Some(input) = files.iter().map(PathBuf::as_path).chain(model).find(|input| same(output, input))
        {
            return Err(Error::usage(format!(
                "the output {} is the input {}, which would be lost; name another output",
                output.display(),
                input.display()
            )));
        }
    }
    Ok(())
}

/// Whether two paths lead to one file: by its number on the disk where there is such a thing, so that hard links count.
#[cfg(unix)]
fn same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (one.metadata(), other.metadata()) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_that_promise_something_else_are_refused() {
        assert_eq!(format(Path::new("a.csv")).unwrap(), Format::Csv);
        assert_eq!(format(Path::new("a.PARQUET")).unwrap(), Format::Parquet);
        assert_eq!(format(Path::new("-")).unwrap(), Format::Csv);
        for name in ["a.xlsx", "a.csv.gz", "a.json"] {
            assert!(matches!(format(Path::new(name)), Err(Error::Usage(_))), "{name}");
        }
    }
}
