//! The architecture as `src/lib.rs` documents it: who may use whom, what no layer below the bindings may touch, file length.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Files longer than this are to be split; the aim is 400.
const LONGEST_FILE: usize = 450;

fn manifest(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every source file as its path below `src` and its text.
fn sources() -> Vec<(String, String)> {
    let (mut found, mut folders) = (Vec::new(), vec![manifest("src")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(manifest("src")).unwrap().to_string_lossy().replace('\\', "/");
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(found.len() > 20, "the sources were found");
    found
}

/// The modules in the order of the table in `src/lib.rs`; those of one row have the same place.
fn places() -> BTreeMap<String, usize> {
    let lib = fs::read_to_string(manifest("src/lib.rs")).unwrap();
    let rows = lib.lines().filter_map(|line| line.strip_prefix("//! | ")).skip(1);
    let mut places = BTreeMap::new();
    for (place, row) in rows.enumerate() {
        let names = row.split(" | ").next().unwrap();
        for name in names.split(", ") {
            places.insert(name.trim_matches(|mark| "[]`".contains(mark)).to_owned(), place);
        }
    }
    places
}

/// The code of a file: no comments, no literals, nothing behind `#[cfg(test)] mod`, and test code left out.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap();
    text.lines().map(without_comment).collect::<Vec<_>>().join("\n")
}

fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut before = ' ';
    for (at, character) in line.char_indices() {
        match character {
            '"' if before != '\\' => quoted = !quoted,
            '/' if before == '/' && !quoted => return &line[..at - 1],
            _ => {}
        }
        before = character;
    }
    line
}

/// The modules that a file's code names behind `crate::`, grouped imports included.
fn used(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if before_is_name(&code[..at]) {
            continue;
        }
        match rest.strip_prefix('{') {
            Some(group) => {
                let group = &group[..group.find("};").expect("a group ends")];
                let mut depth = 0;
                let mut name = String::new();
                for character in group.chars().chain([',']) {
                    match character {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 0 => found.push(first_name(std::mem::take(&mut name).trim())),
                        _ if depth == 0 => name.push(character),
                        _ => {}
                    }
                }
            }
            None => found.push(first_name(rest)),
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

/// True for `$crate::` and for a longer name that ends with `crate`.
fn before_is_name(before: &str) -> bool {
    before.ends_with(|last: char| last.is_alphanumeric() || last == '_')
}

fn first_name(path: &str) -> String {
    path.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

/// The module of a file, by its path.
fn module(path: &str) -> String {
    path.split(['/', '.']).next().unwrap().to_owned()
}

/// What the crate's root gives under another path.
fn home(name: &str) -> &str {
    match name {
        "Client" => "client",
        "Error" => "error",
        name => name,
    }
}

#[test]
fn the_table_of_layers_names_every_module_and_no_other() {
    let mut modules: Vec<String> =
        sources().iter().map(|(path, _)| module(path)).filter(|name| name != "lib").collect();
    modules.sort();
    modules.dedup();
    assert_eq!(places().into_keys().collect::<Vec<_>>(), modules);
}

#[test]
fn a_layer_uses_only_what_stands_above_it() {
    let places = places();
    let mut uses = 0;
    for (path, text) in sources().iter().filter(|(path, _)| path != "lib.rs") {
        let ours = places[&module(path)];
        for name in used(&code(text)) {
            let theirs = places.get(home(&name)).unwrap_or_else(|| panic!("{path} uses crate::{name}"));
            assert!(*theirs <= ours, "{path} uses crate::{name}, which stands below it");
            uses += 1;
        }
    }
    assert!(uses > 50, "the uses were found");
}

#[test]
fn modules_reach_their_parent_only_by_super_and_never_across_layers() {
    for (path, text) in sources() {
        let depth = path.matches('/').count() - usize::from(path.ends_with("/mod.rs"));
        assert!(!code(&text).contains("super::super"), "{path}");
        if depth == 0 {
            assert!(!code(&text).contains("super::"), "{path} leaves its layer by `super`");
        }
    }
}

#[test]
fn nothing_but_the_edges_touches_a_host_or_a_clock() {
    const HOST: [&str; 14] = [
        "js_sys",
        "web_sys",
        "wasm_bindgen",
        "gloo",
        "std::time",
        "SystemTime",
        "Instant",
        "std::fs",
        "std::net",
        "std::env::",
        "std::process",
        "std::thread",
        "std::io",
        "getrandom",
    ];
    for (path, text) in sources() {
        // Tests that lie beside their module are no part of the product.
        let product = !path.ends_with("/tests.rs");
        if !product || ["url", "fetch", "bindings", "allocator"].contains(&module(&path).as_str()) {
            continue;
        }
        let code = code(&text);
        for name in HOST {
            // Randomness is the one synchronous effect of `Io`.
            let allowed = name == "getrandom" && path == "flow/mod.rs";
            assert!(allowed || !code.contains(name), "{path} touches {name}");
        }
        for printing in ["println!", "eprintln!", "print!(", "dbg!", "panic!", "todo!", "unimplemented!", "format!"] {
            assert!(!code.contains(printing), "{path} holds {printing}");
        }
    }
}

#[test]
fn files_are_short() {
    let folders = ["src", "tests/native", "fuzz"].map(manifest);
    let mut long = Vec::new();
    for folder in folders {
        let mut folders = vec![folder];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if path.is_dir() && !["target", "corpus", "artifacts"].contains(&name.as_str()) {
                    folders.push(path);
                } else if name.ends_with(".rs") {
                    let lines = fs::read_to_string(&path).unwrap().lines().count();
                    if lines > LONGEST_FILE {
                        long.push(format!("{}: {lines} lines", path.display()));
                    }
                }
            }
        }
    }
    assert!(long.is_empty(), "split by section or by role, the aim is 400 lines: {long:?}");
}

#[test]
fn the_reader_of_uses_sees_paths_groups_and_no_comments() {
    let source = "use crate::a::{B, c};\nuse crate::{\n    d::E,\n    f::{g, h},\n    i,\n};\n// crate::no\nlet x = crate::j::k(\"// \"); // crate::no\n$crate::l";
    assert_eq!(used(&code(source)), ["a", "d", "f", "i", "j", "l"]);
    assert_eq!(module("flow/mod.rs"), "flow");
    assert_eq!(module("text.rs"), "text");
}
