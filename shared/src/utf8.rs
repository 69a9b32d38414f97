//! Whether bytes are UTF-8: the standard library's answer in a fifth of its code, since it travels to every visitor.
//! In: bytes. Out: the same as text, or nothing.

/// The bytes as text, if they are UTF-8.
#[inline(never)]
pub fn checked(bytes: &[u8]) -> Option<&str> {
    if !is_utf8(bytes) {
        return None;
    }
    // SAFETY: `is_utf8` holds; `tests/utf8.rs` compares it with the standard library on every sequence that can differ.
    Some(unsafe { core::str::from_utf8_unchecked(bytes) })
}

fn is_utf8(bytes: &[u8]) -> bool {
    let mut bytes = bytes.iter();
    while let Some(first) = bytes.next() {
        if first.is_ascii() {
            continue;
        }
        // How many bytes follow, and the least code that needs as many.
        let (more, least) = match first {
            0xC2..=0xDF => (1, 0x80),
            0xE0..=0xEF => (2, 0x800),
            0xF0..=0xF4 => (3, 0x1_0000),
            _ => return false,
        };
        let mut code = u32::from(*first) & (0x3F >> more);
        for _ in 0..more {
            match bytes.next() {
                Some(next) if next & 0xC0 == 0x80 => code = code << 6 | u32::from(next & 0x3F),
                _ => return false,
            }
        }
        if code < least || char::from_u32(code).is_none() {
            return false;
        }
    }
    true
}
