//! Style sheets that scripts changed or made. In: rrweb's events of them. Out: `SHEET`, `RULE`, `ADOPTED` and `FONT`.

use super::super::format;
use super::super::telling::number_of;
use super::super::tree::id_of;
use super::Page;
use shared::dom::DOCUMENT;
use shared::mask::{Level, Rules};
use shared::record::{self, tag};
use shared::strings::{Kind, StringRef};

/// Bytes of a font's address: a longer one is the font itself.
const FONT_MAX_BYTES: usize = 4096;

impl Page {
    pub(super) fn rules(&mut self, at: u32, data: format::Rules, rules: &Rules) {
        let (node, sheet, level) = match (id_of(data.style_id), self.tree.find(data.id).and_then(|key| self.shown(key)))
        {
            (Some(style), _) if style != 0 => match self.sheets.get(&style) {
                Some(sheet) => (0, *sheet, Level::Page),
                None => return,
            },
            (_, Some((node, _, level))) => (node, 0, level),
            _ => return,
        };
        if let Some(text) = data.replace.or(data.replace_sync) {
            let text = self.writer.string(Kind::Css, &rules.css(&text, level));
            self.writer.put(at, tag::SHEET, |at| record::Sheet { at, node, sheet, text });
        }
        for rule in data.adds.into_iter().flatten() {
            let text = self.writer.string(Kind::Css, &rules.css(&rule.rule, level));
            self.rule(at, (node, sheet), rule.index, Some(text));
        }
        for rule in data.removes.into_iter().flatten() {
            self.rule(at, (node, sheet), rule.index, None);
        }
    }

    /// A rule inside another one has no place of its own, and is left out.
    fn rule(&mut self, at: u32, (node, sheet): (u32, u32), index: Option<f64>, text: Option<StringRef>) {
        let Some(index) = id_of(index).and_then(|index| u32::try_from(index).ok()) else { return };
        self.writer.put(at, tag::RULE, |at| record::Rule { at, node, sheet, index, text });
    }

    pub(super) fn adopt(&mut self, at: u32, data: format::Adopted, rules: &Rules) {
        for constructed in data.styles.into_iter().flatten() {
            let Some(style) = id_of(constructed.style_id) else { continue };
            let next = self.sheets.len() as u32 + 1;
            let sheet = *self.sheets.entry(style).or_insert(next);
            let text: Vec<String> = constructed.rules.into_iter().map(|rule| rule.rule).collect();
            let text = self.writer.string(Kind::Css, &rules.css(&text.join("\n"), Level::Page));
            self.writer.put(at, tag::SHEET, |at| record::Sheet { at, node: 0, sheet, text });
        }
        let Some(key) = self.tree.find(data.id) else { return };
        let is_element = self.tree.element(key).is_some();
        let Some(root) = (if is_element { self.tree.shadow(key) } else { Some(key) }) else { return };
        let node = number_of(&self.tree, root);
        let sheets = data.style_ids.iter().filter_map(|style| self.sheets.get(&id_of(Some(*style))?)).copied();
        let sheets = sheets.collect();
        if node != 0 {
            self.writer.put(at, tag::ADOPTED, |at| record::Adopted { at, node, sheets });
        }
    }

    pub(super) fn font(&mut self, at: u32, font: &format::Font, rules: &Rules) {
        if font.buffer || font.font_source.len() > FONT_MAX_BYTES || font.family.contains(['"', '\\', '\n']) {
            return;
        }
        let rule = format!("@font-face {{ font-family: \"{}\"; src: {}; }}", font.family, font.font_source);
        let text = self.writer.string(Kind::Css, &rules.css(&rule, Level::Page));
        self.writer.put(at, tag::FONT, |at| record::Font { at, node: DOCUMENT, text });
    }
}
