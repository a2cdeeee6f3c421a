//! libFuzzer's entry to [`status_fuzz::bundle`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::bundle::run(data));
