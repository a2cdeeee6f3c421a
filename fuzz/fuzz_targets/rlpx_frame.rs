//! libFuzzer's entry to [`status_fuzz::rlpx_frame`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::rlpx_frame::run(data));
