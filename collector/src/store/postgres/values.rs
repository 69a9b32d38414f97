//! Values on their way to PostgreSQL and back. Text there holds no NUL: what a visitor sends may, and it becomes U+FFFD.

use crate::store::sql::Value;
use bytes::{BufMut, BytesMut};
use std::borrow::Cow;
use std::error::Error;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

type Told = Box<dyn Error + Sync + Send>;

/// A value for a place whose type the server has found out.
#[derive(Debug)]
pub(super) struct Bound<'a>(pub Value<'a>);

/// Text as PostgreSQL can hold it.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

impl ToSql for Bound<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Told> {
        match (&self.0, kind) {
            (Value::Null, _) => return Ok(IsNull::Yes),
            (Value::Integer(number), &Type::INT8) => out.put_i64(*number),
            (Value::Integer(number), &Type::INT4) => out.put_i32(i32::try_from(*number)?),
            (Value::Integer(number), &Type::BOOL) => out.put_u8(u8::from(*number != 0)),
            // What stands there as JSON was made by us; only its NUL is one that cannot be read back.
            (Value::Text(text), &Type::JSON) => out.put_slice(text.replace("\\u0000", "\\ufffd").as_bytes()),
            (Value::Text(text), &(Type::TEXT | Type::VARCHAR | Type::UNKNOWN)) => out.put_slice(clean(text).as_bytes()),
            (Value::Blob(bytes), &Type::BYTEA) => out.put_slice(bytes),
            (_, kind) => return Err(format!("no such value for {kind}").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Told> {
        Ok(match *kind {
            Type::INT8 => Value::Integer(i64::from_sql(kind, raw)?),
            Type::INT4 => Value::Integer(i32::from_sql(kind, raw)?.into()),
            Type::BOOL => Value::Integer(bool::from_sql(kind, raw)?.into()),
            Type::BYTEA => Value::Blob(raw),
            // JSON is sent as its text.
            _ => Value::Text(std::str::from_utf8(raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Told> {
        Ok(Value::Null)
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::BOOL, Type::BYTEA, Type::TEXT, Type::VARCHAR, Type::JSON].contains(kind)
    }
}
