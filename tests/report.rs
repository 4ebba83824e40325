//! The report as a page: whole, safe, small, the same for the same orders, in four languages.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use ltv::units::Language;

/// Runs `ltv report` in a folder.
fn report(folder: &Path, arguments: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = Command::cargo_bin("ltv").unwrap();
    command.current_dir(folder).arg("report").args(arguments).assert()
}

/// The page that it writes.
fn page(folder: &Path, arguments: &[&str]) -> String {
    let all = [arguments, &["-q", "-o", "page.html"]].concat();
    report(folder, &all).success();
    fs::read_to_string(folder.join("page.html")).unwrap()
}

fn cdnow() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/cdnow_sample.csv")
}

/// A small shop whose customers and channels have names that mean harm.
fn hostile() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/hostile.csv")
}

/// Reads the page tag by tag, as XML would be read: every tag closed in its order, every attribute quoted, nothing left bare. The names of all
/// tags, and the words between them.
fn parsed(page: &str) -> (Vec<String>, String) {
    let mut rest = page.strip_prefix("<!DOCTYPE html>").expect("a doctype");
    let (mut open, mut tags, mut words) = (Vec::<String>::new(), Vec::new(), String::new());
    while let Some((before, after)) = rest.split_once('<') {
        assert!(!before.contains('>'), "a bare > in {before:?}");
        for entity in before.split('&').skip(1) {
            let name = entity.split(';').next().unwrap();
            assert!(["amp", "lt", "gt", "quot", "#39"].contains(&name), "&{name}");
        }
        words += before;
        if let Some(name) = after.strip_prefix('/') {
            let (name, after) = name.split_once('>').unwrap();
            assert_eq!(open.pop().as_deref(), Some(name), "closed in its order");
            rest = after;
            continue;
        }
        let name: String = after.chars().take_while(char::is_ascii_alphanumeric).collect();
        let mut inside = &after[name.len()..];
        let alone = loop {
            inside = inside.trim_start();
            if let Some(after) = inside.strip_prefix("/>") {
                rest = after;
                break true;
            }
            if let Some(after) = inside.strip_prefix('>') {
                rest = after;
                break false;
            }
            let (attribute, after) = inside.split_once("=\"").expect("attributes are quoted");
            assert!(attribute.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{attribute}");
            let (value, after) = after.split_once('"').unwrap();
            assert!(!value.contains('<'), "{attribute}={value}");
            assert!(
                !attribute.starts_with("on") && !["src", "style", "srcset"].contains(&attribute),
                "{attribute}"
            );
            assert!(attribute != "href" || value.starts_with('#'), "{value}");
            inside = after;
        };
        tags.push(name.clone());
        if matches!(name.as_str(), "style" | "script") {
            rest = rest.split_once(&format!("</{name}>")).unwrap().1; // what they hold is no markup
        } else if !alone {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
    (tags, words)
}

#[test]
fn the_page_is_well_formed_and_whole_in_every_language() {
    let folder = tempfile::tempdir().unwrap();
    let orders = cdnow();
    for language in Language::ALL {
        let code = language.code();
        let text = page(folder.path(), &[orders.to_str().unwrap(), "--lang", code, "--horizon", "26w"]);
        let (tags, words) = parsed(&text);
        assert!(text.contains(&format!("<html lang=\"{code}\">")));
        assert!(text.len() < 300_000, "{} bytes", text.len());
        assert_eq!(tags.iter().filter(|tag| *tag == "script").count(), 1);
        assert_eq!(tags.iter().filter(|tag| *tag == "h1").count(), 1);
        for landmark in ["main", "nav", "header", "footer", "title", "caption"] {
            assert!(tags.iter().any(|tag| tag == landmark), "{landmark}");
        }
        assert!(!words.contains('{') && !words.contains("NaN") && !words.contains("inf "), "{code}");
        // The rows of the file, as each language writes them.
        let thousand = match language {
            Language::En => "6,919",
            Language::Pl => "6919",
            Language::Ru => "6\u{a0}919",
            Language::De => "6.919",
        };
        assert!(words.contains(thousand), "{code}: {thousand}");
        assert!(!text.contains("http://") && !text.contains("https://") && !text.contains("@import"));
    }
}

#[test]
fn every_id_is_there_once_and_every_link_leads_somewhere() {
    let folder = tempfile::tempdir().unwrap();
    let text = page(folder.path(), &[cdnow().to_str().unwrap()]);
    let named = |before: &str| -> Vec<String> {
        text.split(before).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let ids = named(" id=\"");
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len());
    for target in named("href=\"#").into_iter().chain(named("aria-labelledby=\"")) {
        assert!(ids.contains(&target), "{target}");
    }
}

#[test]
fn what_stands_in_the_data_is_text() {
    let folder = tempfile::tempdir().unwrap();
    let orders = hostile();
    let title = "<script>title</script>\u{202e}";
    let arguments = [orders.to_str().unwrap(), "--by", "<b>channel</b>", "--title", title, "--horizon", "3m"];
    let text = page(folder.path(), &arguments);
    let (tags, words) = parsed(&text);
    assert!(!tags.iter().any(|tag| tag == "img"));
    assert!(words.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(words.contains("&quot;&gt;&lt;img src=x onerror=alert(1)&gt;"));
    assert!(words.contains("&lt;b&gt;channel&lt;/b&gt;"));
    assert!(text.contains("<span class=\"acts\">U+202E</span>"));
    assert!(text.contains("<title>&lt;script&gt;title&lt;/script&gt;[U+202E]</title>"));
    assert!(!text.contains('\u{202e}') && !text.contains('\u{202c}'));
    assert!(text.contains("<bdi>מלך שלום"));
}

#[test]
fn the_same_orders_give_the_same_bytes_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let orders = cdnow();
    let once = page(folder.path(), &[orders.to_str().unwrap(), "--threads", "1"]);
    let again = page(folder.path(), &[orders.to_str().unwrap(), "--threads", "3"]);
    assert!(once == again);
}

#[test]
fn the_figures_are_those_of_the_main_job() {
    let folder = tempfile::tempdir().unwrap();
    let orders = cdnow();
    let text = page(folder.path(), &[orders.to_str().unwrap(), "--horizon", "52w"]);
    let mut command = Command::cargo_bin("ltv").unwrap();
    command.current_dir(folder.path()).args([
        "-q",
        "run",
        orders.to_str().unwrap(),
        "--horizon",
        "52w",
        "-o",
        "out",
    ]);
    command.assert().success();
    let summary: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("out/summary.json")).unwrap()).unwrap();
    let locale = ltv::units::Locale::of(Language::En);
    for end in ["expected", "lower", "upper"] {
        let told = locale.money(summary["value"][end].as_f64().unwrap());
        assert!(text.contains(&told), "{end}: {told}");
    }
    for listed in ["most_valuable", "slipping_away"] {
        for customer in summary[listed].as_array().unwrap() {
            assert!(text.contains(&format!("<bdi>{}</bdi>", customer["customer_id"].as_str().unwrap())));
        }
    }
}

#[test]
fn the_ledger_adds_up_to_every_row() {
    let folder = tempfile::tempdir().unwrap();
    let orders = hostile();
    let text = page(folder.path(), &[orders.to_str().unwrap(), "--horizon", "3m"]);
    let rows = text.split("id=\"rows\"").nth(1).unwrap().split("</table>").next().unwrap();
    let body = rows.split("<tbody>").nth(1).unwrap();
    let counts: Vec<f64> = body
        .split("data-v=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
        .collect();
    let (all, parts) = counts.split_last().unwrap();
    assert_eq!(parts.iter().sum::<f64>(), *all);
    assert!(rows.contains("Without a customer") && rows.contains("hostile.csv"));
}

#[test]
fn orders_without_money_are_told_in_purchases() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(cdnow()).unwrap();
    let bare: String =
        text.lines().map(|line| line.split(',').take(2).collect::<Vec<_>>().join(",") + "\n").collect();
    fs::write(folder.path().join("bare.csv"), bare).unwrap();
    let text = page(folder.path(), &["bare.csv"]);
    let (_, words) = parsed(&text);
    assert!(words.contains("Expected purchases, added up month by month"));
    assert!(!words.contains("Expected revenue") && !words.contains("to spend"));
}

#[test]
fn what_cannot_be_done_is_said_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let orders = cdnow();
    let orders = orders.to_str().unwrap();
    let says = |arguments: &[&str], words: &str| {
        let output = report(folder.path(), arguments).code(2).get_output().stderr.clone();
        let text = String::from_utf8(output).unwrap();
        assert!(text.contains(words), "{text}");
    };
    says(&[orders, "-o", "page.pdf"], "name it .html");
    says(&[orders, "--lang", "fr", "-o", "page.html"], "use en, pl, ru or de");
    says(&[orders, "--margin", "30%", "-o", "page.html"], "--costs");
    says(&[orders, "--by", "channel", "-o", "page.html"], "channel");
    fs::copy(orders, folder.path().join("orders.html")).unwrap();
    says(&["orders.html", "-o", "orders.html"], "would be lost");
}

#[test]
fn the_model_of_spend_that_is_asked_for_is_the_one_that_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let orders = cdnow();
    let text = page(folder.path(), &[orders.to_str().unwrap(), "--spend", "log-normal", "--horizon", "3m"]);
    assert!(!text.contains("Gamma-Gamma") && text.contains("Lognormal"));
}
