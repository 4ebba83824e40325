//! Text in other encodings, as a stream of UTF-8.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding};

use crate::{Error, Result};

/// An encoding by its usual label; `cp1250` is understood as well.
pub(super) fn named_encoding(label: &str) -> Result<&'static Encoding> {
    let label = label.trim().to_ascii_lowercase();
    let label = if label.starts_with("cp") { label.replace("cp", "windows-") } else { label };
    Encoding::for_label(label.as_bytes()).ok_or_else(|| {
        Error::usage(format!(
            "`{label}` is not an encoding; use utf-8, utf-16le, windows-1250, windows-1251 or windows-1252"
        ))
    })
}

/// UTF-16 without a mark: ASCII text has a zero in every second byte.
pub(super) fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len().min(512) / 2;
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).take(pairs).filter(|&&byte| byte == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    if pairs >= 4 && second * 10 > pairs * 8 && first == 0 {
        Some(encoding_rs::UTF_16LE)
    } else if pairs >= 4 && first * 10 > pairs * 8 && second == 0 {
        Some(encoding_rs::UTF_16BE)
    } else {
        None
    }
}

/// A stream in another encoding, as UTF-8. What cannot be read becomes U+FFFD.
pub(super) struct Decoded {
    decoder: Decoder,
    raw: Box<dyn Read + Send>,
    input: Vec<u8>,
    /// What of the input is not decoded yet.
    pending: std::ops::Range<usize>,
    ended: bool,
    done: bool,
    spare: Vec<u8>,
}

impl Decoded {
    pub fn new(decoder: Decoder, raw: Box<dyn Read + Send>) -> Self {
        Self {
            decoder,
            raw,
            input: vec![0; 1 << 16],
            pending: 0..0,
            ended: false,
            done: false,
            spare: Vec::new(),
        }
    }

    /// Decodes into a buffer of at least 16 bytes.
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.pending.is_empty() && !self.ended {
                let count = self.raw.read(&mut self.input)?;
                self.pending = 0..count;
                self.ended = count == 0;
            }
            if self.done {
                return Ok(0);
            }
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(&self.input[self.pending.clone()], buffer, self.ended);
            self.pending.start += read;
            self.done = self.ended && result == encoding_rs::CoderResult::InputEmpty;
            if written > 0 {
                return Ok(written);
            }
        }
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if !self.spare.is_empty() || buffer.len() < 16 {
            if self.spare.is_empty() {
                let mut few = [0; 64];
                let count = self.fill(&mut few)?;
                self.spare.extend_from_slice(&few[..count]);
            }
            let count = buffer.len().min(self.spare.len());
            buffer[..count].copy_from_slice(&self.spare[..count]);
            self.spare.drain(..count);
            return Ok(count);
        }
        self.fill(buffer)
    }
}
