//! Time and money at the borders: no bare `f64` stands for either.

mod time;
mod calendar;
mod horizon;
mod money;
mod share;
mod count;
mod locale;

pub use calendar::CalendarPeriod;
pub use count::grouped;
pub use horizon::{Horizon, HorizonUnit};
pub use locale::{Language, Locale};
pub use money::Money;
pub use share::{AnnualRate, Share};
pub use time::{Grain, Periods, Tick, TimeUnit};
