//! 5. What comes next: predictive distributions of purchases and spend, forecasts and totals.

mod window;
mod purchases;
mod next;
mod mixture;
mod discount;
mod tables;
mod value;
mod ratios;
mod forecast;
mod forecaster;
mod log_score;
mod extras;
mod draws;
mod spread;
mod total;
mod simulate;
mod law;
mod estimator;
mod probabilistic;
mod retention;

pub use discount::{discounted_purchases, residual_purchases};
pub use draws::{ParameterDraws, laplace_draws};
pub use estimator::{Estimator, Predictor, View, forecast_of};
pub use extras::{ExtraQuestions, Extras};
pub use forecast::{Forecast, Interval, ValueForecast};
pub use forecaster::{Forecaster, Question};
pub use law::{AmountLaw, AmountShape, CountLaw, Laws, Meeting, Met, Remap};
pub use log_score::LogScores;
pub use next::NextPurchase;
pub use probabilistic::{BuyTillYouDie, predictor_of};
pub use purchases::Purchases;
pub use retention::{Renewals, Survival, still_there, survival_curve};
pub use simulate::{Simulated, Simulation, simulate};
pub use spread::{MIXED, ParameterSpread};
pub use total::{Ranked, Total, Totals};
pub use value::Value;
