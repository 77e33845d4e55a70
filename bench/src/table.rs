//! Tables, for a terminal and for a page.

/// Rows under a heading, all of one length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns and no rows yet.
    pub fn new(columns: &[&str]) -> Self {
        Self { rows: vec![columns.iter().map(|&column| column.to_owned()).collect()] }
    }

    /// Appends a row; what it has too few of is empty, what it has too many of is dropped.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let columns = self.rows.first().map_or(0, Vec::len);
        let mut row: Vec<String> = cells.into_iter().take(columns).collect();
        row.resize(columns, String::new());
        self.rows.push(row);
    }

    /// With columns under each other.
    pub fn text(&self) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |row: &Vec<String>| {
            let cells: String = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}  ")).collect();
            format!("{}\n", cells.trim_end())
        };
        self.rows.iter().map(line).collect()
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let line = |row: &Vec<String>| {
            let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let mut lines: Vec<String> = self.rows.iter().map(line).collect();
        let columns = self.rows.first().map_or(0, Vec::len);
        lines.insert(1, format!("|{}\n", "---|".repeat(columns)));
        lines.concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_written_both_ways() {
        let mut table = Table::new(&["server", "p99"]);
        table.row(["floor".to_owned(), "1.2 µs".to_owned(), "too many".to_owned()]);
        table.row(["a|b".to_owned()]);
        assert_eq!(table.text(), "server  p99\nfloor   1.2 µs\na|b\n");
        assert_eq!(table.markdown(), "| server | p99 |\n|---|---|\n| floor | 1.2 µs |\n| a\\|b |  |\n");
    }
}
