//! Zip bundles: each member is read like a file named `case.zip!member`. Nothing is unpacked to the disk, so a member's
//! name is only a name, whatever it says.

use super::decompress::{Inflater, LARGEST_FILE};
use super::digest::file_name;
use super::hashing::Wanted;
use super::{FileRead, Way, read_bytes};
use rayon::prelude::*;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

/// Stands between an archive and its member while paths are compared: no name of a file can hold it, so that a manifest
/// in an archive is about that archive alone. Reports show [`SHOWN`].
pub const BETWEEN: &str = "\0/";

/// What reports show between an archive and its member.
pub const SHOWN: &str = "!";

/// Bounds on what is taken out of an archive.
struct Limits {
    /// Members.
    members: usize,
    /// Bytes of one member.
    member: u64,
    /// Bytes of all members.
    total: u64,
}

const LIMITS: Limits = Limits { members: 1_000_000, member: LARGEST_FILE, total: 64 << 30 };

/// Members of so many bytes together are read at once, on all threads.
const BATCH: u64 = 64 << 20;

/// An archive may hold archives, and these none.
const DEEPEST: usize = 1;

/// Whether this is the beginning of a zip archive, also of an empty one.
pub fn is_zip(stored: &[u8]) -> bool {
    stored.starts_with(b"PK\x03\x04") || stored.starts_with(b"PK\x05\x06")
}

/// Opens a file that begins like an archive.
pub fn open(path: &Path) -> Option<File> {
    let mut file = File::open(path).ok()?;
    let mut magic = [0; 4];
    file.read_exact(&mut magic).ok().filter(|()| is_zip(&magic))?;
    file.rewind().ok()?;
    Some(file)
}

/// Reads an archive: one file for each member, hidden ones left out, and one for the archive itself where it is broken.
pub(super) fn read(path: &Path, source: impl Read + Seek, wanted: &Wanted, way: Way) -> Vec<FileRead> {
    read_within(path, BufReader::new(source), &LIMITS, wanted, way)
}

/// Whether this is a member with the name of a log file of CloudTrail.
pub fn has_log_name(path: &Path) -> bool {
    let path = path.to_string_lossy();
    path.contains(BETWEEN) && file_name(&path).contains("_CloudTrail_")
}

fn read_within(path: &Path, mut source: impl Read + Seek, limits: &Limits, wanted: &Wanted, way: Way) -> Vec<FileRead> {
    if path.to_string_lossy().matches(BETWEEN).count() > DEEPEST {
        let why = "is a zip archive in one that is in another; one in another is the limit; unpack it";
        return vec![FileRead::failed(path, why)];
    }
    let mut members = Members { path, limits, wanted, way, files: Vec::new(), batch: Vec::new(), waiting: 0, total: 0 };
    let broken = match ZipArchive::new(&mut source) {
        Ok(zip) => members.all(zip),
        Err(why) => {
            let before = members.before_break(&mut source);
            Some(format!("this zip archive is broken ({why}); {before} members before that are read; fetch it again"))
        }
    };
    members.flush();
    let mut files = members.files;
    files.extend(broken.map(|why| FileRead::failed(path, why)));
    if files.is_empty() {
        files.extend(read_bytes(path, b"", &mut Inflater::default(), wanted, way));
    }
    files
}

/// A member's stored bytes, found by the path that reports show.
pub fn stored(path: &str) -> Option<Vec<u8>> {
    path.match_indices(SHOWN).find_map(|(at, _)| {
        let archive = File::open(path.get(..at)?).ok()?;
        find(BufReader::new(archive), path.get(at + SHOWN.len()..)?, DEEPEST)
    })
}

fn find(source: impl Read + Seek, name: &str, levels: usize) -> Option<Vec<u8>> {
    let mut zip = ZipArchive::new(source).ok()?;
    let names: Vec<String> =
        (0..zip.len()).filter_map(|index| Some(name_of(zip.by_index_data(index).ok()?.name_raw()))).collect();
    if let Some(index) = names.iter().position(|known| known == name) {
        let mut bytes = Vec::new();
        zip.by_index(index).ok()?.take(LIMITS.member).read_to_end(&mut bytes).ok()?;
        return Some(bytes);
    }
    let levels = levels.checked_sub(1)?;
    name.match_indices(SHOWN).find_map(|(at, _)| {
        let index = names.iter().position(|known| Some(known.as_str()) == name.get(..at))?;
        let mut bytes = Vec::new();
        zip.by_index(index).ok()?.take(LIMITS.member).read_to_end(&mut bytes).ok()?;
        find(Cursor::new(bytes), name.get(at + SHOWN.len()..)?, levels)
    })
}

/// A member's name with slashes, as a report can show it.
fn name_of(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw).replace('\\', "/").replace('\0', "\u{fffd}")
}

fn is_left_out(name: &str) -> bool {
    name.ends_with('/') || name.split('/').any(|part| part.starts_with('.') && part != "." && part != "..")
}

/// The members of one archive on their way to being files.
struct Members<'a> {
    path: &'a Path,
    limits: &'a Limits,
    wanted: &'a Wanted,
    way: Way,
    files: Vec<FileRead>,
    batch: Vec<(PathBuf, Vec<u8>, Option<String>)>,
    waiting: u64,
    total: u64,
}

impl Members<'_> {
    /// Reads all members; answers what is wrong with the archive as a whole.
    fn all(&mut self, mut zip: ZipArchive<impl Read + Seek>) -> Option<String> {
        let most = self.limits.members;
        for index in 0..zip.len().min(most) {
            let Ok(entry) = zip.by_index_data(index) else { continue };
            let name = name_of(entry.name_raw());
            if is_left_out(&name) {
                continue;
            }
            if self.total >= self.limits.total {
                let (left, total) = (zip.len() - index, self.limits.total);
                return Some(format!(
                    "its members hold more than {total} bytes together, the limit; {left} are not read; split it"
                ));
            }
            match zip.by_index(index) {
                Ok(member) => self.take(&name, member),
                Err(why) => self.files.push(FileRead::failed(&self.path_of(&name), refusal(&why))),
            }
        }
        if zip.len() > most {
            return Some(format!(
                "it has {} members, {most} is the limit; the others are not read; split it",
                zip.len()
            ));
        }
        let lost = "two of its members have one name, and only the last of them is read; unpack it";
        zip.has_duplicate_names().then(|| lost.to_owned())
    }

    /// Reads the members that precede a break, and counts them.
    fn before_break(&mut self, source: &mut (impl Read + Seek)) -> usize {
        let mut before = 0;
        if source.rewind().is_err() {
            return before;
        }
        while let Ok(Some(member)) = zip::read::read_zipfile_from_stream(source) {
            let name = name_of(member.name_raw());
            if before >= self.limits.members || self.total >= self.limits.total {
                break;
            }
            before += 1;
            if !is_left_out(&name) {
                self.take(&name, member);
            }
        }
        before
    }

    fn take<R: Read>(&mut self, name: &str, member: ZipFile<'_, R>) {
        let most = self.limits.member;
        let mut bytes = Vec::new();
        let broken = match member.take(most + 1).read_to_end(&mut bytes) {
            Err(why) => {
                Some(format!("this member breaks after {} bytes ({why}); fetch the archive again", bytes.len()))
            }
            Ok(_) if bytes.len() as u64 > most => {
                Some(format!("this member is larger than {most} bytes, the limit; split it"))
            }
            Ok(_) => None,
        };
        bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        self.total += bytes.len() as u64;
        self.waiting += bytes.len() as u64;
        self.batch.push((self.path_of(name), bytes, broken));
        if self.waiting >= BATCH {
            self.flush();
        }
    }

    fn path_of(&self, name: &str) -> PathBuf {
        let mut path = self.path.as_os_str().to_owned();
        path.push(BETWEEN);
        path.push(name);
        PathBuf::from(path)
    }

    fn flush(&mut self) {
        self.waiting = 0;
        let batch = std::mem::take(&mut self.batch).into_par_iter();
        let (wanted, way) = (self.wanted, self.way);
        let read = batch.map_init(Inflater::default, |inflater, (path, bytes, broken)| {
            let mut files = read_bytes(&path, &bytes, inflater, wanted, way);
            match (broken, files.as_mut_slice()) {
                (Some(why), [file]) if file.path == path && file.failed.is_none() => file.failed = Some(why),
                (Some(why), _) => files.push(FileRead::failed(&path, why)),
                (None, _) => {}
            }
            files
        });
        self.files.par_extend(read.flatten_iter());
    }
}

fn refusal(why: &ZipError) -> String {
    match why {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            "this member is encrypted; unpack the archive and give its files".into()
        }
        ZipError::CompressionMethodNotSupported(method) => format!(
            "this member is compressed by method {method}, known are stored (0), deflate (8) and zstd (93); unpack the archive"
        ),
        why => format!("this member cannot be read ({why}); fetch the archive again"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn archive(sizes: &[usize]) -> Cursor<Vec<u8>> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (i, size) in sizes.iter().enumerate() {
            let _ = writer.start_file(format!("{i}.txt"), SimpleFileOptions::default());
            let _ = writer.write_all(&vec![b'x'; *size]);
        }
        writer.finish().unwrap_or_default()
    }

    fn failures(sizes: &[usize], limits: &Limits) -> (usize, Vec<String>) {
        let files = read_within(Path::new("a.zip"), archive(sizes), limits, &Wanted::default(), Way::default());
        (files.len(), files.into_iter().filter_map(|file| file.failed).collect())
    }

    #[test]
    fn a_bomb_is_bounded_and_the_limit_named() {
        let limits = Limits { members: 3, member: 100, total: 150 };
        let (files, told) = failures(&[10, 101, 10], &limits);
        assert_eq!((files, told.len()), (3, 1));
        assert!(told.iter().all(|why| why.contains("larger than 100 bytes")), "{told:?}");
        let (files, told) = failures(&[90, 90, 90], &limits);
        assert_eq!((files, told.len()), (3, 1));
        assert!(
            told.iter().all(|why| why.contains("more than 150 bytes") && why.contains("1 are not read")),
            "{told:?}"
        );
        let (files, told) = failures(&[1, 1, 1, 1], &limits);
        assert_eq!((files, told.len()), (4, 1));
        assert!(told.iter().all(|why| why.contains("3 is the limit")), "{told:?}");
    }
}
