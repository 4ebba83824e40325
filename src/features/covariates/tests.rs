use std::fs;

use super::*;
use crate::Result;
use crate::orders::Ids;
use crate::units::Grain;

const SHOP: &str =
    "client,Age,Channel,Zip,Visits\na,30,web,01,1\nb,40,shop,02,2\nc,50,web,01,3\nd,60,,03,4\n";

fn plan(purchase: &[&str], folder: &tempfile::TempDir, text: &str) -> CovariatePlan {
    let path = folder.path().join("customers.csv");
    fs::write(&path, text).unwrap();
    CovariatePlan {
        file: CovariateFile { path, ..CovariateFile::default() },
        purchase: purchase.iter().map(|&name| name.to_owned()).collect(),
        ..CovariatePlan::default()
    }
}

/// Learns from a file and codes these customers.
fn coded(text: &str, purchase: &[&str], ids: &[&str]) -> Result<(CovariateSchema, CovariateGroups)> {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(purchase, &folder, text);
    let table = CovariateTable::read(&plan.file, &plan.columns(), Grain::Day)?;
    let ids: Ids = ids.iter().copied().collect();
    let schema = CovariateSchema::learn(&plan, Some(&table), &ids)?;
    let groups = schema.groups(&table, &ids, plan.gap)?;
    schema.check_rank(&table, &groups, &Process::ALL)?;
    Ok((schema, groups))
}

#[track_caller]
fn complains(text: &str, purchase: &[&str], ids: &[&str], words: &[&str]) {
    let error = coded(text, purchase, ids).unwrap_err().to_string();
    for word in words {
        assert!(error.contains(word), "`{word}` is not in: {error}");
    }
}

#[test]
fn numbers_stay_and_categories_have_a_reference() {
    let (schema, groups) = coded(SHOP, &["age", "Channel"], &["c", "a", "b"]).unwrap();
    let web = Coding::Levels { reference: "web".into(), others: vec!["shop".into()] };
    assert_eq!(schema.columns[0].coding, Coding::Number { mean: 40.0 });
    assert_eq!(schema.columns[1].coding, web);
    let names: Vec<_> = schema.coefficients(Process::Purchase).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Age", "Channel=shop"]);
    assert_eq!(groups.of, [0, 1, 2]);
    assert_eq!(groups.values, [[50.0, 0.0], [30.0, 0.0], [40.0, 1.0]]);
    assert_eq!(schema.typical(), [40.0, 0.0]);
}

#[test]
fn of_equally_frequent_levels_the_first_by_letter_is_the_reference() {
    let (schema, _) = coded("id,c\n1,z\n2,m\n3,m\n4,z\n", &["c"], &["1", "2", "3", "4"]).unwrap();
    assert_eq!(schema.columns[0].coding, Coding::Levels { reference: "m".into(), others: vec!["z".into()] });
}

#[test]
fn numbers_can_be_declared_names_of_categories() {
    let folder = tempfile::tempdir().unwrap();
    let plan = CovariatePlan { categorical: vec!["zip".into()], ..plan(&["Zip"], &folder, SHOP) };
    let table = CovariateTable::read(&plan.file, &plan.columns(), Grain::Day).unwrap();
    let ids: Ids = ["a", "b", "c", "d"].into_iter().collect();
    let schema = CovariateSchema::learn(&plan, Some(&table), &ids).unwrap();
    assert_eq!(schema.columns[0].coefficients(), ["Zip=02", "Zip=03"]);
}

#[test]
fn spoiled_files_are_answered_with_place_and_way_out() {
    let all = ["a", "b", "c", "d"];
    complains(
        SHOP,
        &["Age", "Channel"],
        &all,
        &["1 of 4 customers", "`d`", "`Channel`", "--covariates-gaps fill"],
    );
    complains(SHOP, &["Age"], &["a", "b", "x", "y"], &["2 of 4 customers", "2 have no row", "`x`, `y`"]);
    complains(SHOP, &["Age"], &["x", "y"], &["none of the 2 customers", "--covariates-customer"]);
    complains(SHOP, &["Agee"], &all, &["no column `Agee`", "did you mean `Age`?"]);
    complains("", &["Age"], &all, &["empty"]);
    complains("name,Age\na,1\n", &["Age"], &all, &["--covariates-customer", "name, Age"]);
    complains("id,Age\na,1\nb,2\na,3\n", &["Age"], &all, &["`a` is there twice", "line 4", "line 2"]);
    complains("id,Age\na,1\n,2\n", &["Age"], &all, &["line 3", "no customer"]);
    complains(
        "id,Age\na,1\nb,2\nc,x3\nd,4\n",
        &["Age"],
        &all,
        &["line 4", "`x3`", "a number", "--categorical"],
    );
    complains("id,Age\na,5\nb,5\nc,5.0\nd,5\n", &["Age"], &all, &["`5` for all customers", "leave it out"]);
    complains("id,Age\na,\nb,\nc,NA\nd,\n", &["Age"], &all, &["empty for all"]);
}

#[test]
fn collinear_columns_are_named() {
    let text = "id,u,v,w\na,1,2,4\nb,2,0,4\nc,3,1,7\nd,4,7,15\n";
    complains(text, &["u", "v", "w"], &["a", "b", "c", "d"], &["`w` follows from `u`, `v`", "leave `w` out"]);
    let twice = "id,u,v\na,1,10\nb,2,20\nc,3,30\n";
    complains(twice, &["u", "v"], &["a", "b", "c"], &["`v` follows from `u`"]);
}

#[test]
fn an_unknown_level_names_itself_and_those_that_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let learned = plan(&["c"], &folder, "id,c\n1,x\n2,y\n3,x\n");
    let table = CovariateTable::read(&learned.file, &learned.columns(), Grain::Day).unwrap();
    let schema =
        CovariateSchema::learn(&learned, Some(&table), &["1", "2", "3"].into_iter().collect()).unwrap();
    let later = plan(&["c"], &folder, "id,c\n7,y\n8,q\n");
    let table = CovariateTable::read(&later.file, &later.columns(), Grain::Day).unwrap();
    let error = schema.groups(&table, &["7", "8"].into_iter().collect(), Gap::Fill).unwrap_err().to_string();
    for word in ["line 3", "column `c`", "`q`", "x, y"] {
        assert!(error.contains(word), "{error}");
    }
    // A row that is not asked for may say what it likes; a gap may be filled.
    let groups = schema.groups(&table, &["7", "9"].into_iter().collect(), Gap::Fill).unwrap();
    assert_eq!(groups.values, [[1.0], [0.0]]);
}
