//! libFuzzer's entry to [`status_fuzz::protocol_message`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::protocol_message::run(data));
