//! libFuzzer's entry to [`status_fuzz::status_protocol`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::status_protocol::run(data));
