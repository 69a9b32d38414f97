//! A recording as one file that plays anywhere without a network: our own player, the decoder and the recording as data,
//! the same sandboxed stage. A policy in the file lets run only the one script, which it names by its hash, and lets nothing
//! be fetched. What it shows of the visit is what a share link shows; its end is printed, since erase cannot reach a file.

use crate::assets;
use crate::clock;
use crate::store::RecordingRow;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const STYLES: [&str; 3] = ["styles/tokens.css", "styles/base.css", "player/player.css"];

/// Text as HTML shows it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(letter),
        }
    }
    out
}

fn text_of(path: &str) -> Option<String> {
    String::from_utf8(assets::bytes(path)?.into_owned()).ok()
}

/// The file; nothing when the player was not built into this program.
pub fn html(row: &RecordingRow, blob: &[u8]) -> Option<Vec<u8>> {
    // The parser ends a script at its end tag, wherever that stands.
    let script = text_of("pkg/offline.js")?;
    if script.contains("</script") || script.contains("<!--") {
        return None;
    }
    let decoder = assets::bytes("pkg/decoder_bg.wasm")?;
    let styles: String = STYLES.iter().map(|path| text_of(path)).collect::<Option<Vec<_>>>()?.join("\n");
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}' 'wasm-unsafe-eval'; style-src 'unsafe-inline' data:; img-src data:; \
         font-src data:; base-uri 'none'; form-action 'none'",
        STANDARD.encode(Sha256::digest(script.as_bytes()))
    );
    let (started, expires) = (clock::rfc3339(row.facts.started_ms), clock::rfc3339(row.expires_ms));
    let facts = [
        format!("recorded {}", day(&started)),
        format!("{} pages", row.facts.pages),
        [row.device.as_deref(), row.browser.as_deref(), row.os.as_deref()].map(|it| it.unwrap_or_default()).join(" "),
        format!("entered at {}", row.facts.entry_url),
        format!("to be deleted by {}", day(&expires)),
    ]
    .map(|fact| format!("<span>{}</span>", escaped(&fact)))
    .concat();
    let file = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <title>Recording of {title}</title>\n<style>\n{styles}\n</style>\n</head>\n<body>\n\
         <div class=\"player-page\"><header class=\"player-head\"><h1>Recording</h1>\
         <div class=\"player-facts\">{facts}</div>\
         <p class=\"hint\">A copy: erasing the recording does not reach it. Delete this file by <time datetime=\"{expires}\">{until}</time>.</p></header>\n\
         <main class=\"player-body\" id=\"main\"><div class=\"player-wait\"><p>Opening the recording…</p></div></main></div>\n\
         <script type=\"application/octet-stream\" id=\"decoder\">{decoder}</script>\n\
         <script type=\"application/octet-stream\" id=\"recording\">{recording}</script>\n\
         <script>{script}</script>\n</body>\n</html>\n",
        title = escaped(day(&started)),
        until = escaped(day(&expires)),
        decoder = STANDARD.encode(&decoder),
        recording = STANDARD.encode(blob),
    );
    Some(file.into_bytes())
}

/// `2026-11-24` of a time.
fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}
