use super::*;
use crate::backtest::resample::{Sums, group_of};
use crate::math::hash::uniform;

/// Models whose losses at each origin are means of their customers' losses.
fn losses(models: &[(&str, Vec<Vec<f64>>)]) -> Vec<Losses> {
    let groups = |n: usize| (0..n).map(|at| group_of(&format!("c{at}")));
    let one = |(name, origins): &(&str, Vec<Vec<f64>>)| Losses {
        model: (*name).into(),
        points: origins.iter().map(|each| mean(each)).collect(),
        resampled: (origins.iter())
            .map(|each| Sums::of(groups(each.len()).zip(each.iter().map(|&loss| [1.0, loss]))))
            .map(|sums| sums.resampled(|&[n, sum]| (n > 0.0).then(|| sum / n)))
            .collect(),
    };
    models.iter().map(one).collect()
}

/// Even numbers in [0, 1) that differ between salts.
fn noise(n: usize, salt: u64) -> Vec<f64> {
    (0..n as u64).map(|at| uniform(mix(at ^ mix(salt)))).collect()
}

fn shifted(base: &[f64], by: f64) -> Vec<f64> {
    base.iter().map(|loss| loss + by).collect()
}

fn verdicts(contest: &Contest) -> Vec<Verdict> {
    contest.models.iter().map(|standing| standing.verdict).collect()
}

const RMSE: (&str, &str) = ("purchases", "rmse");

/// The same customers, and a loss that is .2 larger for each, with little noise of its own: paired, that is beyond doubt; an even better one by .001 is not told apart.
#[test]
fn a_clear_loser_is_told_from_a_near_tie() {
    let base = noise(1000, 1);
    let near: Vec<f64> =
        base.iter().zip(noise(1000, 2)).map(|(loss, off)| loss + 0.2 * (off - 0.497)).collect();
    let worse: Vec<f64> =
        base.iter().zip(noise(1000, 3)).map(|(loss, off)| loss + 0.2 + 0.1 * (off - 0.5)).collect();
    let all = losses(&[("worse", vec![worse]), ("near", vec![near]), ("base", vec![base])]);
    let found = contest(RMSE, &all, Vec::new(), 1).unwrap();
    let best = found.best().unwrap();
    assert!(best.model != "worse" && best.behind == 0.0 && best.interval.is_none());
    assert_eq!(found.models[0].verdict, Verdict::Worse);
    assert!(verdicts(&found)[1..].contains(&Verdict::NotWorse), "{found:?}");
    let (lower, upper) = found.models[0].interval.unwrap();
    assert!((0.19..0.2).contains(&lower) && (0.2..0.21).contains(&upper), "{lower} {upper}");
    assert!(found.models.iter().all(|standing| standing.diebold_mariano.is_none()));
}

/// Twenty models that are equally good: with 95 % nobody is called worse, though the luckiest is taken as the best.
#[test]
fn nobody_is_called_worse_by_luck() {
    let mut falsely = 0;
    for trial in 0..40 {
        let models: Vec<(String, Vec<f64>)> =
            (0..20).map(|at| (format!("m{at}"), noise(300, 1000 * trial + at))).collect();
        let models: Vec<(&str, Vec<Vec<f64>>)> =
            models.iter().map(|(name, loss)| (name.as_str(), vec![loss.clone()])).collect();
        let found = contest(RMSE, &losses(&models), Vec::new(), 1).unwrap();
        falsely += usize::from(verdicts(&found).contains(&Verdict::Worse));
    }
    // Binomial of 40 trials at .05: more than 6 has a probability of .3 %.
    assert!(falsely <= 6, "{falsely} of 40");
}

#[test]
fn two_forecasts_that_are_the_same_tie_and_a_sure_difference_is_one() {
    let base = noise(500, 7);
    let same = losses(&[
        ("one", vec![base.clone()]),
        ("two", vec![base.clone()]),
        ("off", vec![shifted(&base, 0.1)]),
    ]);
    let found = contest(RMSE, &same, Vec::new(), 1).unwrap();
    assert_eq!(verdicts(&found), [Verdict::Best, Verdict::NotWorse, Verdict::Worse]);
    assert_eq!((found.models[1].behind, found.models[1].standard_error), (0.0, Some(0.0)));
}

/// The way of each metric: a Gini is better higher, a bias nearer to 0.
#[test]
fn each_metric_has_its_own_way() {
    let two = |metric: &'static str, values: [f64; 2]| {
        let better = Better::of(metric);
        let model = |name: &str, value: f64| Losses {
            model: name.into(),
            points: vec![better.loss(value)],
            resampled: vec![vec![Some(better.loss(value)); RESAMPLES]],
        };
        let found =
            contest(("value", metric), &[model("a", values[0]), model("b", values[1])], Vec::new(), 1)
                .unwrap();
        let best = found.best().unwrap();
        (best.model.clone(), best.mean)
    };
    assert_eq!(two("gini", [0.7, 0.6]), ("a".into(), 0.7));
    assert_eq!(two("log_score", [-1.2, -1.1]), ("b".into(), -1.1));
    assert_eq!(two("rmse", [1.2, 1.1]), ("b".into(), 1.1));
    assert_eq!(two("bias", [-0.05, 0.2]), ("a".into(), 0.05));
}

/// Eight origins, at each of which one model is about .1 behind: the test across origins says so too, and its origins may overlap.
#[test]
fn across_origins_there_is_a_test() {
    let at = |salt: u64| noise(400, salt);
    let base: Vec<Vec<f64>> = (0..8).map(at).collect();
    let worse = (0..8).map(|origin| shifted(&at(origin), 0.1 + 0.01 * (origin % 3) as f64)).collect();
    let all = losses(&[("base", base), ("worse", worse)]);
    for overlap in [1, 3] {
        let found = contest(RMSE, &all, vec!["lost".into()], overlap).unwrap();
        assert_eq!((found.origins, verdicts(&found)), (8, vec![Verdict::Best, Verdict::Worse]));
        let test = found.models[1].diebold_mariano.unwrap();
        assert!(test.statistic > 5.0 && test.p_value < 0.001 && test.lags + 1 == overlap, "{test:?}");
        assert_eq!(found, contest(RMSE, &all, vec!["lost".into()], overlap).unwrap());
    }
}

#[test]
fn origins_are_drawn_as_runs_in_a_circle() {
    for resample in 0..200 {
        let runs = drawn_origins(resample, 6, 3);
        assert!(
            runs.len() == 6
                && runs.chunks(3).all(|run| run.windows(2).all(|pair| pair[1] == (pair[0] + 1) % 6))
        );
        assert_eq!(drawn_origins(resample, 1, 4), [0]);
    }
    let first = |resample| drawn_origins(resample, 4, 1)[0];
    let counts = (0..RESAMPLES).fold([0; 4], |mut counts, resample| {
        counts[first(resample)] += 1;
        counts
    });
    assert!(counts.iter().all(|&count| (200..300).contains(&count)), "{counts:?}");
}

/// With too few resamples in which both can be measured nothing is told apart.
#[test]
fn without_resamples_there_are_no_intervals() {
    let model = |name: &str, value: f64| Losses {
        model: name.into(),
        points: vec![value],
        resampled: vec![vec![None; RESAMPLES]],
    };
    let found = contest(RMSE, &[model("a", 1.0), model("b", 2.0)], Vec::new(), 1).unwrap();
    assert_eq!(verdicts(&found), [Verdict::Best, Verdict::NotWorse]);
    assert_eq!(found.models[1].interval, None);
    assert!(contest(RMSE, &[], Vec::new(), 1).is_none());
}
