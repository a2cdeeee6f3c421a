//! libFuzzer's entry to [`status_fuzz::whisper_protocol`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::whisper_protocol::run(data));
