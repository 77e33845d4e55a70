//! Its body stands with the tests, which replay the corpus: shared/tests/corpus/udp.rs.

#![no_main]

#[path = "../../shared/tests/corpus/udp.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| body::check(data));
