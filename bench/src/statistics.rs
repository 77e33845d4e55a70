//! Several rounds in one figure.

use std::fmt;

/// Measurements of the same thing: the middle one, and how far the others lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The middle one, or the mean of the two in the middle.
    pub median: f64,
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
}

impl Spread {
    /// Of at least one measurement.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        let upper = values.len() / 2;
        let lower = (values.len() - 1) / 2;
        Some(Self { median: f64::midpoint(values[lower], values[upper]), least, most })
    }

    /// How far the least and the most lie apart, as a part of the median.
    pub fn width(self) -> f64 {
        (self.most - self.least) / self.median
    }
}

/// `0.284 (0.281 to 0.290)`, or the figure alone where there is no other.
impl fmt::Display for Spread {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&figure(self.median))?;
        if self.most > self.least { write!(to, " ({} to {})", figure(self.least), figure(self.most)) } else { Ok(()) }
    }
}

/// A number to three significant digits, with commas between thousands.
pub fn figure(value: f64) -> String {
    if !value.is_finite() {
        return "none".to_owned();
    }
    let size = value.abs();
    // Rounding may add a digit: 9.996 is 10.0.
    let decimals = [(99.95, 0), (9.995, 1), (0.9995, 2), (0.099_95, 3)];
    let decimals = decimals.iter().find(|(from, _)| size >= *from).map_or(4, |(_, decimals)| *decimals);
    if decimals > 0 {
        return if size == 0.0 { "0".to_owned() } else { format!("{value:.decimals$}") };
    }
    let round = 10_f64.powf((size.log10().floor() - 2.0).max(0.0));
    let grouped = grouped(&format!("{:.0}", (size / round).round() * round));
    if value < 0.0 { format!("-{grouped}") } else { grouped }
}

/// A number as it is, with commas between thousands.
pub fn count(number: usize) -> String {
    grouped(&number.to_string())
}

fn grouped(digits: &str) -> String {
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_counts() {
        assert_eq!(Spread::of([]), None);
        assert_eq!(Spread::of([3.0, 1.0, 2.0]), Some(Spread { median: 2.0, least: 1.0, most: 3.0 }));
        assert_eq!(Spread::of([4.0, 1.0]), Some(Spread { median: 2.5, least: 1.0, most: 4.0 }));
        assert_eq!(Spread::of([4.0]).map(|one| one.to_string()), Some("4.00".to_owned()));
        let three = Spread::of([0.3, 0.2, 0.4]).unwrap();
        assert_eq!(three.to_string(), "0.300 (0.200 to 0.400)");
        assert!((three.width() - 2.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn figures_have_three_digits() {
        let cases = [
            (9_012_345.0, "9,010,000"),
            (183_000.0, "183,000"),
            (1_234.0, "1,230"),
            (999.6, "1,000"),
            (123.4, "123"),
            (99.96, "100"),
            (12.34, "12.3"),
            (1.234, "1.23"),
            (0.1134, "0.113"),
            (0.01134, "0.0113"),
            (0.0, "0"),
            (-5.678, "-5.68"),
            (-1_234.0, "-1,230"),
            (f64::NAN, "none"),
        ];
        for (value, text) in cases {
            assert_eq!(figure(value), text);
        }
        assert_eq!([0, 999, 1_000, 12_345_678].map(count), ["0", "999", "1,000", "12,345,678"]);
    }
}
