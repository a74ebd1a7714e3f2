//! The floors of the house: `crate::x` may only point down, and the computing
//! floors take values and return values.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Every top-level module and its floor, from the ground up. Doors share a
/// floor, and no door knows another.
const FLOORS: [(&str, u32); 16] = [
    ("domain", 0),
    ("ui", 1),
    ("clock", 2),
    ("tls", 2),
    ("config", 3),
    ("store", 3),
    ("probe", 3),
    ("notify", 3),
    ("remote", 3),
    ("wire", 2),
    ("journal", 4),
    ("engine", 5),
    ("sync", 5),
    ("server", 6),
    ("console", 6),
    ("cli", 7),
];

/// What a pure floor must not name: I/O, clocks, tasks.
const IMPURE: [&str; 10] = [
    "std::fs",
    "std::net::Tcp",
    "std::net::Udp",
    "std::env",
    "std::process",
    "std::io",
    "std::thread",
    "tokio",
    "reqwest",
    "Utc::now",
];

fn floor(module: &str) -> Option<u32> {
    FLOORS
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, floor)| *floor)
}

fn sources() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    files
        .into_iter()
        .filter_map(|path| {
            let inside = path.strip_prefix(&src).expect("it was found there");
            let first = inside.components().next()?.as_os_str().to_str()?;
            let module = first.trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).expect("a source is readable");
            Some((module, path, text))
        })
        .filter(|(module, _, _)| module != "main" && module != "lib")
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("an entry of src").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// Lines of code: without comments, and without what only tests see.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..end]
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"))
}

/// Top-level modules that a file names, also inside `use crate::{a::…, b::…}`.
fn named(text: &str) -> Vec<String> {
    let code: Vec<&str> = code(text).collect();
    let code = code.join(" ");
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads(group)),
            None => found.extend(word(rest)),
        }
    }
    found
}

fn word(text: &str) -> Option<String> {
    let word: String = text
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    (!word.is_empty()).then_some(word)
}

/// The first words of the parts of a `{…}` group, at its own depth.
fn heads(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut part = String::new();
    let mut found = Vec::new();
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.extend(word(part.trim()));
                part.clear();
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    found.extend(word(part.trim()));
    found
}

#[test]
fn every_module_has_a_floor() {
    for (module, path, _) in sources() {
        assert!(
            floor(&module).is_some(),
            "{} is on no floor: add {module} to FLOORS",
            path.display()
        );
    }
}

#[test]
fn imports_point_down_only_and_no_door_knows_another() {
    for (module, path, text) in sources() {
        let own = floor(&module).expect("checked above");
        for other in named(&text).into_iter().filter(|other| *other != module) {
            let Some(other_floor) = floor(&other) else {
                continue;
            };
            assert!(
                other_floor < own,
                "{}: {module} (floor {own}) names {other} (floor {other_floor})",
                path.display()
            );
        }
    }
}

/// What works without a screen must not name it, though it stands higher.
const WITHOUT_A_SCREEN: [&str; 9] = [
    "config", "store", "probe", "notify", "remote", "journal", "engine", "sync", "server",
];

#[test]
fn what_works_without_a_screen_names_none() {
    for (module, path, text) in sources() {
        let needs_none = WITHOUT_A_SCREEN.contains(&module.as_str());
        let names_it = named(&text).iter().any(|other| other == "ui");
        assert!(!(needs_none && names_it), "{}", path.display());
    }
}

#[test]
fn the_computing_floors_take_values_and_return_values() {
    for (module, path, text) in sources() {
        if floor(&module).is_none_or(|floor| floor > 1) {
            continue;
        }
        for line in code(&text) {
            for word in IMPURE {
                assert!(
                    !line.contains(word),
                    "{} names {word}: {line}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn the_test_reads_groups_of_imports() {
    let text = "use crate::{\n  domain::{board::Board, fact::Fact},\n  store::Log,\n};\nlet x = crate::ui::app::App;";

    assert_eq!(named(text), ["domain", "store", "ui"]);
}
