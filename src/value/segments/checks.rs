//! Whether rules of segments can be meant: every customer in exactly one segment, and no rule for nobody.

use super::rules::{Grid, LifeRule, Lifecycle, Rhythm, Rules, Span, Tiers};
use crate::{Error, Result};

/// The longest name of a segment, in letters.
const LONGEST: usize = 24;
/// So many segments and tiers at most: more can be read in no table.
const MOST: usize = 20;

/// All of them.
///
/// # Errors
/// [`Error::Input`] for the first thing that is wrong.
pub(super) fn rules(rules: &Rules) -> Result<()> {
    rhythm(&rules.rhythm)?;
    lifecycle(&rules.lifecycle)?;
    tiers(&rules.tiers)?;
    grid(&rules.rfm)
}

fn wrong<T>(found: impl Into<String>, expected: &str) -> Result<T> {
    Err(Error::input(found).expected(expected).into())
}

fn rhythm(rhythm: &Rhythm) -> Result<()> {
    let Rhythm { own_from_gaps, won_back_after } = *rhythm;
    if own_from_gaps == 0 {
        return wrong(
            "rhythm.own_from_gaps is 0",
            "1 or more: without a gap there is no rhythm of one's own",
        );
    }
    if !(won_back_after >= 1.0 && won_back_after.is_finite()) {
        return wrong(format!("rhythm.won_back_after is {won_back_after}"), "1 or more rhythms");
    }
    Ok(())
}

/// Names that are not empty, not too long, not twice, and each of some rule; and rules of no other name.
fn names<'a>(part: &str, names: &[String], used: impl Iterator<Item = &'a str>) -> Result<()> {
    if names.is_empty() || names.len() > MOST {
        return wrong(format!("{part}.segments has {} names", names.len()), "1 to 20");
    }
    for (at, name) in names.iter().enumerate() {
        if name.trim().is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control) {
            return wrong(format!("{part}.segments has the name `{name}`"), "1 to 24 letters");
        }
        if names[..at].contains(name) {
            return wrong(format!("{part}.segments names `{name}` twice"), "each once");
        }
    }
    let used: Vec<&str> = used.collect();
    if let Some(other) = used.iter().find(|name| !names.iter().any(|known| known == *name)) {
        return wrong(
            format!("a rule of {part} leads to `{other}`"),
            &format!("one of its segments: {}", names.join(", ")),
        );
    }
    match names.iter().find(|name| !used.contains(&name.as_str())) {
        None => Ok(()),
        Some(unused) => wrong(format!("the segment `{unused}` has no rule in {part}"), "one or more"),
    }
}

fn lifecycle(lifecycle: &Lifecycle) -> Result<()> {
    names("lifecycle", &lifecycle.segments, lifecycle.rules.iter().map(|rule| rule.segment.as_str()))?;
    for (at, rule) in lifecycle.rules.iter().enumerate() {
        conditions(at + 1, rule)?;
        if let Some(before) = lifecycle.rules[..at].iter().position(|earlier| earlier.covers(rule)) {
            return wrong(
                format!(
                    "rule {} of the lifecycle (`{}`) can never be reached: rule {} (`{}`) takes everybody whom it fits",
                    at + 1,
                    rule.segment,
                    before + 1,
                    lifecycle.rules[before].segment
                ),
                "narrower rules first",
            );
        }
    }
    if lifecycle.rules.last().is_some_and(LifeRule::is_open) {
        return Ok(());
    }
    wrong(
        "the last rule of the lifecycle has conditions, so that some customers may fit none",
        "a last rule with nothing but its segment",
    )
}

/// What a condition is about, and the range in which its ends make sense.
const RANGES: [(&str, f64); 6] = [
    ("p_alive", 1.0),
    ("silence", f64::MAX),
    ("age", f64::MAX),
    ("rhythm", f64::MAX),
    ("purchases", f64::MAX),
    ("rank", 1.0),
];

fn conditions(number: usize, rule: &LifeRule) -> Result<()> {
    for ((name, most), span) in RANGES.into_iter().zip(rule.spans()) {
        let Some(Span { min, below }) = span else { continue };
        let place = || format!("rule {number} of the lifecycle (`{}`): {name}", rule.segment);
        let expected = if most == 1.0 { "a number from 0 to 1" } else { "a number, 0 or more" };
        for end in [min, below].into_iter().flatten() {
            if !(0.0..=most).contains(&end) {
                return wrong(format!("{} has {end}", place()), expected);
            }
        }
        if min.is_none() && below.is_none() {
            return wrong(format!("{} has neither min nor below", place()), "one of them, or both");
        }
        if below.is_some_and(|below| below <= min.unwrap_or(0.0)) {
            return wrong(format!("{} is a range with nobody in it", place()), "below greater than min");
        }
    }
    Ok(())
}

impl LifeRule {
    /// Its conditions, in the order of [`RANGES`].
    pub(super) const fn spans(&self) -> [Option<Span>; 6] {
        [self.p_alive, self.silence, self.age, self.rhythm, self.purchases, self.rank]
    }

    /// Whether it has no condition.
    fn is_open(&self) -> bool {
        self.won_back.is_none() && self.spans().iter().all(Option::is_none)
    }

    /// Whether it fits whomever another fits.
    fn covers(&self, other: &Self) -> bool {
        let wider = |(this, other): (Option<Span>, Option<Span>)| {
            let (this, other) = (this.unwrap_or_default(), other.unwrap_or_default());
            let from = this.min.is_none_or(|min| other.min.is_some_and(|other| other >= min) || min <= 0.0);
            let to = this.below.is_none_or(|below| other.below.is_some_and(|other| other <= below));
            from && to
        };
        let won_back = self.won_back.is_none() || self.won_back == other.won_back;
        won_back && self.spans().into_iter().zip(other.spans()).all(wider)
    }
}

/// Shares that make 100, or amounts that fall.
///
/// # Errors
/// [`Error::Input`] otherwise.
pub(super) fn tiers(tiers: &Tiers) -> Result<()> {
    let (Tiers::Percent(ends) | Tiers::AtLeast(ends)) = tiers;
    if ends.is_empty() || ends.len() > MOST {
        let found = if ends.is_empty() { "no tier".to_owned() } else { format!("{} tiers", ends.len()) };
        return wrong(format!("tiers: {found}"), "1 to 20 of them");
    }
    if let Some(end) = ends.iter().find(|end| !(**end > 0.0 && end.is_finite())) {
        return wrong(format!("tiers: {end}"), "numbers above 0");
    }
    match tiers {
        Tiers::Percent(shares) => {
            let sum: f64 = shares.iter().sum();
            if (sum - 100.0).abs() > 1e-9 {
                return wrong(
                    format!("tiers: {shares:?} are together {sum} per cent"),
                    "100, for instance 10,20,70",
                );
            }
        }
        Tiers::AtLeast(amounts) => {
            if let Some(pair) = amounts.windows(2).find(|pair| pair[1] >= pair[0]) {
                return wrong(
                    format!("tiers: {} comes before {}, but amounts must fall", pair[0], pair[1]),
                    "for instance 500,100",
                );
            }
        }
    }
    Ok(())
}

fn grid(grid: &Grid) -> Result<()> {
    names("rfm", &grid.segments, grid.rules.iter().map(|rule| rule.segment.as_str()))?;
    let mut cells: [[Option<&str>; 5]; 5] = [[None; 5]; 5];
    for rule in &grid.rules {
        for [from, to] in [rule.r, rule.fm] {
            if from < 1 || to > 5 || from > to {
                return wrong(
                    format!("the rule of rfm for `{}` has [{from}, {to}]", rule.segment),
                    "quintiles from 1 to 5, the lower first",
                );
            }
        }
        for r in rule.r[0]..=rule.r[1] {
            for fm in rule.fm[0]..=rule.fm[1] {
                let cell = &mut cells[usize::from(r - 1)][usize::from(fm - 1)];
                if let Some(other) = cell.replace(&rule.segment) {
                    return wrong(
                        format!(
                            "the cell r {r}, fm {fm} is in two rules of rfm (`{other}` and `{}`)",
                            rule.segment
                        ),
                        "each of the 25 cells in exactly one",
                    );
                }
            }
        }
    }
    let empty = (0..25).find(|at| cells[at / 5][at % 5].is_none());
    empty.map_or(Ok(()), |at| {
        wrong(
            format!("the cell r {}, fm {} is in no rule of rfm", at / 5 + 1, at % 5 + 1),
            "each of the 25 cells in exactly one",
        )
    })
}
