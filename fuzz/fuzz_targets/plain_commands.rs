//! Its body stands with the tests, which replay the corpus: shared/tests/corpus/plain_commands.rs.

#![no_main]

#[path = "../../shared/tests/corpus/plain_commands.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| body::check(data));
