//! Special functions, quadrature and optimisation: has never heard of customers.
