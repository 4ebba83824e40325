//! Every model with parameters to ask it about: tame ones and hard corners.

use ltv::features::Rfm;
use ltv::model::{AnyPurchaseModel, Parametric};

/// A model, a span of time for it, and whether time comes in whole opportunities.
#[derive(Debug, Clone)]
pub struct Case {
    pub model: AnyPurchaseModel,
    pub span: f64,
    pub discrete: bool,
    /// Whether an answer costs milliseconds, and windows that begin later are told by draws.
    pub slow: bool,
}

impl Case {
    /// Histories that a customer of this model can have.
    pub fn histories(&self) -> Vec<Rfm> {
        [(0, 0.0, 39.0), (1, 2.0, 39.0), (3, 20.0, 39.0), (12, 30.0, 31.0), (25, 38.0, 39.0), (0, 0.0, 0.0)]
            .map(|(frequency, recency, age)| Rfm::new(frequency, recency, age))
            .to_vec()
    }
}

/// The parameters to try a model with; every model that there is must have some.
fn parameters(id: &str) -> Vec<(Vec<f64>, f64)> {
    let table: &[(&[f64], f64)] = match id {
        "bg-nbd" => &[
            (&[0.243, 4.414, 0.793, 2.426], 39.0),
            (&[0.243, 4.414, 1.0, 2.426], 400.0),
            (&[2.5, 30.0, 3.0, 0.2], 3.0),
            (&[0.05, 0.008, 0.7, 3.0], 2.0),
        ],
        "mbg-nbd" => &[
            (&[0.525, 6.183, 0.891, 1.614], 39.0),
            (&[0.5, 4.0, 1.0, 0.6], 400.0),
            (&[2.5, 30.0, 3.0, 0.2], 3.0),
        ],
        "bg-cnbd-k" | "mbg-cnbd-k" => &[
            (&[1.329, 2.813, 0.425, 0.790], 39.0),
            (&[0.36, 1.13, 0.52, 2.79], 52.0),
            (&[3.0, 6.0, 1.0, 2.0], 12.0),
        ],
        "nbd" => &[(&[0.385, 12.07], 39.0), (&[40.0, 20.0], 10.0), (&[0.05, 0.01], 2.0)],
        "pareto-nbd" => &[
            (&[0.553, 10.58, 0.606, 11.67], 39.0),
            (&[0.553, 10.58, 1.0, 11.67], 400.0),
            (&[0.8, 10.0, 2.0, 10.0], 26.0),
            (&[10.465, 0.00799, 3.05, 2.82], 0.1),
        ],
        "ggom-nbd" => &[
            (&[0.553, 10.58, 0.0002, 0.603, 0.0026], 39.0),
            (&[1.2, 8.0, 0.05, 0.7, 3.0], 52.0),
            (&[0.6, 4.0, 0.3, 1.5, 20.0], 20.0),
        ],
        "pareto-ggg" => &[(&[1.695, 0.373, 0.948, 5.243, 0.432, 4.348], 39.0)],
        "bg-bb" => &[(&[1.204, 0.750, 0.657, 2.783], 6.0), (&[0.4, 3.0, 1.0, 9.0], 40.0)],
        _ => &[],
    };
    table.iter().map(|(parameters, span)| (parameters.to_vec(), *span)).collect()
}

/// All cases of all models.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for (id, ..) in AnyPurchaseModel::ALL {
        let template = AnyPurchaseModel::template(id).unwrap();
        let tried = parameters(id);
        assert!(!tried.is_empty(), "`{id}` has no parameters here to be tried with");
        for (at, (parameters, span)) in tried.into_iter().enumerate() {
            let model = template.with_parameters(&parameters).unwrap();
            // Erlang waiting times: 1, 2 and 3 stages.
            let model = model.with_setting("k", (at % 3 + 1) as f64).unwrap_or(model);
            cases.push(Case { model, span, discrete: *id == "bg-bb", slow: *id == "pareto-ggg" });
        }
    }
    cases
}
