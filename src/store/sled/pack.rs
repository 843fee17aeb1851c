//! Compresses long values. sled's own compression would slow every commit down.

use std::io::{self, Read, Write};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};

/// The longest result of unpacking, in bytes; the fetcher's own limit for a text is near.
pub(super) const LONGEST: usize = 16 << 20;

pub(super) fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .expect("memory takes every write")
}

pub(super) fn unpack(packed: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    DeflateDecoder::new(packed)
        .take(LONGEST as u64)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
