//! Opening what is named: files, patterns, standard input; compressed or not, in any encoding, as one stream of UTF-8.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::Encoding;
use flate2::bufread::MultiGzDecoder;

use super::columns;
use super::decode::{Decoded, named_encoding, utf16};
use crate::{Error, Result};

/// How much of a file is looked at before it is read.
const HEAD: usize = 1 << 20;

/// What a path stands for on the command line: standard input.
pub(super) const STANDARD_INPUT: &str = "-";

/// A file that was opened.
pub(crate) struct Opened {
    pub content: Content,
    /// Bytes taken from the disk since the last look.
    pub taken: Arc<AtomicU64>,
}

pub(crate) enum Content {
    Text(Text),
    /// Parquet is not read as a stream.
    Parquet(File),
}

/// A stream of text.
pub(crate) struct Text {
    /// Its beginning, decoded.
    pub head: Vec<u8>,
    /// Whether the beginning is all.
    pub whole: bool,
    /// What comes after the beginning.
    pub rest: Box<dyn Read + Send>,
    /// What was decided about it.
    pub note: Option<String>,
}

impl Text {
    /// All of it, from the beginning.
    pub fn stream(self) -> impl Read + Send {
        Cursor::new(self.head).chain(self.rest)
    }
}

/// Opens a file.
pub(crate) fn open(path: &Path, encoding: Option<&str>) -> Result<Opened> {
    let encoding = encoding.map(named_encoding).transpose()?;
    let taken = Arc::new(AtomicU64::new(0));
    if path == Path::new(STANDARD_INPUT) {
        return opened(path, Box::new(io::stdin()), None, encoding, taken);
    }
    let file = File::open(path).map_err(|error| not_found(path, error))?;
    let metadata = file.metadata().map_err(|error| Error::io("read", path, error))?;
    if metadata.is_dir() {
        return Err(Error::usage(format!(
            "{0} is a folder; name the files in it, for instance \"{0}/*.csv\"",
            path.display().to_string().trim_end_matches('/')
        )));
    }
    let again = file.try_clone().map_err(|error| Error::io("read", path, error))?;
    opened(path, Box::new(file), metadata.is_file().then_some(again), encoding, taken)
}

/// Looks at the first bytes and says what the stream is.
fn opened(
    path: &Path,
    stream: Box<dyn Read + Send>,
    file: Option<File>,
    encoding: Option<&'static Encoding>,
    taken: Arc<AtomicU64>,
) -> Result<Opened> {
    let mut stream = Counted { stream, taken: Arc::clone(&taken) };
    let magic = beginning(&mut stream, 16).map_err(|error| broken(path, error))?;
    let begin = Cursor::new(magic.clone());
    let content = match kind(&magic) {
        Kind::Parquet => Content::Parquet(match file {
            Some(file) => file,
            None => spooled(path, begin.chain(stream))?,
        }),
        Kind::Gzip => {
            let inner = MultiGzDecoder::new(BufReader::with_capacity(1 << 18, begin.chain(stream)));
            Content::Text(text(path, Box::new(inner), encoding)?)
        }
        Kind::Zstd => {
            let inner = zstd::Decoder::new(begin.chain(stream)).map_err(|error| broken(path, error))?;
            Content::Text(text(path, Box::new(inner), encoding)?)
        }
        Kind::Foreign(what) => {
            return Err(Error::input(format!("this is {what}, not a table of orders"))
                .file(path)
                .expected("CSV (also .gz or .zst) or Parquet")
                .hint("save or export it as CSV with a header")
                .into());
        }
        Kind::Plain => Content::Text(text(path, Box::new(begin.chain(stream)), encoding)?),
    };
    Ok(Opened { content, taken })
}

enum Kind {
    Plain,
    Gzip,
    Zstd,
    Parquet,
    Foreign(&'static str),
}

/// What a file is by its first bytes.
fn kind(magic: &[u8]) -> Kind {
    match magic {
        [0x1f, 0x8b, ..] => Kind::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Kind::Zstd,
        [b'P', b'A', b'R', b'1', ..] => Kind::Parquet,
        [b'P', b'K', 3, 4, ..] => Kind::Foreign("a zip archive or an Excel workbook"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Kind::Foreign("an old Excel workbook"),
        [b'%', b'P', b'D', b'F', ..] => Kind::Foreign("a PDF"),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..] => Kind::Foreign("a bzip2 archive"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Kind::Foreign("an xz archive"),
        [b'S', b'Q', b'L', b'i', b't', b'e', b' ', ..] => Kind::Foreign("an SQLite database"),
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Kind::Foreign("an Arrow file"),
        _ => Kind::Plain,
    }
}

/// A text stream: its encoding found, its beginning read.
fn text(path: &Path, mut raw: Box<dyn Read + Send>, given: Option<&'static Encoding>) -> Result<Text> {
    let failed = |error| broken(path, error);
    let begin = beginning(&mut raw, HEAD).map_err(failed)?;
    let found = given.map(|encoding| (encoding, 0)).or_else(|| Encoding::for_bom(&begin));
    let found = found.or_else(|| utf16(&begin).map(|encoding| (encoding, 0)));
    let (encoding, bom) = found.unwrap_or((encoding_rs::UTF_8, 0));
    if encoding == encoding_rs::UTF_8 {
        let bom = if begin.starts_with(b"\xef\xbb\xbf") { 3 } else { bom };
        let (whole, head) = (begin.len() < HEAD, begin[bom..].to_vec());
        no_zeros(path, &head)?;
        return Ok(Text { head, whole, rest: raw, note: None });
    }
    let decoder = encoding.new_decoder_with_bom_removal();
    let mut decoded = Decoded::new(decoder, Box::new(Cursor::new(begin).chain(raw)));
    let head = beginning(&mut decoded, HEAD).map_err(failed)?;
    no_zeros(path, &head)?;
    let note = format!("{} was read as {}", path.display(), encoding.name());
    Ok(Text {
        whole: head.len() < HEAD,
        head,
        rest: Box::new(decoded),
        note: given.is_none().then_some(note),
    })
}

/// Text has no zero bytes.
pub(super) fn no_zeros(path: &Path, bytes: &[u8]) -> Result<()> {
    if memchr::memchr(0, bytes).is_none() {
        return Ok(());
    }
    Err(Error::input("there are zero bytes in it, as in a binary or damaged file, not in a table of orders")
        .file(path)
        .expected("CSV (also .gz or .zst) or Parquet")
        .hint("export the orders as CSV with a header; if it is text in an unusual encoding, name it with --encoding")
        .into())
}

/// As many bytes as there are, up to a number.
fn beginning(stream: &mut impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A stream that must be read out of order, laid down in a file without a name.
fn spooled(path: &Path, mut stream: impl Read) -> Result<File> {
    let mut file = tempfile::tempfile().map_err(|error| Error::io("create", std::env::temp_dir(), error))?;
    io::copy(&mut stream, &mut file).map_err(|error| broken(path, error))?;
    Ok(file)
}

/// What a failure to read means.
pub(crate) fn broken(path: &Path, error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            Error::input(format!("the compressed file ends in the middle or is damaged ({error})"))
                .file(path)
                .hint("copy or download it again; nothing was read from it")
                .into()
        }
        _ if error.to_string().contains("incomplete frame") || error.to_string().contains("corrupt") => {
            broken(path, io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
        }
        _ => Error::io("read", path, error),
    }
}

/// A file that is not there: is one of a similar name?
fn not_found(path: &Path, error: io::Error) -> Error {
    if error.kind() != io::ErrorKind::NotFound {
        return Error::io("read", path, error);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let names: Vec<String> = std::fs::read_dir(folder)
        .map(|files| files.flatten().map(|file| file.file_name().to_string_lossy().into_owned()).collect())
        .unwrap_or_default();
    let wanted = path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
    let hint = match columns::nearest(&wanted, &names) {
        Some(near) => {
            format!("there is no such file; did you mean `{}`?", path.with_file_name(near).display())
        }
        None if !folder.is_dir() => format!("there is no folder `{}`", folder.display()),
        None => "there is no such file".into(),
    };
    Error::io("read", path, io::Error::new(io::ErrorKind::NotFound, hint))
}

/// The files that paths and patterns stand for.
///
/// # Errors
/// [`Error::Usage`] if a pattern is none or matches nothing, or nothing is named.
pub(crate) fn files(inputs: &[PathBuf]) -> Result<Vec<PathBuf>> {
    expand(inputs).map(|(files, _)| files)
}

/// The files that paths and patterns stand for, in the order in which they were named, each once; with what to say about it.
pub(super) fn expand(inputs: &[PathBuf]) -> Result<(Vec<PathBuf>, Vec<String>)> {
    let (mut files, mut notes) = (Vec::new(), Vec::new());
    let mut seen = std::collections::HashSet::new();
    for input in inputs {
        for file in matching(input)? {
            let standard = file == Path::new(STANDARD_INPUT);
            let same =
                if standard { file.clone() } else { file.canonicalize().unwrap_or_else(|_| file.clone()) };
            if seen.insert(same) {
                files.push(file);
            } else {
                notes.push(format!("{} was named twice and read once", file.display()));
            }
        }
    }
    if files.is_empty() {
        return Err(Error::usage("no orders: name at least one file, or - for standard input"));
    }
    Ok((files, notes))
}

/// The files that one path or pattern stands for.
fn matching(input: &Path) -> Result<Vec<PathBuf>> {
    let text = input.to_string_lossy();
    if input == Path::new(STANDARD_INPUT) || input.exists() || !text.contains(['*', '?', '[']) {
        return Ok(vec![input.to_path_buf()]);
    }
    let found = glob::glob(&text)
        .map_err(|error| Error::usage(format!("`{text}` is not a pattern of file names: {error}")))?;
    let files: Vec<PathBuf> = found.flatten().filter(|path| !path.is_dir()).collect();
    if files.is_empty() {
        return Err(Error::usage(format!("no file matches `{text}`")));
    }
    Ok(files)
}

/// The bytes of all files that stand on a disk; `None` if one does not.
pub(super) fn total_size(files: &[PathBuf]) -> Option<u64> {
    files
        .iter()
        .map(|path| path.metadata().ok().filter(std::fs::Metadata::is_file).map(|found| found.len()))
        .sum()
}

/// A stream that counts what is taken from it.
struct Counted {
    stream: Box<dyn Read + Send>,
    taken: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.taken.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
