//! CRC-32C (Castagnoli, RFC 3720 appendix B.4) over a frame's bytes: finds damage, proves nothing about the sender.

#[cfg(not(all(feature = "replay", any(target_arch = "x86_64", target_arch = "aarch64"))))]
const POLYNOMIAL: u32 = 0x82f6_3b78;

#[cfg(not(all(feature = "replay", any(target_arch = "x86_64", target_arch = "aarch64"))))]
const fn shift(mut crc: u32, bits: u32) -> u32 {
    let mut bit = 0;
    while bit < bits {
        crc = if crc & 1 == 1 { crc >> 1 ^ POLYNOMIAL } else { crc >> 1 };
        bit += 1;
    }
    crc
}

/// One table row per nibble: 64 bytes instead of a kilobyte, because it travels to every visitor.
#[cfg(not(feature = "replay"))]
const TABLE: [u32; 16] = {
    let mut table = [0; 16];
    let mut i = 0;
    while i < 16 {
        table[i] = shift(i as u32, 4);
        i += 1;
    }
    table
};

#[cfg(not(feature = "replay"))]
fn update(mut crc: u32, part: &[u8]) -> u32 {
    for byte in part {
        crc ^= u32::from(*byte);
        crc = crc >> 4 ^ TABLE[(crc & 15) as usize];
        crc = crc >> 4 ^ TABLE[(crc & 15) as usize];
    }
    crc
}

/// Row `n` is a byte followed by `n` zero bytes, so that eight bytes go in one step.
#[cfg(all(feature = "replay", not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
static TABLES: [[u32; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut row = 0;
    while row < 8 {
        let mut i = 0;
        while i < 256 {
            tables[row][i] = if row == 0 {
                shift(i as u32, 8)
            } else {
                let before = tables[row - 1][i];
                before >> 8 ^ tables[0][(before & 255) as usize]
            };
            i += 1;
        }
        row += 1;
    }
    tables
};

#[cfg(all(feature = "replay", not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn update(mut crc: u32, part: &[u8]) -> u32 {
    let (eights, rest) = part.as_chunks::<8>();
    for eight in eights {
        let word = u64::from_le_bytes(*eight) ^ u64::from(crc);
        crc = (0..8).fold(0, |crc, at| crc ^ TABLES[7 - at][(word >> (at * 8) & 255) as usize]);
    }
    for byte in rest {
        crc = crc >> 8 ^ TABLES[0][((crc ^ u32::from(*byte)) & 255) as usize];
    }
    crc
}

/// The processor's own instructions: the collector checks every body.
#[cfg(all(feature = "replay", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn update(crc: u32, part: &[u8]) -> u32 {
    !::crc32c::crc32c_append(!crc, part)
}

/// The checksum of the concatenation of `parts`.
pub fn crc32c(parts: &[&[u8]]) -> u32 {
    !parts.iter().fold(!0, |crc, part| update(crc, part))
}

#[cfg(test)]
mod tests {
    #[test]
    fn matches_the_check_value() {
        assert_eq!(super::crc32c(&[b"1234", b"56789"]), 0xe306_9283);
        // RFC 3720, B.4: 32 bytes of zeros, and 32 ascending ones.
        assert_eq!(super::crc32c(&[&[0; 32]]), 0x8a91_36aa);
        let ascending: [u8; 32] = core::array::from_fn(|at| at as u8);
        assert_eq!(super::crc32c(&[&ascending[..5], &ascending[5..]]), 0x46dd_794e);
    }
}
