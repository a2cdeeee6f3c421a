//! libFuzzer's entry to [`status_fuzz::rlpx_auth`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::rlpx_auth::run(data));
