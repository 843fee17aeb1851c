//! Encodes lists of numbers in few bytes: each as its distance to the one before, seven bits a byte.

use std::io;

/// Appends a list, which is sorted and has each number once.
pub(super) fn encode(ids: &[u64], bytes: &mut Vec<u8>) {
    let mut last = 0;
    for id in ids {
        let mut rest = id - last;
        last = *id;
        while rest >= 0x80 {
            bytes.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        bytes.push(rest.to_le_bytes()[0]);
    }
}

/// A decoder that returns the numbers of a list, in order.
#[derive(Debug)]
pub(super) struct Decoder<'a> {
    bytes: std::slice::Iter<'a, u8>,
    last: u64,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let bytes = bytes.iter();
        Self { bytes, last: 0 }
    }
}

impl Iterator for Decoder<'_> {
    type Item = io::Result<u64>;

    fn next(&mut self) -> Option<io::Result<u64>> {
        let (mut distance, mut shift) = (0_u64, 0);
        let mut byte = self.bytes.next()?;
        loop {
            distance |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
            shift += 7;
            byte = match self.bytes.next() {
                Some(byte) if shift < u64::BITS => byte,
                _ => return Some(Err(damaged("a list of an index ends within a number"))),
            };
        }
        self.last = self.last.wrapping_add(distance);
        Some(Ok(self.last))
    }
}

/// Retains those of `ids` that a list has too; both are sorted.
pub(super) fn retain_common(ids: &mut Vec<u64>, other: &[u8]) -> io::Result<()> {
    let mut others = Decoder::new(other);
    let mut next = others.next().transpose()?;
    let mut kept = 0;
    for place in 0..ids.len() {
        let id = ids[place];
        while next.is_some_and(|other| other < id) {
            next = others.next().transpose()?;
        }
        if next == Some(id) {
            ids[kept] = id;
            kept += 1;
        }
        if next.is_none() {
            break;
        }
    }
    ids.truncate(kept);
    Ok(())
}

pub(super) fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_back_as_they_were_and_have_common_numbers() {
        let ids = [1, 2, 300, 70_000, u64::MAX];
        let mut bytes = Vec::new();
        encode(&ids, &mut bytes);
        let decoded: io::Result<Vec<u64>> = Decoder::new(&bytes).collect();
        assert_eq!(decoded.unwrap(), ids);
        let mut some = vec![2, 3, 300, 301, u64::MAX];
        retain_common(&mut some, &bytes).unwrap();
        assert_eq!(some, [2, 300, u64::MAX]);
        assert!(Decoder::new(&[0x80]).next().unwrap().is_err());
        assert!(Decoder::new(&[0xff; 12]).next().unwrap().is_err());
    }
}
