//! The lines around a text: what they say of it, and which are none of it.

use std::sync::LazyLock;

use regex::Regex;

/// Whether a line tells of the article (date, source, author, how often it was read) and no more.
pub(super) fn is_info(line: &str) -> bool {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)
            (?:发布|發布|发表|發表|发稿|发文|更新|上传|录入|添加|成文|修改|创建|公布)(?:时间|時間|日期|于|者|人|单位|机构)?\s*[:：]
            |(?:时间|時間|日期|来源|來源|稿源|作者|编辑|編輯|责编|责任编辑|审核|校对|供稿|撰稿|文号|索引号|发文字号|主题分类)\s*[:：]
            |(?:浏览|瀏覽|阅读|閱讀|点击|點擊|访问|查看|人气|围观|评论)(?:次数|次數|量|数|數)?\s*[:：\[【(（]
            |[【\[]?\s*(?:字体|字號|字号)\s*[:：]?|打印(?:本页)?|关闭(?:窗口)?|分享到|收藏本",
        )
        .expect("a fixed pattern")
    });
    static DATED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[^\d]{0,12}(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?.{0,40}$")
            .expect("a fixed pattern")
    });
    let length = line.chars().count();
    (length < 160 && LABEL.find_iter(line).count() * 45 >= length)
        || (DATED.is_match(line) && !line.ends_with(['。', '！', '？', '，']))
}

/// Whether a line stands after a text on such pages: nothing from here on belongs to it.
pub(super) fn ends_text(line: &str) -> bool {
    static END: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)^[\s【\[（(<«‹*•·|丨>■◆▲★☆]{0,4}(?:
            上一篇|下一篇|上一条|下一条|上一條|下一條|上一则|下一则|前一篇|后一篇|上篇|下篇
            |相关(?:阅读|新闻|文章|链接|报道|推荐|稿件|资讯|内容|附件下载)\s*[:：]?|延伸阅读|推荐阅读|热门(?:推荐|文章|阅读|新闻|评论)|猜你喜欢|为您推荐|更多(?:新闻|精彩|阅读|资讯|推荐)
            |责任编辑|责编|[（(]?(?:责任)?编辑\s*[:：]|本文(?:来源|编辑|作者)|网络编辑|值班编辑|版权(?:声明|所有)|免责(?:声明|条款)|特别声明|(?:郑重)?声明\s*[:：]|转载(?:请|须|声明)
            |分享(?:到|至|给)|扫一扫|扫码|打印(?:本页|此页|文章)?|关闭(?:窗口|本页)?|返回(?:列表|顶部|首页|上页)|收藏(?:本|此)?|发表评论|网友评论|(?:全部|最新|热门)评论|我要评论|举报
            |related\s(?:articles?|stories|posts?|news|content|topics|coverage|links?)|read\s(?:more|next|also)|more\s(?:from|on|in|stories|news)|you\s(?:may|might)\s(?:also|like)|recommended|most\s(?:read|popular|viewed)
            |share\s(?:this|on|via)|follow\s(?:us|me)|sign\sup|subscribe|comments?\b|leave\sa\s(?:comment|reply)|previous(?:\s(?:post|article|story))?\s*[:：]?$|next(?:\s(?:post|article|story))?\s*[:：]?$
            |filed\sunder|tags?\s*[:：]|tagged|topics?\s*[:：]|copyright|©|all\srights|advertisement|about\sthe\sauthor
            )",
        )
        .expect("a fixed pattern")
    });
    END.is_match(line)
}
