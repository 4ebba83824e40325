//! What a subscriber is worth: by 1/churn, as it is taught, and by the contractual model.

use super::{Group, Lifetimes, Plan};
use crate::Result;
use crate::math::kaplan_meier::wilson;
use crate::math::sum::sum;
use crate::model::{AnyRetentionModel, RetentionModel};
use crate::predict::retention_draws;
use crate::table::{Column, Sheet};
use crate::units::{CalendarPeriod, TimeUnit};

/// Draws of the parameters behind an interval.
const DRAWS: usize = 100;
/// Payments are counted until what is left of them is below this part of one, discounted.
const SMALL: f64 = 1e-9;
/// And at most so many: some centuries of months.
const MOST: usize = 20_000;

/// Whose lifetime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Somebody who begins now, the first payment included.
    Newcomer,
    /// The mean of those who subscribe now: the payments to come.
    Subscriber,
}

/// By what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// One churn for all tenures: renewals declined / renewals due.
    Churn,
    /// The contractual model.
    Model,
}

/// How far payments are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// So many payments.
    Payments(u32),
    /// The whole life.
    Life,
}

/// One figure of a lifetime.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Worth {
    /// Whose.
    pub whose: Whose,
    /// By what.
    pub method: Method,
    /// How far.
    pub span: Span,
    /// Whether later payments are discounted.
    pub discounted: bool,
    /// Expected payments (discounted, each counts less than 1); `None` where the sum does not exist: nobody left.
    pub payments: Option<f64>,
    /// Their mean value after margin; `None` without amounts.
    pub value: Option<f64>,
    /// The interval of the value (of payments, without amounts): how sure the churn or the parameters are, neither one customer's luck nor the
    /// payment. The upper end is `None` where it does not exist.
    pub interval: (Option<f64>, Option<f64>),
}

/// All figures of a group; `now` are renewals made and payment of everybody who subscribes now.
pub(super) fn all(group: &Group, now: &[(u32, f64)], payments: u32, plan: &Plan) -> Result<Vec<Worth>> {
    let rate = plan.discount.map(|rate| rate.continuous(TimeUnit::Calendar(group.interval)));
    let horizon = Span::Payments(payments);
    let mut spans = vec![(Whose::Newcomer, Method::Churn, Span::Life, None)];
    for whose in [Whose::Newcomer, Whose::Subscriber] {
        for method in [Method::Churn, Method::Model] {
            spans.push((whose, method, horizon, rate));
            // The whole life of a model may have no mean without discounting.
            spans.extend(rate.filter(|rate| *rate > 0.0).map(|rate| (whose, method, Span::Life, Some(rate))));
        }
    }
    spans
        .into_iter()
        .filter(|(whose, method, ..)| {
            (*whose == Whose::Newcomer || !now.is_empty())
                && (*method == Method::Churn || group.fit.is_some())
        })
        .map(|(whose, method, span, rate)| {
            let case = Case { group, now: merged(now), whose, span, rate: rate.unwrap_or(0.0) };
            let told = match method {
                Method::Churn => case.by_churn(plan),
                Method::Model => case.by_model(plan)?,
            };
            Ok(Worth { whose, method, span, discounted: rate.is_some(), ..told })
        })
        .collect()
}

/// (renewals made, payments of all who made so many, how many), by renewals.
fn merged(now: &[(u32, f64)]) -> Vec<(u32, f64, f64)> {
    let mut sorted = now.to_vec();
    sorted.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
    let run = |run: &[(u32, f64)]| (run[0].0, sum(run.iter().map(|(_, paid)| *paid)), run.len() as f64);
    sorted.chunk_by(|one, next| one.0 == next.0).map(run).collect()
}

/// One figure under way.
struct Case<'a> {
    group: &'a Group,
    now: Vec<(u32, f64, f64)>,
    whose: Whose,
    span: Span,
    rate: f64,
}

impl Case<'_> {
    /// With a churn c at every renewal and z = e^(−rate):
    ///
    /// ```text
    /// newcomer:   Σ_{k=0}^{H−1} ((1−c) z)^k              → 1/(1 − (1−c) z) over the whole life; 1/c without discounting
    /// subscriber: Σ_{k=1}^{H} (1−c)^k z^(k−½)            the next renewal is half an interval away on average
    /// ```
    ///
    /// The interval is that of c (Wilson), turned round.
    fn by_churn(&self, plan: &Plan) -> Worth {
        let (due, lost) = self.group.renewals;
        let count = |churn: f64| {
            let step = (1.0 - churn) * (-self.rate).exp();
            let all = match self.span {
                Span::Payments(payments) if step >= 1.0 => Some(f64::from(payments)),
                Span::Payments(payments) => Some((1.0 - step.powi(payments as i32)) / (1.0 - step)),
                Span::Life => (step < 1.0).then(|| 1.0 / (1.0 - step)),
            };
            let shift = match self.whose {
                Whose::Newcomer => 1.0,
                Whose::Subscriber => step * (0.5 * self.rate).exp(),
            };
            all.map(|all| all * shift)
        };
        let payments = if due > 0.0 { count(lost / due) } else { None };
        let bounds = wilson(lost, due, plan.level.get());
        let (lower, upper) = (bounds.and_then(|b| count(b.1)), bounds.and_then(|b| count(b.0)));
        let each = self.group.arpu.map(|arpu| arpu * plan.margin);
        let worth = |payments: Option<f64>| payments.and_then(|payments| each.map(|each| payments * each));
        let interval = if each.is_some() { (worth(lower), worth(upper)) } else { (lower, upper) };
        self.told(payments, worth(payments), interval)
    }

    /// With the model's S(t), Fader & Hardie (2010), and every subscriber's own tenure t and payment:
    ///
    /// ```text
    /// newcomer:   Σ_{k=0}^{H−1} S(k) z^k                  = 1 + z DERL(0) over the whole life
    /// subscriber: Σ_{k=1}^{H} S(t+k)/S(t) z^(k−½)         = z^½ DERL(t)
    /// ```
    ///
    /// The interval is that of the mean over draws of the parameters.
    fn by_model(&self, plan: &Plan) -> Result<Worth> {
        let Some(fit) = &self.group.fit else { return Ok(self.told(None, None, (None, None))) };
        let (payments, value) = self.means(&fit.fit.model);
        let draws = retention_draws(fit);
        let each = draws.len().div_ceil(DRAWS).max(1);
        let with_money = self.group.arpu.is_some();
        let mut told: Vec<f64> = draws
            .iter()
            .step_by(each)
            .map(|draw| self.means(draw))
            .map(|(payments, value)| if with_money { plan.margin * value } else { payments })
            .collect();
        told.sort_by(f64::total_cmp);
        let tail = 0.5 * (1.0 - plan.level.get());
        let at = |part: f64| told.get(((told.len() as f64 - 1.0) * part).round() as usize).copied();
        Ok(self.told(Some(payments), with_money.then_some(plan.margin * value), (at(tail), at(1.0 - tail))))
    }

    /// Expected payments, and what they bring before margin, of one subscriber on average.
    fn means(&self, model: &AnyRetentionModel) -> (f64, f64) {
        match self.whose {
            Whose::Newcomer => {
                let counts = self.renewals(model, 0);
                // The first payment, and one renewal fewer within a number of payments.
                let payments = 1.0 + (-self.rate).exp() * counts[0];
                (payments, payments * self.group.arpu.unwrap_or(1.0))
            }
            Whose::Subscriber => {
                let longest = self.now.last().map_or(0, |kind| kind.0);
                let counts = self.renewals(model, longest);
                let soon = (-0.5 * self.rate).exp();
                let of = |kind: &(u32, f64, f64)| soon * counts[kind.0 as usize];
                let many = sum(self.now.iter().map(|kind| kind.2));
                let payments = sum(self.now.iter().map(|kind| kind.2 * of(kind))) / many;
                (payments, sum(self.now.iter().map(|kind| kind.1 * of(kind))) / many)
            }
        }
    }

    /// Σ_k S(t+k)/S(t) z^(k−1) for t = 0 to `longest`: over the whole life backwards, D(t) = r(t) (1 + z D(t+1)), from so far that nothing is left.
    fn renewals(&self, model: &AnyRetentionModel, longest: u32) -> Vec<f64> {
        let z = (-self.rate).exp();
        match self.span {
            Span::Payments(payments) => {
                let payments = if self.whose == Whose::Newcomer { payments - 1 } else { payments };
                let stays: Vec<f64> =
                    (0..longest.saturating_add(payments)).map(|t| model.renewal(t)).collect();
                let one = |t: u32| {
                    let (mut term, mut all) = (1.0 / z, 0.0);
                    for stay in stays.iter().skip(t as usize).take(payments as usize) {
                        term *= z * stay;
                        all += term;
                    }
                    all
                };
                (0..=longest).map(one).collect()
            }
            Span::Life => {
                let far = ((-SMALL.ln() / self.rate).ceil() as usize).clamp(1, MOST);
                let mut after = 0.0;
                let mut all: Vec<f64> = (0..=longest + far as u32)
                    .rev()
                    .map(|t| {
                        after = model.renewal(t) * (1.0 + z * after);
                        after
                    })
                    .collect();
                all.reverse();
                all.truncate(longest as usize + 1);
                all
            }
        }
    }

    const fn told(
        &self,
        payments: Option<f64>,
        value: Option<f64>,
        interval: (Option<f64>, Option<f64>),
    ) -> Worth {
        Worth {
            whose: self.whose,
            method: Method::Churn,
            span: self.span,
            discounted: false,
            payments,
            value,
            interval,
        }
    }
}

impl Span {
    /// In words: how long so many payments are, or the whole life.
    fn words(self, interval: CalendarPeriod) -> String {
        match self {
            Self::Payments(payments) => format!("{payments} {interval}s"),
            Self::Life => "life".into(),
        }
    }
}

impl Lifetimes {
    /// Lifetime value: `interval` of payment, `whose` (newcomer, subscriber), `method` (churn, model), `span`, `discounted`, `arpu` (a payment),
    /// `payments`, `ltv`, and `lower` and `upper` of it (of payments, without amounts).
    #[must_use]
    pub fn ltv_sheet(&self) -> Sheet {
        let rows =
            || self.groups.iter().flat_map(|group| group.worth.iter().map(move |worth| (group, worth)));
        let text = |of: &dyn Fn((&Group, &Worth)) -> String| Column::Text(rows().map(of).collect());
        let money =
            |of: fn(&Worth) -> Option<f64>| Column::Money(rows().map(|(_, worth)| of(worth)).collect());
        let whose = |worth: &Worth| match worth.whose {
            Whose::Newcomer => "newcomer".to_owned(),
            Whose::Subscriber => "subscriber".to_owned(),
        };
        let method = |worth: &Worth| match worth.method {
            Method::Churn => "churn".to_owned(),
            Method::Model => "model".to_owned(),
        };
        Sheet::new()
            .with("interval", text(&|(group, _)| group.interval.to_string()))
            .with("whose", text(&|(_, worth)| whose(worth)))
            .with("method", text(&|(_, worth)| method(worth)))
            .with("span", text(&|(group, worth)| worth.span.words(group.interval)))
            .with("discounted", Column::Flag(rows().map(|(_, worth)| worth.discounted).collect()))
            .with("arpu", Column::Money(rows().map(|(group, _)| group.arpu).collect()))
            .with("payments", Column::Real(rows().map(|(_, worth)| worth.payments).collect()))
            .with("ltv", money(|worth| worth.value))
            .with("lower", money(|worth| worth.interval.0))
            .with("upper", money(|worth| worth.interval.1))
    }
}
