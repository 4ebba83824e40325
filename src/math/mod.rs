//! Special functions, quadrature and ranks: has never heard of customers.

pub mod monotone;
pub mod quadrature;
pub mod ranks;
pub mod roots;
pub mod special;
pub mod sum;
