//! Takes out of a WebAssembly module what no visitor will ever run: the words of panics.
//! In: a module as rustc linked it, with its names. Out: the same, with those functions replaced by one that stops, their words by zeros, and
//! without the linker's own exports; what only they used is left to wasm-opt. Touches nothing else.
//! Why: the standard library's vectors say how much memory could not be had; that, and printing a number for it, is half a
//! kilobyte. The recorder's panic handler stops without a word in any case.

use std::collections::HashSet;

use anyhow::{Context, Result, ensure};

use crate::target_features::{HEADER_LEN, Reader, put_number, put_sized};

const CUSTOM: u8 = 0;
const EXPORT: u8 = 7;
const CODE: u8 = 10;
const DATA: u8 = 11;
/// Parts of the names of functions that only speak.
const SPEAKING: [&str; 3] = ["raw_vec12handle_error", "core9panicking", "core3fmt3num"];
/// What they say: where in the standard library, how much, and the table by which numbers are printed.
const SAID: [&str; 5] = ["/rustc/", "00010203", "memory allocation of ", " bytes failed", "capacity overflow"];
/// No locals, `unreachable`, `end`.
const STOP: [u8; 3] = [0, 0, 0x0b];
const GLOBAL: u8 = 3;

/// The module without them. One that imports functions, or in which none of them is found, is refused.
pub(crate) fn snip(module: &[u8]) -> Result<Vec<u8>> {
    ensure!(module.starts_with(b"\0asm"), "not a WebAssembly module");
    let mut sections = Vec::new();
    let mut input = Reader(&module[HEADER_LEN..]);
    while !input.is_empty() {
        sections.push((input.byte()?, input.sized()?));
    }
    let speaking = speaking(&sections)?;
    ensure!(!speaking.is_empty(), "the functions that speak have other names now");
    let mut out = module[..HEADER_LEN].to_vec();
    for (id, body) in sections {
        out.push(id);
        match id {
            EXPORT => put_sized(&mut out, &without_globals(body)?),
            CODE => put_sized(&mut out, &stopped(body, &speaking)?),
            DATA => put_sized(&mut out, &silent(body)),
            _ => put_sized(&mut out, body),
        }
    }
    Ok(out)
}

/// The indexes of the functions that only speak, by the section of names.
fn speaking(sections: &[(u8, &[u8])]) -> Result<HashSet<usize>> {
    let mut found = HashSet::new();
    for (_, body) in sections.iter().filter(|(id, _)| *id == CUSTOM) {
        let mut body = Reader(body);
        if body.sized()? != b"name" {
            continue;
        }
        while !body.is_empty() {
            let (kind, mut names) = (body.byte()?, Reader(body.sized()?));
            if kind != 1 {
                continue;
            }
            for _ in 0..names.number()? {
                let (index, name) = (names.number()?, String::from_utf8_lossy(names.sized()?).into_owned());
                if SPEAKING.iter().any(|part| name.contains(part)) {
                    found.insert(index);
                }
            }
        }
    }
    Ok(found)
}

fn stopped(section: &[u8], speaking: &HashSet<usize>) -> Result<Vec<u8>> {
    let mut input = Reader(section);
    let count = input.number()?;
    ensure!(speaking.iter().all(|index| *index < count), "functions are imported, so that indexes do not fit");
    let mut out = Vec::new();
    put_number(&mut out, count);
    for index in 0..count {
        let body = input.sized().context("a function's body")?;
        put_sized(&mut out, if speaking.contains(&index) { &STOP } else { body });
    }
    Ok(out)
}

/// The data with zeros, which pack to nothing, in the place of the words: wasm-opt cannot tell whose data is whose.
fn silent(section: &[u8]) -> Vec<u8> {
    let mut out = section.to_vec();
    for said in SAID {
        let len = match said {
            "/rustc/" => None,
            "00010203" => Some(200),
            words => Some(words.len()),
        };
        while let Some(start) = out.windows(said.len()).position(|window| window == said.as_bytes()) {
            let rest = &mut out[start..];
            let path = || rest.windows(3).position(|window| window == b".rs").map_or(said.len(), |end| end + 3);
            let len = len.unwrap_or_else(path).min(rest.len());
            rest[..len].fill(0);
        }
    }
    out
}

fn without_globals(section: &[u8]) -> Result<Vec<u8>> {
    let mut input = Reader(section);
    let mut kept = Vec::new();
    let mut count = 0;
    for _ in 0..input.number()? {
        let (name, kind, index) = (input.sized()?, input.byte()?, input.number()?);
        if kind != GLOBAL {
            put_sized(&mut kept, name);
            kept.push(kind);
            put_number(&mut kept, index);
            count += 1;
        }
    }
    let mut out = Vec::new();
    put_number(&mut out, count);
    out.extend(kept);
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn module(name: &str) -> Vec<u8> {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.extend([EXPORT, 9, 2, 1, b'a', 0, 0, 1, b'b', GLOBAL, 0]);
        module.extend([CODE, 9, 2, 3, 0, 1, 0x0b, 3, 0, 1, 0x0b]);
        let mut names = Vec::new();
        put_sized(&mut names, b"name");
        let mut functions = vec![2, 0, 1, b'f', 1];
        put_sized(&mut functions, name.as_bytes());
        names.push(1);
        put_sized(&mut names, &functions);
        module.push(CUSTOM);
        put_sized(&mut module, &names);
        module
    }

    #[test]
    fn a_function_that_speaks_stops_and_globals_are_not_exported() {
        let name = "_RNvNtCs5c_5alloc7raw_vec12handle_error";
        let out = snip(&module(name)).unwrap();
        let mut expected = module(name);
        expected.splice(8..19, [EXPORT, 5, 1, 1, b'a', 0, 0]);
        expected[8 + 7 + 8..8 + 7 + 11].copy_from_slice(&STOP);
        assert_eq!(out, expected);
    }

    #[test]
    fn what_they_say_becomes_zeros_and_nothing_else() {
        let data = [b"ab/rustc/1f/library/alloc/raw_vec.rscd".to_vec(), b"x capacity overflow y".to_vec()].concat();
        let expected = [b"ab".to_vec(), vec![0; 34], b"cdx ".to_vec(), vec![0; 17], b" y".to_vec()].concat();
        assert_eq!(silent(&data), expected);
        assert_eq!(silent(b"a text"), b"a text");
    }

    #[test]
    fn a_module_without_such_a_function_is_refused() {
        assert!(snip(&module("_RNvNtCs5c_5alloc7raw_vec4grow")).is_err());
    }
}
