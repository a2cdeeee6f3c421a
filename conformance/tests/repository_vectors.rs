//! The vectors that the repository holds: no case may fail, and no case that once was handled may
//! fall back to unsupported.

use std::path::Path;

#[test]
fn no_case_of_the_repository_fails() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let reports = conformance::run_directory(&directory).unwrap();
    assert_eq!(reports.len(), 11);
    for report in &reports {
        report.print();
    }
    let failed: usize = reports.iter().map(|report| report.failed.len()).sum();
    assert_eq!(failed, 0, "see the list above");
}
