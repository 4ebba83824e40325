use super::lines::split;
use super::*;
use crate::model::{BgNbd, GammaGamma, Law};
use crate::progress::Silent;
use crate::table::Values;

fn plan(customers: u32) -> Simulation {
    Simulation {
        customers,
        seed: 7,
        start: Grain::Day.read("2023-01-01").unwrap(),
        acquired_by: Grain::Day.read("2023-03-31").unwrap(),
        end: Grain::Day.read("2024-12-31").unwrap(),
        lines_per_order: 3.0,
        grain: Grain::Day,
        unit: TimeUnit::Week,
    }
}

fn cdnow() -> (BgNbd, GammaGamma) {
    (BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap(), GammaGamma::new(6.25, 3.74, 15.44).unwrap())
}

/// One line of the file: customer, day, order, quantity, cents.
type Row = (String, i32, u32, u32, i64);

fn rows(plan: &Simulation) -> (Simulated, Vec<Row>) {
    let (purchases, spend) = cdnow();
    let mut rows = Vec::new();
    let simulated = simulate(&purchases, Some(&spend), plan, &Silent, &mut |chunk| {
        let column = |name: &str| &chunk.columns.iter().find(|column| column.0 == name).unwrap().1;
        let (Values::Text(ids), Values::Moments(_, days)) = (column("customer_id"), column("date")) else {
            panic!()
        };
        let (Values::Whole(orders), Values::Whole(pieces)) = (column("order_id"), column("quantity")) else {
            panic!()
        };
        let Values::Money(amounts) = column("amount") else { panic!() };
        rows.extend((0..ids.len()).map(|at| {
            (ids[at].to_string(), days[at].0, orders[at], pieces[at], amounts[at].micros() / 10_000)
        }));
        Ok(())
    });
    (simulated.unwrap(), rows)
}

#[test]
fn the_file_is_by_date_and_its_orders_are_numbered() {
    let plan = plan(2_000);
    let (simulated, rows) = rows(&plan);
    assert_eq!(rows.len() as u64, simulated.lines);
    assert_eq!(rows.last().unwrap().2 as u64, simulated.orders);
    assert!(rows.is_sorted_by(|l, r| (l.1, l.2) <= (r.1, r.2) && r.2 - l.2 <= 1));
    assert!(rows.iter().all(|row| (plan.start.0..=plan.end.0).contains(&row.1) && row.3 >= 1 && row.4 >= 1));
    let customers: std::collections::BTreeSet<&String> = rows.iter().map(|row| &row.0).collect();
    assert_eq!(customers.len(), 2_000);
    assert_eq!(customers.first().unwrap().as_str(), "C00000001");
}

/// Orders per customer 1 + E\[X\], lines per order 3, pieces per line 4/3: all within five standard errors of the mean.
#[test]
fn the_means_are_those_of_the_models() {
    let plan = plan(40_000);
    let (simulated, rows) = rows(&plan);
    let (purchases, _) = cdnow();
    let days = |tick: Tick| f64::from(plan.end.0 - tick.0) / 7.0;
    let (longest, shortest) = (days(plan.start), days(plan.acquired_by));
    let expected = (0..=1000).map(|step| {
        let age = shortest + (longest - shortest) * f64::from(step) / 1000.0;
        (purchases.mean(age), purchases.variance(age))
    });
    let (mean, variance) =
        expected.fold((0.0, 0.0), |sums, (m, v)| (sums.0 + m / 1001.0, sums.1 + v / 1001.0));
    let per_customer = simulated.orders as f64 / 40_000.0 - 1.0;
    assert!((per_customer - mean).abs() < 5.0 * (variance / 40_000.0).sqrt(), "{per_customer} for {mean}");
    let per_order = simulated.lines as f64 / simulated.orders as f64;
    assert!((per_order - 3.0).abs() < 5.0 * (2.0 / simulated.orders as f64).sqrt(), "{per_order}");
    let pieces = rows.iter().map(|row| f64::from(row.3)).sum::<f64>() / rows.len() as f64;
    assert!((pieces - 4.0 / 3.0).abs() < 0.02, "{pieces}");
    let per_order = rows.iter().map(|row| row.4 as f64 / 100.0).sum::<f64>() / simulated.orders as f64;
    assert!((per_order / (6.25 * 15.44 / 2.74) - 1.0).abs() < 0.03, "{per_order}");
}

#[test]
fn the_plan_alone_decides_and_not_the_threads() {
    let plan = plan(30_000);
    let with = |threads| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| rows(&plan))
    };
    let (one, three) = (with(1), with(3));
    assert!(one == three);
    assert!(one.1 != rows(&Simulation { seed: 8, ..plan.clone() }).1);
    // The first thousand are the same thousand, whoever comes after them.
    let lines = |rows: Vec<Row>| {
        let first = rows.into_iter().filter(|row| row.0.as_str() <= "C00001000");
        first.map(|row| (row.0, row.1, row.3, row.4)).collect::<Vec<_>>()
    };
    assert_eq!(lines(one.1), lines(rows(&Simulation { customers: 1_000, ..plan }).1));
}

#[test]
fn windows_of_time_hold_all_orders_whatever_their_number() {
    let (purchases, _) = cdnow();
    let plan = plan(3_000);
    let teller = Teller { model: &purchases, spend: None, plan: &plan, more_lines: None };
    let told = |windows: &[Window]| -> Vec<Vec<Order>> {
        windows.iter().map(|window| teller.orders_in(window, &Silent).unwrap()).collect()
    };
    let windows = teller.windows(WINDOW, &Silent).unwrap();
    assert_eq!(windows.len(), 1);
    let all = told(&windows).concat();
    assert_eq!(all.len() as u64, windows[0].orders);
    let windows = teller.windows(500, &Silent).unwrap();
    assert!(windows.len() > 10 && windows.iter().all(|window| window.orders <= 500));
    let parts = told(&windows);
    assert!(windows.iter().zip(&parts).all(|(window, part)| window.orders == part.len() as u64));
    assert_eq!(all, parts.concat());
}

#[test]
fn lines_add_up_to_the_order_to_the_cent() {
    let mut rng = plan(1).rng(1, 1);
    for (total, count) in [(1, 1), (5, 5), (100, 7), (1_000_000_000_000, 40), (3, 2)] {
        let parts = split(total, count, &mut rng);
        assert_eq!((parts.len(), parts.iter().sum::<i64>()), (count, total));
        assert!(parts.iter().all(|&part| part >= 1), "{parts:?}");
    }
}

#[test]
fn a_plan_that_contradicts_itself_is_refused() {
    let (purchases, _) = cdnow();
    let good = plan(10);
    for bad in [
        Simulation { customers: 0, ..good.clone() },
        Simulation { acquired_by: Tick(good.start.0 - 1), ..good.clone() },
        Simulation { end: Tick(good.acquired_by.0 - 1), ..good.clone() },
        Simulation { lines_per_order: 0.5, ..good.clone() },
        Simulation { lines_per_order: f64::NAN, ..good.clone() },
    ] {
        let error = simulate(&purchases, None::<&GammaGamma>, &bad, &Silent, &mut |_| Ok(())).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
    }
    let too_heavy = GammaGamma::new(1.0, 0.01, 1.0).unwrap();
    assert!(simulate(&purchases, Some(&too_heavy), &plan(5_000), &Silent, &mut |_| Ok(())).is_err());
}

#[test]
fn without_a_spend_model_there_is_no_amount() {
    let (purchases, _) = cdnow();
    let names = &mut Vec::new();
    simulate(&purchases, None::<&GammaGamma>, &plan(10), &Silent, &mut |chunk| {
        names.extend(chunk.columns.iter().map(|column| column.0.to_owned()));
        Ok(())
    })
    .unwrap();
    assert_eq!(*names, ["customer_id", "date", "order_id", "quantity"]);
}
