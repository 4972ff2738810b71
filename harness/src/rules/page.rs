//! Rules as pages for people.

use std::fmt::Write;

use super::{RULES, Rule};

/// A rule's page in Markdown: what it requires and why, the clause, and the examples that are its tests.
#[must_use]
pub fn page(rule: &Rule) -> String {
    let Rule { family, level, url, clause, doc, .. } = rule;
    format!(
        "# {id}\n\n{level}, family {family}. By this clause, or by the one of the convention that the target claims:\n\n\
         > {clause}\n>\n> <{url}>\n\n{text}\n",
        id = rule.id(),
        level = level.as_str(),
        family = family.as_str(),
        text = examples_as_text(doc).trim_end(),
    )
}

/// A table of all rules in Markdown.
#[must_use]
pub fn index() -> String {
    let mut table = String::from("| rule | family | level | clause |\n|---|---|---|---|\n");
    for rule in RULES {
        let (id, family, level) = (rule.id(), rule.family.as_str(), rule.level.as_str());
        let clause = rule.clause.replace('|', "\\|");
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| [`{id}`](#{id}) | {family} | {level} | [{clause}]({url}) |", url = rule.url);
    }
    table
}

/// The fences of the examples become captions with plain blocks, and the space that rustdoc leaves before each line goes.
fn examples_as_text(doc: &str) -> String {
    let mut text = String::new();
    for line in doc.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line);
        match line.trim() {
            "```pass" => text.push_str("Passes:\n\n```text\n"),
            "```fail" => text.push_str("Fails, where `!` stands:\n\n```text\n"),
            _ => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_clause_the_text_and_the_examples() {
        for rule in RULES {
            let page = page(rule);
            assert!(page.starts_with(&format!("# {}\n", rule.id())), "{page}");
            let level = serde_json::to_value(rule.level).unwrap().as_str().unwrap().to_uppercase();
            assert!(page.contains(&format!("\n{level}, family {}.", rule.family.as_str())), "{page}");
            assert!(page.contains(rule.url) && page.contains(rule.clause), "{page}");
            assert!(page.contains("Passes:") && page.contains("Fails, where `!` stands:"), "{page}");
            assert!(!page.contains("```pass") && !page.contains("```fail"), "{page}");
        }
    }

    #[test]
    fn the_index_has_a_line_for_each_rule() {
        assert_eq!(index().lines().count(), RULES.len() + 2);
    }
}
