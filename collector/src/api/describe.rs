//! The OpenAPI document, made out of the table of routes: what is routed is described, and the other way round. Each
//! operation says who may ask, what it takes and what it gives. In: [`Route`]s. Out: JSON. Knows no handler.

use crate::app::App;
use crate::store::site::{Settings, Site, Zone};
use axum::routing::MethodRouter;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// A path with its handlers and their description.
pub(super) struct Route {
    /// As the router and the document write it.
    pub(super) path: &'static str,
    /// What answers there.
    pub(super) handlers: MethodRouter<Arc<App>>,
    /// Each method.
    pub(super) operations: Vec<Operation>,
}

/// A path with its handlers and their description.
pub(super) fn route(
    path: &'static str,
    handlers: MethodRouter<Arc<App>>,
    operations: impl IntoIterator<Item = Operation>,
) -> Route {
    Route { path, handlers, operations: operations.into_iter().collect() }
}

/// The kind of a value.
#[derive(Clone, Copy)]
pub(super) enum Type {
    Text,
    Number,
    Flag,
    Time,
    /// Of texts.
    List,
    Object,
    /// A named schema.
    Of(&'static str),
    /// A list of a named schema.
    ListOf(&'static str),
    /// The type, or null.
    MaybeText,
    MaybeNumber,
    MaybeTime,
    MaybeObject,
    MaybeList,
}

impl Type {
    fn schema(self) -> Value {
        match self {
            Type::Text => json!({"type": "string"}),
            Type::Number => json!({"type": "integer"}),
            Type::Flag => json!({"type": "boolean"}),
            Type::Time => json!({"type": "string", "format": "date-time"}),
            Type::List => json!({"type": "array", "items": {"type": "string"}}),
            Type::Object => json!({"type": "object"}),
            Type::Of(name) => json!({"$ref": format!("#/components/schemas/{name}")}),
            Type::ListOf(name) => json!({"type": "array", "items": Type::Of(name).schema()}),
            Type::MaybeText => json!({"type": ["string", "null"]}),
            Type::MaybeNumber => json!({"type": ["integer", "null"]}),
            Type::MaybeTime => json!({"type": ["string", "null"], "format": "date-time"}),
            Type::MaybeObject => json!({"type": ["object", "null"]}),
            Type::MaybeList => json!({"type": ["array", "null"]}),
        }
    }
}

/// A field: its name, its type, what it means.
pub(super) type Field = (&'static str, Type, &'static str);

fn object(fields: &[Field]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|(name, kind, meaning)| {
            let mut schema = kind.schema();
            if !meaning.is_empty() && !matches!(kind, Type::Of(_)) {
                schema["description"] = (*meaning).into();
            }
            ((*name).to_owned(), schema)
        })
        .collect();
    json!({"type": "object", "properties": properties})
}

enum Answer {
    Empty,
    Json(Value),
    Bytes(&'static str),
}

/// One method of a path.
pub(super) struct Operation {
    method: &'static str,
    summary: &'static str,
    is_open: bool,
    query: Vec<Field>,
    body: Option<Value>,
    /// What HTTP calls a body that is not JSON.
    file: Option<&'static str>,
    status: u16,
    answer: Answer,
    problems: Vec<u16>,
}

fn operation(method: &'static str, summary: &'static str) -> Operation {
    let (is_open, query, body, status, answer) =
        (false, Vec::new(), None, 200, Answer::Json(json!({"type": "object"})));
    Operation { method, summary, is_open, query, body, file: None, status, answer, problems: Vec::new() }
}

pub(super) fn read(summary: &'static str) -> Operation {
    operation("get", summary)
}

pub(super) fn make(summary: &'static str) -> Operation {
    operation("post", summary)
}

pub(super) fn change(summary: &'static str) -> Operation {
    operation("patch", summary)
}

pub(super) fn remove(summary: &'static str) -> Operation {
    Operation { status: 204, answer: Answer::Empty, ..operation("delete", summary) }
}

impl Operation {
    /// Nobody needs to be signed in.
    pub(super) fn open(mut self) -> Self {
        self.is_open = true;
        self
    }

    /// Fields of the query string.
    pub(super) fn asks(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.query.extend(fields);
        self
    }

    /// Fields of the JSON body.
    pub(super) fn takes(mut self, fields: &[Field]) -> Self {
        self.body = Some(object(fields));
        self
    }

    /// A body of a named schema.
    pub(super) fn takes_a(mut self, name: &'static str) -> Self {
        self.body = Some(Type::Of(name).schema());
        self
    }

    /// A body that is a file.
    pub(super) fn takes_bytes(mut self, kind: &'static str) -> Self {
        self.file = Some(kind);
        self
    }

    /// Fields of the answer.
    pub(super) fn gives(mut self, status: u16, fields: &[Field]) -> Self {
        (self.status, self.answer) = (status, Answer::Json(object(fields)));
        self
    }

    /// An answer of a named schema.
    pub(super) fn gives_a(mut self, status: u16, name: &'static str) -> Self {
        (self.status, self.answer) = (status, Answer::Json(Type::Of(name).schema()));
        self
    }

    /// An answer that is not JSON.
    pub(super) fn gives_bytes(mut self, kind: &'static str) -> Self {
        self.answer = Answer::Bytes(kind);
        self
    }

    /// An answer without a body.
    pub(super) fn gives_nothing(mut self) -> Self {
        (self.status, self.answer) = (204, Answer::Empty);
        self
    }

    /// What else it may answer, beside 401 and 403.
    pub(super) fn or(mut self, problems: &[u16]) -> Self {
        self.problems.extend_from_slice(problems);
        self
    }

    fn describe(&self) -> Value {
        let mut responses = Map::new();
        let done = match &self.answer {
            Answer::Empty => json!({"description": "done"}),
            Answer::Json(schema) => json!({"description": "done", "content": {"application/json": {"schema": schema}}}),
            Answer::Bytes(kind) => json!({"description": "done", "content": {*kind: {}}}),
        };
        responses.insert(self.status.to_string(), done);
        let signed_in: &[u16] = if self.is_open { &[] } else { &[401, 403] };
        for status in self.problems.iter().chain(signed_in) {
            responses.insert(status.to_string(), json!({"$ref": "#/components/responses/Problem"}));
        }
        let mut json = json!({"summary": self.summary, "responses": responses});
        if self.is_open {
            json["security"] = json!([]);
        }
        if !self.query.is_empty() {
            let one = |(name, kind, meaning): &Field| json!({"name": name, "in": "query", "description": meaning, "schema": kind.schema()});
            json["parameters"] = self.query.iter().map(one).collect();
        }
        if let Some(schema) = &self.body {
            json["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": schema}}});
        }
        if let Some(kind) = self.file {
            json["requestBody"] = json!({"required": true, "content": {kind: {}}});
        }
        json
    }
}

/// Fields of an error.
const PROBLEM: &[Field] = &[
    ("type", Type::Text, ""),
    ("title", Type::Text, ""),
    ("status", Type::Number, "of HTTP"),
    ("code", Type::Text, "stable, for programs"),
    ("detail", Type::Text, "for people"),
];

/// A site is what a new one shows of itself: no field can be forgotten here.
fn site() -> Value {
    let zone = Zone { name: String::new(), next: None, floor: String::new() };
    let settings = Settings { webhook_url: Some(String::new()), ..Settings::default() };
    let blank = Site { id: String::new(), key: String::new(), name: String::new(), created_ms: 0, settings, zone };
    let shown = match blank.to_json() {
        Value::Object(shown) => shown,
        _ => Map::new(),
    };
    let schema = |name: &str, value: &Value| match (name, value) {
        ("id" | "key", _) => json!({"type": "string", "readOnly": true}),
        ("created_at", _) => json!({"type": "string", "format": "date-time", "readOnly": true}),
        ("consent", _) => json!({"enum": ["none", "required"]}),
        ("assets", _) => json!({"enum": ["off", "site"]}),
        ("sample_rate", _) => json!({"type": "number", "minimum": 0, "maximum": 1}),
        ("webhook_url", _) => json!({"type": ["string", "null"]}),
        (_, Value::Bool(_)) => json!({"type": "boolean"}),
        (_, Value::Number(_)) => json!({"type": "integer"}),
        (_, Value::Array(_)) => json!({"type": "array", "items": {"type": "string"}}),
        _ => json!({"type": "string"}),
    };
    let properties: Map<String, Value> =
        shown.iter().map(|(name, value)| (name.clone(), schema(name, value))).collect();
    json!({"type": "object", "properties": properties})
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names.map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})).collect()
}

/// The document of these routes and named schemas.
pub(super) fn document(routes: &[Route], schemas: &[(&'static str, &'static [Field])]) -> Value {
    let mut paths = Map::new();
    for route in routes {
        let mut item = Map::new();
        let parameters = path_parameters(route.path);
        if !parameters.is_empty() {
            item.insert("parameters".to_owned(), Value::Array(parameters));
        }
        for operation in &route.operations {
            item.insert(operation.method.to_owned(), operation.describe());
        }
        paths.insert(route.path.to_owned(), Value::Object(item));
    }
    let mut named: Map<String, Value> =
        schemas.iter().map(|(name, fields)| ((*name).to_owned(), object(fields))).collect();
    named.insert("Problem".to_owned(), object(PROBLEM));
    named.insert("Site".to_owned(), site());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Revisit",
            "version": "1",
            "description": "Operators' API. Errors are application/problem+json with a stable `code`. Times are RFC 3339 in UTC.",
        },
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": crate::auth::COOKIE},
            },
            "responses": {"Problem": {
                "description": "not done",
                "content": {"application/problem+json": {"schema": Type::Of("Problem").schema()}},
            }},
            "schemas": named,
        },
    })
}
