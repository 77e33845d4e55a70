//! The browser's clock and calendar.

use std::cell::RefCell;

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use leptos::prelude::GetUntracked;
use partyline_shared::Timestamp;
use wasm_bindgen::JsValue;

use crate::page;
use crate::settings::{Clock, use_settings};
use crate::words::{self, Language, tr};

const DAY_MS: i64 = 86_400_000;

thread_local! {
    // Making a formatter costs more than a hundred uses of it.
    static FORMATTERS: RefCell<Vec<(Style, Function)>> = const { RefCell::new(Vec::new()) };
}

/// How an instant is written. What is made for one is used for all that are like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Style {
    parts: &'static [(&'static str, &'static str)],
    language: Language,
    clock: Clock,
}

const HOUR_MINUTE: &[(&str, &str)] = &[("hour", "numeric"), ("minute", "2-digit")];
const LONG: &[(&str, &str)] = &[("dateStyle", "full"), ("timeStyle", "medium")];
const DAY: &[(&str, &str)] = &[("weekday", "long"), ("day", "numeric"), ("month", "long")];
const DAY_AND_YEAR: &[(&str, &str)] = &[("day", "numeric"), ("month", "long"), ("year", "numeric")];

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
    write(HOUR_MINUTE, at)
}

/// Date and time in full.
pub(crate) fn full(at: Timestamp) -> String {
    write(LONG, at)
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

/// How many milliseconds it is to the next day where the person is.
pub(crate) fn until_tomorrow(now: Timestamp) -> u64 {
    let next = date(now);
    next.set_hours(24);
    next.set_minutes(0);
    next.set_seconds(0);
    next.set_milliseconds(0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a date of our age, see `now`")]
    let next = Timestamp(next.get_time() as u64);
    next.since(now)
}

/// What to call the day of an instant that is so many days ago.
pub(crate) fn day_name(at: Timestamp, days_ago: i64) -> String {
    match days_ago {
        ..=0 => tr!("time-today"),
        1 => tr!("time-yesterday"),
        2..=180 => write(DAY, at),
        _ => write(DAY_AND_YEAR, at),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a date is below 2^53")]
fn date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.0 as f64))
}

/// Writes an instant as the settings say. Whoever draws it once draws it again when they change.
fn write(parts: &'static [(&'static str, &'static str)], at: Timestamp) -> String {
    let style = Style { parts, language: words::language(), clock: use_settings().clock.get_untracked() };
    let format = FORMATTERS.with_borrow_mut(|known| {
        if let Some((_, format)) = known.iter().find(|(its, _)| *its == style) {
            return format.clone();
        }
        let format = formatter(style);
        // Four ways of writing, two languages and three clocks are the most there can be.
        known.push((style, format.clone()));
        format
    });
    format.call1(&JsValue::UNDEFINED, &date(at)).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

fn formatter(style: Style) -> Function {
    let object = Object::new();
    let hours = match style.clock {
        Clock::Auto => None,
        Clock::Twelve => Some(("hourCycle", "h12")),
        Clock::TwentyFour => Some(("hourCycle", "h23")),
    };
    // To a form without hours an hour cycle means nothing.
    for (name, value) in style.parts.iter().chain(&hours) {
        // Half past midnight is 00:30 there.
        let value = if *name == "hour" && style.clock == Clock::TwentyFour { "2-digit" } else { *value };
        // Setting a property of a plain object can't fail.
        let _ = Reflect::set(&object, &(*name).into(), &value.into());
    }
    // The person's own kind of their language first: its region decides how dates are written.
    let tags = page::languages().into_iter().filter(|tag| Language::of(tag) == Some(style.language));
    let tags: Array = tags.chain([style.language.tag().to_owned()]).map(JsValue::from).collect();
    Intl::DateTimeFormat::new(&tags, &object).format()
}
