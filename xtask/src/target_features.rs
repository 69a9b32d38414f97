//! Removes names from a WebAssembly module's `target_features` section.
//! In: a module as rustc linked it. Out: the same module, without the claims. Touches no other section.
//! Why: with `multivalue` claimed, wasm-bindgen emits multi-value returns: more glue, and a module that older browsers
//! refuse.

use anyhow::{Context, Result, bail, ensure};

/// Bytes before the first section.
pub(crate) const HEADER_LEN: usize = 8;
const CUSTOM_SECTION: u8 = 0;
const SECTION_NAME: &[u8] = b"target_features";

/// The module without the features named.
pub(crate) fn remove(module: &[u8], features: &[&str]) -> Result<Vec<u8>> {
    ensure!(module.starts_with(b"\0asm"), "not a WebAssembly module");
    let mut out = module.get(..HEADER_LEN).context("cut short")?.to_vec();
    let mut input = Reader(&module[HEADER_LEN..]);
    while !input.is_empty() {
        let id = input.byte()?;
        let body = input.sized()?;
        out.push(id);
        match claims(id, body)? {
            Some(claims) => put_sized(&mut out, &without(claims, features)?),
            None => put_sized(&mut out, body),
        }
    }
    Ok(out)
}

/// The claims' bytes if this is the section that holds them.
fn claims(id: u8, body: &[u8]) -> Result<Option<&[u8]>> {
    if id != CUSTOM_SECTION {
        return Ok(None);
    }
    let mut body = Reader(body);
    Ok((body.sized()? == SECTION_NAME).then_some(body.0))
}

fn without(claims: &[u8], features: &[&str]) -> Result<Vec<u8>> {
    let mut input = Reader(claims);
    let mut kept = Vec::new();
    let mut count = 0;
    for _ in 0..input.number()? {
        let prefix = input.byte()?;
        let name = input.sized()?;
        if !features.iter().any(|feature| feature.as_bytes() == name) {
            kept.push(prefix);
            put_sized(&mut kept, name);
            count += 1;
        }
    }
    let mut section = Vec::new();
    put_sized(&mut section, SECTION_NAME);
    put_number(&mut section, count);
    section.extend(kept);
    Ok(section)
}

/// Reads a module from its front.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Result<u8> {
        let (first, rest) = self.0.split_first().context("cut short")?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn number(&mut self) -> Result<usize> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        bail!("a number of more than five bytes")
    }

    pub(crate) fn sized(&mut self) -> Result<&'a [u8]> {
        let len = self.number()?;
        let (bytes, rest) = self.0.split_at_checked(len).context("cut short")?;
        self.0 = rest;
        Ok(bytes)
    }
}

pub(crate) fn put_number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push((number as u8 & 0x7f) | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(crate) fn put_sized(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len());
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn module(features: &[&str]) -> Vec<u8> {
        let mut section = Vec::new();
        put_sized(&mut section, SECTION_NAME);
        put_number(&mut section, features.len());
        for feature in features {
            section.push(b'+');
            put_sized(&mut section, feature.as_bytes());
        }
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.push(1);
        put_sized(&mut module, &[0x60; 200]);
        module.push(CUSTOM_SECTION);
        put_sized(&mut module, &section);
        module
    }

    #[test]
    fn only_the_named_claims_go() {
        let before = module(&["bulk-memory", "multivalue", "reference-types", "sign-ext"]);
        let after = module(&["bulk-memory", "sign-ext"]);
        assert_eq!(remove(&before, &["reference-types", "multivalue"]).unwrap(), after);
        assert_eq!(remove(&after, &["reference-types"]).unwrap(), after);
    }

    #[test]
    fn a_cut_module_is_an_error() {
        let whole = module(&["multivalue"]);
        assert!(remove(&whole[..whole.len() - 1], &["multivalue"]).is_err());
        assert!(remove(b"GIF89a", &[]).is_err());
    }
}
