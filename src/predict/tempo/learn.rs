//! The tempo is learnt from what customers bought in each four weeks, beside what they would have bought at their own usual rates.
//!
//! Were each customer's rate λ and time of death ω known, the most likely s of four weeks would be the repeat purchases made in them over Σ λ × (time
//! alive in them). They are not known, and their expectations under the model take their place, given all that the customer did: an
//! EM algorithm (Dempster, Laird & Rubin 1977). Under BG/NBD, with times on the clock, a customer with x repeat purchases is alive with P(alive), and
//! then λ ~ Γ(r+x, α+T); otherwise they died at t_x, and λ ~ Γ(r+x, α+t_x) (Fader, Hardie & Lee 2005, Marketing Science 24, eq. 6).
//! Model and clock are found in turns; what is believed of s, in the past and ahead, is kriged from all four weeks.

use super::{BIN, Clock, Reading, Tempo};
use crate::features::{Customers, Past};
use crate::fit::fit_purchases;
use crate::math::kriging::Kriging;
use crate::model::{BgNbd, PurchaseModel};
use crate::units::{Tick, TimeUnit};
use crate::{Error, Result};

/// Rounds in which clock and model are found in turns.
const ROUNDS: usize = 8;
/// ln s is found when it moves by less than this.
const SETTLED: f64 = 0.01;
/// Four weeks in which fewer purchases are expected tell nothing.
const FEWEST: f64 = 5.0;
/// A history with fewer such four weeks has no tempo.
const SHORTEST: usize = 3;
/// Of more customers than this every so-manieth is looked at.
const CUSTOMERS: usize = 50_000;
/// Four weeks that are told ahead: two years.
const AHEAD: usize = 26;

/// Standard deviations before anything is seen: of the yearly part, of what drifts, and of what is of four weeks alone.
const YEARLY: f64 = 0.25;
const DRIFT: f64 = 0.2;
const ALONE: f64 = 0.04;
/// Years over which drift is forgotten.
const MEMORY: f64 = 1.0;
/// How wide the seasons are: the length-scale of Rasmussen & Williams (2006), eq. 4.31.
const SEASON: f64 = 0.6;
const YEAR: f64 = TimeUnit::Year.days();

impl Tempo {
    /// The tempo of a past; where the history is too short or too small to tell, one that is steady and in doubt. `customers` is its table.
    ///
    /// # Errors
    /// [`Error::Interrupted`]. A model that cannot be fitted leaves the tempo steady.
    pub fn learn(past: &Past<'_>, customers: &Customers) -> Result<Self> {
        let steady = Self::unknown(past.cutoff())?;
        if past.period().is_some() || customers.len() != past.len() {
            return Ok(steady);
        }
        let step = customers.len().div_ceil(CUSTOMERS).max(1);
        let rows: Vec<usize> = (0..customers.len()).step_by(step).collect();
        let seen = Seen::of(past, customers, &rows);
        if seen.made.len() < SHORTEST {
            return Ok(steady);
        }
        let mut tempo = steady.clone();
        for _ in 0..ROUNDS {
            let reading = Reading::new(&tempo, (customers.grain, customers.unit), past.cutoff());
            let table = reading.table(customers, &rows);
            let model = match fit_purchases(&BgNbd::template(), &table) {
                Ok(fit) => fit.model,
                Err(Error::Interrupted) => return Err(Error::Interrupted),
                Err(_) => return Ok(steady),
            };
            let expected = seen.expected(&model, &table, &reading);
            let Some(next) = seen.told(&expected, &tempo) else { return Ok(steady) };
            let moved = next.past.iter().zip(tempo.past.iter().chain(std::iter::repeat(&0.0)));
            let moved = moved.map(|(new, old)| (new - old).abs()).fold(0.0, f64::max);
            tempo = next;
            if moved < SETTLED {
                break;
            }
        }
        Ok(tempo)
    }

    /// A tempo of which nothing was seen.
    fn unknown(anchor: Tick) -> Result<Self> {
        let covariance = |i: usize, j: usize| covariance(i as f64, j as f64);
        let (_, doubts) = to_come(&Kriging::of(&[], &covariance)?, 0);
        Ok(Self { doubts, ..Self::steady(anchor) })
    }
}

/// What was seen of some customers, in days before the end of observation.
struct Seen {
    anchor: Tick,
    /// First and last purchase of each.
    between: Vec<(f64, f64)>,
    /// Repeat purchases in each four weeks, the newest first.
    made: Vec<f64>,
}

impl Seen {
    /// Of some rows of the table of a past.
    fn of(past: &Past<'_>, customers: &Customers, rows: &[usize]) -> Self {
        let (end, times) = (past.cutoff(), past.purchase_times());
        let per_day = f64::from(past.orders().options.grain.ticks_per_day());
        let ago = |tick: Tick| ((f64::from(end.0) - f64::from(tick.0)) / per_day).max(0.0);
        let unit = customers.unit.days();
        let one = |&at: &usize| {
            let (age, recency) = (customers.age[at], customers.recency[at]);
            (age * unit, (age - recency) * unit)
        };
        let between: Vec<(f64, f64)> = rows.iter().map(one).collect();
        let longest = between.iter().map(|one| one.0).fold(0.0, f64::max);
        let mut made = vec![0.0; (longest / BIN) as usize];
        for again in rows.iter().filter_map(|&at| times.of(at).split_first().map(|(_, again)| again)) {
            for tick in again {
                if let Some(made) = made.get_mut((ago(*tick) / BIN) as usize) {
                    *made += 1.0;
                }
            }
        }
        Self { anchor: end, between, made }
    }

    /// Σ over customers of E\[λ × time alive\] in each four weeks of the clock: `table` is theirs, with times read off it.
    fn expected(&self, model: &BgNbd, table: &Customers, reading: &Reading) -> Vec<f64> {
        let mut exposure = Exposure::new(&reading.clock, self.made.len());
        let [r, alpha] = [model.r(), model.alpha()];
        for (at, &(first, last)) in self.between.iter().enumerate() {
            let customer = table.rfm(at);
            let (alive, shape) = (model.p_alive(&customer), r + f64::from(customer.frequency));
            exposure.add(alive * shape / (alpha + customer.age), first, 0.0);
            exposure.add((1.0 - alive) * shape / (alpha + customer.recency), first, last);
        }
        // Rates are by the table's unit, and the clock shows days.
        exposure.sums().into_iter().map(|sum| sum / reading.unit).collect()
    }

    /// The tempo that purchases made and expected under another one tell; `None` where they tell nothing.
    fn told(&self, expected: &[f64], under: &Tempo) -> Option<Tempo> {
        let telling: Vec<usize> = (0..expected.len()).filter(|&bin| expected[bin] > FEWEST).collect();
        if telling.len() < SHORTEST {
            return None;
        }
        let ln = |bin: &usize| {
            ((self.made[*bin] + 1.0) / (expected[*bin] + 1.0)).ln() + under.past.get(*bin).unwrap_or(&0.0)
        };
        // Purchases come in heaps: their luck is half as much again as a Poisson law's.
        let noise = |bin: &usize| 1.5 / (self.made[*bin] + 1.0);
        let seen: Vec<(f64, f64)> = telling.iter().map(|bin| (ln(bin), noise(bin))).collect();
        // Asked are the same four weeks again, and those to come.
        let middle = |bin: usize| -(bin as f64 + 0.5);
        let next = (0..AHEAD).map(|at| at as f64 + 0.5);
        let places: Vec<f64> = telling.iter().map(|&bin| middle(bin)).chain(next).collect();
        let covariance = |i: usize, j: usize| covariance(places[i], places[j]);
        let told = Kriging::of(&seen, &covariance).ok()?;
        let mut past = vec![0.0; expected.len()];
        telling.iter().enumerate().for_each(|(at, &bin)| past[bin] = told.mean(at));
        let (ahead, doubts) = to_come(&told, telling.len());
        Some(Tempo { anchor: self.anchor.0, past, ahead, doubts })
    }
}

/// ln s in the four weeks to come, which are the places from `first` on, and the variance of ln of the mean rate of the first of them, of the first
/// two, and so on.
fn to_come(told: &Kriging<'_>, first: usize) -> (Vec<f64>, Vec<f64>) {
    let ahead: Vec<f64> = (first..first + AHEAD).map(|place| told.mean(place)).collect();
    let doubt = |many: usize| {
        // ln Σ s moves by the shares that each has in the sum.
        let rates = ahead[..many].iter().map(|ln| ln.exp());
        let sum: f64 = rates.clone().sum();
        let shares: Vec<(usize, f64)> =
            rates.enumerate().map(|(at, rate)| (first + at, rate / sum)).collect();
        told.sum(&shares).variance
    };
    let doubts = (1..=AHEAD).map(doubt).collect();
    (ahead, doubts)
}

/// Sums of rates times lengths on a clock, in each four weeks.
struct Exposure<'c> {
    clock: &'c Clock,
    /// What the parts of four weeks at the ends add.
    parts: Vec<f64>,
    /// By how much the rate in whole four weeks changes from each to the next older.
    steps: Vec<f64>,
}

impl<'c> Exposure<'c> {
    fn new(clock: &'c Clock, bins: usize) -> Self {
        Self { clock, parts: vec![0.0; bins + 1], steps: vec![0.0; bins + 2] }
    }

    /// A rate from so many days ago to so many days ago.
    fn add(&mut self, rate: f64, from: f64, to: f64) {
        let (oldest, newest) = ((from / BIN) as usize, (to / BIN) as usize);
        let length = |from: f64, to: f64| self.clock.at(-to) - self.clock.at(-from);
        if oldest == newest {
            self.part(newest, rate * length(from, to));
            return;
        }
        let (begin, end) = (BIN * oldest as f64, BIN * (newest + 1) as f64);
        let (older, newer) = (rate * length(from, begin), rate * length(end, to));
        self.part(oldest, older);
        self.part(newest, newer);
        if let Some(step) = self.steps.get_mut(newest + 1) {
            *step += rate;
        }
        if let Some(step) = self.steps.get_mut(oldest) {
            *step -= rate;
        }
    }

    fn part(&mut self, bin: usize, sum: f64) {
        if let Some(part) = self.parts.get_mut(bin) {
            *part += sum;
        }
    }

    /// The sums of all whole four weeks.
    fn sums(&self) -> Vec<f64> {
        let mut rate = 0.0;
        let one = |bin: usize| {
            rate += self.steps[bin];
            let length = self.clock.at(-BIN * bin as f64) - self.clock.at(-BIN * (bin + 1) as f64);
            self.parts[bin] + rate * length
        };
        (0..self.parts.len() - 1).map(one).collect()
    }
}

/// The covariance of ln s in two four weeks: of what drifts or is theirs alone, and of what returns every year.
fn covariance(a: f64, b: f64) -> [f64; 2] {
    let apart = (a - b).abs() * BIN / YEAR;
    let alone = if a == b { ALONE * ALONE } else { 0.0 };
    let season = (std::f64::consts::PI * apart).sin() / SEASON;
    [DRIFT * DRIFT * (-apart / MEMORY).exp() + alone, YEARLY * YEARLY * (-2.0 * season * season).exp()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exposure_is_rate_times_time_on_the_clock() {
        let tempo = Tempo { past: vec![2f64.ln(), 0.0, 0.0], ..Tempo::steady(Tick(0)) };
        let clock = tempo.clock();
        let mut exposure = Exposure::new(&clock, 3);
        exposure.add(1.0, 70.0, 0.0); // 56 on the clock in the newest four weeks, 28 in the next, 14 in the third
        exposure.add(3.0, 40.0, 30.0);
        exposure.add(2.0, 20.0, 10.0);
        for (sum, expected) in exposure.sums().iter().zip([56.0 + 40.0, 28.0 + 30.0, 14.0]) {
            assert!((sum - expected).abs() < 1e-12, "{sum} {expected}");
        }
    }
}
