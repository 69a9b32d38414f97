//! A file in the MaxMind format that knows one IPv4 network each of a few countries; written by the format's description.

/// Networks of up to 32 bits, each with its country.
pub fn write(networks: &[([u8; 4], u32, &str)]) -> Vec<u8> {
    let mut data = Vec::new();
    let mut tree: Vec<[Option<Leaf>; 2]> = vec![[None, None]];
    for (base, bits, country) in networks {
        let at = data.len();
        map(&mut data, 1);
        text(&mut data, "country");
        map(&mut data, 1);
        text(&mut data, "iso_code");
        text(&mut data, country);
        let base = u32::from_be_bytes(*base);
        let mut node = 0;
        for bit in 0..*bits {
            let side = (base >> (31 - bit) & 1) as usize;
            if bit + 1 == *bits {
                tree[node][side] = Some(Leaf::Data(at));
            } else {
                let next = match tree[node][side] {
                    Some(Leaf::Node(next)) => next,
                    _ => {
                        tree.push([None, None]);
                        tree.len() - 1
                    }
                };
                tree[node][side] = Some(Leaf::Node(next));
                node = next;
            }
        }
    }
    let count = tree.len();
    let mut file = Vec::new();
    for side in tree.iter().flatten() {
        let value = match side {
            None => count,
            Some(Leaf::Node(node)) => *node,
            Some(Leaf::Data(at)) => count + 16 + at,
        };
        file.extend_from_slice(&(value as u32).to_be_bytes()[1..]);
    }
    file.extend_from_slice(&[0; 16]);
    file.extend_from_slice(&data);
    file.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    map(&mut file, 9);
    text(&mut file, "node_count");
    file.push(0xc4);
    file.extend_from_slice(&(count as u32).to_be_bytes());
    let small = [
        ("record_size", 24),
        ("ip_version", 4),
        ("binary_format_major_version", 2),
        ("binary_format_minor_version", 0),
    ];
    for (name, value) in small {
        text(&mut file, name);
        file.extend_from_slice(&[0xa2, 0, value]);
    }
    text(&mut file, "database_type");
    text(&mut file, "Test-Country");
    text(&mut file, "languages");
    file.extend_from_slice(&[0x00, 0x04]);
    text(&mut file, "build_epoch");
    file.extend_from_slice(&[0x04, 0x02, 0, 0, 0, 1]);
    text(&mut file, "description");
    map(&mut file, 0);
    file
}

#[derive(Clone, Copy)]
enum Leaf {
    Node(usize),
    Data(usize),
}

fn map(out: &mut Vec<u8>, pairs: u8) {
    out.push(0xe0 | pairs);
}

fn text(out: &mut Vec<u8>, text: &str) {
    assert!(text.len() < 29);
    out.push(0x40 | text.len() as u8);
    out.extend_from_slice(text.as_bytes());
}
