//! Laws of the cut, on shops made at random.

use proptest::prelude::*;

use super::*;

type Row = (usize, i32, u64, i32);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((0usize..5, 0i32..12, 0u64..6, -5i32..9), 1..50)
}

fn options() -> impl Strategy<Value = LogOptions> {
    let grain = prop::sample::select(vec![Grain::Day, Grain::None]);
    (grain, any::<bool>(), any::<bool>()).prop_map(|(grain, order_ids, drop_zero)| LogOptions {
        grain,
        order_ids,
        drop_zero,
        money: true,
    })
}

fn made(options: LogOptions, rows: &[Row]) -> Orders {
    let name = ["a", "b", "c", "d", "e"];
    let rows: Vec<_> =
        rows.iter().map(|&(c, tick, order, units)| (name[c], tick, order, f64::from(units))).collect();
    shop(options, &rows)
}

/// Purchases of all customers by name: what a table is made of.
fn table(past: &Past<'_>) -> Vec<Told> {
    let mut told = told(&past.customers(TimeUnit::Day));
    told.sort_by(|a, b| a.0.cmp(&b.0));
    told
}

proptest! {
    /// What comes after the cut cannot be told from the table.
    #[test]
    fn nothing_leaks(rows in rows(), options in options(), cutoff in 0i32..12) {
        let known: Vec<_> = rows.iter().copied().filter(|row| row.1 <= cutoff).collect();
        let (all, known) = (made(options, &rows), made(options, &known));
        match (Past::new(&all, Some(Tick(cutoff))), Past::new(&known, Some(Tick(cutoff)))) {
            (Ok(all), Ok(known)) => {
                prop_assert_eq!(table(&all), table(&known));
                prop_assert_eq!(all.netting(), known.netting());
            }
            (all, known) => prop_assert!(all.is_err() && known.is_err()),
        }
    }

    /// Every unit of money is in a customer's total, was netted, or is counted as a refund without an order.
    #[test]
    fn money_is_kept(rows in rows(), options in options()) {
        let orders = made(options, &rows);
        let Ok(past) = Past::new(&orders, Some(Tick(12))) else { return Ok(()) };
        let total: f64 = table(&past).iter().map(|row| row.6).sum();
        let rows: f64 = rows.iter().map(|row| f64::from(row.3)).sum();
        prop_assert!((total - past.netting().without_order - rows).abs() < 1e-9);
    }

    /// The past and the holdout together are the whole, apart from what later refunds took from the past.
    #[test]
    fn going_back_loses_nothing(rows in rows(), options in options(), origin in 0i32..11) {
        let orders = made(options, &rows);
        let Ok(now) = Past::new(&orders, Some(Tick(12))) else { return Ok(()) };
        let Ok((then, holdout)) = now.rewind_to(Tick(origin)) else { return Ok(()) };
        let (before, after) = (table(&then), table(&now));
        prop_assert_eq!(holdout.purchases.len(), then.len());
        let sum = |table: &[Told]| table.iter().map(|row| row.6).sum::<f64>();
        let later = holdout.value.iter().sum::<f64>() + holdout.acquired.value + holdout.revised;
        prop_assert!((sum(&before) + later - sum(&after)).abs() < 1e-9);
    }
}
