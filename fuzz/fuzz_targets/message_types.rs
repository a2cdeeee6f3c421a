//! libFuzzer's entry to [`status_fuzz::message_types`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::message_types::run(data));
