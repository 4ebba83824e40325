//! What else is known of customers: covariates from a file, coded as numbers by a schema that a model keeps.

mod coding;
mod gaps;
mod groups;
mod paths;
mod rank;
mod schema;
mod table;

pub use coding::{Coding, CovariateColumn, Season};
pub use groups::CovariateGroups;
pub use paths::{CovariatePath, CovariatePaths, Span};
pub use schema::{CovariatePlan, CovariateSchema, Gap, Process};
pub use table::{CovariateFile, CovariateTable};

#[cfg(test)]
mod tests;
