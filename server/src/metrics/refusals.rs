//! What was refused, by the reason that clients are told.

use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};

use partyline_shared::Code;
use prometheus_client::encoding::{EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// A reason as a label, in the protocol's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reason(Code);

impl Hash for Reason {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(&self.0).hash(state);
    }
}

impl EncodeLabelValue for Reason {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        let word = serde_json::to_value(self.0).map_err(|_| fmt::Error)?;
        encoder.write_str(word.as_str().unwrap_or("unknown"))
    }
}

/// What was refused.
#[derive(Clone, Debug)]
pub(crate) struct Refusals(Family<[(&'static str, Reason); 1], Counter>);

impl Refusals {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let family = Family::default();
        registry.register("refusals", "Commands and messages that were refused, by code", family.clone());
        Self(family)
    }

    /// Counts one.
    pub(crate) fn refused(&self, code: Code) {
        self.0.get_or_create(&[("code", Reason(code))]).inc();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_the_protocols_words() {
        let mut registry = Registry::default();
        let refusals = Refusals::register(&mut registry);
        refusals.refused(Code::RateLimited);
        refusals.refused(Code::RateLimited);
        refusals.refused(Code::BadJson);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        assert!(text.contains("refusals_total{code=\"rate_limited\"} 2\n"), "{text}");
        assert!(text.contains("refusals_total{code=\"bad_json\"} 1\n"), "{text}");
    }
}
