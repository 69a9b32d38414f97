//! The files inside the binary: loader and recorder for visitors' pages, dashboard, player and demo shop for people.
//! In: a path. Out: bytes with their type, an ETag, and the headers that keep a page from doing more than it should.
//! Serves what `www` holds, but for sources and tests; nothing from the disk. The program brings the files, not this
//! library: a changed page then costs a link, and not the compilation of everything here.

use crate::problem::Problem;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use rust_embed::EmbeddedFile;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

/// Finds a file of `www` by its path.
pub type Www = fn(&str) -> Option<EmbeddedFile>;

static WWW: OnceLock<Www> = OnceLock::new();

/// Says, once and before anything is served, where the files are.
pub fn bring(www: Www) {
    let _ = WWW.set(www);
}

fn www(path: &str) -> Option<EmbeddedFile> {
    WWW.get().and_then(|www| www(path))
}

/// The recorder's two files, whose names change with their content.
#[derive(Clone, Debug, Deserialize)]
pub struct Recorder {
    /// The module with the glue.
    #[serde(rename = "recorder")]
    pub script: String,
    /// WebAssembly.
    pub wasm: String,
}

/// What is inside the binary.
pub struct Assets {
    recorder: Option<Recorder>,
}

impl Assets {
    /// Reads `assets.json`; without it (the recorder was not built) nothing can be recorded, all else works.
    pub fn embedded() -> Self {
        let list = www("pkg/assets.json");
        Self { recorder: list.and_then(|file| serde_json::from_slice(&file.data).ok()) }
    }

    /// The recorder's files, if they were built.
    pub fn recorder(&self) -> Option<&Recorder> {
        self.recorder.as_ref()
    }
}

/// The bytes of a file of `www`.
pub fn bytes(path: &str) -> Option<std::borrow::Cow<'static, [u8]>> {
    www(path).map(|file| file.data)
}

/// Pages of ours: no foreign script, style or request, no frame around them.
const PAGE_CSP: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// The same with frames of sites in it.
const BESIDE_CSP: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; frame-src 'self' http: https:; object-src 'none'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'";
/// Where a recording is shown: nothing runs, nothing is loaded; only our own player may frame it.
const STAGE_CSP: &str = "default-src 'none'; style-src 'unsafe-inline' data:; img-src data:; font-src data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'self'";

/// `GET /revisit.js`.
pub async fn loader(headers: HeaderMap) -> Response {
    file("pkg/revisit.js", "public, max-age=300", &headers)
}

/// `GET /assets/{name}`: names change with content, so an answer never does.
pub async fn recorder_file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    if !is_recorders(&name) {
        return Problem::not_found().into_response();
    }
    file(&format!("pkg/{name}"), "public, max-age=31536000, immutable", &headers)
}

/// Whether `assets.json` names this file: the recorder's, and those that it imports later.
fn is_recorders(name: &str) -> bool {
    static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let list = www("pkg/assets.json");
        let names = list.and_then(|file| serde_json::from_slice::<BTreeMap<String, String>>(&file.data).ok());
        names.unwrap_or_default().into_values().collect()
    });
    NAMES.iter().any(|known| known == name)
}

/// `GET /`.
pub async fn dashboard(headers: HeaderMap) -> Response {
    page("dashboard/index.html", PAGE_CSP, &headers)
}

/// `GET /doctor`.
pub async fn doctor(headers: HeaderMap) -> Response {
    page("doctor/index.html", PAGE_CSP, &headers)
}

/// `GET /recordings/{id}`, and `GET /s/{token}` for those who have a link.
pub async fn player(headers: HeaderMap) -> Response {
    page("player/index.html", PAGE_CSP, &headers)
}

/// `GET /beside/{id}`: a live page of a site beside what was sent of it.
pub async fn beside(headers: HeaderMap) -> Response {
    page("beside/index.html", BESIDE_CSP, &headers)
}

/// `GET /opt-out?site={key}`, to be linked from a privacy policy.
pub async fn opt_out(headers: HeaderMap) -> Response {
    page("opt-out/index.html", PAGE_CSP, &headers)
}

/// `GET /stage`.
pub async fn stage(headers: HeaderMap) -> Response {
    page("player/stage.html", STAGE_CSP, &headers)
}

/// The panel of a conversation, which these origins may frame.
pub fn panel(origins: &[String], headers: &HeaderMap) -> Response {
    framed("panel/index.html", PAGE_CSP, "frame-ancestors 'none'", origins, headers)
}

/// The stage of a panel's player: in a frame of ours in a frame of theirs.
pub fn panel_stage(origins: &[String], headers: &HeaderMap) -> Response {
    framed("player/stage.html", STAGE_CSP, "frame-ancestors 'self'", origins, headers)
}

/// A page under a policy of ours whose word on frames gives way to these origins.
fn framed(path: &str, policy: &str, frames: &str, origins: &[String], headers: &HeaderMap) -> Response {
    let mut response = file(path, "no-store", headers);
    let own = if frames.ends_with("'self'") { "'self' " } else { "" };
    let origins = if origins.is_empty() && own.is_empty() { "'none'".to_owned() } else { origins.join(" ") };
    // Origins were checked when they were set, so this is always a header.
    let policy = policy.replace(frames, format!("frame-ancestors {own}{origins}").trim_end());
    let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// Everything else: `/www/…` is a file of `www`, `/demo/…` the demo shop, which is like a customer's site and so gets no
/// policy of ours.
pub async fn other(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(path) = path.strip_prefix("www/") {
        // Pages have addresses of their own, where a policy goes with them.
        return match path.ends_with(".html") {
            true => Problem::not_found().into_response(),
            false => file(path, "no-cache", &headers),
        };
    }
    if path != "demo" && !path.starts_with("demo/") {
        return Problem::not_found().into_response();
    }
    if path.ends_with('/') {
        return file(&format!("{path}index.html"), "no-cache", &headers);
    }
    if www(&format!("{path}/index.html")).is_some() {
        return Redirect::permanent(&format!("/{path}/")).into_response();
    }
    file(path, "no-cache", &headers)
}

fn page(path: &str, policy: &'static str, headers: &HeaderMap) -> Response {
    let mut response = file(path, "no-cache", headers);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

/// The types that are served; a file of another type is not.
fn content_type(path: &str) -> Option<&'static str> {
    let (_, extension) = path.rsplit_once('.')?;
    Some(match extension {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "ico" => "image/x-icon",
        "webmanifest" => "application/manifest+json",
        _ => return None,
    })
}

fn file(path: &str, caching: &'static str, headers: &HeaderMap) -> Response {
    let public = !path.ends_with(".test.js") && !path.starts_with("decoder/");
    let found = content_type(path).filter(|_| public).and_then(|kind| Some((kind, www(path)?)));
    let Some((kind, file)) = found else { return Problem::not_found().into_response() };
    let tag = etag(&file);
    let unchanged = headers.get(header::IF_NONE_MATCH).is_some_and(|seen| *seen == tag);
    let mut response = match unchanged {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => match file.data {
            std::borrow::Cow::Borrowed(bytes) => bytes.into_response(),
            std::borrow::Cow::Owned(bytes) => bytes.into_response(),
        },
    };
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    answer.insert(header::ETAG, tag);
    response
}

fn etag(file: &EmbeddedFile) -> HeaderValue {
    let hash = shared::ids::to_hex(&file.metadata.sha256_hash()[..12]);
    HeaderValue::from_str(&format!("\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}
