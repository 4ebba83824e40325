//! Where results are written: whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::{Error, Result};

/// An open output. A regular file is written beside its place and renamed by [`Output::commit`], so that a crash
/// leaves the old file or the new one, never half of one; standard output, pipes and devices are written through.
pub struct Output {
    path: PathBuf,
    sink: Sink,
}

enum Sink {
    Renamed(BufWriter<NamedTempFile>),
    Direct(BufWriter<File>),
    Standard(BufWriter<io::Stdout>),
}

impl Output {
    /// Opens an output: `-` is standard output; a path that is there and is no regular file is written through;
    /// a symbolic link is followed, so that the file it points at is replaced and not the link.
    ///
    /// # Errors
    /// [`Error::Io`] if nothing can be created there; [`Error::Usage`] for a directory.
    pub fn create(path: &Path) -> Result<Self> {
        if path == Path::new("-") {
            return Ok(Self {
                path: path.into(),
                sink: Sink::Standard(BufWriter::with_capacity(1 << 16, io::stdout())),
            });
        }
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        match fs::metadata(&place) {
            Ok(found) if found.is_dir() => {
                Err(Error::usage(format!("the output {} is a directory; name a file in it", path.display())))
            }
            Ok(found) if !found.is_file() => {
                let file =
                    OpenOptions::new().write(true).open(&place).map_err(|e| Error::io("write", path, e))?;
                Ok(Self { path: path.into(), sink: Sink::Direct(BufWriter::with_capacity(1 << 16, file)) })
            }
            _ => {
                let folder = match place.parent() {
                    Some(folder) if !folder.as_os_str().is_empty() => folder,
                    _ => Path::new("."),
                };
                let file = tempfile::Builder::new()
                    .prefix(".ltv-")
                    .suffix(".partial")
                    .permissions(readable_by_all())
                    .tempfile_in(folder)
                    .map_err(|e| Error::io("create", path, e))?;
                Ok(Self { path: place, sink: Sink::Renamed(BufWriter::with_capacity(1 << 16, file)) })
            }
        }
    }

    /// The place as it is written to.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Everything is written: flush, bring it to the disk, and put it in its place.
    ///
    /// # Errors
    /// [`Error::Io`] if the disk is full or the place cannot be replaced; the old file is then still there.
    pub fn commit(self) -> Result<()> {
        let path = self.path;
        let failed = |e: io::Error| Error::io("write", &path, e);
        match self.sink {
            Sink::Standard(mut out) => out.flush().map_err(failed),
            Sink::Direct(mut file) => file.flush().map_err(failed),
            Sink::Renamed(file) => {
                let file = file.into_inner().map_err(|e| failed(e.into_error()))?;
                file.as_file().sync_all().map_err(failed)?;
                file.persist(&path).map_err(|e| failed(e.error))?;
                if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    // Not every file system lets a folder be opened for this; the file itself is safe already.
                    let _ = File::open(folder).and_then(|folder| folder.sync_all());
                }
                Ok(())
            }
        }
    }
}

#[cfg(unix)]
fn readable_by_all() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666) // less the user's umask
}

#[cfg(not(unix))]
fn readable_by_all() -> fs::Permissions {
    fs::metadata(".")
        .map(|found| found.permissions())
        .unwrap_or_else(|_| unreachable!("the current folder is there"))
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Renamed(file) => file.write(bytes),
            Sink::Direct(file) => file.write(bytes),
            Sink::Standard(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Renamed(file) => file.flush(),
            Sink::Direct(file) => file.flush(),
            Sink::Standard(out) => out.flush(),
        }
    }
}
