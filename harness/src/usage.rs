//! A usage error: what a person wrote (a manifest, an expectation, a script, an argument) cannot mean anything.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// What is wrong with something that a person wrote, where it stands, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsageError {
    /// The file, if it stands in one.
    pub file: Option<PathBuf>,
    /// The line, counted from 1, if it is known.
    pub line: Option<usize>,
    /// What is wrong and what to do about it.
    pub problem: String,
}

impl UsageError {
    /// Of an argument, or of nothing that stands in a file.
    pub fn new(problem: impl Into<String>) -> Self {
        Self { file: None, line: None, problem: problem.into() }
    }

    /// Of a file as a whole.
    pub fn of_file(file: &Path, problem: impl Into<String>) -> Self {
        Self { file: Some(file.to_owned()), line: None, problem: problem.into() }
    }

    /// At these bytes of a file's text.
    pub fn at(file: &Path, text: &str, bytes: &Range<usize>, problem: impl Into<String>) -> Self {
        Self { line: Some(line_of(text, bytes.start)), ..Self::of_file(file, problem) }
    }

    /// What the TOML reader says of a file's text.
    pub fn toml(file: &Path, text: &str, error: &toml::de::Error) -> Self {
        let problem = error.message().trim().replace('\n', " ");
        match error.span() {
            Some(bytes) => Self::at(file, text, &bytes, problem),
            None => Self::of_file(file, problem),
        }
    }

    /// Of a file that cannot be read.
    pub fn unreadable(file: &Path, error: &std::io::Error) -> Self {
        Self::of_file(file, format!("cannot be read: {error}"))
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}:", file.display())?;
            if let Some(line) = self.line {
                write!(f, "{line}:")?;
            }
            f.write_str(" ")?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for UsageError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_file_and_line() {
        let text = "a = 1\nb = ]\n";
        let error = toml::from_str::<toml::Table>(text).unwrap_err();
        let shown = UsageError::toml(Path::new("x/target.toml"), text, &error).to_string();
        assert!(shown.starts_with("x/target.toml:2: "), "{shown}");
        assert!(!shown.contains('\n'), "{shown}");
        assert_eq!(UsageError::new("no such thing").to_string(), "no such thing");
    }
}
