//! What of an export is no legal OTLP: where it stands, what was there, and to which spans it is told.

use std::collections::BTreeMap;
use std::fmt;

use crate::trace::Defect;

/// How many defects a span keeps: one is enough to be judged by, and no request may make millions of them.
const DEFECTS_MAX: usize = 8;

/// How much of what was found is shown.
const SHOWN_MAX: usize = 64;

/// The defects of one span, or of what many spans stand in.
#[derive(Debug, Default)]
pub(super) struct Defects {
    /// First those that were inherited.
    list: Vec<Defect>,
    inherited: usize,
}

impl Defects {
    /// Those of something that stands in what these are about.
    pub(super) fn inherit(&self) -> Self {
        Self { list: self.list.clone(), inherited: self.list.len() }
    }

    pub(super) fn add(&mut self, field: impl fmt::Display, found: impl fmt::Display) {
        if self.list.len() < DEFECTS_MAX {
            self.list.push(defect(field, found));
        }
    }

    /// What a reader of the request saw says more than what became of it: it takes the place of what is said of its field.
    pub(super) fn replace(&mut self, noted: Vec<Defect>) {
        if noted.is_empty() {
            return;
        }
        let own = self.list.split_off(self.inherited);
        self.list.extend(own.into_iter().filter(|own| noted.iter().all(|other| other.field != own.field)));
        noted.into_iter().for_each(|defect| self.add(defect.field, defect.found));
    }

    pub(super) fn into_vec(self) -> Vec<Defect> {
        self.list
    }
}

fn defect(field: impl fmt::Display, found: impl fmt::Display) -> Defect {
    Defect { field: field.to_string(), found: found.to_string() }
}

/// What a reader saw that the messages of OTLP cannot hold, by the indices of resource, scope and span that it stands in: as
/// many of them as there are.
#[derive(Debug, Default)]
pub(super) struct Notes(BTreeMap<Vec<usize>, Vec<Defect>>);

impl Notes {
    pub(super) fn add(&mut self, position: &[usize], field: impl fmt::Display, found: impl fmt::Display) {
        let noted = self.0.entry(position.to_vec()).or_default();
        if noted.len() < DEFECTS_MAX {
            noted.push(defect(field, found));
        }
    }

    /// What stands at this place, which is then told.
    pub(super) fn take(&mut self, position: &[usize]) -> Vec<Defect> {
        if self.0.is_empty() { Vec::new() } else { self.0.remove(position).unwrap_or_default() }
    }

    /// What was told to no span, because there is none where it stands.
    pub(super) fn into_rest(self) -> Vec<Defect> {
        self.0.into_values().flatten().collect()
    }
}

/// Where in a message something stands. It becomes text only if it is needed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path<'a> {
    within: Option<&'a Path<'a>>,
    field: &'static str,
    index: Option<usize>,
}

impl Path<'_> {
    /// The message that all else stands in.
    pub(super) const SELF: Path<'static> = Path { within: None, field: "", index: None };

    pub(super) fn of(field: &'static str) -> Path<'static> {
        Path { within: None, field, index: None }
    }

    pub(super) fn field(&self, field: &'static str) -> Path<'_> {
        Path { within: Some(self), field, index: None }
    }

    pub(super) fn at(&self, index: usize) -> Path<'_> {
        Path { within: Some(self), field: "", index: Some(index) }
    }

    /// Which one of a list it is.
    pub(super) fn index(&self) -> usize {
        self.index.unwrap_or_default()
    }

    fn is_self(&self) -> bool {
        self.field.is_empty() && self.index.is_none() && self.within.is_none()
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(within) = self.within {
            write!(f, "{within}{}", if self.field.is_empty() || within.is_self() { "" } else { "." })?;
        }
        f.write_str(self.field)?;
        self.index.map_or(Ok(()), |index| write!(f, "[{index}]"))
    }
}

/// Bytes that should have been something else.
pub(super) fn in_hex(bytes: &[u8]) -> String {
    // Enough to recognise what it was: an id of a million bytes is a defect, not an archive.
    let shown = &bytes[..bytes.len().min(SHOWN_MAX)];
    let more = if shown.len() < bytes.len() { "…" } else { "" };
    match bytes.len() {
        0 => "absent".to_owned(),
        1 => format!("1 byte: {}", hex::encode(shown)),
        count => format!("{count} bytes: {}{more}", hex::encode(shown)),
    }
}

/// Text that should have been something else.
pub(super) fn in_short(text: &str) -> String {
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
