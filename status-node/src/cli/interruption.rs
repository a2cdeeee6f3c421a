//! An end because the user wants it, with Ctrl-C.

/// Ends this process by the signal that asks for it, so that whoever waits for it sees that. Its threads,
/// which may be at work, are not waited for.
#[cfg(unix)]
pub(crate) fn end() -> ! {
    // It comes back only if the signal is none that ends a process.
    let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGINT);
    std::process::abort()
}

/// Ends this process with the exit code that shells have for it.
#[cfg(not(unix))]
pub(crate) fn end() -> ! {
    std::process::exit(130)
}
