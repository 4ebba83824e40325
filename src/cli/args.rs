//! What can be said on the command line, typed.

mod backtest;
mod cohorts;
mod acquisition;
mod what_if;
mod counting;
mod export;
mod metrics;
mod explain;
mod reading;
mod segments;
mod report;
mod shop;
mod simulate;
mod subscription;
mod subscriptions;
mod trend;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::columns::MOST_PROBABILITIES;
use super::covariates::{CovariatesIn, CovariatesOn};
use crate::fit::{Bootstrap, Mcmc, Method, Nuts, Recipe};
use crate::model::{AnyPurchaseModel, AnyRetentionModel, BgNbd, Parametric, ParetoGgg};
use crate::units::{AnnualRate, Grain, Horizon, Share, TimeUnit};
use crate::{Error, Result};

pub use acquisition::Acquisition;
pub use backtest::{Backtest, PlotsArg, PredictionsArg};
pub use cohorts::{Cohorts, SplitArg};
pub use counting::Counting;
pub use explain::Explain;
pub use export::Export;
pub use metrics::Metrics;
pub use reading::{GrainArg, OrdersIn, Reading, RefundsArg, SpendArg};
pub use report::Report;
pub use segments::Segments;
pub use shop::{Answering, Earning, Foreseeing, Grouping};
pub use simulate::Simulate;
pub use subscription::{Subscription, TableArg};
pub use subscriptions::{Contracts, Retention};
pub use trend::Trend;
pub use what_if::WhatIf;

/// Predictive customer lifetime value: from a file of orders to every customer's future value, with intervals that hold.
#[derive(Debug, Parser)]
#[command(name = "ltv", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// Say nothing but errors and results.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// How many threads to use [default: all cores]; results do not depend on it.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands, in the order of the data's way.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Everything in one go: ledger, features, fit, scores and a check on the past
    Run(Run),
    /// What each customer did: frequency, recency, age and monetary value
    Features(Features),
    /// Fit the models and save them
    Train(Train),
    /// Every customer's future purchases and value, with intervals
    Score(Score),
    /// Train on the past only, predict, and compare with what happened
    Backtest(Backtest),
    /// Key figures by period, and the simple formulas of lifetime value held against what happened
    Metrics(Metrics),
    /// Customers by the period of their first purchase: retention and value at every age, continued by a model
    Cohorts(Cohorts),
    /// What a new customer costs and brings, by channel and period: CAC, LTV, payback, and what if money were moved
    Acquisition(Acquisition),
    /// Customers by lifecycle, value and recency-frequency-money, with what each segment is worth and who moved
    Segments(Segments),
    /// One customer: history, chance of being alive, next order, value, and what drives it
    Explain(Explain),
    /// Each period's new customers: what they have brought, what was foreseen then, what is foreseen now, and alarms
    Trend(Trend),
    /// Contracts as a business: MRR and its movements, churn by tenure, survival, lifetime value, cohorts
    Subscription(Subscription),
    /// Scores for Klaviyo, Salesforce, Google Ads, Meta, Tableau or a spreadsheet
    Export(Export),
    /// A page for the owner of the shop: what the next year is worth, who brings it, who is leaving, and how sure that is
    Report(Report),
    /// What the next year would bring if orders were worth more, customers bought more often or stayed longer, or more were earned
    WhatIf(WhatIf),
    /// Make an order file of any size from a model
    Simulate(Simulate),
    /// Survival of subscribers: observed, fitted and projected
    Retention(Retention),
    /// The models there are, with one line each
    Models,
}

/// `ltv run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The orders.
    #[command(flatten)]
    pub orders: OrdersIn,
    /// How far to look ahead: 365d, 52w, 12m, 1y
    #[arg(long, value_name = "HORIZON", default_value = "52w")]
    pub horizon: Horizon,
    /// Folder for model.json, scores.csv and summary.json
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// How time is counted.
    #[command(flatten)]
    pub counting: Counting,
    /// What the future is worth.
    #[command(flatten)]
    pub worth: Worth,
    /// Whether level and intervals are calibrated at past origins [default: on for stack and regressions, off for other models]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub calibration: Option<OnArg>,
    /// Which models.
    #[command(flatten)]
    pub model: Modelling,
}

/// Which models are fitted, and how.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Models")]
pub struct Modelling {
    /// Model of purchases; `ltv models` lists them, auto tries all and says which it takes
    #[arg(long, value_name = "NAME", default_value = BgNbd::ID)]
    model: String,
    /// Stages between two purchases of bg-cnbd-k and mbg-cnbd-k: 1 is random, more is more regular [default: by the likelihood]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    k: Option<f64>,
    /// Way of fitting: maximum likelihood, with weak priors (map), refits to drawn customers, or the posterior
    /// [default: mle; mcmc for pareto-ggg]
    #[arg(long, value_enum, value_name = "NAME")]
    method: Option<MethodArg>,
    /// Draws of a bootstrap, or of each chain of nuts or mcmc [default: 1000; 300 for mcmc]
    #[arg(long, value_name = "N")]
    draws: Option<u32>,
    /// Chains of nuts or mcmc [default: 4]
    #[arg(long, value_name = "N")]
    chains: Option<u32>,
    /// Steps of each chain before its draws [default: 400; 100 for mcmc]
    #[arg(long, value_name = "N")]
    tune: Option<u32>,
    /// Seed of a bootstrap, of nuts or mcmc: the same seed makes the same draws [default: 1]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Where covariates are found.
    #[command(flatten)]
    pub covariates: CovariatesIn,
    /// Which of them bear on what.
    #[command(flatten)]
    pub on: CovariatesOn,
}

/// The name that stands for whatever fits best.
const AUTO: &str = "auto";

/// The ways of fitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MethodArg {
    /// Maximum likelihood; uncertainty by its curvature.
    Mle,
    /// With weakly informative priors, for shops of 50 to 500 customers.
    Map,
    /// Maximum likelihood, and refits to customers drawn with replacement.
    Bootstrap,
    /// The posterior under the priors of map, by the No-U-Turn sampler.
    Nuts,
    /// The same posterior by Metropolis steps, for models that are costly to compute.
    Mcmc,
}

impl Modelling {
    /// The way of fitting, checked.
    ///
    /// # Errors
    /// [`Error::Usage`] for numbers that the method has no use for, or too few of them.
    pub fn method(&self) -> Result<Method> {
        let unused = |given: bool, flag: &str, methods: &str| {
            if given { Err(Error::usage(format!("{flag} goes with --method {methods}"))) } else { Ok(()) }
        };
        let usual = if self.id() == ParetoGgg::ID { MethodArg::Mcmc } else { MethodArg::Mle };
        let method = self.method.unwrap_or(usual);
        let chains = matches!(method, MethodArg::Nuts | MethodArg::Mcmc);
        let draws = chains || method == MethodArg::Bootstrap;
        unused(self.draws.is_some() && !draws, "--draws", "bootstrap, nuts or mcmc")?;
        unused(self.seed.is_some() && !draws, "--seed", "bootstrap, nuts or mcmc")?;
        unused(self.chains.is_some() && !chains, "--chains", "nuts or mcmc")?;
        unused(self.tune.is_some() && !chains, "--tune", "nuts or mcmc")?;
        let (usual, refits, steps) = (Nuts::default(), Bootstrap::default(), Mcmc::default());
        let method = match method {
            MethodArg::Mle => Method::Mle,
            MethodArg::Map => Method::Map,
            MethodArg::Bootstrap => Method::Bootstrap(Bootstrap {
                draws: self.draws.unwrap_or(refits.draws),
                seed: self.seed.unwrap_or(refits.seed),
            }),
            MethodArg::Nuts => Method::Nuts(Nuts {
                draws: self.draws.unwrap_or(usual.draws),
                chains: self.chains.unwrap_or(usual.chains),
                tune: self.tune.unwrap_or(usual.tune),
                seed: self.seed.unwrap_or(usual.seed),
            }),
            MethodArg::Mcmc => Method::Mcmc(Mcmc {
                draws: self.draws.unwrap_or(steps.draws),
                chains: self.chains.unwrap_or(steps.chains),
                tune: self.tune.unwrap_or(steps.tune),
                seed: self.seed.unwrap_or(steps.seed),
            }),
        };
        method.check().map(|()| method)
    }

    /// Refuses what models of purchases take and regressions do not.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the flag.
    pub fn refuse_for_regression(&self) -> Result<()> {
        let given = [
            (self.k.is_some(), "--k"),
            (self.method.is_some(), "--method"),
            (self.draws.is_some(), "--draws"),
            (self.chains.is_some(), "--chains"),
            (self.tune.is_some(), "--tune"),
            (self.seed.is_some(), "--seed"),
            (self.covariates.is_given(), "--covariates"),
            (self.on.is_given(), "--seasonality and what else is said of covariates"),
        ];
        match given.iter().find(|(given, _)| *given) {
            None => Ok(()),
            Some((_, flag)) => Err(Error::usage(format!("{} takes no {flag}; leave it out", self.id()))),
        }
    }

    /// Whether the model is to be chosen.
    #[must_use]
    pub fn is_auto(&self) -> bool {
        self.id() == AUTO
    }

    /// The identifier of the purchase model, or `auto`.
    #[must_use]
    pub fn id(&self) -> &str {
        self.model.trim()
    }

    /// The recipe of the fit, with the model of spend that stands beside it; where the model is to be chosen, one is in it that
    /// will be replaced.
    ///
    /// # Errors
    /// [`Error::Usage`] for a model that does not exist; whatever reading the covariates says.
    pub fn recipe(&self, reading: &Reading) -> Result<Recipe> {
        if AnyRetentionModel::template(self.id()).is_some() {
            return Err(Error::usage(format!(
                "{} is a model of subscriptions: it goes with ltv train, score, retention and backtest",
                self.id()
            )));
        }
        let id = if self.is_auto() { BgNbd::ID } else { self.id() };
        let mut purchase = AnyPurchaseModel::template(id)?;
        if let Some(k) = self.k {
            purchase = purchase.with_setting("k", k).map_err(|e| Error::usage(format!("--k {k}: {e}")))?;
        }
        let grain = reading.grain.map_or_else(Grain::default, Grain::from);
        let covariates = self.covariates.to_learn(&self.on, reading, grain)?;
        if let Some(covariates) = covariates.as_ref().filter(|_| !self.is_auto()) {
            covariates.suit(&purchase)?;
        }
        Ok(Recipe { purchase, spend: reading.spend_model(), method: self.method()?, covariates })
    }

    /// The same, for times in a unit.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] for a model that counts opportunities without any.
    pub fn recipe_for(&self, reading: &Reading, unit: TimeUnit) -> Result<Recipe> {
        let recipe = self.recipe(reading)?;
        if recipe.purchase.is_discrete() && unit.calendar().is_none() {
            return Err(Error::usage(format!(
                "{} counts whole opportunities to buy; say what one is with --opportunities year|quarter|month|week",
                recipe.purchase.name()
            )));
        }
        Ok(recipe)
    }
}

/// Whether intervals of customers know the uncertainty of the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SpreadArg {
    /// Where the model has draws (bootstrap, nuts) and was trained on few customers.
    Auto,
    /// Always; it takes some milliseconds a customer.
    On,
    /// Never.
    Off,
}

/// What the future is worth, and how sure to be.
#[derive(Debug, Clone, Copy, Args)]
pub struct Worth {
    /// Level of the intervals
    #[arg(long, value_name = "SHARE", default_value = "0.9")]
    pub level: Share,
    /// Yearly rate at which future value is discounted, for instance 15%
    #[arg(long, value_name = "RATE")]
    pub discount: Option<AnnualRate>,
    /// Part of the revenue that is counted as value, for instance 30%
    #[arg(long, value_name = "SHARE")]
    pub margin: Option<Share>,
    /// Whether the intervals of customers also know how unsure the parameters are [auto: for small shops, by the model's draws]
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = SpreadArg::Auto)]
    pub parameter_uncertainty: SpreadArg,
}

/// `ltv features`.
#[derive(Debug, Args)]
pub struct Features {
    /// The orders.
    #[command(flatten)]
    pub orders: OrdersIn,
    /// How time is counted.
    #[command(flatten)]
    pub counting: Counting,
    /// Write what regressions see besides: counts, sums, gaps and seasons up to the cut-off, for forecasts so far ahead, such as 26w
    #[arg(long, value_name = "HORIZON")]
    pub behaviour: Option<Horizon>,
    /// Table to write: .csv, .parquet, or - for standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
}

/// `ltv train`.
#[derive(Debug, Args)]
pub struct Train {
    /// Orders, or a table of customers (frequency, recency, age, monetary_value).
    #[command(flatten)]
    pub orders: OrdersIn,
    /// How time is counted.
    #[command(flatten)]
    pub counting: Counting,
    /// Which models.
    #[command(flatten)]
    pub model: Modelling,
    /// How far ahead is looked (365d, 52w, 12m, 1y): a regression and stack are trained for this alone, a model is calibrated for it at past
    /// origins
    #[arg(long, value_name = "HORIZON")]
    pub horizon: Option<Horizon>,
    /// Whether level and intervals are calibrated at past origins, where --horizon is given
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = OnArg::On)]
    pub calibration: OnArg,
    /// Model file to write
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// How subscriptions are read.
    #[command(flatten)]
    pub contracts: Contracts,
}

/// `ltv score`.
#[derive(Debug, Args)]
pub struct Score {
    /// Orders, a table of customers (frequency, recency, age, monetary_value) or subscriptions: files, globs, or -
    #[arg(value_name = "ORDERS-OR-CUSTOMERS", required_unless_present = "new_customer")]
    pub inputs: Vec<PathBuf>,
    /// How columns and rows are read.
    #[command(flatten)]
    pub reading: Reading,
    /// Where covariates are found, for a model that was trained with them.
    #[command(flatten)]
    pub covariates: CovariatesIn,
    /// Whether what past origins taught of level and intervals is used, where the model file has it
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = OnArg::On)]
    pub calibration: OnArg,
    /// Model file, made by ltv train or ltv run
    #[arg(long, value_name = "FILE")]
    pub model: PathBuf,
    /// How far to look ahead: 365d, 52w, 12m, 1y
    #[arg(long, value_name = "HORIZON")]
    pub horizon: Horizon,
    /// What the future is worth.
    #[command(flatten)]
    pub worth: Worth,
    /// Begin the window of the forecast this long after the cut-off: --from 13w --horizon 13w is the quarter after next
    #[arg(long, value_name = "LENGTH")]
    pub from: Option<Horizon>,
    /// Add when the customer buys next: median and interval, in the model's unit; empty is never
    #[arg(long)]
    pub next_purchase: bool,
    /// Add the exact probabilities of 0, 1, ..., N purchases in the window, and of more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=MOST_PROBABILITIES))]
    pub probabilities: Option<u32>,
    /// Add the discounted expected purchases (and value) of the whole future (DERT); needs --discount
    #[arg(long, requires = "discount")]
    pub residual: bool,
    /// Score a customer acquired today instead of the customers of a file
    #[arg(long, conflicts_with = "inputs")]
    pub new_customer: bool,
    /// Table to write: .csv, .parquet, or - for standard output
    #[arg(long, short, value_name = "FILE", required_unless_present = "new_customer")]
    pub output: Option<PathBuf>,
    /// How subscriptions are read.
    #[command(flatten)]
    pub contracts: Contracts,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnArg {
    /// It is.
    On,
    /// It is not.
    Off,
}

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// For people.
    Table,
    /// One nested document.
    Json,
    /// Long: origin,model,target,metric,value
    Csv,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
