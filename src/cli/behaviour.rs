//! What `ltv features` writes beside frequency, recency and age: attributes of the first order, and behaviour in many numbers.

use crate::features::{Behaviour, Customers, Past};
use crate::orders::Attribute;
use crate::regress::horizon_in_ticks;
use crate::table::{Chunk, Values};
use crate::units::Horizon;
use crate::{Error, Result};

/// What is written beside the table.
pub struct Beside<'a> {
    past: &'a Past<'a>,
    /// The columns of behaviour with their names, if they are asked for.
    behaviour: Option<(Behaviour, Vec<String>)>,
}

impl<'a> Beside<'a> {
    /// Attributes if they were read, behaviour if a horizon is given.
    ///
    /// # Errors
    /// [`Error::Usage`] if opportunities are counted and behaviour is asked for.
    pub fn new(past: &'a Past<'a>, horizon: Option<Horizon>) -> Result<Self> {
        let columns = |horizon| -> Result<(Behaviour, Vec<String>)> {
            let behaviour = Behaviour::of(past, horizon_in_ticks(past, horizon)?, true)?;
            let names = behaviour.names();
            Ok((behaviour, names))
        };
        Ok(Self { past, behaviour: horizon.map(columns).transpose()? })
    }

    /// The values for a part of the table.
    ///
    /// # Errors
    /// As [`Past::fill_behaviour`].
    pub fn of(&self, customers: &Customers) -> Result<Columns<'a>> {
        let numbers = customers.history.as_ref().map_or(&[][..], |history| &history.numbers);
        let texts = |attribute: &'a Attribute| numbers.iter().map(|&at| attribute.of(at as usize)).collect();
        let mut columns = Vec::new();
        if let Some((behaviour, names)) = &self.behaviour {
            let width = names.len();
            let mut rows = vec![0.0; numbers.len() * width];
            self.past.fill_behaviour(behaviour, numbers, &mut rows, width)?;
            let column = |at: usize| rows.iter().skip(at).step_by(width).copied().collect();
            columns = (0..width).map(column).collect();
        }
        Ok(Columns { texts: self.past.orders().attributes.iter().map(texts).collect(), columns })
    }

    /// Appends them to a part of the table. What is there already under the same name, as `frequency`, is not told twice.
    ///
    /// # Errors
    /// [`Error::Usage`] if an attribute has the name of another column.
    pub fn append<'c>(&'c self, values: &'c Columns<'a>, to: &mut Chunk<'c>) -> Result<()> {
        let there = |to: &Chunk<'_>, name: &str| to.columns.iter().any(|(other, _)| *other == name);
        for (attribute, texts) in self.past.orders().attributes.iter().zip(&values.texts) {
            if there(to, &attribute.name) {
                return Err(Error::usage(format!(
                    "the table has a column `{}` already; rename that column of the orders",
                    attribute.name
                )));
            }
            to.columns.push((&attribute.name, Values::Text(texts.clone())));
        }
        let names = self.behaviour.iter().flat_map(|(_, names)| names);
        for (name, column) in names.zip(&values.columns) {
            if !there(to, name) {
                to.columns.push((name, Values::Real(column)));
            }
        }
        Ok(())
    }
}

/// What is written beside a part of the table, column by column.
pub struct Columns<'a> {
    texts: Vec<Vec<&'a str>>,
    columns: Vec<Vec<f64>>,
}
