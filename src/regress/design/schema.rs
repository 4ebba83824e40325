//! The columns of a design: learnt once, kept with the model, and held to at scoring.

use serde::{Deserialize, Serialize};

use super::attributes::AttributeCoding;
use super::matrix::{self, BaseForecast, Design, Moments};
use super::windows::TrainingWindows;
use crate::features::{Behaviour, Past};
use crate::orders::Orders;
use crate::units::Grain;
use crate::{Error, Result};

/// Seasons are told where the origins, with one step more, reach over so many days: otherwise what looks like a season is the one stretch of
/// the year that the origins lie in.
const SEASONS_NEED_DAYS: f64 = 365.0;

/// Values beyond the range of the training rows are taken to be at its end, moved outwards by this part of the range.
const WIDENED: f64 = 0.05;

/// A column of the design with what the training rows say of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DesignColumn {
    /// Its name ([`Behaviour`] says what the columns of behaviour mean, [`AttributeCoding`] those of attributes, [`BaseForecast`] those of a
    /// base forecast).
    pub name: String,
    /// Its place among all columns that could be.
    pub(super) at: usize,
    /// The mean over the training rows.
    pub mean: f64,
    /// The standard deviation over the training rows, above 0; of the population (with n, as scikit-learn scales).
    pub sd: f64,
    /// The smallest value in training.
    pub low: f64,
    /// The largest value in training.
    pub high: f64,
}

impl DesignColumn {
    /// A value, held to the range of the training rows widened by a twentieth of it at both ends.
    #[must_use]
    pub fn held(&self, value: f64) -> f64 {
        let more = WIDENED * (self.high - self.low);
        value.clamp(self.low - more, self.high + more)
    }
}

/// Which columns a base forecast has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BaseColumns {
    /// Whether it tells values.
    pub value: bool,
}

impl BaseColumns {
    const PURCHASES: [&str; 3] = ["p_alive", "expected_purchases", "ln_expected_purchases"];
    const VALUE: [&str; 2] = ["expected_value", "ln_expected_value"];

    fn names(self) -> impl Iterator<Item = &'static str> {
        Self::PURCHASES.into_iter().chain(Self::VALUE.into_iter().filter(move |_| self.value))
    }

    pub fn width(self) -> usize {
        self.names().count()
    }
}

/// The columns of a design: what customers did up to an origin ([`Behaviour`]), attributes of their first order ([`AttributeCoding`]) and
/// the forecast of a model ([`BaseForecast`]), as numbers.
///
/// Learnt once on the training rows, without a look at what is to be predicted: which levels have columns, which columns are the same for all
/// (they are left out, [`Schema::dropped`]), means, standard deviations and ranges. It is kept with the model; designs for scores are
/// made by it and checked against it, and values beyond the training range are held to it ([`DesignColumn::held`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    pub(super) behaviour: Behaviour,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) attributes: Vec<AttributeCoding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) base: Option<BaseColumns>,
    /// The columns, in order.
    columns: Vec<DesignColumn>,
    /// Columns left out, as they are the same for all training rows.
    dropped: Vec<String>,
}

impl Schema {
    /// Learns the columns from training windows, and gives the design of all their rows, window after window. `base` has the forecast of a model
    /// for the rows of each window, or is empty. Attributes are those that were read with the orders.
    ///
    /// # Errors
    /// [`Error::Usage`] if there is a base for some windows only or of other lengths; [`Error::Undefined`] if a number of the base is not finite,
    /// or if all columns are the same for all rows.
    pub fn learn(windows: &TrainingWindows<'_>, base: &[BaseForecast<'_>]) -> Result<(Self, Design)> {
        let newest = windows.newest().ok_or_else(|| Error::usage("there is no training window"))?;
        if !base.is_empty() && base.len() != windows.windows.len() {
            return Err(Error::usage(format!(
                "there are base forecasts for {} of {} windows",
                base.len(),
                windows.windows.len()
            )));
        }
        let orders = newest.past.orders();
        let mut schema = Self {
            behaviour: Behaviour::of(&newest.past, windows.horizon, all_seasons(windows))?,
            attributes: orders
                .attributes
                .iter()
                .map(|attribute| AttributeCoding::learn(attribute, &newest.who))
                .collect(),
            base: base.first().map(|base| BaseColumns { value: base.expected_value.is_some() }),
            columns: Vec::new(),
            dropped: Vec::new(),
        };
        let stride = schema.full_width();
        let mut all = vec![0.0; windows.rows() * stride];
        for (number, (window, range)) in windows.windows.iter().zip(windows.ranges()).enumerate() {
            let rows = &mut all[range.start * stride..range.end * stride];
            // What was not there among the newest customers is coded as typical, and nothing needs to be said of it.
            schema.fill(&window.past, &window.who, base.get(number), rows)?;
        }
        let moments = Moments::of(&all, stride);
        schema.take_columns(&moments);
        if schema.columns.is_empty() {
            return Err(Error::Undefined(
                "all customers did the same up to the past origins: there is nothing that a regression could tell them apart by".into(),
            ));
        }
        let design = Design::new(&schema, all, Vec::new())?;
        Ok((schema, design))
    }

    /// The design of some customers of a past, by their numbers in the orders ([`Past::indices`]), with the forecast of a model for them if the
    /// schema was learnt with one.
    ///
    /// # Errors
    /// [`Error::Usage`] if the orders were read without one of the attributes, at another grain, with money where there was none or the
    /// other way round, if the past counts opportunities, or if the base forecast is missing, superfluous or of another length;
    /// [`Error::Undefined`] if a number of it is not finite.
    pub fn design(&self, past: &Past<'_>, who: &[u32], base: Option<&BaseForecast<'_>>) -> Result<Design> {
        let mut all = vec![0.0; who.len() * self.full_width()];
        let unseen = self.fill(past, who, base, &mut all)?;
        Design::new(self, all, unseen)
    }

    /// Fills rows with all columns that could be.
    fn fill(
        &self,
        past: &Past<'_>,
        who: &[u32],
        base: Option<&BaseForecast<'_>>,
        rows: &mut [f64],
    ) -> Result<Vec<matrix::Unseen>> {
        let stride = self.full_width();
        past.fill_behaviour(&self.behaviour, who, rows, stride)?;
        let mut at = self.behaviour.width();
        let mut unseen = Vec::new();
        for coding in &self.attributes {
            unseen.extend(matrix::fill_attribute(coding, past.orders(), who, rows, (stride, at))?);
            at += coding.width();
        }
        matrix::fill_base(self, base, rows, (stride, at))?;
        Ok(unseen)
    }

    /// How many columns there could be.
    pub(super) fn full_width(&self) -> usize {
        self.behaviour.width()
            + self.attributes.iter().map(AttributeCoding::width).sum::<usize>()
            + self.base.map_or(0, BaseColumns::width)
    }

    /// The names of all columns that there could be.
    fn all_names(&self) -> Vec<String> {
        let mut names = self.behaviour.names();
        names.extend(self.attributes.iter().flat_map(AttributeCoding::names));
        names.extend(self.base.iter().flat_map(|base| base.names()).map(str::to_owned));
        names
    }

    /// Whether every column is where its name is among all that there could be, and has a range and a scale: what a file holds need not be a schema.
    #[must_use]
    pub(in crate::regress) fn is_sound(&self) -> bool {
        let names = self.all_names();
        let sound = |column: &DesignColumn| {
            names.get(column.at) == Some(&column.name) && column.low <= column.high && column.sd > 0.0
        };
        self.columns.iter().all(sound)
    }

    fn take_columns(&mut self, moments: &Moments) {
        for (at, name) in self.all_names().into_iter().enumerate() {
            match moments.column(name, at) {
                Ok(column) => self.columns.push(column),
                Err(name) => self.dropped.push(name),
            }
        }
    }

    /// The columns, in the order of the design.
    #[must_use]
    pub fn columns(&self) -> &[DesignColumn] {
        &self.columns
    }

    /// The names of the columns, in the order of the design.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// The names of columns that are left out, because they were the same for all training rows.
    #[must_use]
    pub fn dropped(&self) -> &[String] {
        &self.dropped
    }

    /// The columns of behaviour.
    #[must_use]
    pub const fn behaviour(&self) -> &Behaviour {
        &self.behaviour
    }

    /// How the attributes are coded; their names are what orders to be scored must be read with.
    #[must_use]
    pub fn attributes(&self) -> &[AttributeCoding] {
        &self.attributes
    }

    /// Whether designs need the forecast of a model.
    #[must_use]
    pub const fn needs_base(&self) -> bool {
        self.base.is_some()
    }

    /// How far the forecast looks, in ticks of the grain.
    #[must_use]
    pub const fn horizon(&self) -> u32 {
        self.behaviour.horizon()
    }

    /// What counts as one purchase.
    #[must_use]
    pub const fn grain(&self) -> Grain {
        self.behaviour.grain()
    }

    /// Checks before anything is computed that orders have what the schema needs.
    ///
    /// # Errors
    /// [`Error::Usage`] naming a missing attribute and the flag.
    pub fn check(&self, orders: &Orders) -> Result<()> {
        self.attributes.iter().try_for_each(|coding| coding.find(orders).map(|_| ()))
    }
}

/// Whether the origins lie all over the year.
fn all_seasons(windows: &TrainingWindows<'_>) -> bool {
    let cuts: Vec<f64> = windows.windows.iter().map(|window| f64::from(window.past.cutoff().0)).collect();
    let ([first, second, ..], [.., last]) = (&cuts[..], &cuts[..]) else { return false };
    let per_day = windows.newest().map_or(1, |newest| newest.past.orders().options.grain.ticks_per_day());
    (last - first) + (second - first) >= SEASONS_NEED_DAYS * f64::from(per_day)
}
