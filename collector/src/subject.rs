//! Whose data it is about: the person, or the one recording, that an erasure or a request for access names. In: the fields
//! of a request. Out: a [`Subject`]. Never: printed whole; its `Display` says what kind it is, for the audit.

use shared::ids::RecordingId;
use std::fmt;

/// Whose recordings.
#[derive(Clone, PartialEq, Eq)]
pub enum Subject {
    /// Of a visitor's id, 32 hexadecimal digits.
    Visitor(String),
    /// Of an e-mail address that the site declared.
    Email(String),
    /// Of an id that the site declared.
    Identity(String),
    /// One recording.
    Recording(RecordingId),
    /// Of a full address.
    Ip(String),
    /// All of the site.
    Everyone,
}

impl Subject {
    /// The subject that a field of a request names; `None` for an unknown field, or an id that is none.
    pub fn parse(name: &str, value: &str) -> Option<Self> {
        let value = value.trim().to_owned();
        Some(match name {
            _ if value.is_empty() => return None,
            "visitor" => Self::Visitor(value),
            "email" => Self::Email(value),
            "identity" => Self::Identity(value),
            "recording" => Self::Recording(RecordingId::parse(&value)?),
            "ip" => Self::Ip(value),
            _ => return None,
        })
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Visitor(_) => "visitor",
            Self::Email(_) => "email",
            Self::Identity(_) => "identity",
            Self::Recording(_) => "recording",
            Self::Ip(_) => "ip",
            Self::Everyone => "site",
        })
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subject({self})")
    }
}
