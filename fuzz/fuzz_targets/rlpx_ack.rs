//! libFuzzer's entry to [`status_fuzz::rlpx_ack`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::rlpx_ack::run(data));
