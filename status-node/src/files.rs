//! Reading and writing files so that nothing is overwritten by accident, nothing huge is read and secrets
//! are for their owner only.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// A file that cannot be read or written; the message names it.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The operating system refuses.
    #[error("cannot {doing} {path}: {error}")]
    System {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// There is a file of this name already.
    #[error("{0} exists already and is not overwritten")]
    Exists(PathBuf),
    /// There is a file where a folder should be.
    #[error("{0} is a file, not a folder")]
    NotFolder(PathBuf),
    /// The file is larger than anything it could properly hold.
    #[error("{path} is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most that is read, in bytes.
        limit: usize,
    },
    /// The file is not text.
    #[error("{0} is not UTF-8 text")]
    NotText(PathBuf),
}

fn system(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> FileError {
    move |error| FileError::System {
        doing,
        path: path.into(),
        error,
    }
}

/// Creates `path` and the folders above it, readable by their owner only.
pub fn create_folder(path: &Path) -> Result<(), FileError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| {
        // The system's own words would be that it exists, or is no folder: neither says which.
        match path.ancestors().find(|path| path.is_file()) {
            Some(file) => FileError::NotFolder(file.into()),
            None => system("create", path)(error),
        }
    })
}

/// Writes a new file, readable by its owner only, and sees to it that it is on disk. It appears
/// whole or not at all: a crash leaves at most a temporary file, which nothing reads.
pub fn write_new(path: &Path, content: &[u8]) -> Result<(), FileError> {
    write(path, content, name_file)
}

/// Replaces the content of a file, or writes a new one, readable by its owner only, and sees to it that
/// it is on disk. Whoever reads the file, also after a crash, finds either what it held before or all
/// of `content`.
pub fn replace(path: &Path, content: &[u8]) -> Result<(), FileError> {
    write(path, content, |temporary, path| {
        std::fs::rename(temporary, path).map_err(system("replace", path))
    })
}

fn write(
    path: &Path,
    content: &[u8],
    name_it: impl FnOnce(&Path, &Path) -> Result<(), FileError>,
) -> Result<(), FileError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".{name}.{:016x}", rand::random::<u64>()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary).map_err(system("create", path))?;
    let written = file
        .write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(system("write", path))
        .and_then(|()| name_it(&temporary, path));
    // Whether it worked or not, the file is needed under its temporary name no more.
    let _ = std::fs::remove_file(&temporary);
    written?;
    // The name itself must survive too. Not every system lets a folder be opened for that.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Gives a finished file its name unless that is taken.
fn name_file(temporary: &Path, path: &Path) -> Result<(), FileError> {
    use std::io::ErrorKind;
    match std::fs::hard_link(temporary, path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(FileError::Exists(path.into()))
        }
        // A file system without links. Nobody else writes into the folder, which has one owner.
        Err(_) if path.exists() => Err(FileError::Exists(path.into())),
        Err(_) => std::fs::rename(temporary, path).map_err(system("create", path)),
    }
}

/// Reads a file of at most `limit` bytes.
pub fn read_bytes(path: &Path, limit: usize) -> Result<Vec<u8>, FileError> {
    let file = File::open(path).map_err(system("read", path))?;
    let mut content = Vec::new();
    file.take(limit as u64 + 1)
        .read_to_end(&mut content)
        .map_err(system("read", path))?;
    if content.len() > limit {
        return Err(FileError::TooLarge {
            path: path.into(),
            limit,
        });
    }
    Ok(content)
}

/// Reads a text of at most `limit` bytes.
pub fn read_text(path: &Path, limit: usize) -> Result<String, FileError> {
    String::from_utf8(read_bytes(path, limit)?).map_err(|_| FileError::NotText(path.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_not_written_twice_and_not_read_beyond_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write_new(&path, b"four").unwrap();
        assert!(matches!(
            write_new(&path, b"more"),
            Err(FileError::Exists(_))
        ));
        assert_eq!(read_text(&path, 4).unwrap(), "four");
        assert!(matches!(
            read_text(&path, 3),
            Err(FileError::TooLarge { limit: 3, .. })
        ));
    }

    #[test]
    fn a_file_appears_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        // What a crash in the middle of writing leaves.
        std::fs::write(folder.path().join(".file.0123"), b"fo").unwrap();
        write_new(&path, b"four").unwrap();
        write_new(&path, b"more").unwrap_err();
        assert_eq!(std::fs::read(&path).unwrap(), b"four");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
        assert!(matches!(
            write_new(&folder.path().join("none").join("file"), b""),
            Err(FileError::System { .. })
        ));
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        replace(&path, b"four").unwrap();
        replace(&path, b"more").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"more");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_written_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write_new(&path, b"").unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
