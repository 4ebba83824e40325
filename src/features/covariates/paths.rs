//! Covariates over time: staircases, each step a period in which they stand still.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use jiff::ToSpan;
use jiff::civil::date;

use super::coding::{Coding, Season};
use super::gaps::Gaps;
use super::schema::{CovariateSchema, Gap};
use super::table::CovariateTable;
use crate::table::Ids;
use crate::units::{Grain, Tick, TimeUnit};
use crate::{Error, Result};

/// Covariates over time, as a staircase: step k holds from `starts[k]` to the next start, the last to `end`.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariatePath {
    /// When the steps begin, in units of time since 2000-01-01, ascending.
    pub starts: Vec<f64>,
    /// The numbers of each step.
    pub values: Vec<Vec<f64>>,
    /// When the last step ends.
    pub end: f64,
}

/// Customers by their paths; customers of equal covariates share one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CovariatePaths {
    /// The path of each customer.
    pub of: Vec<u32>,
    /// The paths.
    pub paths: Vec<CovariatePath>,
}

/// From a customer's first purchase until when covariates are needed.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// The first purchase.
    pub first: Tick,
    /// The last moment asked about.
    pub until: Tick,
}

/// A path in ticks, before season comes to it.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Steps {
    starts: Vec<i64>,
    values: Vec<Vec<u64>>,
    end: i64,
}

/// Before and after all time.
const EVER: i64 = 1 << 40;

impl CovariatePath {
    /// The step that holds at a moment; the first or last one where none does.
    #[must_use]
    pub fn step(&self, at: f64) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }
}

impl CovariateSchema {
    /// The paths of customers. `table` may have dates or not; season comes out of the calendar.
    ///
    /// # Errors
    /// As [`CovariateSchema::groups`]; [`Error::Input`] if the covariates of a customer begin after their first purchase or end before
    /// the last moment asked about.
    pub fn paths(
        &self,
        table: Option<&CovariateTable>,
        (ids, spans): (&Ids, &[Span]),
        (grain, unit): (Grain, TimeUnit),
        gap: Gap,
    ) -> Result<CovariatePaths> {
        let mut known: HashMap<Steps, u32, FixedState> = HashMap::default();
        let mut distinct: Vec<Steps> = Vec::new();
        let mut of = Vec::with_capacity(ids.len());
        let mut gaps = Gaps::default();
        for (id, span) in ids.iter().zip(spans) {
            let steps = match table {
                Some(table) => self.steps(table, id, grain, &mut gaps)?,
                None => Steps { starts: vec![-EVER], values: vec![self.coded(&[])], end: EVER },
            };
            if let Some(table) = table.filter(|_| gap == Gap::Refuse) {
                reaches(table, id, &steps, *span, grain)?;
            }
            of.push(*known.entry(steps).or_insert_with_key(|steps| {
                distinct.push(steps.clone());
                distinct.len() as u32 - 1
            }));
        }
        if let (Some(table), Gap::Refuse) = (table, gap) {
            gaps.refuse(table, ids.len())?;
        }
        let first = spans.iter().map(|span| i64::from(span.first.0)).min().unwrap_or(0);
        let until = spans.iter().map(|span| i64::from(span.until.0)).max().unwrap_or(0);
        let calendar = self.calendar(grain, first, until + 1)?;
        let paths = distinct.iter().map(|steps| self.path(steps, &calendar, (first, until + 1), grain, unit));
        Ok(CovariatePaths { of, paths: paths.collect() })
    }

    /// The numbers of the columns that come out of a table, as bits; season is left at 0.
    fn coded(&self, numbers: &[f64]) -> Vec<u64> {
        let mut all = vec![0.0f64; self.width()];
        let (mut place, mut taken) = (0, 0);
        for column in &self.columns {
            let width = column.width();
            if !matches!(column.coding, Coding::Season { .. }) {
                all[place..place + width].copy_from_slice(&numbers[taken..taken + width]);
                taken += width;
            }
            place += width;
        }
        all.iter().map(|number| (number + 0.0).to_bits()).collect()
    }

    /// A customer's steps in a table: a row of a dated table holds until the next, the last as long as the one before it; a row without
    /// a date, and the only row of a customer, for ever.
    fn steps(&self, table: &CovariateTable, id: &str, grain: Grain, gaps: &mut Gaps) -> Result<Steps> {
        let rows = table.rows_of(id);
        if rows.is_empty() {
            gaps.note(id, None);
        }
        let mut numbers = Vec::new();
        let mut steps = Steps { starts: Vec::new(), values: Vec::new(), end: EVER };
        for &row in rows {
            numbers.clear();
            for coding in self.columns.iter().filter(|column| !matches!(column.coding, Coding::Season { .. }))
            {
                let column = table.column(&coding.name);
                let there = match column {
                    Some(column) => coding.code(table, column, row, &mut numbers)?,
                    None => false,
                };
                if !there {
                    gaps.note(id, Some(&coding.name));
                    coding.fill(&mut numbers);
                }
            }
            let coded = self.coded(&numbers);
            if steps.values.last() != Some(&coded) {
                steps.starts.push(table.start(row).map_or(-EVER, |tick| i64::from(tick.0)));
                steps.values.push(coded);
            }
        }
        if let Some(last) = rows.last().and_then(|row| table.start(*row)) {
            let before = rows.iter().rev().nth(1).and_then(|row| table.start(*row));
            steps.end = end_of_last(before, last, grain);
        }
        if steps.starts.is_empty() {
            let mut numbers = Vec::new();
            let of_table =
                self.columns.iter().filter(|column| !matches!(column.coding, Coding::Season { .. }));
            of_table.for_each(|column| column.fill(&mut numbers));
            return Ok(Steps { starts: vec![-EVER], values: vec![self.coded(&numbers)], end: EVER });
        }
        Ok(steps)
    }

    /// The season's steps from `first` to `until`: when each begins, and its place and number in the season's columns.
    fn calendar(&self, grain: Grain, first: i64, until: i64) -> Result<Vec<(i64, usize)>> {
        let Some(season) = self.season() else { return Ok(vec![(-EVER, 0)]) };
        let beyond = || Error::usage("the season leads beyond the calendar");
        let moment = grain.moment(Tick(i32::try_from(first).map_err(|_| beyond())?)).date();
        let mut steps = Vec::new();
        for year in moment.year()..=2067 {
            for part in 0..season.parts() {
                let day = match season {
                    Season::Month => date(year, part as i8 + 1, 1),
                    Season::Week => {
                        date(year, 1, 1).checked_add((7 * part as i64).days()).map_err(|_| beyond())?
                    }
                };
                let tick = grain.tick(day.at(0, 0, 0, 0)).ok_or_else(beyond)?;
                if i64::from(tick.0) >= until {
                    return Ok(steps);
                }
                steps.push((i64::from(tick.0), part));
            }
        }
        Err(beyond())
    }

    /// Steps and season in one staircase.
    fn path(
        &self,
        steps: &Steps,
        calendar: &[(i64, usize)],
        (first, until): (i64, i64),
        grain: Grain,
        unit: TimeUnit,
    ) -> CovariatePath {
        let per_unit = grain.ticks_per(unit);
        let mut starts: Vec<i64> =
            steps.starts.iter().copied().chain(calendar.iter().map(|step| step.0)).collect();
        starts.retain(|start| *start < until);
        starts.iter_mut().for_each(|start| *start = (*start).max(first - 1));
        starts.sort_unstable();
        starts.dedup();
        let at = |list: &[i64], start: i64| list.partition_point(|s| *s <= start).saturating_sub(1);
        let seasons: Vec<i64> = calendar.iter().map(|step| step.0).collect();
        let place = self.season_place();
        let mut path = CovariatePath { starts: Vec::new(), values: Vec::new(), end: 0.0 };
        for start in starts {
            let mut value: Vec<f64> =
                steps.values[at(&steps.starts, start)].iter().map(|bits| f64::from_bits(*bits)).collect();
            if let Some(place) = place {
                value[place + calendar[at(&seasons, start)].1] = 1.0;
            }
            if path.values.last() != Some(&value) {
                path.starts.push(start as f64 / per_unit);
                path.values.push(value);
            }
        }
        path.end = steps.end.min(until) as f64 / per_unit;
        path
    }
}

/// When the last row stops holding: as long after its start as the one before it held, in months where both start on the same day of
/// the month.
fn end_of_last(before: Option<Tick>, last: Tick, grain: Grain) -> i64 {
    let Some(before) = before else { return EVER };
    let (from, to) = (grain.moment(before), grain.moment(last));
    let months = 12 * (i32::from(to.year()) - i32::from(from.year())) + i32::from(to.month() - from.month());
    let next = (months > 0 && from.day() == to.day() && from.time() == to.time())
        .then(|| to.checked_add(months.months()).ok().and_then(|next| grain.tick(next)))
        .flatten();
    next.map_or(2 * i64::from(last.0) - i64::from(before.0), |next| i64::from(next.0))
}

/// Refuses covariates that begin too late or end too early.
fn reaches(table: &CovariateTable, id: &str, steps: &Steps, span: Span, grain: Grain) -> Result<()> {
    let show = |tick: i64| i32::try_from(tick).map_or("ever".to_owned(), |tick| grain.show(Tick(tick)));
    let begin = steps.starts.first().copied().unwrap_or(EVER);
    if begin > i64::from(span.first.0) {
        return Err(Error::input(format!(
            "the covariates of customer `{id}` begin on {}, after their first purchase on {}",
            show(begin),
            grain.show(span.first)
        ))
        .file(table.path())
        .hint("add rows from the customer's first purchase on")
        .into());
    }
    if steps.end <= i64::from(span.until.0) {
        return Err(Error::input(format!(
            "the covariates of customer `{id}` reach to {}, but are needed to {}",
            show(steps.end - 1),
            grain.show(span.until)
        ))
        .file(table.path())
        .expected("rows for every period up to the end of what is asked: of the observation for a fit, of the horizon for a forecast")
        .hint("add rows for the future periods as they are planned or known, or take a shorter --horizon")
        .into());
    }
    Ok(())
}
