//! libFuzzer's entry to [`status_fuzz::application_metadata`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::application_metadata::run(data));
