//! libFuzzer's entry to [`status_fuzz::whisper_envelope`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::whisper_envelope::run(data));
