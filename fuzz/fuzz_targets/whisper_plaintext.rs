//! libFuzzer's entry to [`status_fuzz::whisper_plaintext`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::whisper_plaintext::run(data));
