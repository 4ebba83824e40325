//! What is said of time.

use clap::Args;

use crate::units::{CalendarPeriod, TimeUnit};

/// How time is counted.
#[derive(Debug, Clone, Copy, Args)]
pub struct Counting {
    /// Unit of recency, age and rates (of a table of customers: the unit it is in)
    #[arg(long, value_name = "UNIT", default_value_t = TimeUnit::Week)]
    unit: TimeUnit,
    /// Count opportunities to buy, one each week, month, quarter or year of the calendar, taken or not (a table of
    /// customers: is so counted); only complete ones count
    #[arg(long, value_name = "PERIOD", conflicts_with = "unit")]
    opportunities: Option<CalendarPeriod>,
}

impl Counting {
    /// The unit of time.
    #[must_use]
    pub fn unit(self) -> TimeUnit {
        self.opportunities.map_or(self.unit, TimeUnit::Calendar)
    }
}
