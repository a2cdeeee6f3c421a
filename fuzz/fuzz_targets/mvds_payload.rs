//! libFuzzer's entry to [`status_fuzz::mvds_payload`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::mvds_payload::run(data));
