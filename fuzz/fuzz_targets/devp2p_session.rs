//! libFuzzer's entry to [`status_fuzz::devp2p_session`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::devp2p_session::run(data));
