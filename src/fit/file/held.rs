//! What the totals of a model on a ridge leave out.

use super::TrainedModel;
use crate::fit::Uncertainty;

impl TrainedModel {
    /// What the intervals of a shop's totals leave out, in words, where a fit lies on a ridge; `money` says whether value is
    /// forecast. The spread of what the data determine says nothing of what they do not: of UCI Online Retail's first year
    /// no drop-out is visible, and a third fewer purchases came in the second than the interval allows.
    #[must_use]
    pub fn held_fixed(&self, money: bool) -> Option<String> {
        let partial = |found: Option<&Uncertainty>| found.is_some_and(Uncertainty::is_partial);
        // Draws of a bootstrap or of a posterior go along the ridge.
        let purchase = Some(&self.purchase).filter(|purchase| purchase.draws.is_empty());
        let spend = self.spend.as_ref().filter(|spend| money && spend.draws.is_empty());
        let otherwise = match (
            partial(purchase.and_then(|purchase| purchase.uncertainty.as_ref())),
            partial(spend.and_then(|spend| spend.uncertainty.as_ref())),
        ) {
            (false, false) => return None,
            (true, false) => "customers leave more than these data show, the totals can fall far below them",
            (false, true) => "order values vary more than these data show, the total value can fall outside",
            (true, true) => {
                "customers leave more, or order values vary more, than these data show, the totals can fall far outside"
            }
        };
        Some(format!(
            "these data do not determine the whole model (see the warnings of the fit), and the intervals of the totals \
             take the rest as it was fitted: if {otherwise}"
        ))
    }
}
