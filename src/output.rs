//! Where results are written: whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::NamedTempFile;

use crate::{Error, Result};

/// An open output. A regular file is written beside its place and renamed by [`Output::commit`], so that a crash
/// leaves the old file or the new one, never half of one; standard output, pipes and devices are written through.
pub struct Output {
    path: PathBuf,
    sink: Sink,
}

/// Files under way, which an end without unwinding (a second Ctrl-C) must take away itself.
static UNDER_WAY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Takes away every file under way: for those who end the process here and now.
pub(crate) fn discard_all() {
    for path in UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        let _ = fs::remove_file(path); // gone already, if it is in its place
    }
}

/// A file under way, from its creation until it is in its place or given up.
struct UnderWay(PathBuf);

impl UnderWay {
    fn new(path: &Path) -> Self {
        UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).push(path.into());
        Self(path.into())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).retain(|path| *path != self.0);
    }
}

enum Sink {
    Renamed(BufWriter<NamedTempFile>, UnderWay),
    Direct(BufWriter<File>),
    Standard(BufWriter<io::Stdout>),
}

impl Output {
    /// Opens an output: `-` is standard output; a path that is there and is no regular file is written through;
    /// a symbolic link is followed, so that the file it points at is replaced (or made) and not the link. A file that is
    /// replaced keeps its permissions.
    ///
    /// # Errors
    /// [`Error::Io`] if nothing can be created there, or a file there is read-only; [`Error::Usage`] for a directory.
    pub fn create(path: &Path) -> Result<Self> {
        if path == Path::new("-") {
            return Ok(Self {
                path: path.into(),
                sink: Sink::Standard(BufWriter::with_capacity(1 << 16, io::stdout())),
            });
        }
        let (place, there) = destination(path).map_err(|e| Error::io("write", path, e))?;
        match there {
            Some(found) if found.is_dir() => {
                Err(Error::usage(format!("the output {} is a directory; name a file in it", path.display())))
            }
            Some(found) if !found.is_file() => {
                let file =
                    OpenOptions::new().write(true).open(&place).map_err(|e| Error::io("write", path, e))?;
                Ok(Self { path: path.into(), sink: Sink::Direct(BufWriter::with_capacity(1 << 16, file)) })
            }
            old => {
                let file = beside(path, &place, old.map(|found| found.permissions()))?;
                let under_way = UnderWay::new(file.path());
                Ok(Self {
                    path: place,
                    sink: Sink::Renamed(BufWriter::with_capacity(1 << 16, file), under_way),
                })
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
            Sink::Renamed(file, _under_way) => {
                let file = file.into_inner().map_err(|e| failed(plainly(e.into_error())))?;
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

/// Where a path leads and what is there: links are followed, also to a file that is not there yet.
fn destination(path: &Path) -> io::Result<(PathBuf, Option<fs::Metadata>)> {
    match fs::metadata(path) {
        Ok(found) => Ok((fs::canonicalize(path).unwrap_or_else(|_| path.into()), Some(found))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut place = path.to_path_buf();
            // No circle: that would have been another error.
            while let Ok(target) = fs::read_link(&place) {
                place = folder_of(&place).join(target);
            }
            Ok((place, None))
        }
        // What may not be looked at may still be told in the words of who tries to write it.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok((path.into(), None)),
        Err(error) => Err(error),
    }
}

/// A new file in the folder of `place`, with the permissions of the old one if there is one.
fn beside(path: &Path, place: &Path, old: Option<fs::Permissions>) -> Result<NamedTempFile> {
    if old.as_ref().is_some_and(fs::Permissions::readonly) {
        let error = io::Error::new(io::ErrorKind::PermissionDenied, "there is a file, and it is read-only");
        return Err(Error::io("write", path, error));
    }
    let folder = folder_of(place);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ltv-").suffix(".partial");
    // As any new file, less the user's umask; elsewhere temporary files are no more private than others.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder
        .tempfile_in(folder)
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => io::Error::new(
                error.kind(),
                format!("there is no folder {}; make it first", folder.display()),
            ),
            _ => plainly(error),
        })
        .map_err(|error| Error::io("create", path, error))?;
    if let Some(old) = old {
        file.as_file().set_permissions(old).map_err(|error| Error::io("create", path, error))?;
    }
    Ok(file)
}

fn folder_of(place: &Path) -> &Path {
    place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Without the name of the file under way, which means nothing to those who named another.
fn plainly(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        None if error.kind() != io::ErrorKind::Other => io::Error::from(error.kind()),
        _ => error,
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Renamed(file, _) => file.write(bytes).map_err(plainly),
            Sink::Direct(file) => file.write(bytes),
            Sink::Standard(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Renamed(file, _) => file.flush().map_err(plainly),
            Sink::Direct(file) => file.flush(),
            Sink::Standard(out) => out.flush(),
        }
    }
}
