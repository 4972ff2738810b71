//! Saved evidence: one file for each case that was judged.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Event, Reporter};
use crate::verdict::CaseName;

/// Writes evidence below a folder.
#[derive(Debug)]
pub struct Save {
    folder: PathBuf,
}

impl Save {
    /// Below this folder, which is made.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub fn new(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }
}

/// Where the evidence of a case is saved, below the folder: a path of its own for each case of a run.
#[must_use]
pub fn file_name(name: &CaseName) -> PathBuf {
    let variant = if name.variant.is_empty() { "main" } else { &name.variant };
    Path::new(&name.target).join(variant).join(&name.convention).join(format!("{}.json", name.id()))
}

impl Reporter for Save {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        let Event::Judged { verdict, evidence: Some(evidence) } = event else { return Ok(()) };
        let file = self.folder.join(file_name(&verdict.name));
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut text = serde_json::to_string_pretty(&**evidence)?;
        text.push('\n');
        fs::write(file, text)
    }
}
