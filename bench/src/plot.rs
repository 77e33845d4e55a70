//! The plot: what a delivery costs with each server, and how that grows.

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::report::{Bar, Curve};
use crate::statistics::figure;

/// Of the plot, in pixels.
const WIDTH: u32 = 1000;
const BAR_HEIGHT: u32 = 26;
const DIAGRAM_HEIGHT: u32 = 300;
const HEADING: u32 = 40;

/// Room for names beside the bars, and for figures behind them.
const NAMES: i32 = 300;
const FIGURES: i32 = 80;

/// On a white ground of its own, the plot reads alike on light and dark pages.
const INK: RGBColor = RGBColor(31, 35, 40);
const OURS: RGBColor = RGBColor(9, 105, 218);
const OTHERS: RGBColor = RGBColor(140, 149, 159);
const FLOOR: RGBColor = RGBColor(26, 127, 55);

/// Told apart in the diagrams, also by who doesn't see red and green apart.
const LINES: [RGBColor; 4] =
    [RGBColor(9, 105, 218), RGBColor(191, 110, 0), RGBColor(130, 80, 223), RGBColor(87, 96, 106)];

type Canvas<'a, 'b> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws bars, one under the other, and a diagram for each of what curves go along. Returns an SVG.
///
/// # Errors
/// Where there is nothing to draw, or it can't be drawn.
pub fn draw(bars: &[Bar], curves: &[Curve]) -> Result<String> {
    let mut along: Vec<&str> = curves.iter().map(|curve| curve.along).collect();
    along.dedup();
    let rows = u32::try_from(bars.len())?;
    let bars_height = HEADING + rows * BAR_HEIGHT;
    let height = bars_height + DIAGRAM_HEIGHT * u32::from(!along.is_empty());
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        root.fill(&WHITE).map_err(drawing)?;
        let (upper, lower) = root.split_vertically(bars_height);
        draw_bars(&upper, bars)?;
        if !along.is_empty() {
            for (diagram, along) in lower.split_evenly((1, along.len())).iter().zip(&along) {
                let of: Vec<&Curve> = curves.iter().filter(|curve| curve.along == *along).collect();
                draw_curves(diagram, along, &of)?;
            }
        }
        root.present().map_err(drawing)?;
    }
    Ok(svg)
}

fn draw_bars(area: &Canvas<'_, '_>, bars: &[Bar]) -> Result<()> {
    let heading = "CPU seconds per million deliveries (one room, 1,000 readers, 64 messages in flight; logarithmic)";
    area.draw(&Text::new(heading, (12, 14), font(15.0))).map_err(drawing)?;
    let most = bars.iter().map(|bar| bar.value).fold(f64::MIN, f64::max);
    let least = bars.iter().map(|bar| bar.value).fold(f64::MAX, f64::min) / 2.0;
    let width = f64::from(i32::try_from(WIDTH)? - NAMES - FIGURES);
    let names = font(13.0).pos(Pos::new(HPos::Right, VPos::Center));
    let figures = font(13.0).pos(Pos::new(HPos::Left, VPos::Center));
    for (row, bar) in (0..).zip(bars) {
        let top = i32::try_from(HEADING + row * BAR_HEIGHT)?;
        let (middle, bottom) = (top + i32::try_from(BAR_HEIGHT)? / 2, top + i32::try_from(BAR_HEIGHT)? - 6);
        #[expect(clippy::cast_possible_truncation, reason = "less than the width")]
        let length = ((bar.value / least).ln() / (most / least).ln() * width) as i32;
        let colour = if bar.name.starts_with("Partyline") {
            OURS
        } else if bar.name.starts_with("floor") {
            FLOOR
        } else {
            OTHERS
        };
        let rectangle = Rectangle::new([(NAMES, top + 6), (NAMES + length, bottom)], colour.filled());
        area.draw(&rectangle).map_err(drawing)?;
        area.draw(&Text::new(bar.name.clone(), (NAMES - 8, middle), names.clone())).map_err(drawing)?;
        area.draw(&Text::new(figure(bar.value), (NAMES + length + 8, middle), figures.clone())).map_err(drawing)?;
    }
    Ok(())
}

fn draw_curves(area: &Canvas<'_, '_>, along: &str, curves: &[&Curve]) -> Result<()> {
    let points = || curves.iter().flat_map(|curve| &curve.points).filter(|point| point.0 > 0.0 && point.1 > 0.0);
    let bounds = |value: fn(&(f64, f64)) -> f64| {
        let (least, most) =
            points().map(value).fold((f64::MAX, f64::MIN), |(least, most), value| (least.min(value), most.max(value)));
        (least < f64::MAX).then_some(least..most)
    };
    let Some((x, y)) = bounds(|point| point.0).zip(bounds(|point| point.1)) else { return Ok(()) };
    let across = (x.start..x.end.max(x.start * 10.0)).log_scale().with_key_points(decades(&x));
    // Whole decades, so that what is flat doesn't look steep, and one more above for the names.
    let up = (10_f64.powf(y.start.log10().floor())..10_f64.powf(y.end.log10().floor() + 2.0)).log_scale();
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .caption(format!("CPU s per million, by {along}"), font(14.0))
        .x_label_area_size(28)
        .y_label_area_size(44)
        .build_cartesian_2d(across, up)
        .map_err(drawing)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .axis_style(INK)
        .x_label_formatter(&|value| decade(*value))
        .y_label_formatter(&|value| decade(*value))
        .label_style(font(11.0))
        .draw()
        .map_err(drawing)?;
    for (curve, colour) in curves.iter().zip(LINES.into_iter().cycle()) {
        let points = || curve.points.iter().copied().filter(|point| point.0 > 0.0 && point.1 > 0.0);
        chart
            .draw_series(LineSeries::new(points(), colour.stroke_width(2)))
            .map_err(drawing)?
            .label(curve.name.clone())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
        chart.draw_series(points().map(|point| Circle::new(point, 3, colour.filled()))).map_err(drawing)?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .label_font(font(11.0))
        .draw()
        .map_err(drawing)?;
    Ok(())
}

/// The powers of ten within a range.
fn decades(range: &std::ops::Range<f64>) -> Vec<f64> {
    (0..12).map(|power| 10_f64.powi(power)).filter(|value| *value >= range.start && *value <= range.end).collect()
}

/// A power of ten, as briefly as it can be read.
fn decade(value: f64) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let power = value.log10().round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a digit, after the check")]
    let raised = if (4.0..10.0).contains(&power) { RAISED.get(power as usize) } else { None };
    raised.map_or_else(|| format!("{value}"), |raised| format!("10{raised}"))
}

fn font(size: f64) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn drawing<E: std::error::Error + Send + Sync>(error: DrawingAreaErrorKind<E>) -> anyhow::Error {
    anyhow!("drawing: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bar_and_curve_is_drawn() {
        let bar = |name: &str, value| Bar { name: name.into(), value };
        let curve = |along, name: &str| Curve { along, name: name.into(), points: vec![(10.0, 0.5), (1000.0, 0.25)] };
        let bars = [bar("floor", 0.11), bar("Partyline, WebSocket", 0.28), bar("node ws", 9.2)];
        let svg =
            draw(&bars, &[curve("readers in a room", "all"), curve("messages in the log", "in the log")]).unwrap();
        for text in [
            "floor",
            "Partyline, WebSocket",
            "node ws",
            "0.280",
            "9.20",
            "by readers in a room",
            "in the log",
            "1000",
            "0.1",
        ] {
            assert!(svg.contains(text), "{text}");
        }
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    }

    #[test]
    fn nothing_to_draw_is_no_failure() {
        assert!(draw(&[], &[Curve { along: "rooms", name: "all".into(), points: Vec::new() }]).is_ok());
    }
}
