//! Does the law hold, for every model? What must be true of all of them, asked from one driver.

#[path = "../shop/mod.rs"]
mod shop;

mod cases;
mod forecasts;
mod likelihoods;
mod numbers;
mod windows;

/// Fails unless `found` is `right` to a relative tolerance.
#[track_caller]
fn close(found: f64, right: f64, tolerance: f64, what: &dyn std::fmt::Debug) {
    assert!((found - right).abs() <= tolerance * right.abs(), "{what:?}: found {found}, should be {right}");
}
