//! Cohorts down, ages across: as much as 80 columns hold.

use crate::cli::show::{Grid, clip};
use crate::units::{CalendarPeriod, Locale};
use crate::value::cohorts::{Age, Cohort, Cohorts};

/// The width of a table, less what stands between its columns.
const WIDTH: usize = 76;
/// What stands for a period that is not over.
const OPEN: &str = "·";

/// A line of a triangle: its name, its customers, and what is known at each age.
struct Line<'a> {
    name: String,
    customers: u64,
    ages: &'a [Age],
}

/// Retention of cohorts.
pub fn retention(cohorts: &Cohorts, most: usize, locale: &Locale) -> String {
    let lines = lines(cohorts, most);
    let text = drawn(&lines, "cohort", cohorts.plan.period, locale, &shares(locale));
    text + &left_out(cohorts, most)
}

/// Cumulative value per customer of cohorts.
pub fn value(cohorts: &Cohorts, most: usize, locale: &Locale) -> String {
    let lines = lines(cohorts, most);
    drawn(&lines, "cohort", cohorts.plan.period, locale, &amounts(&lines, locale)) + &left_out(cohorts, most)
}

/// Retention of groups.
pub fn pooled_retention(cohorts: &Cohorts, locale: &Locale) -> String {
    let pools = pools(cohorts);
    drawn(&pooled(cohorts, &pools), "group", cohorts.plan.period, locale, &shares(locale))
}

/// Cumulative value per customer of groups.
pub fn pooled_value(cohorts: &Cohorts, locale: &Locale) -> String {
    let pools = pools(cohorts);
    let lines = pooled(cohorts, &pools);
    drawn(&lines, "group", cohorts.plan.period, locale, &amounts(&lines, locale))
}

/// How cohorts go on: at the end of half of the horizon, and of all of it with its interval.
pub fn ahead(cohorts: &Cohorts, most: usize, locale: &Locale) -> String {
    let shown = &cohorts.whole[cohorts.whole.len().saturating_sub(most)..];
    let Some(steps) = shown.first().map(|cohort| cohort.ahead.len()).filter(|steps| *steps > 0) else {
        return String::new();
    };
    let (half, last) = ((steps - 1) / 2, steps - 1);
    let until = |step: usize| {
        let one = &shown[0];
        format!("to {}", cohorts.plan.period.label(one.index + one.ahead[step].age as i32))
    };
    let mut grid = Grid::new(&["cohort", "customers", "so far", &until(half), &until(last), "from", "to"]);
    for cohort in shown {
        let end = &cohort.ahead[last];
        let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| locale.money(value));
        grid.row([
            cohorts.label(cohort),
            locale.count(cohort.customers),
            locale.money(cohort.so_far()),
            locale.money(cohort.ahead[half].value),
            locale.money(end.value),
            shown(end.interval.map(|ends| ends.0)),
            shown(end.interval.map(|ends| ends.1)),
        ]);
    }
    grid.text() + &left_out(cohorts, most)
}

fn lines(cohorts: &Cohorts, most: usize) -> Vec<Line<'_>> {
    let line = |cohort: &'_ Cohort| (cohorts.label(cohort), cohort.customers);
    let newest = &cohorts.whole[cohorts.whole.len().saturating_sub(most)..];
    let whole = newest.iter().map(|cohort| {
        let (name, customers) = line(cohort);
        Line { name, customers, ages: &cohort.ages }
    });
    whole.collect()
}

fn pools(cohorts: &Cohorts) -> Vec<(u64, Vec<Age>)> {
    let customers = |group: usize| {
        cohorts.split.iter().filter(|cohort| cohort.group == group).map(|cohort| cohort.customers).sum()
    };
    (0..cohorts.groups.len()).map(|group| (customers(group), cohorts.pooled(group))).collect()
}

fn pooled<'a>(cohorts: &Cohorts, pools: &'a [(u64, Vec<Age>)]) -> Vec<Line<'a>> {
    let lines = cohorts.groups.iter().zip(pools).filter(|(_, (customers, _))| *customers > 0);
    lines
        .map(|(name, (customers, ages))| Line { name: clip(name, 31), customers: *customers, ages })
        .collect()
}

/// Per cent without decimals.
fn shares(locale: &Locale) -> impl Fn(&Age) -> String {
    |age| age.retention().map_or_else(|| OPEN.to_owned(), |share| locale.number(100.0 * share, 0))
}

/// Amounts with as many decimals as the largest of them can spare.
fn amounts(lines: &[Line<'_>], locale: &Locale) -> impl Fn(&Age) -> String {
    let ages = lines.iter().flat_map(|line| line.ages);
    let most = ages.map(Age::cumulative).fold(0.0, f64::max);
    let decimals = if most < 10.0 { 2 } else { usize::from(most < 1000.0) };
    move |age| if age.complete { locale.number(age.cumulative(), decimals) } else { OPEN.to_owned() }
}

fn drawn(
    lines: &[Line<'_>],
    head: &str,
    period: CalendarPeriod,
    locale: &Locale,
    cell: &dyn Fn(&Age) -> String,
) -> String {
    let widest = |texts: &mut dyn Iterator<Item = String>, least: usize| {
        texts.map(|text| text.chars().count()).max().unwrap_or(0).max(least)
    };
    let oldest = lines.iter().map(|line| line.ages.len()).max().unwrap_or(0);
    let known = widest(&mut lines.iter().flat_map(|line| line.ages).map(cell), 4) + 1;
    let names = widest(&mut lines.iter().map(|line| line.name.clone()), head.len()) + 1;
    let counts = widest(&mut lines.iter().map(|line| locale.count(line.customers)), "customers".len()) + 1;
    let room = WIDTH.saturating_sub(names + counts) / known;
    let chosen = ages(oldest, room.max(2), period);
    let between = if chosen.len() < oldest { "… the ages between are written by -o\n" } else { "" };
    let heads: Vec<String> = chosen.iter().map(usize::to_string).collect();
    let mut grid = Grid::new(
        &[head, "customers"].into_iter().chain(heads.iter().map(String::as_str)).collect::<Vec<_>>(),
    );
    for line in lines {
        let cells = chosen.iter().map(|&age| line.ages.get(age).map_or_else(String::new, cell));
        grid.row([line.name.clone(), locale.count(line.customers)].into_iter().chain(cells));
    }
    grid.text() + between
}

/// The ages that are shown where there is room for so many: all, or the first ones and then every so-manieth, by whole quarters or years where there are such.
fn ages(count: usize, room: usize, period: CalendarPeriod) -> Vec<usize> {
    if count <= room {
        return (0..count).collect();
    }
    let whole = match period {
        CalendarPeriod::Week => 13,
        CalendarPeriod::Month => 3,
        CalendarPeriod::Quarter => 4,
        CalendarPeriod::Year => 5,
    };
    let first = (room / 2).max(1);
    let left = room - first;
    let step = (count - first).div_ceil(left.max(1)).div_ceil(whole) * whole;
    let later = |first: usize| {
        (1..).map(|at| at * step).skip_while(move |age| *age < first).take_while(|age| *age < count)
    };
    // What is left of the room goes to the first ages.
    let first =
        (first..count).take_while(|first| first + later(*first).count() <= room).last().unwrap_or(first);
    (0..first).chain(later(first)).collect()
}

/// A word about cohorts that are not shown.
fn left_out(cohorts: &Cohorts, most: usize) -> String {
    match cohorts.whole.len().saturating_sub(most) {
        0 => String::new(),
        skipped => format!("… {skipped} older cohorts are written by -o\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_ages_the_first_and_whole_quarters_are_shown() {
        assert_eq!(ages(5, 12, CalendarPeriod::Month), [0, 1, 2, 3, 4]);
        assert_eq!(ages(25, 12, CalendarPeriod::Month), [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 18, 24]);
        for count in 1..600 {
            for period in [CalendarPeriod::Week, CalendarPeriod::Month, CalendarPeriod::Year] {
                let ages = ages(count, 12, period);
                assert!(
                    ages.len() <= 12 && ages.windows(2).all(|pair| pair[0] < pair[1]),
                    "{count} {ages:?}"
                );
            }
        }
    }
}
