//! What we build on may be used as we use it.

use std::process::Command;

use serde_json::Value;

/// Licences under which a crate may be linked into a program under MIT OR
/// Apache-2.0 without asking anything of its users but notices.
const FINE: [&str; 13] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "CC0-1.0",
    "Unlicense",
];

/// Exceptions, with their reasons.
const EXCEPTIONS: [(&str, &str); 2] = [
    // Copyleft by file, and their files are not changed: the first through
    // `directories`, the second finds actions by a few letters.
    ("option-ext", "MPL-2.0"),
    ("nucleo-matcher", "MPL-2.0"),
];

/// Whether an SPDX expression can be met: one side of every OR, both of every AND.
fn is_fine(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], "");
    expression
        .split(" AND ")
        .all(|all| all.split(" OR ").any(|one| FINE.contains(&one.trim())))
}

#[test]
fn every_crate_has_a_licence_that_fits() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        // What is built here, not what other systems would need.
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo answers JSON");

    let packages = metadata["packages"].as_array().expect("a list of packages");
    assert!(
        packages.len() > 100,
        "only {} packages: this is not the whole list",
        packages.len()
    );
    for package in packages {
        let name = package["name"].as_str().expect("a name");
        let licence = package["license"].as_str().unwrap_or("none");
        let excepted = EXCEPTIONS.contains(&(name, licence));
        assert!(
            excepted || is_fine(licence),
            "{name} is under {licence:?}: not among those that fit, and no exception"
        );
    }
}

#[test]
fn an_or_needs_one_side_and_an_and_both() {
    assert!(is_fine("GPL-3.0 OR MIT"));
    assert!(is_fine("Apache-2.0 AND ISC"));
    assert!(!is_fine("Apache-2.0 AND GPL-3.0"));
    assert!(!is_fine("none"));
}
