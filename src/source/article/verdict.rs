//! What a page is that is no article.

use std::sync::LazyLock;

use regex::Regex;

use super::Parts;
use crate::source::text::one_line;

/// What a page without much text is instead of an article; none where it may well be one.
pub(super) fn not_an_article(parts: &Parts<'_>) -> Option<String> {
    static KINDS: LazyLock<[(Regex, &str); 6]> = LazyLock::new(|| {
        let kind = |pattern: &str, what| (Regex::new(pattern).expect("a fixed pattern"), what);
        [
            kind(
                r"(?i)enable javascript|javascript (?:is )?(?:required|disabled)|requires javascript|启用\s*javascript|开启\s*javascript|需要\s*javascript|打开\s*javascript",
                "the page shows its text only to browsers that run JavaScript; look for a feed or a JSON endpoint",
            ),
            kind(
                r"(?i)验证码|captcha|are you (?:a )?(?:human|robot)|安全验证|人机验证|滑块验证|checking your browser|just a moment|访问(?:过于频繁|受限)|unusual traffic",
                "the site asks for a captcha",
            ),
            kind(
                r"(?i)404|not found|页面不存在|找不到(?:该|您|页面)|(?:文章|信息|内容|页面)(?:不存在|已删除|已被删除)|page (?:no longer|cannot be|can't be)",
                "the page says that the article was not found",
            ),
            kind(
                r"(?i)403 forbidden|access denied|拒绝访问|无权(?:限)?访问|没有权限",
                "the site refuses access",
            ),
            kind(
                r"(?i)50[0234]\b.*(?:error|gateway|unavailable)|internal server error|服务器(?:错误|内部错误)|bad gateway|service unavailable|系统维护|网站维护",
                "the site answers with an error",
            ),
            kind(
                r"(?i)(?:用户|请)?登录|sign in|log in|login|password|密码|统一身份认证",
                "the page asks people to sign in",
            ),
        ]
    });
    let layout = parts.layout;
    let mut text = parts.head.title.clone().unwrap_or_default();
    let blocks = 0..layout.blocks.len().min(40);
    for at in blocks {
        text.push('\n');
        text.push_str(&one_line(&layout.text(at)));
    }
    text.push('\n');
    text.push_str(&layout.page.noscript);
    KINDS
        .iter()
        .find(|(kind, _)| kind.is_match(&text))
        .map(|(_, what)| (*what).to_owned())
}
