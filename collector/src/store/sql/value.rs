//! What goes into a statement and what comes out of a row, in the four kinds that both databases have: nothing, numbers,
//! text, bytes. Truth is a number, 0 or 1.

use crate::store::Failure;
use rusqlite::types::{ToSqlOutput, ValueRef};
use shared::ids::RecordingId;

/// One value, borrowed from whoever asks or from the row.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::store) enum Value<'a> {
    Null,
    Integer(i64),
    Text(&'a str),
    Blob(&'a [u8]),
}

/// What can stand in the place of a `?`.
pub(in crate::store) trait Bind {
    fn bind(&self) -> Value<'_>;
}

macro_rules! integers {
    ($($kind:ty)*) => { $(
        impl Bind for $kind {
            fn bind(&self) -> Value<'_> {
                Value::Integer(i64::from(*self))
            }
        }
    )* };
}
integers!(bool i64 i32 u32 u16);

macro_rules! borrowed {
    ($($kind:ty => $variant:ident)*) => { $(
        impl Bind for $kind {
            fn bind(&self) -> Value<'_> {
                Value::$variant(self)
            }
        }
    )* };
}
borrowed!(str => Text String => Text Box<str> => Text [u8] => Blob Vec<u8> => Blob);

impl<const N: usize> Bind for [u8; N] {
    fn bind(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl Bind for Value<'_> {
    fn bind(&self) -> Value<'_> {
        *self
    }
}

impl<T: Bind + ?Sized> Bind for &T {
    fn bind(&self) -> Value<'_> {
        (*self).bind()
    }
}

impl<T: Bind> Bind for Option<T> {
    fn bind(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, Bind::bind)
    }
}

/// All values of a statement, in the order of their numbers.
pub(in crate::store) trait Values {
    fn values(&self) -> Vec<Value<'_>>;
}

impl<T: Bind, const N: usize> Values for [T; N] {
    fn values(&self) -> Vec<Value<'_>> {
        self.iter().map(Bind::bind).collect()
    }
}

impl<T: Bind> Values for Vec<T> {
    fn values(&self) -> Vec<Value<'_>> {
        self.iter().map(Bind::bind).collect()
    }
}

/// No values at all.
pub(in crate::store) const NONE: [Value<'static>; 0] = [];

/// Values of different kinds, in the order of their numbers.
macro_rules! params {
    ($($value:expr),* $(,)?) => { [$($crate::store::sql::value::Bind::bind(&$value)),*] };
}
pub(in crate::store) use params;

/// A value that is kept longer than the statement's text.
#[derive(Clone, Debug)]
pub(in crate::store) enum Owned {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Bind for Owned {
    fn bind(&self) -> Value<'_> {
        match self {
            Owned::Null => Value::Null,
            Owned::Integer(number) => Value::Integer(*number),
            Owned::Text(text) => Value::Text(text),
            Owned::Blob(bytes) => Value::Blob(bytes),
        }
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// What a column can be read as.
pub(in crate::store) trait Read: Sized {
    fn read(value: Value<'_>) -> Option<Self>;
}

impl Read for i64 {
    fn read(value: Value<'_>) -> Option<Self> {
        if let Value::Integer(number) = value { Some(number) } else { None }
    }
}

impl Read for u32 {
    fn read(value: Value<'_>) -> Option<Self> {
        i64::read(value)?.try_into().ok()
    }
}

impl Read for bool {
    fn read(value: Value<'_>) -> Option<Self> {
        Some(i64::read(value)? != 0)
    }
}

impl Read for String {
    fn read(value: Value<'_>) -> Option<Self> {
        if let Value::Text(text) = value { Some(text.to_owned()) } else { None }
    }
}

impl Read for Vec<u8> {
    fn read(value: Value<'_>) -> Option<Self> {
        if let Value::Blob(bytes) = value { Some(bytes.to_vec()) } else { None }
    }
}

impl<const N: usize> Read for [u8; N] {
    fn read(value: Value<'_>) -> Option<Self> {
        if let Value::Blob(bytes) = value { bytes.try_into().ok() } else { None }
    }
}

impl Read for RecordingId {
    fn read(value: Value<'_>) -> Option<Self> {
        Read::read(value).map(RecordingId)
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: Value<'_>) -> Option<Self> {
        if value == Value::Null { Some(None) } else { T::read(value).map(Some) }
    }
}

/// One row of an answer.
pub(in crate::store) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

/// A column by its place or its name.
pub(in crate::store) trait Column:
    rusqlite::RowIndex + tokio_postgres::row::RowIndex + std::fmt::Display
{
}
impl Column for usize {}
impl Column for &str {}

impl Row<'_> {
    /// The value of a column.
    pub(in crate::store) fn get<T: Read>(&self, column: impl Column) -> Result<T, Failure> {
        let value = match self {
            Row::Sqlite(row) => match row.get_ref(column)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Integer(number),
                ValueRef::Text(text) => Value::Text(std::str::from_utf8(text).map_err(|_| Failure::Damaged("text"))?),
                ValueRef::Blob(bytes) => Value::Blob(bytes),
                ValueRef::Real(_) => return Err(Failure::Damaged("a number")),
            },
            Row::Postgres(row) => row.try_get::<_, Value<'_>>(column)?,
        };
        T::read(value).ok_or(Failure::Damaged("a column of another kind than it was"))
    }
}
