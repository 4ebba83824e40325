//! Special functions, quadrature and root finding: has never heard of customers.

pub mod quadrature;
pub mod roots;
pub mod special;
pub mod sum;
