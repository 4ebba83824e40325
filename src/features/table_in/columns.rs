//! Which column is what.

use std::path::Path;

use crate::{Error, Result};

/// What a column can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Frequency,
    Recency,
    Age,
    Money,
    LnGaps,
    LnMean,
    LnSquares,
    Orders,
    Total,
    First,
    Last,
}

impl Field {
    pub const ALL: [Self; 12] = [
        Self::Id,
        Self::Frequency,
        Self::Recency,
        Self::Age,
        Self::Money,
        Self::LnGaps,
        Self::LnMean,
        Self::LnSquares,
        Self::Orders,
        Self::Total,
        Self::First,
        Self::Last,
    ];

    /// What it is usually called, our own name first; compared in small letters without spaces, dots and underscores.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Id => &["customer_id", "customer", "id", "cust", "cust_id", "client_id", "user_id"],
            Self::Frequency => &["frequency", "x", "frequency_cal", "repeat_purchases"],
            Self::Recency => &["recency", "t_x", "recency_cal"],
            Self::Age => &["age", "t", "t_cal", "customer_age"],
            Self::Money => &["monetary_value", "monetary", "m_x", "mean_spend", "monetary_value_cal"],
            Self::LnGaps => &["ln_gaps", "litt"],
            Self::LnMean => &["mean_ln_value"],
            Self::LnSquares => &["ss_ln_value"],
            Self::Orders => &["orders"],
            Self::Total => &["total_value"],
            Self::First => &["first_order"],
            Self::Last => &["last_order"],
        }
    }

    const fn must_be_there(self) -> bool {
        matches!(self, Self::Frequency | Self::Recency | Self::Age)
    }
}

/// The columns of a table: where each field stands, and the names as they are in the table.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    at: [Option<usize>; Field::ALL.len()],
    names: Vec<String>,
}

impl Columns {
    pub fn find(path: &Path, names: Vec<String>) -> Result<Self> {
        let plain = |name: &str| {
            let kept = name.chars().filter(|c| !matches!(c, ' ' | '_' | '.' | '-'));
            kept.flat_map(char::to_lowercase).collect::<String>()
        };
        let found: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let at = Field::ALL.map(|field| {
            let place = |name: &&str| found.iter().position(|found| *found == plain(name));
            field.names().iter().find_map(place)
        });
        let columns = Self { at, names };
        match Field::ALL.into_iter().find(|&field| field.must_be_there() && columns.at(field).is_none()) {
            None => Ok(columns),
            Some(missing) => Err(Error::input(format!(
                "a table of customers needs a column `{}`, but there are only: {}",
                missing.names()[0],
                columns.names.join(", ")
            ))
            .file(path)
            .expected("frequency, recency, age, with money monetary_value, and best a customer_id")
            .hint("rename the columns, or make the table with `ltv features`")
            .into()),
        }
    }

    pub const fn at(&self, field: Field) -> Option<usize> {
        self.at[field as usize]
    }

    /// Where the fields stand that are there.
    pub fn all(&self) -> impl Iterator<Item = usize> {
        self.at.into_iter().flatten()
    }

    pub fn name(&self, field: Field) -> &str {
        self.at(field).map_or(field.names()[0], |at| &self.names[at])
    }

    pub const fn has_money(&self) -> bool {
        self.at(Field::Money).is_some()
    }

    pub const fn has_gaps(&self) -> bool {
        self.at(Field::LnGaps).is_some()
    }

    /// Whether the logarithms of values are told.
    pub const fn has_logs(&self) -> bool {
        self.has_money() && self.at(Field::LnMean).is_some() && self.at(Field::LnSquares).is_some()
    }

    /// Whether a history can be read.
    pub const fn has_history(&self) -> bool {
        let there = self.at(Field::Orders).is_some()
            && self.at(Field::First).is_some()
            && self.at(Field::Last).is_some();
        there && (self.at(Field::Total).is_some() || !self.has_money())
    }
}
