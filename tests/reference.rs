//! Is the number right? Every function against tables made by mpmath at 60 digits or more (`tests/reference/*.py`).
//!
//! The errors are relative, and each bound is the largest error found, rounded up: when accuracy improves, lower it.

#[path = "reference/discrete.rs"]
mod discrete;
#[path = "reference/log_normal.rs"]
mod log_normal;
#[path = "reference/models.rs"]
mod models;
#[path = "reference/predictive.rs"]
mod predictive;
#[path = "reference/regular.rs"]
mod regular;
#[path = "reference/retention.rs"]
mod retention;
#[path = "reference/special.rs"]
mod special;
#[path = "reference/table.rs"]
mod table;
#[path = "reference/until_death.rs"]
mod until_death;
