//! What a regression learns from: a matrix of columns, what then happened, and what goes with each row.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use ndarray::{Array1, Array2, ArrayBase, Axis, Data, Ix2};

use crate::{Error, Result};

/// The rows and columns of a regression; every number is finite.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The columns, without a constant: a row for each customer at each origin.
    x: Array2<f64>,
    /// What then happened to each row.
    y: Array1<f64>,
    /// What the columns are called.
    names: Vec<String>,
    /// How much each row counts; `None` for all alike.
    weights: Option<Array1<f64>>,
    /// What is added to each row's linear predictor, its coefficient being 1.
    offset: Option<Array1<f64>>,
    /// Who each row is of: rows of one customer never stand on both sides of a cross-validation. Empty where every row is
    /// another customer.
    groups: Vec<u32>,
    /// The origin each row is of, counted from the oldest. Empty where all are of one.
    origins: Vec<u32>,
}

impl Sample {
    /// Columns `x` called `names`, and what happened, `y`.
    ///
    /// # Errors
    /// [`Error::Undefined`] if there is no row, the lengths differ, or a number is not finite: with the column's name and the row.
    pub fn new(x: Array2<f64>, y: Array1<f64>, names: &[String]) -> Result<Self> {
        let (rows, columns) = x.dim();
        if rows == 0 {
            return Err(Error::Undefined("there is no row to learn from".to_owned()));
        }
        if y.len() != rows || names.len() != columns {
            return Err(Error::Undefined(format!(
                "{rows} rows of {columns} columns were given with {} targets and {} names of columns",
                y.len(),
                names.len()
            )));
        }
        if let Some(((row, column), value)) = x.indexed_iter().find(|(_, value)| !value.is_finite()) {
            return Err(not_finite(&format!("the column `{}`", names[column]), row, *value));
        }
        all_finite(&y, "the target")?;
        Ok(Self {
            x,
            y,
            names: names.to_vec(),
            weights: None,
            offset: None,
            groups: Vec::new(),
            origins: Vec::new(),
        })
    }

    /// What a data set of linfa holds. Its weights are of single precision; columns without a name are called `x1`, `x2`, ….
    ///
    /// # Errors
    /// As [`Sample::new`] and [`Sample::weighted`].
    pub fn from_dataset<D, T>(dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Self>
    where
        D: Data<Elem = f64>,
        T: AsSingleTargets<Elem = f64>,
    {
        let x = dataset.records.to_owned();
        let names: Vec<String> = match dataset.feature_names() {
            [] => (1..=x.ncols()).map(|column| format!("x{column}")).collect(),
            names => names.to_vec(),
        };
        let sample = Self::new(x, dataset.targets.as_single_targets().to_owned(), &names)?;
        match dataset.weights() {
            None => Ok(sample),
            Some(weights) => sample.weighted(weights.iter().map(|&weight| f64::from(weight)).collect()),
        }
    }

    /// The same, rows counting by their weights.
    ///
    /// # Errors
    /// [`Error::Undefined`] unless there is a weight a row, all are finite, none is negative, and their sum is positive.
    pub fn weighted(self, weights: Array1<f64>) -> Result<Self> {
        self.one_each(&weights, "weights")?;
        all_finite(&weights, "the weights")?;
        if weights.iter().any(|&weight| weight < 0.0) || weights.sum() <= 0.0 {
            return Err(Error::Undefined("weights of rows must not be negative, and not all 0".to_owned()));
        }
        Ok(Self { weights: Some(weights), ..self })
    }

    /// The same with an offset: it is added to the linear predictor.
    ///
    /// # Errors
    /// [`Error::Undefined`] unless there is one a row and all are finite.
    pub fn with_offset(self, offset: Array1<f64>) -> Result<Self> {
        self.one_each(&offset, "offsets")?;
        all_finite(&offset, "the offset")?;
        Ok(Self { offset: Some(offset), ..self })
    }

    /// The same, rows belonging to customers.
    ///
    /// # Errors
    /// [`Error::Undefined`] unless there is one a row.
    pub fn grouped(self, groups: Vec<u32>) -> Result<Self> {
        if groups.len() != self.rows() {
            return Err(Error::Undefined(format!(
                "{} rows were given with {} groups",
                self.rows(),
                groups.len()
            )));
        }
        Ok(Self { groups, ..self })
    }

    /// The same, rows belonging to origins, which are counted from 0 on.
    ///
    /// # Errors
    /// [`Error::Undefined`] unless there is one a row.
    pub fn of_origins(self, origins: Vec<u32>) -> Result<Self> {
        if origins.len() != self.rows() {
            return Err(Error::Undefined(format!(
                "{} rows were given with {} origins",
                self.rows(),
                origins.len()
            )));
        }
        Ok(Self { origins, ..self })
    }

    /// The same with some of the columns alone, in this order.
    #[must_use]
    pub fn with_columns(&self, kept: &[usize]) -> Self {
        Self {
            x: self.x.select(Axis(1), kept),
            y: self.y.clone(),
            names: kept.iter().map(|&at| self.names[at].clone()).collect(),
            weights: self.weights.clone(),
            offset: self.offset.clone(),
            groups: self.groups.clone(),
            origins: self.origins.clone(),
        }
    }

    /// The same columns with another target.
    ///
    /// # Errors
    /// [`Error::Undefined`] unless there is one a row and all are finite.
    pub fn with_target(&self, y: Array1<f64>) -> Result<Self> {
        self.one_each(&y, "targets")?;
        all_finite(&y, "the target")?;
        Ok(Self { y, ..self.clone() })
    }

    /// Some of the rows, in this order.
    #[must_use]
    pub fn picked(&self, rows: &[usize]) -> Self {
        let pick = |column: &Array1<f64>| column.select(Axis(0), rows);
        Self {
            x: self.x.select(Axis(0), rows),
            y: pick(&self.y),
            names: self.names.clone(),
            weights: self.weights.as_ref().map(pick),
            offset: self.offset.as_ref().map(pick),
            groups: rows.iter().filter_map(|&row| self.groups.get(row).copied()).collect(),
            origins: rows.iter().filter_map(|&row| self.origins.get(row).copied()).collect(),
        }
    }

    /// The columns.
    #[must_use]
    pub const fn x(&self) -> &Array2<f64> {
        &self.x
    }

    /// What happened.
    #[must_use]
    pub const fn y(&self) -> &Array1<f64> {
        &self.y
    }

    /// What the columns are called.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The weight of a row.
    #[must_use]
    pub fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[row])
    }

    /// The weights, where rows do not all count alike.
    #[must_use]
    pub const fn weights(&self) -> Option<&Array1<f64>> {
        self.weights.as_ref()
    }

    /// The offset of a row; 0 without one.
    #[must_use]
    pub fn offset(&self, row: usize) -> f64 {
        self.offset.as_ref().map_or(0.0, |offset| offset[row])
    }

    /// Whether there is an offset.
    #[must_use]
    pub const fn has_offset(&self) -> bool {
        self.offset.is_some()
    }

    /// Who a row is of.
    #[must_use]
    pub fn group(&self, row: usize) -> u32 {
        self.groups.get(row).copied().unwrap_or(row as u32)
    }

    /// The origin of a row.
    #[must_use]
    pub fn origin(&self, row: usize) -> u32 {
        self.origins.get(row).copied().unwrap_or(0)
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.x.nrows()
    }

    /// How many columns there are.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.x.ncols()
    }

    /// Σ of the weights.
    #[must_use]
    pub fn total_weight(&self) -> f64 {
        self.weights.as_ref().map_or(self.rows() as f64, Array1::sum)
    }

    /// The weighted mean of the target.
    #[must_use]
    pub fn mean_target(&self) -> f64 {
        let sum = |row: usize| self.weight(row) * self.y[row];
        crate::math::sum::sum((0..self.rows()).map(sum)) / self.total_weight()
    }

    fn one_each(&self, values: &Array1<f64>, what: &str) -> Result<()> {
        if values.len() == self.rows() {
            return Ok(());
        }
        Err(Error::Undefined(format!("{} rows were given with {} {what}", self.rows(), values.len())))
    }
}

fn all_finite(values: &Array1<f64>, what: &str) -> Result<()> {
    match values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some((row, value)) => Err(not_finite(what, row, *value)),
    }
}

fn not_finite(what: &str, row: usize, value: f64) -> Error {
    Error::Undefined(format!(
        "{what} is {value} in row {}, but must be finite; mend it or leave it out",
        row + 1
    ))
}

impl From<linfa::Error> for Error {
    fn from(error: linfa::Error) -> Self {
        Self::Fit(Box::new(error))
    }
}
