//! What was found, and the page that says it.

use crate::table::Table;

/// What one scenario found.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// What was done, in a few sentences.
    pub about: String,
    /// The figures.
    pub tables: Vec<Table>,
    /// What follows from them, a sentence or two each.
    pub notes: Vec<String>,
    /// Bars of the plot.
    pub bars: Vec<Bar>,
    /// Curves of the plot.
    pub curves: Vec<Curve>,
    /// What went wrong; the figures of whatever it was are missing.
    pub failures: Vec<String>,
}

/// A server's figure in the plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// The server.
    pub name: String,
    /// Processor seconds for a million deliveries.
    pub value: f64,
}

/// How a cost grows, in the plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Which of the plot's diagrams it is in: what grows.
    pub along: &'static str,
    /// What it is of.
    pub name: String,
    /// From what grows to processor seconds for a million deliveries.
    pub points: Vec<(f64, f64)>,
}

impl Section {
    /// For a terminal.
    pub fn text(&self) -> String {
        let tables: String = self.tables.iter().map(|table| format!("\n{}", table.text())).collect();
        format!("\n{}\n{}\n{tables}{}", self.title, self.about, self.list("  "))
    }

    /// For the page.
    pub fn markdown(&self) -> String {
        let tables: String = self.tables.iter().map(|table| format!("\n{}", table.markdown())).collect();
        format!("## {}\n\n{}\n{tables}{}", self.title, self.about, self.list("- "))
    }

    fn list(&self, before: &str) -> String {
        let failures = self.failures.iter().map(|failure| format!("FAILED: {failure}"));
        let lines: String =
            self.notes.iter().cloned().chain(failures).map(|note| format!("{before}{note}\n")).collect();
        if lines.is_empty() { lines } else { format!("\n{lines}") }
    }
}

/// Puts generated blocks into a page, each by its name: where the page has a block of that name, in its place, otherwise at the end.
/// What stands outside the blocks is kept as it is, and so are blocks of other names.
pub fn into_page(page: &str, blocks: &[(&str, String)]) -> String {
    let mut page = page.to_owned();
    for (name, block) in blocks {
        let (begin, end) = (format!("<!-- generated: {name} -->\n"), format!("<!-- end: {name} -->\n"));
        let block = format!("{begin}\n{}\n\n{end}", block.trim_end());
        let found = page.find(&begin).and_then(|from| {
            let to = page.get(from..)?.find(&end)? + from + end.len();
            Some(from..to)
        });
        match found {
            Some(range) => page.replace_range(range, &block),
            None => page.push_str(&format!("{}{block}", if page.is_empty() { "" } else { "\n" })),
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(all: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        all.iter().map(|(name, block)| (*name, (*block).to_owned())).collect()
    }

    #[test]
    fn what_was_written_by_hand_survives() {
        let first = into_page("# Title\n", &blocks(&[("a", "one"), ("b", "two")]));
        let block =
            |name: &str, text: &str| format!("\n<!-- generated: {name} -->\n\n{text}\n\n<!-- end: {name} -->\n");
        assert_eq!(first, format!("# Title\n{}{}", block("a", "one"), block("b", "two")));
        let by_hand = first.replace("<!-- generated: b", "By hand.\n\n<!-- generated: b");
        let second = into_page(&by_hand, &blocks(&[("a", "three")]));
        assert_eq!(second, by_hand.replace("one", "three"));
        assert!(second.contains("By hand.") && second.contains("two"));
    }

    #[test]
    fn a_section_says_what_failed() {
        let mut section = Section { title: "A".into(), about: "One room.".into(), ..Section::default() };
        assert_eq!(section.markdown(), "## A\n\nOne room.\n");
        section.notes.push("the floor varied by 3 %".into());
        section.failures.push("nats-server: it isn't there".into());
        section.tables.push(Table::new(&["server"]));
        let page = section.markdown();
        assert!(
            page.ends_with("| server |\n|---|\n\n- the floor varied by 3 %\n- FAILED: nats-server: it isn't there\n")
        );
        assert!(section.text().contains("FAILED"));
    }
}
