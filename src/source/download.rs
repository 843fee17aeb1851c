//! What an address or a name says of a file that people download.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

/// What ends the name of a file that people download.
const ENDINGS: &str = "pdf|docx?|docm|dotx?|xlsx?|xlsm|xlsb|csv|et|ett|pptx?|pps|ppsx|dps|wps|wpt|ofd|odt|ods|odp|rtf|zip|rar|7z|tar|gz|tgz|caj|ceb|epub|txt|mp3|mp4|wmv|avi|dwg|psd|ai|tif|tiff";

/// Whether an address, relative or not, leads to a file for people to keep.
pub(super) fn is_file(href: &str) -> bool {
    static FILE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(
            r"(?i)\.(?:{ENDINGS})(?:$|[?#%'\s&])|down(?:load)?(?:file|attach|\.)|wbfileid"
        ))
        .expect("a fixed pattern")
    });
    FILE.is_match(href)
}

/// Whether a name ends as that of a file does.
pub(super) fn has_ending(name: &str) -> bool {
    static ENDING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(r"(?i)\.(?:{ENDINGS})[\s）)】\]]{{0,3}}$")).expect("a fixed pattern")
    });
    ENDING.is_match(name)
}

/// Whether a line of a text is no more than the names of files, with their sizes: `附件1：名单.xlsx（25KB）`.
pub(super) fn names_files(line: &str) -> bool {
    static SIZE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\s*[（(\[【]\s*(?:大小|size)?\s*[:：]?\s*[\d,.]{1,9}\s*(?:[kmg]?i?b?|字节|bytes?)\s*[）)\]】]\s*$")
            .expect("a fixed pattern")
    });
    !line.contains(['。', '；', '，', '！', '？']) && has_ending(&SIZE.replace(line, ""))
}

/// Whether an address looks like one that hands out files, whatever it ends in.
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
