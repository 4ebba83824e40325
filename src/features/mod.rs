//! 2. What each customer did up to a cut-off: frequency, recency, age and monetary value.

mod net;
mod regularity;
mod past;
mod key;
mod one;
mod some;
mod holdout;
mod customers;
mod times;
pub(crate) mod cells;
mod covariates;
mod table_in;
mod tenure;
mod behaviour;
mod subscriptions;

pub use behaviour::Behaviour;
pub(crate) use cells::Cells;
pub use covariates::{
    Coding, CovariateColumn, CovariateFile, CovariateGroups, CovariatePath, CovariatePaths, CovariatePlan,
    CovariateSchema, CovariateTable, Gap, Process, Season, Span,
};
pub use customers::{Customers, History, HistoryKey, LnSpent, Rfm, Spent};
pub use holdout::{Acquired, Holdout};
pub use key::PastKey;
pub use net::{Netting, Purchase};
pub use past::Past;
pub use regularity::Regularity;
pub use subscriptions::{Contract, ContractOptions, Contracts, Spell, SubscriptionOptions, Subscriptions};
pub use table_in::{Beside, CustomersReader, TableOptions};
pub use tenure::Tenure;
pub use times::PurchaseTimes;
