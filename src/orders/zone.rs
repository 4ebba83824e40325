//! The shop's clock.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::dates::{EPOCH_2000, Stamp};
use crate::units::{Grain, Tick};
use crate::{Error, Result};

/// The offsets of a time zone for all moments a [`Tick`] can name, so that a row costs a search and no more.
#[derive(Debug, Clone)]
pub(super) struct Zone {
    /// From when on (seconds since 2000, UTC), in order; the first is the beginning of time.
    starts: Vec<i64>,
    /// Seconds east of Greenwich from then on.
    offsets: Vec<i64>,
}

/// 1930 to 2070, in seconds since 2000.
const SPAN: std::ops::Range<i64> = -2_208_988_800..2_208_988_800;

impl Zone {
    /// A zone by its IANA name.
    pub fn named(name: &str) -> Result<Self> {
        let zone = TimeZone::get(name).map_err(|_| {
            Error::usage(format!(
                "`{name}` is not a time zone; use a name such as Europe/Warsaw, America/New_York or UTC"
            ))
        })?;
        let begin = Timestamp::from_second(SPAN.start + EPOCH_2000).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut table =
            Self { starts: vec![i64::MIN], offsets: vec![i64::from(zone.to_offset(begin).seconds())] };
        for change in zone.following(begin) {
            let at = change.timestamp().as_second() - EPOCH_2000;
            if at >= SPAN.end {
                break;
            }
            table.starts.push(at);
            table.offsets.push(i64::from(change.offset().seconds()));
        }
        Ok(table)
    }

    /// The shop's clock at a moment, both in seconds since 2000.
    pub fn local(&self, utc: i64) -> i64 {
        let at = self.starts.partition_point(|&start| start <= utc);
        utc.saturating_add(self.offsets[at.max(1) - 1])
    }

    /// The tick a date falls into: converted if it carries a zone (or if `utc` says that all do), as it stands otherwise.
    pub fn tick(&self, stamp: Stamp, grain: Grain, utc: bool) -> Option<Tick> {
        let clock = stamp.clock();
        let local = match stamp.offset {
            Some(offset) => self.local(clock - i64::from(offset)),
            None if utc => self.local(clock),
            None => clock,
        };
        grain.tick_of_seconds(local)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shop_s_clock_follows_its_summers() {
        let zone = Zone::named("Europe/Warsaw").unwrap();
        let warsaw = TimeZone::get("Europe/Warsaw").unwrap();
        for second in (-900_000_000..1_900_000_000i64).step_by(7_777_777) {
            let moment = Timestamp::from_second(second + EPOCH_2000).unwrap();
            assert_eq!(zone.local(second) - second, i64::from(warsaw.to_offset(moment).seconds()));
        }
        assert!(Zone::named("Mars/Olympus").is_err());
        assert_eq!(Zone::named("UTC").unwrap().local(12), 12);
    }
}
