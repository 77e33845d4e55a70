//! Its body stands with the tests, which replay the corpus: shared/tests/corpus/lines.rs.

#![no_main]

#[path = "../../shared/tests/corpus/lines.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| body::check(data));
