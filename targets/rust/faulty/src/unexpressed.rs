//! Real bugs that no fault here models, and why.

/// A bug, or a few of one kind, that the Rust reference cannot have.
#[derive(Debug, Clone, Copy)]
pub struct Unexpressed {
    /// What goes wrong.
    pub what: &'static str,
    /// Where it was seen.
    pub seen: &'static [&'static str],
    /// Why it cannot be expressed here.
    pub why: &'static str,
}

/// All of them.
pub const UNEXPRESSED: &[Unexpressed] = &[];
