//! Recognizes files for download by an address or a name.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

/// The extensions of files that people download.
const ENDINGS: &str = "pdf|docx?|docm|dotx?|xlsx?|xlsm|xlsb|csv|et|ett|pptx?|pps|ppsx|dps|wps|wpt|ofd|odt|ods|odp|rtf|zip|rar|7z|tar|gz|tgz|caj|ceb|epub|txt|mp3|mp4|wmv|avi|dwg|psd|ai|tif|tiff";

/// The extensions of pictures, which pages show more often than they offer them for download.
const PICTURES: &str = "jpe?g|png|gif|bmp|webp|tiff?|heic|jfif|svg|avif";

/// Returns whether a name or an address ends like that of a picture.
pub(super) fn is_picture(name: &str) -> bool {
    static PICTURE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(
            r"(?i)\.(?:{PICTURES})[\s）)】\]]{{0,3}}(?:$|[?#])"
        ))
        .expect("a fixed pattern")
    });
    PICTURE.is_match(name)
}

/// Returns whether an address, relative or not, leads to a file for people to keep.
pub(super) fn is_file(href: &str) -> bool {
    static FILE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(
            r"(?i)\.(?:{ENDINGS})(?:$|[?#%'\s&])|down(?:load)?(?:file|attach|\.)|wbfileid"
        ))
        .expect("a fixed pattern")
    });
    FILE.is_match(href)
}

/// Returns whether a name ends like that of a file.
pub(super) fn has_ending(name: &str) -> bool {
    static ENDING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(r"(?i)\.(?:{ENDINGS})[\s）)】\]]{{0,3}}$")).expect("a fixed pattern")
    });
    ENDING.is_match(name)
}

/// Returns whether a line of a text consists only of names of files, with their sizes: `附件1：名单.xlsx（25KB）`.
pub(super) fn names_files(line: &str) -> bool {
    static SIZE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\s*[（(\[【]\s*(?:大小|size)?\s*[:：]?\s*[\d,.]{1,9}\s*(?:[kmg]?i?b?|字节|bytes?)\s*[）)\]】]\s*$")
            .expect("a fixed pattern")
    });
    let name = SIZE.replace(line, "");
    !line.contains(['。', '；', '，', '！', '？']) && (has_ending(&name) || is_picture(&name))
}

/// Returns whether an address looks like one that serves files, whatever its extension.
pub(super) fn is_download(url: &Url) -> bool {
    static DOWNLOAD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)down(?:load)?(?:file|attach|\.|/|\?|$)|attach(?:ment)?|getfile|wbfileid|fileid",
        )
        .expect("a fixed pattern")
    });
    let path = &url[url::Position::BeforePath..];
    DOWNLOAD.is_match(path)
}
