//! libFuzzer's entry to [`status_fuzz::public_key_text`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::public_key_text::run(data));
