//! The shape of the tree is a test as well: a stage imports only stages before it, and files stay readable.

use std::fs;
use std::path::{Path, PathBuf};

/// The ground and the stages, in the order of `src/lib.rs`.
const FLOORS: [&str; 18] = [
    "error",
    "units",
    "progress",
    "output",
    "table",
    "math",
    "plot",
    "orders",
    "features",
    "model",
    "fit",
    "predict",
    "regress",
    "calibrate",
    "backtest",
    "value",
    "report",
    "cli",
];

/// Every Rust file of a floor: its folder, and its own file.
fn sources(floor: &str) -> Vec<(PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![src.join(format!("{floor}.rs"))];
    let mut folders = vec![src.join(floor)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    let read = |path: PathBuf| fs::read_to_string(&path).ok().map(|text| (path, text));
    let found: Vec<_> = files.into_iter().filter_map(read).collect();
    assert!(!found.is_empty(), "the floor {floor} has no file");
    found
}

/// The code of a file without its tests.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

#[test]
fn a_stage_imports_only_stages_before_it() {
    for (at, floor) in FLOORS.iter().enumerate() {
        for (path, text) in sources(floor) {
            for later in &FLOORS[at + 1..] {
                // Words in documentation may point ahead; code may not.
                for line in code(&text).lines().filter(|line| !line.trim_start().starts_with("//")) {
                    assert!(
                        !line.contains(&format!("crate::{later}")),
                        "{} ({floor}) imports {later}: {line}",
                        path.display()
                    );
                }
            }
        }
    }
}

#[test]
fn the_library_lists_its_stages_in_order() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let listed: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(listed, FLOORS);
}

#[test]
fn only_the_rim_prints_reads_the_clock_or_exits() {
    let banned = [
        "println!",
        "eprintln!",
        "print!(",
        "SystemTime::now",
        "Instant::now",
        "process::exit",
        "Timestamp::now",
        "Zoned::now",
    ];
    for floor in &FLOORS[..FLOORS.len() - 1] {
        for (path, text) in sources(floor) {
            for line in code(&text).lines().filter(|line| !line.trim_start().starts_with("//")) {
                for word in banned {
                    assert!(!line.contains(word), "{} has {word}: {line}", path.display());
                }
            }
        }
    }
}

#[test]
fn files_stay_readable() {
    let mut long = Vec::new();
    let mut all = 0;
    for floor in FLOORS {
        for (path, text) in sources(floor) {
            all += 1;
            let lines = code(&text).lines().count();
            assert!(lines <= 500, "{} has {lines} lines without its tests: split it", path.display());
            if lines > 300 {
                long.push((path, lines));
            }
        }
    }
    assert!(long.len() * 5 <= all, "most files are to stay under 300 lines, but these are longer: {long:?}");
}
