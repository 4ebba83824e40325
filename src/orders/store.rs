//! All orders of all customers, in columns.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::attributes::alike;
use super::events::{Event, Events};
use super::{Attribute, Ids, LogOptions};
use crate::units::Tick;

/// All orders: per customer, in order of time. What [`crate::features`] cuts at a date.
///
/// Refunds stand beside the orders with their own dates and are set off against them only at the cut, so a refund
/// that came later never changes what was known before.
#[derive(Debug)]
pub struct Orders {
    /// The customers, in the order of their first appearance in the input.
    pub ids: Ids,
    /// How rows were summarised.
    pub options: LogOptions,
    /// What else of the customers' first orders was asked for.
    pub attributes: Vec<Attribute>,
    events: Events,
    span: Option<(Tick, Tick)>,
    refunds: bool,
    serial: u64,
}

/// How many stores of orders there have been: no two have the same number, so that what is remembered of one is never taken for what is known
/// of another.
static STORES: AtomicU64 = AtomicU64::new(0);

impl Orders {
    pub(super) fn new(ids: Ids, options: LogOptions, attributes: Vec<Attribute>, events: Events) -> Self {
        let mut span: Option<(i32, i32)> = None;
        let mut refunds = false;
        for (tick, amount) in events.ticks_and_amounts() {
            if amount < 0 {
                refunds = true;
            } else {
                span = Some(span.map_or((tick, tick), |(first, last)| (first.min(tick), last.max(tick))));
            }
        }
        let span = span.map(|(first, last)| (Tick(first), Tick(last)));
        let serial = STORES.fetch_add(1, Ordering::Relaxed);
        Self { ids, options, attributes, events, span, refunds, serial }
    }

    /// The orders of some customers alone, by their numbers, in this order.
    ///
    /// # Panics
    /// If there is no customer of such a number.
    #[must_use]
    pub fn of_some(&self, who: &[u32]) -> Self {
        let ids = who.iter().map(|&customer| self.ids.get(customer as usize)).collect();
        let only = |attribute: &Attribute| Attribute {
            name: attribute.name.clone(),
            levels: attribute.levels.clone(),
            codes: who.iter().map(|&customer| attribute.codes[customer as usize]).collect(),
        };
        let attributes = self.attributes.iter().map(only).collect();
        Self::new(ids, self.options, attributes, self.events.picked(who))
    }

    /// A number that no other store of orders has while the program runs.
    pub(crate) const fn serial(&self) -> u64 {
        self.serial
    }

    /// How many customers there are, those with nothing but refunds among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether amounts are money.
    #[must_use]
    pub const fn has_money(&self) -> bool {
        self.options.money
    }

    /// The tick of the first order of all (refunds are no orders); `None` if there is none.
    #[must_use]
    pub fn first_tick(&self) -> Option<Tick> {
        self.span.map(|(first, _)| first)
    }

    /// The tick of the last order of all (refunds are no orders); `None` if there is none.
    #[must_use]
    pub fn last_tick(&self) -> Option<Tick> {
        self.span.map(|(_, last)| last)
    }

    /// The attribute of a name, but for case, spaces and signs.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        let same = self.attributes.iter().find(|attribute| attribute.name == name);
        same.or_else(|| self.attributes.iter().find(|attribute| alike(&attribute.name, name)))
    }

    /// Whether there are refunds.
    #[must_use]
    pub const fn has_refunds(&self) -> bool {
        self.refunds
    }

    /// The number of orders, before any refund: rows, or distinct order ids per customer where rows carry them.
    #[must_use]
    pub fn orders(&self) -> u64 {
        (0..self.len()).into_par_iter().with_min_len(1 << 14).map(|customer| self.orders_of(customer)).sum()
    }

    fn orders_of(&self, customer: usize) -> u64 {
        let mut ids = Vec::new();
        let mut orders = 0;
        for event in self.events.of(customer).filter(|event| !event.is_refund()) {
            if event.order == 0 {
                orders += u64::from(event.count);
            } else {
                ids.push(event.order);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        orders + ids.len() as u64
    }

    /// A customer's events, by time.
    pub(crate) fn events_of(&self, customer: usize) -> impl Iterator<Item = Event> {
        self.events.of(customer)
    }
}
