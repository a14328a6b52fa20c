//! The map in `src/lib.rs` is true: who uses whom, where unsafe code is, and
//! that no file grows beyond what can be read at one sitting.

use std::fs;
use std::path::Path;

/// A module and those it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("ids", &[]),
    ("chan", &["ids"]),
    ("sched", &["ids"]),
    ("sys", &[]),
    ("lua", &["ids"]),
    ("api", &["ids", "chan", "sched", "sys", "lua"]),
    ("open", &["api", "lua"]),
    ("lib", &[]),
];

const LINES: usize = 450;

/// What is wrong with a file, in sentences that say what to do.
fn faults(file: &str, text: &str) -> Vec<String> {
    let module = file.split(['/', '.']).next().unwrap_or_default();
    let Some((_, may_use)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
        return vec![format!("src/{file}: say in tests/layers.rs what the module `{module}` may use")];
    };
    let mut faults = Vec::new();
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    for line in &code {
        for used in line.split("crate::").skip(1).map(|rest| words(rest).next().unwrap_or_default()) {
            if used.is_empty() {
                faults.push(format!("src/{file}: write one `use crate::` line for each module"));
            } else if used != module && !may_use.contains(&used) {
                let allowed = if may_use.is_empty() { "nothing".into() } else { may_use.join(", ") };
                faults.push(format!(
                    "src/{file} uses crate::{used}, but `{module}` may use {allowed}: \
                     pass what it needs as an argument, or move the code to where both are known"
                ));
            }
        }
        if line.contains("super::super") {
            faults.push(format!("src/{file}: write `crate::` in place of `super::super`"));
        }
        if words(line).any(|word| word == "unsafe") && module != "lua" && module != "open" {
            faults.push(format!("src/{file}: unsafe code; give src/lua/ a function for it: {}", line.trim()));
        }
    }
    if text.lines().count() > LINES {
        faults.push(format!("src/{file} has more than {LINES} lines: move one thing to a file of its own"));
    }
    faults
}

/// The first is empty if the text does not begin with one.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}

fn look(dir: &Path, root: &Path, seen: &mut usize, found: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look(&path, root, seen, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            *seen += 1;
            let file = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            found.extend(faults(&file, &fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn every_file_keeps_to_its_layer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut seen, mut found) = (0, Vec::new());
    look(&root, &root, &mut seen, &mut found);
    assert!(seen > 20, "only {seen} files were found");
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn what_breaks_the_rules_is_found() {
    for (file, text) in [
        ("chan/hall.rs", "use crate::sched::Ready;"),
        ("sched/mod.rs", "let at = crate::sys::clock::now();"),
        ("sys/nap.rs", "use crate::ids::Op;"),
        ("lua/world.rs", "use crate::{api, ids};"),
        ("chan/mod.rs", "use super::super::api;"),
        ("api/put.rs", "    unsafe { go() } // SAFETY: none"),
        ("open.rs", "use crate::chan::Chan;"),
        ("extra/mod.rs", ""),
        ("api/long.rs", &"\n".repeat(LINES + 1)),
    ] {
        assert_eq!(faults(file, text).len(), 1, "{file}: {text:?}: {:?}", faults(file, text));
    }
    let fine =
        "#![allow(unsafe_code)]\nuse crate::lua::Cx; // crate::open is unsafe\nuse crate::api::core;\n";
    assert_eq!(faults("api/go.rs", fine), [""; 0]);
}
