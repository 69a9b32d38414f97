//! The short check for UTF-8 says what the standard library says, on every sequence that can differ.

use shared::utf8::checked;

fn compare(bytes: &[u8]) {
    assert_eq!(checked(bytes), std::str::from_utf8(bytes).ok(), "{bytes:x?}");
}

/// Bytes on either side of every border that the encoding knows, and some in between.
const BYTES: [u8; 28] = [
    0x00, 0x41, 0x7F, 0x80, 0x81, 0x8F, 0x90, 0x9F, 0xA0, 0xAF, 0xB0, 0xBF, 0xC0, 0xC1, 0xC2, 0xD0, 0xDF, 0xE0, 0xE1,
    0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF3, 0xF4, 0xF5, 0xFF,
];

#[test]
fn every_sequence_of_up_to_three_bytes() {
    compare(&[]);
    for first in 0..=255 {
        compare(&[first]);
        for second in 0..=255 {
            compare(&[first, second]);
            for third in 0..=255 {
                compare(&[first, second, third]);
            }
        }
    }
}

#[test]
fn every_border_in_sequences_of_four_and_five_bytes() {
    for first in BYTES {
        for second in BYTES {
            for third in BYTES {
                for fourth in BYTES {
                    compare(&[first, second, third, fourth]);
                    compare(&[b'a', first, second, third, fourth]);
                    compare(&[first, second, third, fourth, b'a']);
                }
            }
        }
    }
}

#[test]
fn every_character() {
    for c in '\0'..=char::MAX {
        compare(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}
