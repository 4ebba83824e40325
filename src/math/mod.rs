//! Special functions, quadrature and root finding: has never heard of customers.

pub mod special;
