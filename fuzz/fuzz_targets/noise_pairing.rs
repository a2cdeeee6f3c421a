//! libFuzzer's entry to [`status_fuzz::noise_pairing`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| status_fuzz::noise_pairing::run(data));
