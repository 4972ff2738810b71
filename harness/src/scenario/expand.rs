//! A scenario's text as a tree whose nodes know where they stand, and that tree with one choice of the matrix filled in.
//!
//! Everything happens before the tree is given a type, and every node keeps its place: an error in a case points into
//! the file even where the offending value came out of the matrix.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

/// A value and where it stands.
pub(super) type Node<'i> = Spanned<DeValue<'i>>;

/// Something wrong at a place of the text.
#[derive(Debug)]
pub(super) struct Fault {
    /// Bytes of the text.
    pub(super) span: Range<usize>,
    /// What, and what to do.
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }
}

/// What `$name` may stand for: axes, which make cases, and parts, which only have a name.
#[derive(Debug, Default)]
pub(super) struct Matrix<'i> {
    axes: Vec<Axis<'i>>,
    parts: Vec<(String, Node<'i>)>,
    excluded: Vec<Exclusion>,
}

#[derive(Debug)]
struct Axis<'i> {
    name: String,
    span: Range<usize>,
    choices: Vec<Choice<'i>>,
}

#[derive(Debug)]
struct Choice<'i> {
    label: String,
    value: Node<'i>,
}

/// Axis and labels: all must match. Every combination is a case, so each of these excludes one.
type Exclusion = Vec<(usize, Vec<String>)>;

/// One label of every axis, by index.
#[derive(Debug)]
pub(super) struct Pick(Vec<usize>);

impl<'i> Matrix<'i> {
    /// Reads `[matrix]`, `[parts]` and `exclude`.
    pub(super) fn read(
        matrix: Option<Node<'i>>,
        parts: Option<Node<'i>>,
        exclude: Option<&Node<'i>>,
    ) -> Result<Self, Fault> {
        let mut this = Self::default();
        if let Some(matrix) = matrix {
            let span = matrix.span();
            for (key, value) in in_file_order(table(matrix, "`matrix`")?) {
                this.axes.push(axis(&key, value)?);
            }
            if this.axes.is_empty() {
                return Err(Fault::new(span, "the matrix has no axis: give it one, or leave it out"));
            }
        }
        if let Some(parts) = parts {
            for (key, value) in in_file_order(table(parts, "`parts`")?) {
                check_name(&key)?;
                if this.axes.iter().any(|axis| axis.name == key.get_ref().as_ref()) {
                    return Err(Fault::new(key.span(), format!("`{key}` is an axis too: rename one of the two")));
                }
                this.parts.push((key.into_inner().into_owned(), value));
            }
        }
        if let Some(exclude) = exclude {
            this.read_exclusions(exclude)?;
        }
        Ok(this)
    }

    /// Every choice that is not excluded, in the order of the file, the last axis fastest.
    pub(super) fn picks(&self) -> Result<Vec<Pick>, Fault> {
        let mut picks = vec![Vec::new()];
        for axis in &self.axes {
            picks = picks
                .into_iter()
                .flat_map(|pick: Vec<usize>| {
                    (0..axis.choices.len()).map(move |index| [pick.as_slice(), &[index]].concat())
                })
                .collect();
        }
        picks.retain(|pick| !self.excluded.iter().any(|exclusion| self.is_excluded(pick, exclusion)));
        if picks.is_empty() {
            let span = self.axes.first().map_or(0..0, |axis| axis.span.clone());
            return Err(Fault::new(span, "every case is excluded: nothing is left to run"));
        }
        Ok(picks.into_iter().map(Pick).collect())
    }

    /// The case's name: its labels.
    pub(super) fn name(&self, pick: &Pick) -> String {
        self.chosen(pick).map(|(_, choice)| choice.label.as_str()).collect::<Vec<_>>().join("/")
    }

    /// Axes and their labels, for people.
    pub(super) fn describe(&self) -> Vec<(String, Vec<String>)> {
        let labels = |axis: &Axis<'_>| axis.choices.iter().map(|choice| choice.label.clone()).collect();
        self.axes.iter().map(|axis| (axis.name.clone(), labels(axis))).collect()
    }

    /// An axis or a part that nothing uses.
    pub(super) fn unused(&self, used: &BTreeSet<String>) -> Option<Fault> {
        let axes = self.axes.iter().map(|axis| (&axis.name, axis.span.clone(), "axis"));
        let parts = self.parts.iter().map(|(name, value)| (name, value.span(), "part"));
        axes.chain(parts).find(|(name, ..)| !used.contains(*name)).map(|(name, span, what)| {
            Fault::new(span, format!("nothing uses the {what} `{name}`: write `${name}` somewhere, or remove it"))
        })
    }

    fn chosen<'a>(&'a self, pick: &'a Pick) -> impl Iterator<Item = (&'a str, &'a Choice<'i>)> {
        self.axes.iter().zip(&pick.0).map(|(axis, index)| (axis.name.as_str(), &axis.choices[*index]))
    }

    fn is_excluded(&self, pick: &[usize], exclusion: &[(usize, Vec<String>)]) -> bool {
        exclusion.iter().all(|(axis, labels)| labels.contains(&self.axes[*axis].choices[pick[*axis]].label))
    }

    fn read_exclusions(&mut self, exclude: &Node<'i>) -> Result<(), Fault> {
        const FORM: &str = "`exclude` is an array of tables, axis = label or axis = [labels]";
        let DeValue::Array(array) = exclude.get_ref() else { return Err(Fault::new(exclude.span(), FORM)) };
        for entry in array {
            let DeValue::Table(entries) = entry.get_ref() else { return Err(Fault::new(entry.span(), FORM)) };
            let mut terms = Vec::new();
            for (key, value) in entries {
                let Some(index) = self.axes.iter().position(|axis| axis.name == key.get_ref().as_ref()) else {
                    return Err(Fault::new(key.span(), format!("`{key}` is no axis: {}", self.names())));
                };
                let labels = match value.get_ref() {
                    DeValue::Array(labels) => labels.iter().collect(),
                    _ => vec![value],
                };
                let labels: Vec<String> =
                    labels.into_iter().map(|label| self.label(index, label)).collect::<Result<_, _>>()?;
                terms.push((index, labels));
            }
            if terms.is_empty() {
                return Err(Fault::new(entry.span(), FORM));
            }
            self.excluded.push(terms);
        }
        Ok(())
    }

    fn label(&self, axis: usize, value: &Node<'i>) -> Result<String, Fault> {
        let axis = &self.axes[axis];
        let text = scalar_text(value.get_ref()).unwrap_or_default();
        if axis.choices.iter().any(|choice| choice.label == text) {
            return Ok(text);
        }
        let labels: Vec<&str> = axis.choices.iter().map(|choice| choice.label.as_str()).collect();
        let message = format!("`{text}` is no label of `{}`: it has {}", axis.name, labels.join(", "));
        Err(Fault::new(value.span(), message))
    }

    fn names(&self) -> String {
        let names = self.axes.iter().map(|axis| &axis.name).chain(self.parts.iter().map(|(name, _)| name));
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        if names.is_empty() { "there is no matrix".to_owned() } else { format!("there are {}", names.join(", ")) }
    }
}

/// Fills one choice into a tree, and spells out the tree's short forms.
pub(super) struct Filling<'m, 'i> {
    matrix: &'m Matrix<'i>,
    pick: &'m Pick,
    used: &'m mut BTreeSet<String>,
    /// How many values of the matrix we are inside of.
    depth: usize,
}

impl<'m, 'i> Filling<'m, 'i> {
    pub(super) fn new(matrix: &'m Matrix<'i>, pick: &'m Pick, used: &'m mut BTreeSet<String>) -> Self {
        Self { matrix, pick, used, depth: 0 }
    }

    /// The tree with everything filled in.
    pub(super) fn fill(&mut self, node: &Node<'i>) -> Result<Node<'i>, Fault> {
        let span = node.span();
        let value = match node.get_ref() {
            DeValue::String(text) => return self.fill_text(text, span),
            DeValue::Array(array) => DeValue::Array(self.fill_array(array)?),
            DeValue::Table(table) => DeValue::Table(self.fill_table(table)?),
            other => other.clone(),
        };
        Ok(Spanned::new(span, value))
    }

    fn fill_table(&mut self, table: &DeTable<'i>) -> Result<DeTable<'i>, Fault> {
        let mut filled = DeTable::new();
        for (key, value) in table {
            let mut value = self.fill(value)?;
            if matches!(key.get_ref().as_ref(), "steps" | "server")
                && let DeValue::Array(steps) = value.get_mut()
            {
                steps.iter_mut().for_each(spell_out);
            }
            filled.insert(key.clone(), value);
        }
        Ok(filled)
    }

    /// An array in the place of an element takes its place; a table with `repeat` stands there so many times.
    fn fill_array(&mut self, array: &DeArray<'i>) -> Result<DeArray<'i>, Fault> {
        let mut filled = DeArray::default();
        for element in array {
            let is_name = matches!(element.get_ref(), DeValue::String(text) if whole_name(text).is_some());
            let value = self.fill(element)?;
            match value.get_ref() {
                DeValue::Array(spliced) if is_name => spliced.iter().for_each(|value| filled.push(value.clone())),
                DeValue::Table(table) if table.contains_key("repeat") => {
                    let (count, value) = take_repeat(value)?;
                    (0..count).for_each(|_| filled.push(value.clone()));
                }
                _ => filled.push(value),
            }
        }
        Ok(filled)
    }

    fn fill_text(&mut self, text: &str, span: Range<usize>) -> Result<Node<'i>, Fault> {
        if let Some(name) = whole_name(text) {
            let value = self.resolve(name, &span)?.1;
            // Deeper than there are names means that one of them is met a second time.
            if self.depth > self.matrix.axes.len() + self.matrix.parts.len() {
                return Err(Fault::new(span, format!("`${name}` stands for itself: break the circle")));
            }
            self.depth += 1;
            let value = self.fill(&value);
            self.depth -= 1;
            return value;
        }
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            filled.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                filled.push('$');
                rest = after;
            } else if rest.starts_with(|letter: char| letter.is_ascii_lowercase()) {
                let end = rest.find(|letter| !is_name_letter(letter)).unwrap_or(rest.len());
                filled.push_str(&self.resolve(&rest[..end], &span)?.0);
                rest = &rest[end..];
            } else {
                filled.push('$');
            }
        }
        filled.push_str(rest);
        Ok(Spanned::new(span, DeValue::String(DeString::Owned(filled))))
    }

    /// What a name stands for: inside a text, and alone.
    fn resolve(&mut self, name: &str, span: &Range<usize>) -> Result<(String, Node<'i>), Fault> {
        let chosen = self.matrix.chosen(self.pick).find(|(axis, _)| *axis == name);
        let (label, value) = match chosen {
            Some((_, choice)) => (choice.label.clone(), &choice.value),
            None => match self.matrix.parts.iter().find(|(part, _)| part == name) {
                Some((part, value)) => (part.clone(), value),
                None => {
                    let names = self.matrix.names();
                    let message = format!("`${name}` is no axis and no part: {names}. A plain dollar is `$$`");
                    return Err(Fault::new(span.clone(), message));
                }
            },
        };
        self.used.insert(name.to_owned());
        Ok((scalar_text(value.get_ref()).unwrap_or(label), value.clone()))
    }
}

/// The field that a step means when it is given one value instead of a table.
const SHORT: [(&str, &str); 14] = [
    ("await", "signal"),
    ("calls", "calls"),
    ("end", "code"),
    ("fail", "how"),
    ("http-status", "status"),
    ("pause", "ms"),
    ("raise", "signal"),
    ("raw-data", "bytes"),
    ("raw-status", "status"),
    ("receive", "count"),
    ("reset", "code"),
    ("save-context", "name"),
    ("send", "count"),
    ("send-headers", "metadata"),
];

/// The steps that need no field, so that their name alone will do.
const BARE: [&str; 4] = ["end", "receive", "send", "send-headers"];

/// `"send"` is `{ send = {} }`, and `{ send = 3 }` is `{ send = { count = 3 } }`.
fn spell_out(step: &mut Node<'_>) {
    let span = step.span();
    match step.get_mut() {
        DeValue::String(name) if BARE.contains(&name.as_ref()) => {
            let key = Spanned::new(span.clone(), std::mem::take(name));
            let empty = Spanned::new(span, DeValue::Table(DeTable::new()));
            *step.get_mut() = DeValue::Table(DeTable::from_iter([(key, empty)]));
        }
        DeValue::Table(table) => {
            for (name, field) in SHORT {
                if let Some(value) = table.get_mut(name)
                    && !matches!(value.get_ref(), DeValue::Table(_))
                {
                    let span = value.span();
                    let key = Spanned::new(span.clone(), DeString::Borrowed(field));
                    let inner = Spanned::new(span, std::mem::replace(value.get_mut(), DeValue::Boolean(false)));
                    *value.get_mut() = DeValue::Table(DeTable::from_iter([(key, inner)]));
                }
            }
        }
        _ => {}
    }
}

fn take_repeat(node: Node<'_>) -> Result<(u32, Node<'_>), Fault> {
    let span = node.span();
    let DeValue::Table(mut table) = node.into_inner() else { unreachable!("the caller looked") };
    let repeat = table.remove("repeat").expect("the caller looked");
    let count = match repeat.get_ref() {
        DeValue::Integer(count) => count.as_str().parse().ok(),
        _ => None,
    };
    match count.filter(|count| (1..=1000).contains(count)) {
        Some(count) => Ok((count, Spanned::new(span, DeValue::Table(table)))),
        None => Err(Fault::new(repeat.span(), "`repeat` is a number from 1 to 1000")),
    }
}

fn axis<'i>(key: &Spanned<DeString<'i>>, value: Node<'i>) -> Result<Axis<'i>, Fault> {
    check_name(key)?;
    let name = key.get_ref().clone().into_owned();
    let form = || format!("the axis `{name}` is an array of strings and numbers, or a table from labels to values");
    let at = value.span();
    let mut choices = Vec::new();
    match value.into_inner() {
        DeValue::Array(array) => {
            for element in array {
                let Some(label) = scalar_text(element.get_ref()) else {
                    return Err(Fault::new(element.span(), form()));
                };
                check_label(&label, element.span())?;
                if choices.iter().any(|choice: &Choice<'_>| choice.label == label) {
                    let message = format!("`{label}` stands twice in the axis `{name}`: two cases would share an id");
                    return Err(Fault::new(element.span(), message));
                }
                choices.push(Choice { label, value: element });
            }
        }
        DeValue::Table(table) => {
            for (label, value) in in_file_order(table) {
                check_label(label.get_ref(), label.span())?;
                choices.push(Choice { label: label.into_inner().into_owned(), value });
            }
        }
        _ => return Err(Fault::new(at, form())),
    }
    if choices.is_empty() {
        return Err(Fault::new(key.span(), format!("the axis `{name}` is empty: give it a label, or leave it out")));
    }
    Ok(Axis { name, span: key.span(), choices })
}

pub(super) fn table<'i>(node: Node<'i>, what: &str) -> Result<DeTable<'i>, Fault> {
    let span = node.span();
    match node.into_inner() {
        DeValue::Table(table) => Ok(table),
        _ => Err(Fault::new(span, format!("{what} is a table"))),
    }
}

/// The parser sorts by key.
fn in_file_order<'i>(table: DeTable<'i>) -> Vec<(Spanned<DeString<'i>>, Node<'i>)> {
    let mut entries: Vec<_> = table.into_iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn check_name(key: &Spanned<DeString<'_>>) -> Result<(), Fault> {
    let name = key.get_ref();
    if name.starts_with(|letter: char| letter.is_ascii_lowercase()) && name.chars().all(is_name_letter) {
        return Ok(());
    }
    Err(Fault::new(key.span(), format!("`{name}` is no name: use lowercase letters, digits and `_`, a letter first")))
}

fn check_label(label: &str, span: Range<usize>) -> Result<(), Fault> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if !label.is_empty() && label.chars().all(fits) {
        return Ok(());
    }
    let message = format!(
        "`{label}` is no label, for case ids are made of labels: use letters, digits, `-`, `_` and `.` \
         (a table gives a label to any value)"
    );
    Err(Fault::new(span, message))
}

fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'
}

/// `name`, if the text is `$name`.
fn whole_name(text: &str) -> Option<&str> {
    let name = text.strip_prefix('$')?;
    let is_name = name.starts_with(|letter: char| letter.is_ascii_lowercase()) && name.chars().all(is_name_letter);
    is_name.then_some(name)
}

fn scalar_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.clone().into_owned()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(truth) => Some(truth.to_string()),
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}
