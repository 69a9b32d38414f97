//! What the site and its recorder say: custom events. In: tag and payload. Out: records, each text masked by its kind.

use super::super::custom::{self, Said};
use super::super::format::{self, parse};
use super::{Means, Page};
use shared::mask::Level;
use shared::record::{self, tag};
use shared::strings::Kind;

impl Page {
    /// A custom event. `false` when it cannot be read.
    pub(in super::super) fn custom(&mut self, at_ms: u64, data: &str, means: &Means<'_>) -> bool {
        let Some(format::Custom { tag, payload }) = parse(data) else { return false };
        let said = custom::understand(tag, &payload);
        if matches!(said, Said::Nothing) {
            return true;
        }
        let at = self.time(at_ms);
        let rules = means.rules;
        let writer = &mut self.writer;
        let mut text = |text: &str| writer.string(Kind::Text, &rules.text(text, Level::Page));
        match said {
            Said::Nothing => {}
            Said::Visibility(visible) => writer.put(at, tag::VISIBILITY, |at| record::Visibility { at, visible }),
            Said::Navigate(address, title) => {
                let title = text(&title);
                let url = writer.string(Kind::Url, &rules.url(&address));
                writer.put(at, tag::NAVIGATE, |at| record::Navigate { at, url, title });
            }
            Said::End(reason) => {
                self.has_ended = true;
                writer.put(at, tag::END, |at| record::End { at, reason });
            }
            Said::Event(name, properties) => {
                let name = text(&name);
                let props = properties
                    .iter()
                    .map(|(name, value)| {
                        let name = writer.string(Kind::Text, &rules.text(name, Level::Page));
                        (name, writer.string(Kind::Text, &rules.property(value)))
                    })
                    .collect();
                writer.put(at, tag::EVENT, |at| record::Event { at, name, props });
            }
            Said::Tag(key, value) => {
                let key = text(&key);
                let value = writer.string(Kind::Text, &rules.property(&value));
                writer.put(at, tag::TAG, |at| record::Tag { at, key, value });
            }
            Said::Error(message) => {
                let message = text(&message);
                writer.put(at, tag::ERROR, |at| record::Error { at, message });
            }
            Said::Gap(reason) => writer.put(at, tag::GAP, |at| record::Gap { at, reason }),
            Said::Key(modifiers, key) => writer.put(at, tag::KEY, |at| record::Key { at, modifiers, key }),
            Said::Clipboard(kind) => writer.put(at, tag::CLIPBOARD, |at| record::Clipboard { at, node: 0, kind }),
            Said::Zoom(x, y, scale_percent) => {
                writer.put(at, tag::ZOOM, |at| record::Zoom { at, x, y, scale_percent });
            }
            Said::Media(id, paused, muted, time_ms) => {
                let numbers = format::Numbers {
                    id: Some(id),
                    kind: Some(if paused { 1.0 } else { 0.0 }),
                    current_time: Some(time_ms / 1000.0),
                    muted: Some(muted),
                    ..format::Numbers::default()
                };
                self.media(at, &numbers);
            }
            Said::Submit(id) => {
                if let Some(node) = self.target(Some(id)) {
                    self.writer.put(at, tag::SUBMIT, |at| record::Submit { at, node, by: 0 });
                }
            }
            Said::Dead(id, ago_ms) => {
                if let Some(node) = self.target(Some(id)) {
                    self.writer.put(at, tag::DEAD, |at| record::Dead { at, node, ago_ms });
                }
            }
        }
        true
    }
}
