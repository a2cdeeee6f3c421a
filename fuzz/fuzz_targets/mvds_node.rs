//! libFuzzer's entry to [`status_fuzz::mvds_node`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::mvds_node::run(data));
