//! Sums that keep their digits.

/// The sum of some terms, by [`Sum`].
pub fn sum(terms: impl IntoIterator<Item = f64>) -> f64 {
    terms.into_iter().collect::<Sum>().value()
}

/// A running sum that carries what rounding leaves behind (Neumaier 1974, ZAMM 54, 39–51): its error is that of one rounding,
/// whatever the number of terms, as long as they do not cancel by more than 1e16. What one addition leaves behind is told without asking which term is
/// the larger (Knuth 1997, The Art of Computer Programming, vol. 2, § 4.2.2, theorem B).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sum {
    total: f64,
    rest: f64,
}

impl Sum {
    /// Adds one term.
    pub fn add(&mut self, term: f64) {
        let total = self.total + term;
        let added = total - self.total;
        self.rest += (self.total - (total - added)) + (term - added);
        self.total = total;
    }

    /// The sum so far.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.total + self.rest
    }
}

impl Extend<f64> for Sum {
    fn extend<T: IntoIterator<Item = f64>>(&mut self, terms: T) {
        terms.into_iter().for_each(|term| self.add(term));
    }
}

impl FromIterator<f64> for Sum {
    fn from_iter<T: IntoIterator<Item = f64>>(terms: T) -> Self {
        let mut sum = Self::default();
        sum.extend(terms);
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_terms_are_not_lost_between_large_ones() {
        let sum: Sum = [1.0, 1e100, 1.0, -1e100].into_iter().collect();
        assert_eq!(sum.value(), 2.0);
    }

    /// What an addition leaves behind is a number, found with and without asking.
    #[test]
    fn it_carries_to_the_last_bit_what_neumaiers_branches_do() {
        let (mut total, mut rest, mut sum) = (0.0f64, 0.0f64, Sum::default());
        for at in 0..10_000 {
            let bits = crate::math::hash::nth(at, 1);
            let term = (crate::math::hash::uniform(bits) - 0.5) * 2f64.powi((bits % 80) as i32 - 40);
            let next = total + term;
            rest += if total.abs() >= term.abs() { (total - next) + term } else { (term - next) + total };
            total = next;
            sum.add(term);
            assert_eq!(sum.value(), total + rest);
        }
    }

    #[test]
    fn ten_million_tenths_are_a_million() {
        let sum: Sum = std::iter::repeat_n(0.1, 10_000_000).collect();
        assert_eq!(sum.value(), 1e6);
    }
}
