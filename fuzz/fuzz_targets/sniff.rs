//! Its body stands with the tests, which replay the corpus: shared/tests/corpus/sniff.rs.

#![no_main]

#[path = "../../shared/tests/corpus/sniff.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| body::check(data));
