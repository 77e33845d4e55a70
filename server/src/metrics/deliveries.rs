//! What readers are shown, and what waits for them.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::Label;
use crate::delivery::Form;

/// What readers are shown.
#[derive(Clone, Debug)]
pub(crate) struct Deliveries {
    plain: PerForm,
    lines: PerForm,
    frames: PerForm,
    /// Times that something was written to a reader's socket.
    pub(crate) writes: Counter,
    /// Times that what a room is shown was encoded: as text for people, and as JSON.
    pub(crate) texts_encoded: Counter,
    pub(crate) json_encoded: Counter,
    /// Bytes that wait in all outboxes together.
    pub(crate) waiting: Gauge,
}

/// Of readers of one form.
#[derive(Clone, Debug)]
struct PerForm {
    messages: Counter,
    others: Counter,
    too_slow: Counter,
}

impl Deliveries {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let deliveries = Family::<[(&'static str, &'static str); 2], Counter>::default();
        let too_slow = Family::<Label, Counter>::default();
        let waiting = Gauge::default();
        let (writes, encoded) = (Counter::default(), Family::<Label, Counter>::default());
        registry.register("writes", "Writes to readers' sockets", writes.clone());
        registry.register("encodings", "Encodings of what rooms are shown, by what as", encoded.clone());
        registry.register("deliveries", "Events queued for readers, one a reader", deliveries.clone());
        registry.register("readers_too_slow", "Readers let go since too much waited for them", too_slow.clone());
        registry.register(
            "queue_bytes",
            "What waits for all readers together since they take no more, in bytes",
            waiting.clone(),
        );
        let of = |dialect| PerForm {
            messages: deliveries.get_or_create_owned(&[("dialect", dialect), ("kind", "message")]),
            others: deliveries.get_or_create_owned(&[("dialect", dialect), ("kind", "other")]),
            too_slow: too_slow.get_or_create_owned(&[("dialect", dialect)]),
        };
        let encoded = |what| encoded.get_or_create_owned(&[("as", what)]);
        let (texts_encoded, json_encoded) = (encoded("text"), encoded("json"));
        Self { plain: of("plain"), lines: of("json"), frames: of("ws"), writes, texts_encoded, json_encoded, waiting }
    }

    /// Counts an event that was queued for so many readers of a form: a message, or something else.
    pub(crate) fn delivered(&self, form: Form, is_message: bool, readers: u64) {
        let per = self.per(form);
        let counter = if is_message { &per.messages } else { &per.others };
        counter.inc_by(readers);
    }

    /// Counts a reader that was let go since it is too slow.
    pub(crate) fn too_slow(&self, form: Form) {
        self.per(form).too_slow.inc();
    }

    fn per(&self, form: Form) -> &PerForm {
        match form {
            Form::Plain => &self.plain,
            Form::JsonLine => &self.lines,
            Form::Frame => &self.frames,
        }
    }
}
