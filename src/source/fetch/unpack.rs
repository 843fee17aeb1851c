//! Bodies that are compressed in a way that the HTTP client does not unpack: raw deflate, which some servers
//! call `deflate` (RFC 9110, section 8.4.1.2), and bodies that no header calls compressed.

use std::io::Read;

use bytes::Bytes;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// Why a body stays packed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Packed {
    /// It unpacks to more than may be read.
    TooLarge,
    /// What is wrong with it.
    Broken(String),
}

/// A body that is called `deflate`: zlib, as the standard has it, or raw.
pub(super) fn deflated(body: &Bytes, most: usize) -> Result<Bytes, Packed> {
    match read_up_to(ZlibDecoder::new(&body[..]), most) {
        Err(Packed::Broken(_)) => read_up_to(DeflateDecoder::new(&body[..]), most)
            .map_err(|packed| named(packed, "deflate")),
        unpacked => unpacked,
    }
}

/// Whether a header calls a body gzip, by its old name too.
pub(super) fn is_gzip(encoding: &str) -> bool {
    ["gzip", "x-gzip"].contains(&encoding.trim().to_ascii_lowercase().as_str())
}

/// A body that is called gzip, of one member or several (RFC 1952, section 2.2).
pub(super) fn gunzipped(body: &Bytes, most: usize) -> Result<Bytes, Packed> {
    if body.is_empty() {
        return Ok(body.clone());
    }
    read_up_to(MultiGzDecoder::new(&body[..]), most).map_err(|packed| named(packed, "gzip"))
}

/// A body that no header calls compressed; None: it is not.
pub(super) fn unlabelled(body: &Bytes, most: usize) -> Option<Result<Bytes, Packed>> {
    match body.get(..4)? {
        [0x1F, 0x8B, 8, _] => Some(gunzipped(body, most)),
        // Two bytes are little evidence: what is no zlib after all is left as it is.
        [0x78, 0x01 | 0x5E | 0x9C | 0xDA, ..] => {
            let unpacked = read_up_to(ZlibDecoder::new(&body[..]), most);
            (!matches!(unpacked, Err(Packed::Broken(_)))).then_some(unpacked)
        }
        [0x28, 0xB5, 0x2F, 0xFD] => {
            let why = "it is compressed (zstd), which its headers do not say";
            Some(Err(Packed::Broken(why.to_owned())))
        }
        _ => None,
    }
}

fn named(packed: Packed, kind: &str) -> Packed {
    match packed {
        Packed::TooLarge => packed,
        Packed::Broken(why) => Packed::Broken(format!(
            "it is compressed ({kind}) and does not unpack: {why}"
        )),
    }
}

fn read_up_to(packed: impl Read, most: usize) -> Result<Bytes, Packed> {
    let mut unpacked = Vec::new();
    let limit = most as u64 + 1;
    match packed.take(limit).read_to_end(&mut unpacked) {
        Err(error) => Err(Packed::Broken(error.to_string())),
        Ok(_) if unpacked.len() > most => Err(Packed::TooLarge),
        Ok(_) => Ok(unpacked.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };

    use super::*;

    const TEXT: &[u8] = "<rss>通知</rss>".as_bytes();

    #[test]
    fn both_meanings_of_deflate_are_read() {
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::best());
        raw.write_all(TEXT).unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(TEXT).unwrap();
        for body in [raw.finish().unwrap(), zlib.finish().unwrap()] {
            assert_eq!(deflated(&body.into(), 100).unwrap(), TEXT);
        }
    }

    #[test]
    fn a_gzip_of_several_members_is_read_to_its_end() {
        let member = |text: &[u8]| {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
            gzip.write_all(text).unwrap();
            gzip.finish().unwrap()
        };
        let body: Bytes = [member(&TEXT[..7]), member(&TEXT[7..])].concat().into();
        assert_eq!(gunzipped(&body, 100).unwrap(), TEXT);
        assert!(is_gzip("x-gzip") && !is_gzip("br"));
    }

    #[test]
    fn what_no_header_calls_compressed_is_known_by_its_first_bytes() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(TEXT).unwrap();
        let gzip: Bytes = gzip.finish().unwrap().into();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(TEXT).unwrap();
        let zlib = zlib.finish().unwrap().into();
        assert_eq!(unlabelled(&gzip, 100).unwrap().unwrap(), TEXT);
        assert_eq!(unlabelled(&zlib, 100).unwrap().unwrap(), TEXT);
        assert_eq!(unlabelled(&gzip, 5), Some(Err(Packed::TooLarge)));
        assert_eq!(unlabelled(&Bytes::from_static(TEXT), 100), None);
        assert_eq!(
            unlabelled(&Bytes::from_static(b"x\x9C and so on"), 100),
            None
        );
        let cut = unlabelled(&gzip.slice(..12), 100).unwrap().unwrap_err();
        assert!(matches!(cut, Packed::Broken(why) if why.contains("compressed (gzip)")));
    }
}
