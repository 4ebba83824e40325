//! Special functions, quadrature, ranks and small matrices: has never heard of customers.

pub mod distinct;
pub mod hash;
pub(crate) mod matrix;
pub mod means;
pub mod kaplan_meier;
pub mod kriging;
pub mod monotone;
pub mod once;
pub mod paired;
pub mod parallel;
pub mod quadrature;
pub mod ranks;
pub mod roots;
pub mod special;
pub mod sum;
