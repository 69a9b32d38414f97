//! A recording in formats that other programs read. In: a finished recording. Out: bytes. Never: more than the recording
//! holds, and never an address that a reader's browser would fetch.

mod html;
pub mod rrweb;

pub use html::html;
pub use rrweb::rrweb;

use crate::store::RecordingRow;
use bytes::Bytes;
use shared::recording;

/// In which form a recording leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// As it is stored.
    Revisit,
    /// A JSON array of rrweb's events.
    Rrweb,
    /// One file that plays offline.
    Html,
}

impl Format {
    /// The format that `name` names.
    pub fn parse(name: &str) -> Option<Self> {
        [Format::Revisit, Format::Rrweb, Format::Html].into_iter().find(|format| format.name() == name)
    }

    /// The API's word.
    pub fn name(self) -> &'static str {
        match self {
            Format::Revisit => "revisit",
            Format::Rrweb => "rrweb",
            Format::Html => "html",
        }
    }

    /// What a file's name ends with.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Revisit => "revisit",
            Format::Rrweb => "rrweb.json",
            Format::Html => "html",
        }
    }

    /// What HTTP calls it.
    pub fn content_type(self) -> &'static str {
        match self {
            Format::Revisit => "application/octet-stream",
            Format::Rrweb => "application/json",
            Format::Html => "text/html; charset=utf-8",
        }
    }
}

/// Why there is no file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotMade {
    /// The stored recording cannot be read.
    #[error(transparent)]
    Unreadable(#[from] recording::Unreadable),
    /// The player is not inside this program.
    #[error("the player was not built into this program")]
    NotBuilt,
}

/// A stored recording as a file.
pub fn as_file(format: Format, row: &RecordingRow, blob: &Bytes) -> Result<Bytes, NotMade> {
    match format {
        Format::Revisit => Ok(blob.clone()),
        Format::Rrweb => Ok(rrweb(&recording::read(blob)?).into()),
        Format::Html => html(row, blob).map(Bytes::from).ok_or(NotMade::NotBuilt),
    }
}
