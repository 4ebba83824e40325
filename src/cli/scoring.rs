//! What `score` and `run` share: from customers, part by part, to a written table of scores and its totals.

use std::collections::HashMap;
use std::path::Path;

use crate::Result;
use crate::features::{Customers, Past};
use crate::fit::{Covariates, Crowd, TrainedModel};
use crate::model::{AnyPopulation, Deferred};
use crate::output::Output;
use crate::predict::{
    DRAWS, DRAWS_SEED, ExtraQuestions, Extras, Forecast, Forecaster, ParameterDraws, ParameterSpread,
    Question, Ranked, Total, TotalLaws, Totals,
};
use crate::progress::Progress;
use crate::table::{Format, TableWriter};
use crate::units::{Grain, Horizon, Periods, Share, Tick};

use super::args::{SpreadArg, Worth};
use super::columns::Columns;

/// So many customers are scored and written at a time.
pub const PART: usize = 1 << 18;
/// So many customers are listed on a terminal.
pub const LISTED: usize = 10;
/// Trained on more customers than this, a model's draws are not mixed into the intervals of customers unless that is asked for.
const FEW: u64 = 2_000;
/// Customers under their models of purchases, asked about a window.
pub type Windowed = Deferred<AnyPopulation>;

/// Customers under their models, now and at the window.
pub struct Members {
    /// Now.
    pub crowd: Crowd,
    /// At the window.
    pub window: Windowed,
}

/// What is asked, once the cut-off is known.
pub struct Asked {
    /// How far ahead, in the model's unit.
    pub periods: Periods,
    /// The level of the intervals.
    pub level: Share,
    question: Question,
    extra: ExtraQuestions,
    spread: SpreadArg,
}

impl Asked {
    /// The plan of a forecast from a cut-off.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] for a calendar horizon without a cut-off.
    pub fn new(
        trained: &TrainedModel,
        horizon: Horizon,
        worth: &Worth,
        cutoff: Option<(Grain, Tick)>,
    ) -> Result<Self> {
        Self::later(trained, None, horizon, worth, cutoff)
    }

    /// The same for a window that begins some time after the cut-off.
    ///
    /// # Errors
    /// As [`Asked::new`].
    pub fn later(
        trained: &TrainedModel,
        from: Option<Horizon>,
        horizon: Horizon,
        worth: &Worth,
        cutoff: Option<(Grain, Tick)>,
    ) -> Result<Self> {
        let delay = from.map_or(Ok(0.0), |from| from.in_units(trained.unit, cutoff).map(Periods::get))?;
        let days = from.map_or(Ok(0.0), |from| from.in_days(cutoff))?;
        let begins = cutoff.map(|(grain, tick)| {
            let ticks = days * f64::from(grain.ticks_per_day());
            (grain, Tick((f64::from(tick.0) + ticks).round() as i32))
        });
        let periods = horizon.in_units(trained.unit, begins)?;
        let question = Question {
            horizon: periods,
            levels: vec![worth.level],
            discount: worth.discount.map(|rate| rate.continuous(trained.unit)),
            delay,
            margin: match worth.margin {
                Some(margin) => margin,
                None => Share::new(1.0)?,
            },
        };
        let (extra, spread) = (ExtraQuestions::default(), worth.parameter_uncertainty);
        Ok(Self { periods, level: worth.level, question, extra, spread })
    }

    /// Asks for more of each customer.
    #[must_use]
    pub fn with(self, extra: ExtraQuestions) -> Self {
        Self { extra, ..self }
    }

    /// The continuously compounded discount rate per unit of time, if there is one.
    #[must_use]
    pub const fn discount(&self) -> Option<f64> {
        self.question.discount
    }

    /// The last moment that is asked about.
    fn until(&self, customers: &Customers, cutoff: Tick) -> Tick {
        let length = self.question.delay + self.periods.get();
        customers.grain.after(cutoff, length, customers.unit)
    }

    /// A crowd, asked about the window.
    #[must_use]
    pub fn members(&self, crowd: Crowd) -> Members {
        Members { window: Deferred::new(crowd.population.clone(), self.question.delay), crowd }
    }

    /// The forecaster that answers, with the customers that [`Asked::members`] gives.
    ///
    /// # Errors
    /// As [`Forecaster::new`].
    pub fn forecaster<'m>(&self, members: &'m Members, money: bool) -> Result<Forecaster<'m, Windowed>> {
        let spend = members.crowd.spenders.as_ref().filter(|_| money);
        let forecaster = Forecaster::new(&members.window, spend, self.question.clone())?;
        Ok(forecaster.among(members.crowd.groups.as_deref(), members.crowd.spend_groups.as_deref()))
    }

    /// What widens the intervals of customers by the uncertainty of the parameters, where that is wanted.
    ///
    /// # Errors
    /// [`crate::Error::Undefined`] if nothing is known of that uncertainty.
    fn spread(
        &self,
        trained: &TrainedModel,
        members: &Members,
        money: bool,
    ) -> Result<Option<ParameterSpread<Windowed>>> {
        let drawn = !trained.purchase.draws.is_empty() && trained.customers <= FEW;
        let wanted = self.spread == SpreadArg::On || (self.spread == SpreadArg::Auto && drawn);
        let delay = self.question.delay;
        let spread = || -> Result<_> {
            let draws = ParameterDraws::of(trained, &members.crowd, money, DRAWS, DRAWS_SEED)?;
            let draws = draws.each(|population| Deferred::new(population, delay));
            let mut spread = ParameterSpread::new(&draws, self.question.clone());
            if let Some(groups) = &members.crowd.groups {
                spread = spread.with_groups(groups);
            }
            if let Some(groups) = &members.crowd.spend_groups {
                spread = spread.with_spend_groups(groups);
            }
            Ok(spread)
        };
        wanted.then(spread).transpose()
    }
}

/// A customer of one of the lists, with what people want to see beside the forecast.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Who.
    pub id: String,
    /// Purchases so far, the first included.
    pub purchases_so_far: u64,
    /// Since the last purchase, in the model's unit.
    pub silence: f64,
    /// The tick of the last purchase, where the table was made from orders.
    pub last: Option<Tick>,
    /// P(alive).
    pub p_alive: f64,
    /// Expected purchases.
    pub expected_purchases: f64,
    /// Expected value, if there is money.
    pub expected_value: Option<f64>,
    /// Interval of the value (of purchases, without money).
    pub interval: (f64, f64),
}

/// What is shown of the customers in the lists, kept as they are met.
#[derive(Default)]
pub struct Shown(HashMap<u64, Listed>);

impl Shown {
    /// Keeps what is shown of those in the lists, and forgets those who fell out of them; `before` customers were met before these.
    pub fn keep(&mut self, totals: &Totals, (customers, forecast): (&Customers, &Forecast), before: u64) {
        let rows: Vec<u64> = totals.best.iter().chain(&totals.slipping).map(|ranked| ranked.row).collect();
        self.0.retain(|row, _| rows.contains(row));
        for row in rows.into_iter().filter(|row| *row >= before) {
            let at = (row - before) as usize;
            self.0.entry(row).or_insert_with(|| listed(customers, forecast, at));
        }
    }

    /// Those of a list, in its order.
    #[must_use]
    pub fn of(&self, ranked: &[Ranked]) -> Vec<Listed> {
        ranked.iter().filter_map(|ranked| self.0.get(&ranked.row).cloned()).collect()
    }
}

/// What scoring leaves behind beside the table.
pub struct Scored {
    /// Sums over all customers.
    pub totals: Totals,
    /// The total of purchases, or why there is no interval.
    pub purchases: Result<Total>,
    /// The total of value, or why there is no interval; `None` without money.
    pub value: Option<Result<Total>>,
    /// What these intervals leave out, in words, where a fit lies on a ridge.
    pub held_fixed: Option<String>,
    /// The most valuable customers.
    pub best: Vec<Listed>,
    /// The repeat buyers with the most value at risk.
    pub slipping: Vec<Listed>,
}

/// Scores customers part by part, writes the table, and sums up.
pub struct Scorer<'m> {
    trained: &'m TrainedModel,
    asked: Asked,
    members: &'m Members,
    forecaster: Forecaster<'m, Windowed>,
    spread: Option<ParameterSpread<Windowed>>,
    money: bool,
    table: Option<TableWriter>,
    totals: Totals,
    shown: Shown,
}

impl<'m> Scorer<'m> {
    /// Scores without writing a table, and lists so many customers.
    ///
    /// # Errors
    /// As [`Forecaster::new`].
    pub fn unwritten(
        trained: &'m TrainedModel,
        members: &'m Members,
        asked: Asked,
        money: bool,
        listed: usize,
    ) -> Result<Self> {
        let money = money && trained.spend.is_some();
        Ok(Self {
            trained,
            members,
            forecaster: asked.forecaster(members, money)?,
            spread: asked.spread(trained, members, money)?,
            asked,
            money,
            table: None,
            totals: Totals::among(listed, &members.crowd),
            shown: Shown::default(),
        })
    }

    /// Opens the table. Customers in groups are scored as one part: groups belong to rows.
    ///
    /// # Errors
    /// Whatever opening the output says; as [`Forecaster::new`].
    pub fn new(
        trained: &'m TrainedModel,
        members: &'m Members,
        asked: Asked,
        money: bool,
        path: &Path,
    ) -> Result<Self> {
        let scorer = Self::unwritten(trained, members, asked, money, LISTED)?;
        Ok(Self { table: Some(TableWriter::new(Output::create(path)?, Format::of(path))), ..scorer })
    }

    /// Scores the next customers, and says what it said of them.
    ///
    /// # Errors
    /// Whatever forecasting or writing says; [`crate::Error::Interrupted`].
    pub fn add(&mut self, customers: &Customers, progress: &dyn Progress) -> Result<Forecast> {
        progress.check()?;
        let mut forecast = self.forecaster.forecast(customers)?;
        if let Some(spread) = &self.spread {
            spread.widen(customers, 0..customers.len(), &mut forecast, progress)?;
        }
        if let Some(table) = &mut self.table {
            let Asked { extra, periods, question, .. } = &self.asked;
            let extras = if extra.is_empty() {
                Extras::default()
            } else {
                let Members { crowd, window } = self.members;
                let who = (&crowd.population, window);
                extra.answer(who, crowd.groups.as_deref(), *periods, customers, 0..customers.len())?
            };
            table.write(&Columns::new(customers, &forecast, &extras, question.margin.get())?.chunk()?)?;
        }
        let before = self.totals.customers;
        self.totals.add(customers, 0..customers.len(), &forecast);
        self.shown.keep(&self.totals, (customers, &forecast), before);
        progress.advance(customers.len() as u64);
        Ok(forecast)
    }

    /// Puts the table in its place and tells the totals.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn finish(self, progress: &dyn Progress) -> Result<Scored> {
        let Self { trained, members, asked, money, table, totals, shown, .. } = self;
        table.map_or(Ok(()), TableWriter::finish)?;
        progress.end();
        let window = (asked.question.delay, asked.periods);
        let laws = TotalLaws::of_crowd((trained, &members.crowd), window, &totals, money);
        let purchases = laws.purchases.map(|law| law.at(asked.level));
        let value = laws.value.map(|law| law.map(|law| law.at(asked.level)));
        let (best, slipping) = (shown.of(&totals.best), shown.of(&totals.slipping));
        let held_fixed = trained.held_fixed(money);
        Ok(Scored { totals, purchases, value, held_fixed, best, slipping })
    }
}

/// Scores the customers of a past: part by part, or all at once where they are in groups.
///
/// # Errors
/// As [`TrainedModel::crowd`] and [`Scorer`].
pub fn score_past(
    (trained, covariates): (&TrainedModel, Option<&Covariates>),
    asked: Asked,
    past: &Past<'_>,
    output: &Path,
    progress: &dyn Progress,
) -> Result<Scored> {
    let money = past.orders().has_money();
    progress.begin("scoring customers", Some(past.len() as u64));
    if trained.covariates.is_some() || covariates.is_some() {
        let customers = past.customers(trained.unit);
        let times = trained
            .covariates
            .as_ref()
            .is_some_and(|part| part.schema.over_time)
            .then(|| past.purchase_times());
        let times = times.as_ref().map(|times| (times, asked.until(&customers, past.cutoff())));
        let members = asked.members(trained.crowd(covariates, &customers, times)?);
        let mut scorer = Scorer::new(trained, &members, asked, money, output)?;
        scorer.add(&customers, progress)?;
        return scorer.finish(progress);
    }
    let members = asked.members(trained.anyone()?);
    let mut scorer = Scorer::new(trained, &members, asked, money, output)?;
    for part in past.parts(trained.unit, PART) {
        scorer.add(&part, progress)?;
    }
    scorer.finish(progress)
}

fn listed(customers: &Customers, forecast: &Forecast, at: usize) -> Listed {
    let interval = |intervals: &[crate::predict::Interval]| {
        intervals.first().map_or((0.0, 0.0), |interval| (interval.lower[at], interval.upper[at]))
    };
    let money = forecast.value.as_ref();
    Listed {
        id: customers.ids.get(at).to_owned(),
        purchases_so_far: u64::from(customers.frequency[at]) + 1,
        silence: customers.age[at] - customers.recency[at],
        last: customers.history.as_ref().map(|history| history.last_order[at]),
        p_alive: forecast.p_alive[at],
        expected_purchases: forecast.expected_purchases[at],
        expected_value: money.and_then(|money| money.expected[at]),
        interval: interval(money.map_or(&forecast.purchases[..], |money| &money.intervals)),
    }
}
