//! Decompresses bodies. Servers mean two things by `deflate` (RFC 9110, section 8.4.1.2), label a body twice, compress
//! it twice, or do not declare that it is compressed.

use std::io::{self, Read};

use bytes::Bytes;
use flate2::{
    bufread::GzDecoder,
    read::{DeflateDecoder, ZlibDecoder},
};

/// The number of times that a body may be compressed: once, or twice where both a server and a proxy in front of it do
/// it.
const MOST_LAYERS: usize = 2;
/// The first bytes of gzip.
const GZIP: [u8; 3] = [0x1F, 0x8B, 8];
/// The base 2 logarithm of 8 MiB, the largest window of a zstd body on the web (RFC 9659).
const ZSTD_WINDOW_LOG: u32 = 23;
const BROTLI_BUFFER: usize = 8 << 10;

/// The reason why a body stays packed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Packed {
    /// It unpacks to more than may be read.
    TooLarge,
    /// A description of the fault.
    Broken(String),
}

/// The coding of one layer of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
    /// LZW, which is no longer in use.
    Compress,
}

impl Coding {
    /// Parses the name of a coding; `None` if the name does not describe a compression (`identity`, `utf-8`).
    fn named(name: &str) -> Option<Self> {
        match name.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "br" => Some(Self::Brotli),
            "zstd" => Some(Self::Zstd),
            "compress" | "x-compress" => Some(Self::Compress),
            _ => None,
        }
    }

    fn unpacked(self, body: &Bytes, most: usize) -> Result<Bytes, Packed> {
        match self {
            Self::Gzip => gunzipped(body, most),
            Self::Deflate => deflated(body, most),
            Self::Brotli => {
                let brotli = brotli::Decompressor::new(&body[..], BROTLI_BUFFER);
                read_up_to(brotli, most).map_err(|packed| named(packed, "br"))
            }
            Self::Zstd => unzstd(body, most).map_err(|packed| named(packed, "zstd")),
            Self::Compress => {
                let why = "it is compressed (compress), which noticast does not read";
                Err(Packed::Broken(why.to_owned()))
            }
        }
    }
}

/// Unpacks a page's body, also if its labels do not declare that it is packed, or packed twice; `None` if it is not
/// packed.
pub(super) fn page(labels: &str, body: &Bytes, most: usize) -> Option<Result<Bytes, Packed>> {
    let once = labelled(labels, body, most).or_else(|| unlabelled(body, most))?;
    let may_hide = codings(labels).count() < MOST_LAYERS;
    Some(
        once.and_then(|body| match may_hide && body.starts_with(&GZIP) {
            true => gunzipped(&body, most),
            false => Ok(body),
        }),
    )
}

fn codings(labels: &str) -> impl Iterator<Item = Coding> {
    labels.split(',').filter_map(Coding::named)
}

/// Unpacks a body according to its `Content-Encoding`, each layer within the limit; `None` if there is no coding to
/// undo.
pub(super) fn labelled(labels: &str, body: &Bytes, most: usize) -> Option<Result<Bytes, Packed>> {
    let codings: Vec<Coding> = codings(labels).collect();
    if codings.is_empty() {
        return None;
    }
    if codings.len() > MOST_LAYERS {
        let shown: String = labels.chars().take(60).collect();
        let why =
            format!("it is compressed more than twice ({shown}), which noticast does not read");
        return Some(Err(Packed::Broken(why)));
    }
    Some(layers(&codings, body, most))
}

/// Unpacks all layers. The layer that is named last was applied last.
fn layers(codings: &[Coding], body: &Bytes, most: usize) -> Result<Bytes, Packed> {
    let mut body = body.clone();
    for (place, coding) in codings.iter().rev().enumerate() {
        // A few servers label a body twice but pack it once.
        let is_bare = place > 0 && *coding == Coding::Gzip && !body.starts_with(&[0x1F, 0x8B]);
        if !body.is_empty() && !is_bare {
            body = coding.unpacked(&body, most)?;
        }
    }
    Ok(body)
}

/// Unpacks a body labelled `deflate`: zlib, as the standard requires, or raw.
fn deflated(body: &Bytes, most: usize) -> Result<Bytes, Packed> {
    match read_up_to(ZlibDecoder::new(&body[..]), most) {
        Err(Packed::Broken(_)) => read_up_to(DeflateDecoder::new(&body[..]), most)
            .map_err(|packed| named(packed, "deflate")),
        unpacked => unpacked,
    }
}

/// Unpacks a body labelled gzip, of one member or several (RFC 1952, section 2.2). Bytes after the last one are
/// ignored, as browsers and curl do.
fn gunzipped(body: &Bytes, most: usize) -> Result<Bytes, Packed> {
    let (mut rest, mut unpacked) = (&body[..], Vec::new());
    loop {
        let mut member = GzDecoder::new(rest);
        let part = read_up_to(&mut member, most - unpacked.len());
        unpacked.extend_from_slice(&part.map_err(|packed| named(packed, "gzip"))?);
        rest = member.into_inner();
        if !rest.starts_with(&GZIP) {
            return Ok(unpacked.into());
        }
    }
}

/// Unpacks a body that no header calls compressed; `None` if it is not compressed.
fn unlabelled(body: &Bytes, most: usize) -> Option<Result<Bytes, Packed>> {
    match body.get(..4)? {
        [0x1F, 0x8B, 8, _] => Some(gunzipped(body, most)),
        // Two bytes are little evidence: a body that turns out not to be zlib is left as it is.
        [0x78, 0x01 | 0x5E | 0x9C | 0xDA, ..] => {
            let unpacked = read_up_to(ZlibDecoder::new(&body[..]), most);
            (!matches!(unpacked, Err(Packed::Broken(_)))).then_some(unpacked)
        }
        [0x28, 0xB5, 0x2F, 0xFD] => Some(Coding::Zstd.unpacked(body, most)),
        _ => None,
    }
}

fn unzstd(body: &Bytes, most: usize) -> Result<Bytes, Packed> {
    let decoder = || -> io::Result<_> {
        let mut decoder = zstd::Decoder::with_buffer(&body[..])?;
        decoder.window_log_max(ZSTD_WINDOW_LOG)?;
        Ok(decoder)
    };
    let decoder = decoder().map_err(|error| Packed::Broken(error.to_string()))?;
    read_up_to(decoder, most)
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
        assert_eq!(labelled("x-gzip", &body, 100).unwrap().unwrap(), TEXT);
        assert_eq!(labelled("utf-8, identity", &body, 100), None);
    }

    #[test]
    fn a_page_is_unpacked_twice_whatever_its_labels_say() {
        let packed = |text: &[u8]| -> Bytes {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
            gzip.write_all(text).unwrap();
            gzip.finish().unwrap().into()
        };
        let twice = packed(&packed(TEXT));
        for labels in ["", "gzip", "gzip, gzip", "identity"] {
            assert_eq!(
                page(labels, &twice, 100).unwrap().unwrap(),
                TEXT,
                "{labels}"
            );
        }
        assert_eq!(page("gzip", &twice, 5), Some(Err(Packed::TooLarge)));
        let thrice = packed(&twice);
        assert_eq!(page("", &thrice, 200).unwrap().unwrap(), packed(TEXT));
        // A file may itself be packed.
        assert_eq!(
            labelled("gzip", &twice, 100).unwrap().unwrap(),
            packed(TEXT)
        );
        let junk: Bytes = [&packed(TEXT)[..], b"junk"].concat().into();
        assert_eq!(page("gzip", &junk, 100).unwrap().unwrap(), TEXT);
        assert_eq!(page("", &Bytes::from_static(TEXT), 100), None);
    }

    #[test]
    fn brotli_and_zstd_are_read_within_the_limit_labelled_or_beside_others() {
        let zstd: Bytes = zstd::encode_all(TEXT, 3).unwrap().into();
        let mut brotli = Vec::new();
        let packing = brotli::enc::BrotliEncoderParams::default();
        brotli::BrotliCompress(&mut &TEXT[..], &mut brotli, &packing).unwrap();
        let brotli: Bytes = brotli.into();
        for (label, body) in [("zstd", &zstd), ("br", &brotli)] {
            assert_eq!(labelled(label, body, 100).unwrap().unwrap(), TEXT);
            assert_eq!(labelled(label, body, 5), Some(Err(Packed::TooLarge)));
            let cut = labelled(label, &body.slice(..body.len() - 3), 100).unwrap();
            assert!(matches!(cut, Err(Packed::Broken(_))), "{label}: {cut:?}");
        }
        let both: Bytes = zstd::encode_all(&brotli[..], 3).unwrap().into();
        assert_eq!(labelled("br, zstd", &both, 100).unwrap().unwrap(), TEXT);
        assert_eq!(unlabelled(&zstd, 100).unwrap().unwrap(), TEXT);
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
