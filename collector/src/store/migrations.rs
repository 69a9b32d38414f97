//! Numbered files that bring a schema up to date: which of them a store has not had. A migration is never changed once it has
//! been released; a store with one that this program does not know is refused.

use super::Failure;
use std::collections::BTreeSet;

/// In the order in which they run on a new store. Numbers may have holes.
pub(super) type Migrations = [(i64, &'static str)];

/// A list of [`Migrations`] out of files of that folder, which is named from the file that has the list.
macro_rules! migrations {
    ($folder:literal $($number:literal $file:literal)*) => {
        &[$(($number, include_str!(concat!($folder, $file)))),*]
    };
}
pub(super) use migrations;

/// Those that the store has not had.
pub(super) fn pending<'a>(
    all: &'a Migrations,
    done: &BTreeSet<i64>,
) -> Result<impl Iterator<Item = &'a (i64, &'static str)>, Failure> {
    if let Some(found) = done.iter().rev().find(|number| !all.iter().any(|(known, _)| known == *number)) {
        let known = all.iter().map(|(number, _)| *number).max().unwrap_or_default();
        return Err(Failure::TooNew { found: *found, known });
    }
    Ok(all.iter().filter(|(number, _)| !done.contains(number)))
}
