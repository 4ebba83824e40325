//! What the charts of one origin have in common.

use crate::plot::{Figure, Style, grouped};

/// A chart, or in words why there is none.
pub type Drawn = std::result::Result<Figure, String>;

/// What was forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The number of purchases of a customer in the horizon.
    Purchases,
    /// Their value, in the units of money of the orders.
    Value,
}

impl Target {
    /// Its name, as in tables: `purchases`, `value`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Purchases => "purchases",
            Self::Value => "value",
        }
    }

    /// Its unit, in words.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Purchases => "purchases a customer",
            Self::Value => "units of money a customer",
        }
    }
}

/// From where to where was forecast, and for how many.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scene {
    /// The origin, as people write it.
    pub origin: String,
    /// The end of the holdout.
    pub until: String,
    /// The horizon: `39w`.
    pub horizon: String,
    /// Customers known at the origin.
    pub customers: usize,
    /// What should be said below every chart: which models are not shown.
    pub note: Option<String>,
}

impl Scene {
    /// An empty figure about it.
    pub(super) fn figure(&self, title: &str) -> Figure {
        let figure = Figure::new(title).subtitle(format!(
            "Forecast from {} for {}, until {}; {} customers known at the origin",
            self.origin,
            self.horizon,
            self.until,
            counted(self.customers)
        ));
        match &self.note {
            Some(note) => figure.note(note),
            None => figure,
        }
    }
}

/// What one model says, and how it looks in every chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Series<T> {
    /// The model.
    pub model: String,
    /// Its looks.
    pub style: Style,
    /// What it says.
    pub data: T,
}

/// A number of customers: `23,570`.
pub(super) fn counted(count: usize) -> String {
    grouped(count as f64, 0)
}

/// How many small panels stand side by side.
pub(super) fn abreast(panels: usize) -> usize {
    match panels {
        1 => 1,
        2 | 4 => 2,
        _ => 3,
    }
}

/// The height of small panels.
pub(super) fn tall(panels: usize) -> f64 {
    match abreast(panels) {
        1 => 330.0,
        2 => 250.0,
        _ => 165.0,
    }
}

/// None of the models has the numbers.
pub(super) fn some<T>(series: &[Series<T>], what: &str) -> std::result::Result<(), String> {
    if series.is_empty() { Err(format!("no model has {what}")) } else { Ok(()) }
}
