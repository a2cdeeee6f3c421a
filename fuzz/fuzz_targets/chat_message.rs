//! libFuzzer's entry to [`status_fuzz::chat_message`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::chat_message::run(data));
