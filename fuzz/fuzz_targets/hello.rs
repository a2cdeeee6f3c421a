//! libFuzzer's entry to [`status_fuzz::hello`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::hello::run(data));
