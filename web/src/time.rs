//! The browser's clock and calendar.

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use partyline_shared::Timestamp;
use wasm_bindgen::JsValue;

const DAY_MS: i64 = 86_400_000;

thread_local! {
    // Making a formatter costs more than a hundred uses of it.
    static HOUR_MINUTE: Function = formatter(&[("hour", "numeric"), ("minute", "2-digit")]);
    static LONG: Function = formatter(&[("dateStyle", "full"), ("timeStyle", "medium")]);
    static DAY: Function = formatter(&[("weekday", "long"), ("day", "numeric"), ("month", "long")]);
    static DAY_AND_YEAR: Function = formatter(&[("day", "numeric"), ("month", "long"), ("year", "numeric")]);
}

/// The clock, as the engine wants it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a date of our age is a positive integer below 2^53"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp(Date::now() as u64)
}

/// The time of day where the person is, in their way of writing it.
pub(crate) fn hour_minute(at: Timestamp) -> String {
    HOUR_MINUTE.with(|format| apply(format, at))
}

/// Date and time in full.
pub(crate) fn full(at: Timestamp) -> String {
    LONG.with(|format| apply(format, at))
}

/// The instant for machines (`<time datetime>`).
pub(crate) fn iso(at: Timestamp) -> String {
    date(at).to_iso_string().into()
}

/// The local day that an instant falls on: days since 1970 in the person's time zone.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "an offset is a few hundred minutes; a date fits 53 bits"
)]
pub(crate) fn day(at: Timestamp) -> i64 {
    let offset = date(at).get_timezone_offset() as i64 * 60_000;
    (at.0 as i64 - offset).div_euclid(DAY_MS)
}

/// What to call the day of an instant that is so many days ago.
pub(crate) fn day_name(at: Timestamp, days_ago: i64) -> String {
    match days_ago {
        ..=0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        2..=180 => DAY.with(|format| apply(format, at)),
        _ => DAY_AND_YEAR.with(|format| apply(format, at)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a date is below 2^53")]
fn date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.0 as f64))
}

fn apply(format: &Function, at: Timestamp) -> String {
    format.call1(&JsValue::UNDEFINED, &date(at)).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// A formatter in the language of the browser.
fn formatter(options: &[(&str, &str)]) -> Function {
    let object = Object::new();
    for (name, value) in options {
        // Setting a property of a plain object can't fail.
        let _ = Reflect::set(&object, &(*name).into(), &(*value).into());
    }
    Intl::DateTimeFormat::new(&Array::new(), &object).format()
}
