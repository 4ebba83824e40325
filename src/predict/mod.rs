//! 5. What comes next: predictive distributions of purchases and spend, forecasts and totals.
