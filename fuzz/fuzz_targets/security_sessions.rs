//! libFuzzer's entry to [`status_fuzz::security_sessions`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::security_sessions::run(data));
