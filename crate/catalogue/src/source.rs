//! Where a catalogue lies: a folder here; an address of the web on the command line.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use sayso_core::catalogue::Refusal;

/// Gives bytes of the files of one catalogue.
pub trait Source {
    /// A whole file; one longer than `most` is refused.
    fn whole(&self, name: &str, most: u64) -> Result<Vec<u8>, Refusal>;
    /// A part of a file, all of it.
    fn part(&self, name: &str, from: u64, length: u32) -> Result<Vec<u8>, Refusal>;
    /// Whether nobody learns anything when a part of this file is read.
    fn at_hand(&self, _name: &str) -> bool {
        false
    }
}

/// A folder.
pub struct Folder(PathBuf);

impl Folder {
    /// The catalogue in this folder.
    pub fn new(path: &Path) -> Folder {
        Folder(path.to_path_buf())
    }

    fn open(&self, name: &str) -> Result<(File, u64), Refusal> {
        let why = |e: std::io::Error| unavailable(name, e.to_string());
        // Before opening: opening a pipe would wait for somebody to write to it.
        let path = self.0.join(name);
        let metadata = std::fs::metadata(&path).map_err(why)?;
        if !metadata.is_file() {
            return Err(unavailable(name, "it is not a regular file"));
        }
        Ok((File::open(&path).map_err(why)?, metadata.len()))
    }
}

impl Source for Folder {
    fn whole(&self, name: &str, most: u64) -> Result<Vec<u8>, Refusal> {
        let (file, _) = self.open(name)?;
        let mut bytes = Vec::new();
        file.take(most + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| unavailable(name, e.to_string()))?;
        if bytes.len() as u64 > most {
            return Err(unavailable(name, format!("it has more than {most} bytes")));
        }
        Ok(bytes)
    }

    fn part(&self, name: &str, from: u64, length: u32) -> Result<Vec<u8>, Refusal> {
        let (mut file, has) = self.open(name)?;
        let expected = from + u64::from(length);
        if has < expected {
            return Err(Refusal::Length { name: name.to_string(), expected, came: has });
        }
        let why = |e: std::io::Error| unavailable(name, e.to_string());
        let mut bytes = vec![0; length as usize];
        file.seek(SeekFrom::Start(from)).map_err(why)?;
        file.read_exact(&mut bytes).map_err(why)?;
        Ok(bytes)
    }
}

/// What could not be had, and why.
pub fn unavailable(name: &str, why: impl Into<String>) -> Refusal {
    Refusal::Unavailable { name: name.to_string(), why: why.into() }
}
