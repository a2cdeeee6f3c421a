//! libFuzzer's entry to [`status_fuzz::transit`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::transit::run(data));
