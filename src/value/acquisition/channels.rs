//! From which channel customers came, and which of them has costs.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::orders::Attribute;
use crate::value::Costs;

/// Channels (or campaigns of channels): of customers and of costs, matched by their names without spaces around and without case.
#[derive(Debug, Clone, PartialEq)]
pub struct Channels {
    /// Their names: as most customers have it, or as the costs have it. Those with costs come first, the larger ones before.
    pub names: Vec<String>,
    /// The channel of each customer of the orders, by its number there.
    pub of: Vec<u32>,
    /// The channel of each row of the costs.
    pub of_cost: Vec<u32>,
    /// How many are together in the last one; 0 where each stands for itself.
    pub folded: usize,
}

/// One channel while they are gathered.
struct Known {
    name: String,
    /// The customers under the spelling that `name` is.
    spelled: u32,
    customers: u32,
    cost: f64,
    costs: bool,
}

/// Numbers channels by their plain names.
#[derive(Default)]
struct Register {
    numbers: HashMap<String, u32, FixedState>,
    known: Vec<Known>,
}

impl Register {
    fn number(&mut self, name: &str, customers: u32) -> u32 {
        let next = self.known.len() as u32;
        let number = *self.numbers.entry(name.trim().to_lowercase()).or_insert(next);
        if number == next {
            let name = name.trim().to_owned();
            self.known.push(Known { name, spelled: customers, customers, cost: 0.0, costs: false });
            return number;
        }
        let known = &mut self.known[number as usize];
        known.customers += customers;
        if customers > known.spelled {
            (known.name, known.spelled) = (name.trim().to_owned(), customers);
        }
        number
    }
}

impl Channels {
    /// What joins a channel and its campaign.
    const JOINT: &str = " / ";

    /// Matches the customers' channels with those of the costs; with `campaign`, campaign by campaign. Of more than `most` the largest stand for
    /// themselves, those with costs first, and the rest is one.
    #[must_use]
    pub fn new(channel: &Attribute, campaign: Option<&Attribute>, costs: &Costs, most: usize) -> Self {
        let mut register = Register::default();
        let pair = |customer: usize| {
            (channel.codes[customer], campaign.map_or(0, |campaign| campaign.codes[customer]))
        };
        let mut pairs: HashMap<(u32, u32), u32, FixedState> = HashMap::default();
        for customer in 0..channel.codes.len() {
            *pairs.entry(pair(customer)).or_default() += 1;
        }
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_unstable();
        let numbered = pairs.into_iter().map(|((one, other), customers)| {
            let name = channel.levels.get(one as usize);
            let name = match campaign {
                Some(campaign) => joined(name, campaign.levels.get(other as usize)),
                None => name.to_owned(),
            };
            ((one, other), register.number(&name, customers))
        });
        let numbers: HashMap<(u32, u32), u32, FixedState> = numbered.collect();
        let of: Vec<u32> = (0..channel.codes.len()).map(|customer| numbers[&pair(customer)]).collect();
        let cost = |row: &super::super::Cost| {
            let name = match campaign {
                Some(_) => joined(&row.channel, &row.campaign),
                None => row.channel.clone(),
            };
            let number = register.number(&name, 0);
            let known = &mut register.known[number as usize];
            known.cost += row.cost;
            known.costs = true;
            number
        };
        let of_cost: Vec<u32> = costs.rows.iter().map(cost).collect();
        Self::ranked(register.known, of, of_cost, most.max(2))
    }

    /// Those with costs first, and the largest; the rest as one.
    fn ranked(known: Vec<Known>, of: Vec<u32>, of_cost: Vec<u32>, most: usize) -> Self {
        let mut order: Vec<usize> = (0..known.len()).collect();
        let rank = |at: &usize| {
            let channel = &known[*at];
            (!channel.costs, std::cmp::Reverse(channel.customers))
        };
        order.sort_by(|a, b| {
            rank(a)
                .cmp(&rank(b))
                .then(known[*b].cost.total_cmp(&known[*a].cost))
                .then(known[*a].name.cmp(&known[*b].name))
        });
        let own = if order.len() > most { most - 1 } else { order.len() };
        let mut place = vec![own as u32; known.len()];
        order.iter().take(own).enumerate().for_each(|(at, &channel)| place[channel] = at as u32);
        let mut names: Vec<String> = order.iter().take(own).map(|&at| known[at].name.clone()).collect();
        let folded = order.len() - own;
        if folded > 0 {
            names.push(format!("(the other {folded})"));
        }
        let placed = |numbers: Vec<u32>| numbers.into_iter().map(|number| place[number as usize]).collect();
        Self { names, of: placed(of), of_cost: placed(of_cost), folded }
    }

    /// The channel of a name, as it is matched.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        let wanted = name.trim().to_lowercase();
        self.names.iter().position(|known| known.to_lowercase() == wanted)
    }
}

fn joined(channel: &str, campaign: &str) -> String {
    format!("{}{}{}", channel.trim(), Channels::JOINT, campaign.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Ids;
    use crate::units::CalendarPeriod;
    use crate::value::Cost;

    #[test]
    fn names_are_matched_without_case_and_spaces_and_the_rest_is_one() {
        let levels: Ids = ["Ads", "ads", "email", "fairs", "shop"].into_iter().collect();
        let codes = vec![0, 1, 1, 2, 3, 4, 4];
        let channel = Attribute { name: "channel".into(), levels, codes };
        let cost = |channel: &str| Cost {
            line: 2,
            period: 0,
            channel: channel.into(),
            campaign: String::new(),
            cost: 1.0,
        };
        let costs = Costs {
            path: "c.csv".into(),
            period: CalendarPeriod::Month,
            rows: vec![cost("ADS"), cost("radio")],
            currency: None,
            campaigns: false,
            notes: Vec::new(),
        };
        let all = Channels::new(&channel, None, &costs, 40);
        assert_eq!(all.names, ["ads", "radio", "shop", "email", "fairs"]);
        assert_eq!((&all.of[..], &all.of_cost[..]), (&[0, 0, 0, 3, 4, 2, 2][..], &[0, 1][..]));
        assert_eq!(all.find(" Radio "), Some(1));
        let few = Channels::new(&channel, None, &costs, 3);
        assert_eq!(few.names, ["ads", "radio", "(the other 3)"]);
        assert_eq!((few.folded, &few.of[..]), (3, &[0, 0, 0, 2, 2, 2, 2][..]));
    }
}
