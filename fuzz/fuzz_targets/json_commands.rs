//! Its body stands with the tests, which replay the corpus: shared/tests/corpus/json_commands.rs.

#![no_main]

#[path = "../../shared/tests/corpus/json_commands.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| body::check(data));
