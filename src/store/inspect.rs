//! A look at the place and the file before `SQLite` touches either: `SQLite`
//! would recover, convert or clear what is not ours.

use std::{
    fs, io,
    io::Read as _,
    os::unix::fs::{
        DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
    },
    path::{Path, PathBuf},
};

use rustix::fs::{Access, access, statfs};

use super::{OpenMode, StoreError, mark, schema};

/// The file systems on which `SQLite`'s locks or shared memory can't be relied
/// on, by the number the kernel gives them.
const NETWORK: [(u32, &str); 11] = [
    (0x6969, "nfs"),
    (0x517b, "smb"),
    (0xff53_4d42, "cifs"),
    (0xfe53_4d42, "smb2"),
    (0x0102_1997, "9p"),
    (0x5346_414f, "afs"),
    (0x6b41_4653, "afs"),
    (0x7375_7245, "coda"),
    (0x00c3_6400, "ceph"),
    (0x0bd0_0bd0, "lustre"),
    (0x7461_636f, "ocfs2"),
];

/// FUSE has one number for everything; the mount table says what it really is.
const FUSE: u32 = 0x6573_5546;

/// The folder that `path` is in.
pub(super) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}

/// Makes sure that `path` is, or may become, a log of ours.
pub(super) fn place(path: &Path, mode: OpenMode, network: bool) -> Result<(), StoreError> {
    if path.is_dir() || path.file_name().is_none() {
        return Err(StoreError::IsFolder { path: path.into() });
    }
    if mode == OpenMode::ReadWrite {
        make_folder(folder(path))?;
    }
    if !network && let Some(kind) = network_kind(folder(path)) {
        return Err(StoreError::Network {
            path: path.into(),
            kind,
        });
    }
    // The companions first: a file that is being made meanwhile has none yet.
    let held = mark::read(path).seq;
    let companion = fs::metadata(mark::beside(path, "-wal")).is_ok_and(|wal| wal.len() > 0);
    match fs::metadata(path) {
        Ok(found) if found.len() > 0 => existing(path, &found, mode),
        Ok(_) | Err(_) if held > 0 || companion => Err(StoreError::Gone {
            path: path.into(),
            entries: held,
        }),
        Ok(found) => owned(path, &found).and_then(|()| absent(path, mode)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => absent(path, mode),
        Err(error) => Err(told("looking at", path, error)),
    }
}

/// What an error of the file system means for the log.
pub(super) fn told(doing: &'static str, path: &Path, source: io::Error) -> StoreError {
    let path = path.to_path_buf();
    match source.kind() {
        io::ErrorKind::PermissionDenied => StoreError::Permission { path },
        io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnlyFolder { path },
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::DiskFull { path },
        io::ErrorKind::NotADirectory => StoreError::NoFolder { path },
        _ => StoreError::Io {
            doing,
            path,
            source,
        },
    }
}

fn make_folder(folder: &Path) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => StoreError::NoFolder {
                path: folder.into(),
            },
            _ => unmade(folder, error),
        })
}

/// Why there could be nothing new at `path`: told of the folder that is there
/// and does not take it.
pub(super) fn unmade(path: &Path, source: io::Error) -> StoreError {
    match source.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            let mut above = path.ancestors().skip(1);
            let there = above.find(|folder| folder.is_dir());
            StoreError::CantMake {
                path: path.into(),
                folder: there.unwrap_or_else(|| folder(path)).into(),
                why: source,
            }
        }
        _ => told("making", path, source),
    }
}

fn absent(path: &Path, mode: OpenMode) -> Result<(), StoreError> {
    match mode {
        OpenMode::ReadOnly => Err(StoreError::Missing { path: path.into() }),
        OpenMode::ReadWrite => {
            if path.exists() {
                writable(path)?;
            }
            access(folder(path), Access::WRITE_OK).map_err(|error| unmade(path, error.into()))?;
            fs::OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(path)
                .map(drop)
                .map_err(|error| unmade(path, error))
        }
    }
}

fn existing(path: &Path, found: &fs::Metadata, mode: OpenMode) -> Result<(), StoreError> {
    if !found.is_file() {
        return Err(StoreError::NotALog { path: path.into() });
    }
    owned(path, found)?;
    header(path)?;
    if mode == OpenMode::ReadWrite {
        writable(path)?;
        private(path, found)?;
    }
    Ok(())
}

/// Only the owner opens a log: anybody else would leave companions behind
/// that the owner can't write, root included.
fn owned(path: &Path, found: &fs::Metadata) -> Result<(), StoreError> {
    let me = rustix::process::geteuid().as_raw();
    if found.uid() == me {
        return Ok(());
    }
    Err(StoreError::ForeignOwned {
        path: path.into(),
        owner: found.uid(),
        me,
    })
}

fn writable(path: &Path) -> Result<(), StoreError> {
    if can_write(folder(path)) {
        if !path.exists() || can_write(path) {
            return Ok(());
        }
        return Err(StoreError::Permission { path: path.into() });
    }
    Err(StoreError::ReadOnlyFolder { path: path.into() })
}

/// Whether this user could write to `path` as far as permissions and the
/// mount say.
pub(super) fn can_write(path: &Path) -> bool {
    access(path, Access::WRITE_OK).is_ok()
}

/// Takes other users' rights away.
fn private(path: &Path, found: &fs::Metadata) -> Result<(), StoreError> {
    if found.permissions().mode().trailing_zeros() >= 6 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
        .map_err(|error| told("making private", path, error))
}

/// The first hundred bytes: `SQLite`'s mark, our mark, and the length.
fn header(path: &Path) -> Result<(), StoreError> {
    // Before the length: while there is a log beside it, the file may be short.
    let settled = fs::metadata(mark::beside(path, "-wal")).is_ok_and(|wal| wal.len() == 0)
        || !mark::beside(path, "-wal").exists();
    let mut file = fs::File::open(path).map_err(|error| told("opening", path, error))?;
    let mut head = Vec::with_capacity(100);
    file.by_ref()
        .take(100)
        .read_to_end(&mut head)
        .map_err(|error| told("reading", path, error))?;
    if !head.starts_with(b"SQLite format 3\0") {
        return Err(StoreError::NotALog { path: path.into() });
    }
    let found = file.metadata().map_or(0, |meta| meta.len());
    let Some(expected) = expected_length(&head) else {
        return Err(StoreError::Truncated {
            path: path.into(),
            found,
            expected: 512,
        });
    };
    if settled && found < expected {
        return Err(StoreError::Truncated {
            path: path.into(),
            found,
            expected,
        });
    }
    match word(&head, 68) {
        Some(0) | None => Ok(()),
        Some(mark) if i64::from(mark) == schema::APPLICATION => Ok(()),
        Some(_) => Err(StoreError::OtherProgram { path: path.into() }),
    }
}

/// The length in bytes that the header speaks of; `None` if the header itself
/// is cut.
fn expected_length(head: &[u8]) -> Option<u64> {
    let size = u16::from_be_bytes([*head.get(16)?, *head.get(17)?]);
    let size = if size == 1 { 65_536 } else { u64::from(size) };
    let pages = u64::from(word(head, 28)?);
    let changed = word(head, 24)?;
    let counted = word(head, 92)?;
    // The count of pages is only kept while both counters agree.
    Some(if changed == counted {
        size * pages
    } else {
        size
    })
}

fn word(head: &[u8], at: usize) -> Option<u32> {
    let bytes = head.get(at..at + 4)?;
    Some(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

/// The name of the network file system that `folder` is on, if it is on one.
pub(super) fn network_kind(folder: &Path) -> Option<String> {
    let number = statfs(folder).ok()?.f_type;
    // The kernel's numbers have 32 bits, whatever the width of the field.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "see above"
    )]
    let number = number as u32;
    if number == FUSE {
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        return fuse_kind(&mounts, &folder.canonicalize().ok()?);
    }
    named(number).map(str::to_owned)
}

fn named(number: u32) -> Option<&'static str> {
    NETWORK
        .iter()
        .find(|(known, _)| *known == number)
        .map(|(_, name)| *name)
}

/// What is mounted where `folder` is, if it is a FUSE file system over a
/// network. `fuseblk` (a disk) and unnamed ones are taken as local.
fn fuse_kind(mounts: &str, folder: &Path) -> Option<String> {
    let kind = mounts
        .lines()
        .filter_map(|line| {
            let (left, right) = line.split_once(" - ")?;
            let at = PathBuf::from(left.split(' ').nth(4)?);
            let kind = right.split(' ').next()?;
            folder
                .starts_with(&at)
                .then(|| (at.components().count(), kind))
        })
        .max_by_key(|(depth, _)| *depth)?
        .1;
    let over_network = [
        "sshfs",
        "s3fs",
        "gcsfuse",
        "rclone",
        "glusterfs",
        "davfs",
        "curlftpfs",
    ];
    over_network
        .iter()
        .any(|name| kind.contains(name))
        .then(|| kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_numbers_for_network_file_systems_are_known() {
        assert_eq!(named(0x6969), Some("nfs"));
        assert_eq!(named(0xff53_4d42), Some("cifs"));
        assert_eq!(named(0xef53), None, "ext4 is a disk");
        assert_eq!(named(0x0102_1994), None, "tmpfs is memory");
    }

    #[test]
    fn sshfs_is_told_from_a_disk_behind_fuse() {
        let mounts = "22 1 0:20 / / rw - ext4 /dev/vda rw\n\
            40 22 0:41 / /mnt/far rw - fuse.sshfs ada@bastion: rw\n\
            41 22 0:42 / /mnt/far/stick rw - fuseblk /dev/sdb1 rw\n";

        let far = fuse_kind(mounts, Path::new("/mnt/far/logs"));
        let stick = fuse_kind(mounts, Path::new("/mnt/far/stick/logs"));

        assert_eq!(far.as_deref(), Some("fuse.sshfs"));
        assert_eq!(stick, None);
    }
}
