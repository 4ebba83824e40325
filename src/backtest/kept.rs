//! Finished pieces on the disk, so that an interrupted backtest goes on where it was.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::BacktestPlan;
use super::columns;
use super::piece::Piece;
use crate::features::Past;
use crate::math::hash::Hash;
use crate::orders::Orders;
use crate::output::Output;
use crate::predict::Forecast;
use crate::units::Tick;
use crate::{Error, Result};

/// A folder in which a backtest keeps what is finished: for each origin and model a report, and what was forecast for each customer.
///
/// A piece is found again by a fingerprint of the orders, the plan, the model, the options and the version of this crate; if any of these is another, it is made
/// anew. Every file is written whole or not at all, and may be deleted at any time.
#[derive(Debug, Clone)]
pub struct Pieces {
    folder: PathBuf,
    options: String,
}

/// The layout of the files; another one is not read, but made anew and counted among those that were of no use. 2: with intervals of totals.
const LAYOUT: u32 = 2;

/// A piece as it stands in its file.
#[derive(Serialize, Deserialize)]
struct Document<P> {
    layout: u32,
    key: String,
    piece: P,
}

impl Pieces {
    /// Pieces in a folder, which is made when the first is finished. `options` is all that bears on the results and is neither in the orders nor in the plan nor in a
    /// model's identifier: models of spend, covariates, the build of the program.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>, options: impl Into<String>) -> Self {
        Self { folder: folder.into(), options: options.into() }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The name of the piece of a model at an origin: 32 hexadecimal digits.
    pub(super) fn key(&self, of: &Fingerprint, origin: Tick, model: &str) -> String {
        let half = |seed: u64| {
            let hash = Hash::new(seed).with(u64::from(LAYOUT)).with(of.0).with(u64::from(origin.0 as u32));
            let texts = [model, &self.options, env!("CARGO_PKG_VERSION")];
            texts.iter().fold(hash, |hash, text| hash.with_bytes(text.as_bytes())).value()
        };
        format!("{:016x}{:016x}", half(1), half(2))
    }

    fn report(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.json"))
    }

    fn forecast(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.columns"))
    }

    /// A finished piece; `None` if there is none, or it is damaged.
    pub(super) fn take_up(&self, key: &str) -> Option<Piece> {
        let text = fs::read(self.report(key)).ok()?;
        let found: Document<Piece> = serde_json::from_slice(&text).ok()?;
        let whole = found.layout == LAYOUT && found.key == key;
        let forecast = found.piece.report.failed.is_some() || self.forecast(key).is_file();
        Some(found.piece).filter(|_| whole && forecast)
    }

    /// Keeps a finished piece. Its report comes last: where it is, all is.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn keep(&self, key: &str, piece: &Piece, forecast: Option<&Forecast>) -> Result<()> {
        fs::create_dir_all(&self.folder).map_err(|e| Error::io("create", &self.folder, e))?;
        if let Some(forecast) = forecast {
            let mut output = Output::create(&self.forecast(key))?;
            columns::write(forecast, &mut output).map_err(|e| Error::io("write", output.path(), e))?;
            output.commit()?;
        }
        let path = self.report(key);
        let text = serde_json::to_vec(&Document { layout: LAYOUT, key: key.into(), piece })
            .map_err(|e| Error::Undefined(format!("a piece of a backtest cannot be kept: {e}")))?;
        let mut output = Output::create(&path)?;
        output.write_all(&text).map_err(|e| Error::io("write", &path, e))?;
        output.commit()
    }

    /// What a kept piece forecast for each customer; `None` if its model failed.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read.
    pub(super) fn open(&self, key: &str) -> Result<Option<columns::Reader<File>>> {
        let path = self.forecast(key);
        match File::open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("read", &path, error)),
            Ok(file) => columns::Reader::new(file).map(Some).map_err(|e| Error::io("read", &path, e)),
        }
    }

    /// Takes away pieces that are none of these: of other data, other options, or another version. How many there were.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder cannot be read.
    pub(super) fn sweep(&self, keys: &[String]) -> Result<usize> {
        if !self.folder.is_dir() {
            return Ok(0);
        }
        let entries = fs::read_dir(&self.folder).map_err(|e| Error::io("read", &self.folder, e))?;
        let mut swept = 0;
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Some((stem, ending)) = name.split_once('.') else { continue };
            let ours = stem.len() == 32
                && stem.bytes().all(|byte| byte.is_ascii_hexdigit())
                && matches!(ending, "json" | "columns");
            if ours && !keys.iter().any(|key| key == stem) && fs::remove_file(&path).is_ok() {
                swept += usize::from(ending == "json");
            }
        }
        Ok(swept)
    }
}

/// What stands for the orders and the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint(u64);

impl Fingerprint {
    /// Of everything known and what is asked of it. The origins themselves are not in it, so that others can be added.
    pub fn of(past: &Past<'_>, plan: &BacktestPlan) -> Self {
        let BacktestPlan { horizon, unit, levels, window, .. } = plan;
        let asked = format!("{horizon} {unit:?} {levels:?} {window:?} {:?}", past.period());
        let seen = [u64::from(past.cutoff_is_given()), u64::from(past.cutoff().0 as u32)];
        let hash = Hash::new(3).with(of_orders(past.orders())).with_bytes(asked.as_bytes());
        Self(seen.into_iter().fold(hash, Hash::with).value())
    }
}

/// A hash of all orders of all customers, in their order, and of what else was read of them.
fn of_orders(orders: &Orders) -> u64 {
    let one = |customer: usize| {
        let id = Hash::new(4).with_bytes(orders.ids.get(customer).as_bytes());
        orders.events_of(customer).fold(id, |hash, event| {
            let [tick, amount] = [u64::from(event.tick as u32), event.amount as u64];
            hash.with(tick).with(amount).with(event.order).with(u64::from(event.count))
        })
    };
    let hashes: Vec<u64> =
        (0..orders.len()).into_par_iter().with_min_len(1 << 12).map(|at| one(at).value()).collect();
    let options = format!("{:?}", orders.options);
    let all = hashes.into_iter().fold(Hash::new(5).with_bytes(options.as_bytes()), Hash::with);
    let with_attributes = orders.attributes.iter().fold(all, |hash, attribute| {
        let named = hash.with_bytes(attribute.name.as_bytes());
        let levels = attribute.levels.iter().fold(named, |hash, level| hash.with_bytes(level.as_bytes()));
        attribute.codes.iter().fold(levels, |hash, &code| hash.with(u64::from(code)))
    });
    with_attributes.value()
}
