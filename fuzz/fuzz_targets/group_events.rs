//! libFuzzer's entry to [`status_fuzz::group_events`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::group_events::run(data));
