//! Compiles the data files in: whatever lies in one of these folders is part of the program, with no list to keep.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Folders whose `.toml` files become a constant `&[(id, text)]`, sorted by id, in `$OUT_DIR/<folder>.rs`.
const FOLDERS: [&str; 2] = ["conventions", "scenarios"];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    for folder in FOLDERS {
        // Cargo looks at the files below a folder too.
        println!("cargo::rerun-if-changed={folder}");
        let mut files = Vec::new();
        collect(&root.join(folder), "", &mut files)?;
        files.sort();
        fs::write(out.join(format!("{folder}.rs")), table(&files))?;
    }
    Ok(())
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if path.is_dir() {
            collect(&path, &format!("{prefix}{stem}/"), files)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push((format!("{prefix}{stem}"), path));
        }
    }
    Ok(())
}

fn table(files: &[(String, PathBuf)]) -> String {
    let mut text = String::from("&[\n");
    for (id, path) in files {
        writeln!(text, "    ({id:?}, include_str!({:?})),", path.display().to_string()).expect("a string grows");
    }
    text + "]\n"
}
