//! What the commands that tell of the shop share: reading with groups, the model, and the answer as a table.

use std::path::{Path, PathBuf};

use super::args::{Answering, Foreseeing, Grouping, OrdersIn};
use super::orders;
use super::outputs;
use super::show::{self, Grid};
use super::tell::wrap;
use super::voice::Voice;
use crate::features::{Customers, Past};
use crate::fit::{Recipe, TrainedModel};
use crate::model::{Parametric, SpendModel};
use crate::orders::{Ledger, Orders, ReadOptions};
use crate::progress::Progress;
use crate::regress::ForecastFile;
use crate::table::{Sheet, SheetFormat};
use crate::units::{Locale, TimeUnit};
use crate::value::Groups;
use crate::{Error, Result};

/// Orders that were read, with what is known of how.
pub struct Shop {
    /// The orders.
    pub orders: Orders,
    /// What became of every row.
    pub ledger: Ledger,
    /// How they were read.
    pub options: ReadOptions,
    /// What is fitted where no model is named.
    usual: Recipe,
}

impl Shop {
    /// Reads orders, and keeps the columns by which customers are told apart. With a model, in its grain and time zone.
    ///
    /// # Errors
    /// Whatever the options or reading say; [`Error::Usage`] for an output that is one of the inputs.
    pub fn read(
        from: &OrdersIn,
        keep: &[Option<&str>],
        model: Option<&TrainedModel>,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let mut options = match model {
            Some(trained) => from.reading.options_of(trained)?,
            None => from.reading.options()?,
        };
        options.attributes.extend(keep.iter().flatten().map(|&column| column.to_owned()));
        let (orders, ledger) = orders::read(&from.inputs, &options, progress)?;
        let usual = Recipe { spend: from.reading.spend_model(), ..Recipe::default() };
        Ok(Self { orders, ledger, options, usual })
    }

    /// What is seen of them: in opportunities if the model counts these, telling of logarithms if its part for spend needs them.
    ///
    /// # Errors
    /// As [`Past::new`].
    pub fn past(&self, model: Option<&TrainedModel>) -> Result<Past<'_>> {
        let logs = match model {
            Some(trained) => trained.spend.as_ref().is_some_and(|spend| spend.model.base().needs_logs()),
            None => self.usual.needs_logs(),
        };
        let unit = model.map_or(TimeUnit::Week, |trained| trained.unit);
        Ok(orders::past(&self.orders, &self.options, unit)?.telling_logs(logs))
    }

    /// The model that was named, or else the usual one fitted to these customers, with the model of spend that was asked for; and a word about that.
    ///
    /// # Errors
    /// As [`TrainedModel::train`].
    pub fn trained(
        &self,
        given: Option<TrainedModel>,
        customers: &Customers,
    ) -> Result<(TrainedModel, Option<String>)> {
        if let Some(trained) = given {
            return Ok((trained, None));
        }
        let recipe =
            Recipe { spend: self.usual.spend.filter(|_| customers.has_money()), ..self.usual.clone() };
        let spend = recipe.spend.map_or_else(String::new, |spend| format!(" and {}", spend.id()));
        let verb = if spend.is_empty() { "was" } else { "were" };
        let note =
            format!("no --model was named: {}{spend} {verb} fitted to these orders", recipe.purchase.id());
        Ok((TrainedModel::train(&recipe, customers, &self.options.timezone)?, Some(note)))
    }

    /// The groups that are told apart.
    ///
    /// # Errors
    /// As [`Groups::by`].
    pub fn groups(&self, grouping: &Grouping) -> Result<Groups> {
        match &grouping.by {
            Some(column) => Groups::by(&self.orders, column, grouping.groups),
            None => Ok(Groups::one(&self.orders)),
        }
    }

    /// What was read, in a few lines.
    #[must_use]
    pub fn account(&self, past: &Past<'_>) -> String {
        orders::account(&self.ledger, past)
    }
}

/// The model that is named, read before the orders: its grain and time zone are theirs.
///
/// # Errors
/// As [`TrainedModel::read`]; [`Error::Usage`] for a forecast of one horizon, which knows nothing of the months within.
pub fn model(asked: &Foreseeing) -> Result<Option<TrainedModel>> {
    let Some(path) = &asked.model else { return Ok(None) };
    if let Some(file) = ForecastFile::read(path)? {
        return Err(Error::usage(format!(
            "{} is a forecast ({}) of one horizon, {}, but this looks at every month on the way; train a model without --horizon for it: \
             ltv train ORDERS --model bg-nbd -o model.json",
            path.display(),
            file.id,
            file.horizon
        )));
    }
    TrainedModel::read(path).map(Some)
}

/// Where the answer is written, and how: checked before anything is read.
pub struct Place {
    output: Option<(PathBuf, SheetFormat)>,
    locale: Locale,
}

impl Place {
    /// # Errors
    /// [`Error::Usage`] for an ending that promises something else, and for an output that is one of the inputs.
    pub fn new(asked: &Answering, inputs: &[PathBuf], model: Option<&Path>) -> Result<Self> {
        let format = asked.format.map(SheetFormat::from);
        let output = match (&asked.output, format) {
            (None, Some(format)) => Some((PathBuf::from("-"), format)),
            (None, None) => None,
            (Some(path), Some(format)) => Some((path.clone(), format)),
            (Some(path), None) => Some((path.clone(), outputs::sheet_format(path)?)),
        };
        if let Some((path, _)) = &output {
            outputs::spare(&[path], inputs, model)?;
        }
        Ok(Self { output, locale: asked.locale() })
    }

    /// Who speaks: on standard error where the table goes to standard output.
    #[must_use]
    pub fn voice(&self, quiet: bool) -> Voice {
        let path: Vec<&Path> = self.output.iter().map(|(path, _)| path.as_path()).collect();
        Voice::new(quiet, &path)
    }

    /// Where the table goes, and in which format.
    #[must_use]
    pub fn output(&self) -> Option<(&Path, SheetFormat)> {
        self.output.as_ref().map(|(path, format)| (path.as_path(), *format))
    }

    /// How numbers look.
    #[must_use]
    pub const fn locale(&self) -> &Locale {
        &self.locale
    }

    /// Writes the table where it was asked for, and says so.
    ///
    /// # Errors
    /// As [`Sheet::write`].
    pub fn write(&self, voice: &Voice, sheet: &Sheet) -> Result<()> {
        let Some((path, format)) = &self.output else { return Ok(()) };
        sheet.write(path, *format)?;
        if path == Path::new("-") { Ok(()) } else { voice.say(&format!("wrote {}", path.display())) }
    }
}

/// Some columns of a sheet as a table for people: (name, head) of each.
#[must_use]
pub fn table(sheet: &Sheet, columns: &[(&str, &str)], locale: &Locale) -> String {
    let found: Vec<_> =
        columns.iter().filter_map(|(name, head)| sheet.column(name).map(|column| (column, *head))).collect();
    let heads: Vec<&str> = found.iter().map(|(_, head)| *head).collect();
    let mut grid = Grid::new(&heads);
    for row in 0..sheet.rows() {
        grid.row(found.iter().map(|(column, _)| show::clip(&column.shown(row, locale), 28)));
    }
    grid.text()
}

/// An error as a part of a sentence.
#[must_use]
pub fn one_line(error: &Error) -> String {
    error.to_string().replace("\n  ", "; ")
}

/// Notes, each on lines of its own.
#[must_use]
pub fn notes<S: AsRef<str>>(notes: impl IntoIterator<Item = S>) -> String {
    notes.into_iter().map(|note| wrap(&format!("note: {}", note.as_ref()))).collect()
}
