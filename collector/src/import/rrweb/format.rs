//! rrweb's data as types. In: the data of one event, as JSON. Out: the same as structs, whatever version wrote it. Numbers
//! may be anything: what is none is left out. Decides nothing.

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use std::fmt;

/// `data` of a kind of event. To be called after a look at how deep it is nested.
pub(super) fn parse<'f, T: Deserialize<'f>>(data: &'f str) -> Option<T> {
    let mut json = serde_json::Deserializer::from_str(data);
    json.disable_recursion_limit();
    T::deserialize(&mut json).ok()
}

#[derive(Deserialize)]
pub(super) struct Meta {
    #[serde(default)]
    pub(super) href: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) width: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) height: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FullSnapshot {
    pub(super) node: Node,
    pub(super) initial_offset: Option<Offset>,
}

#[derive(Deserialize)]
pub(super) struct Offset {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) left: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) top: Option<f64>,
}

/// `NodeType`.
pub(super) mod node_type {
    pub(crate) const DOCUMENT: u32 = 0;
    pub(crate) const DOCTYPE: u32 = 1;
    pub(crate) const ELEMENT: u32 = 2;
    pub(crate) const TEXT: u32 = 3;
    pub(crate) const CDATA: u32 = 4;
    pub(crate) const COMMENT: u32 = 5;
}

/// A serialised node with what is inside it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Node {
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    pub(super) kind: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<f64>,
    pub(super) tag_name: Option<String>,
    #[serde(default)]
    pub(super) attributes: Values,
    #[serde(default)]
    pub(super) child_nodes: Vec<Node>,
    pub(super) text_content: Option<String>,
    pub(super) name: Option<String>,
    pub(super) public_id: Option<String>,
    pub(super) system_id: Option<String>,
    #[serde(rename = "isSVG")]
    pub(super) is_svg: Option<bool>,
    pub(super) need_block: Option<bool>,
    pub(super) is_shadow_host: Option<bool>,
    pub(super) is_shadow: Option<bool>,
    pub(super) compat_mode: Option<String>,
}

/// Names and values, in their order.
#[derive(Default)]
pub(super) struct Values(pub(super) Vec<(String, Value)>);

/// The value of an attribute.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    Text(String),
    Flag(bool),
    Number(f64),
    /// The attribute goes.
    Null,
    /// Declarations of a `style` that changed: value and priority, nothing for one that went.
    Style(Vec<(String, Option<(String, String)>)>),
}

impl Value {
    /// As an attribute has it.
    pub(super) fn into_text(self) -> Option<String> {
        match self {
            Value::Text(text) => Some(text),
            Value::Flag(true) => Some(String::new()),
            Value::Number(number) => Some(number.to_string()),
            Value::Flag(false) | Value::Null | Value::Style(_) => None,
        }
    }

    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            Value::Text(text) => {
                text.trim().trim_end_matches("px").parse().ok().filter(|number: &f64| number.is_finite())
            }
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Values;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("attributes")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Values, A::Error> {
                let mut values = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    values.push(pair);
                }
                Ok(Values(values))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Values, E> {
                Ok(Values::default())
            }
        }
        deserializer.deserialize_any(Pairs)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One;
        impl<'de> Visitor<'de> for One {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the value of an attribute")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
                Ok(Value::Text(text.to_owned()))
            }
            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Value, E> {
                Ok(Value::Flag(flag))
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
                Ok(Value::Number(number))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
                Ok(Value::Number(number as f64))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
                Ok(Value::Number(number as f64))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let mut declarations = Vec::new();
                while let Some((name, Declared(declared))) = map.next_entry::<String, Declared>()? {
                    declarations.push((name, declared));
                }
                Ok(Value::Style(declarations))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Value::Null)
            }
        }
        deserializer.deserialize_any(One)
    }
}

/// `"red"`, `["red", "important"]`, or `false` for a declaration that went.
struct Declared(Option<(String, String)>);

impl<'de> Deserialize<'de> for Declared {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Declared(match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(value) => Some((value, String::new())),
            serde_json::Value::Number(value) => Some((value.to_string(), String::new())),
            serde_json::Value::Array(parts) => {
                let part = |at: usize| parts.get(at).and_then(|part| part.as_str()).unwrap_or_default().to_owned();
                Some((part(0), part(1)))
            }
            _ => None,
        }))
    }
}

/// `IncrementalSource`.
#[derive(Deserialize)]
pub(super) struct Source {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) source: Option<f64>,
}

#[derive(Deserialize, Default)]
pub(super) struct Mutation {
    #[serde(default)]
    pub(super) texts: Vec<TextChange>,
    #[serde(default)]
    pub(super) attributes: Vec<AttributeChange>,
    #[serde(default)]
    pub(super) removes: Vec<Removal>,
    #[serde(default)]
    pub(super) adds: Vec<Addition>,
}

#[derive(Deserialize)]
pub(super) struct TextChange {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<f64>,
    pub(super) value: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct AttributeChange {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<f64>,
    #[serde(default)]
    pub(super) attributes: Values,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Removal {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) parent_id: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Addition {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) parent_id: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) previous_id: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) next_id: Option<f64>,
    pub(super) node: Node,
}

#[derive(Deserialize)]
pub(super) struct Move {
    #[serde(default)]
    pub(super) positions: Vec<Position>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Position {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) x: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) y: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) time_offset: Option<f64>,
}

/// What all sources that name a node and a few numbers have.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct Numbers {
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    pub(super) kind: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) x: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) y: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) width: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) height: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) current_time: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) volume: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) playback_rate: Option<f64>,
    pub(super) muted: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Input {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<f64>,
    #[serde(default)]
    pub(super) text: String,
    #[serde(default)]
    pub(super) is_checked: bool,
    pub(super) user_triggered: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rules {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) style_id: Option<f64>,
    #[serde(default)]
    pub(super) adds: Option<Vec<Rule>>,
    #[serde(default)]
    pub(super) removes: Option<Vec<Rule>>,
    pub(super) replace: Option<String>,
    pub(super) replace_sync: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Rule {
    #[serde(default)]
    pub(super) rule: String,
    /// A list names a rule inside another one.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) index: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Adopted {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<f64>,
    #[serde(default)]
    pub(super) style_ids: Vec<f64>,
    pub(super) styles: Option<Vec<Constructed>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Constructed {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) style_id: Option<f64>,
    #[serde(default)]
    pub(super) rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Font {
    #[serde(default)]
    pub(super) family: String,
    #[serde(default)]
    pub(super) font_source: String,
    #[serde(default)]
    pub(super) buffer: bool,
}

#[derive(Deserialize)]
pub(super) struct Selection {
    #[serde(default)]
    pub(super) ranges: Vec<Range>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Range {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) start: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) start_offset: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) end: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) end_offset: Option<f64>,
}

#[derive(Deserialize)]
pub(super) struct Custom {
    #[serde(default)]
    pub(super) tag: String,
    #[serde(default)]
    pub(super) payload: serde_json::Value,
}

/// A number, or nothing where something else stands.
pub(super) fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    struct Any;
    impl<'de> Visitor<'de> for Any {
        type Value = Option<f64>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number")
        }
        fn visit_f64<E: de::Error>(self, number: f64) -> Result<Option<f64>, E> {
            Ok(Some(number))
        }
        fn visit_u64<E: de::Error>(self, number: u64) -> Result<Option<f64>, E> {
            Ok(Some(number as f64))
        }
        fn visit_i64<E: de::Error>(self, number: i64) -> Result<Option<f64>, E> {
            Ok(Some(number as f64))
        }
        fn visit_bool<E: de::Error>(self, _: bool) -> Result<Option<f64>, E> {
            Ok(None)
        }
        fn visit_str<E: de::Error>(self, _: &str) -> Result<Option<f64>, E> {
            Ok(None)
        }
        fn visit_unit<E: de::Error>(self) -> Result<Option<f64>, E> {
            Ok(None)
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<f64>, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(None)
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<f64>, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(None)
        }
    }
    deserializer.deserialize_any(Any)
}
