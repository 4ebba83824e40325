//! What a customer did up to a cut, as many numbers: what regressions see of the past.

mod columns;
mod fill;
mod row;

pub use columns::Behaviour;

#[cfg(test)]
mod tests;
