//! Classifies the lines around a text: what they state about it, and which are not part of it.

use std::sync::LazyLock;

use regex::Regex;

use super::{labels::is_labelled, occasion::is_kept};
use crate::source::date::{self, Called};

/// Returns whether a line only describes the article (date, source, author, how often it was read).
pub(super) fn is_info(line: &str) -> bool {
    (is_labelled(line) || is_dated(line) || is_signed_above(line)) && !is_kept(line)
}

/// Recognizes `By Jane Roe | Published 18 June 2024 | Updated 19 June 2024`.
fn is_signed_above(line: &str) -> bool {
    static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?i:by|posted|published|written|updated)\s.{2,60}(?:19|20)\d\d.{0,40}$")
            .expect("a fixed pattern")
    });
    !line.ends_with(['.', '!', '?']) && SIGNED.is_match(line)
}

/// Returns whether a line begins with a date and hardly continues.
fn is_dated(line: &str) -> bool {
    // Nothing precedes the day, or only a label of the article.
    static NUMERIC: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"^([^\d]{0,12})(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?.{0,40}$",
        )
        .expect("a fixed pattern")
    });
    static DATED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^(?:(?-i:\p{Lu})[\w.'’-]{1,20}(?:\s(?-i:\p{Lu})[\w.'’-]{0,20}){0,3}\s?[|·•,–-]?\s)?(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s)?(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4}|\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d\d|\d{1,2}(?:st|nd|rd|th|\.)?\s(?:de\s)?(?-i:\p{L})\p{L}{2,10}\.?,?\s(?:de\s)?(?:19|20)\d\d|\d{1,2}(?:st|nd|rd|th)?\s(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?,?\s\d{4}).{0,30}$")
            .expect("a fixed pattern")
    });
    // A range is the time of an event, and a sentence states more.
    if line.contains(['~', '～']) || line.ends_with(['。', '！', '？', '，']) {
        return false;
    }
    let is_numeric = NUMERIC.captures(line).is_some_and(|found| {
        !found[1].contains(char::is_alphabetic) || is_of_article(date::called(&found[1]))
    });
    let is_worded = || {
        let day = line.find(|c: char| c.is_ascii_digit()).unwrap_or_default();
        DATED.is_match(line) && date::called(&line[..day]) != Called::Other
    };
    is_numeric || is_worded()
}

/// Returns whether a day with this label is one of the article itself.
pub(super) fn is_of_article(called: Called) -> bool {
    use Called::{Bare, Published, Updated, Written};
    matches!(called, Published | Bare | Updated | Written)
}

/// Returns whether a line is one that follows a text on such pages: nothing from here on belongs to it. `loose` if no
/// paragraph follows, so that words which also occur between paragraphs end the text.
pub(super) fn ends_text(line: &str, loose: bool) -> bool {
    static END: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)^[\s【\[（(<«‹*•·|丨>■◆▲★☆]{0,4}(?:
            延伸[\s·•]{0,3}(?:推荐|阅读)|上一篇|下一篇|上一条|下一条|上一條|下一條|上一则|下一则|前一篇|后一篇|上篇|下篇
            |相关(?:阅读|新闻|文章|链接|报道|推荐|稿件|资讯|内容|附件下载)\s*[:：]?|延伸阅读|推荐阅读|热门(?:推荐|文章|阅读|新闻|评论)|猜你喜欢|为您推荐|更多(?:新闻|精彩|阅读|资讯|推荐)
            |责任编辑|责编|[（(]?(?:责任)?编辑\s*[:：]|本文(?:来源|编辑|作者)|网络编辑|值班编辑|版权(?:声明|所有)|免责(?:声明|条款)|特别声明|(?:郑重|网站|本站)?声明\s*[:：]|转载(?:请|须|声明)
            |分享(?:到|至|给)|扫(?:一扫|码|描).{0,6}(?:分享|手机|关注|打开|阅读|查看|浏览|公众号)|返回(?:列表|顶部|首页|上页)|发表评论|网友评论|(?:全部|最新|热门)评论|我要(?:评论|举报)
            |(?:打印|关闭|收藏|举报|扫一扫|扫码)(?:本页|此页|本文|文章|窗口|页面|此文)?[\s|｜】\]）)>：:]*(?:$|打印|关闭|收藏|举报|分享)
            |this\s(?:entry|post|article)\swas\s(?:posted|written|published|filed)|posted\sin\s|filed\sunder|(?:both\s)?comments\s(?:and\spings\s)?are\s(?:currently\s)?closed
            |dieser\s(?:beitrag|eintrag|artikel)\swurde|dieses\sthema\sim\sprogramm|cet(?:te)?\s(?:entrée|article)\sa\sété\s(?:publiée?|posté)|esta\sentrada\s(?:fue|se)\s|quest[ao]\s(?:voce|articolo)\sè\sstat[oa]|est[ea]\s(?:post|entrada|artigo)\sfoi|dit\sbericht\s(?:is|werd)|ten\swpis\szostał|эта?\s?(?:запись|статья)\s(?:была\s)?опубликован|запись\sопубликована
            |schlagw[oö]rte?r?(?-u:\b)|mots[\s-]clés|etiquetas\s?:|parole\schiave|palavras-chave|trefwoorden|słowa\skluczowe|klíčová\sslova|теги\s?:|метки\s?:|etiketler|태그\s?[:：]
            |(?:首页|本站)?文章来源\s*[:：]
            |comments?(?-u:\b)|\d+\s(?:comments?|responses?|replies|thoughts\son|commentaires?|kommentare?|comentarios?|commenti|reacties|komentarz[ey]|комментари\p{L}+)(?:$|[^\p{L}])|(?:共\s?)?\d+\s?[条條]评论|댓글\s?\d*$|コメント\s?[(（]?\d*[)）]?$|(?:\p{L}+\s){1,3}comments(?:\s?[(（]\d+[)）])?\s?$|leave\sa\s(?:comment|reply)|copyright|©|all\srights|about\sthe\sauthor
            )",
        )
        .expect("a fixed pattern")
    });
    static POINTER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)^[\s*•·|>-]{0,4}(?:
            related\s(?:articles?|stories|posts?|news|content|topics|coverage|links?)|read\s(?:more|next|also)|more\s(?:from|on|in|stories|news)|you\s(?:may|might)\s(?:also|like)|recommended|most\s(?:read|popular|viewed)
            |share\s(?:this|on|via)|follow\s(?:us|me)|sign\sup|subscribe|(?:-\s)?(?:previous|next)(?:\s\w+){0,2}\s(?:post|article|story|news)|(?:previous|next)\s*[:：]?$
            |mehr\szum\sthema|lesen\ssie\sauch|auch\sinteressant|das\skönnte\s(?:sie|dich)|weitere\s(?:artikel|meldungen|beiträge|nachrichten)|verwandte\s|ähnliche\s|teilen(?-u:\b)|beitrag\steilen
            |(?:à\s)?lire\s(?:aussi|également)|voir\saussi|sur\sle\smême\s(?:sujet|thème)|articles?\s(?:similaires?|liés?|associés?)|partager|dans\sla\smême\srubrique
            |te\spuede\sinteresar|también\s(?:te|le)\s(?:puede|recomendamos)|(?:noticias|artículos|entradas)\srelacionad[ao]s|lea\s(?:también|más)|compart(?:ir|e)(?-u:\b)
            |leggi\s(?:anche|tutto)|(?:articoli|notizie)\scorrelat[ie]|potrebbe\s(?:anche\s)?interessart|condividi
            |(?:leia|veja)\s(?:também|mais)|(?:notícias|artigos|posts)\srelacionad[ao]s|compartilh[ae]
            |lees\s(?:ook|meer|verder)|gerelateerd|deel\s(?:dit|op)|zobacz\s(?:też|także|również)|czytaj\s(?:też|także|również|więcej)|podobne\s|powiązane|udostępnij|(?:čtěte|přečtěte)\s|související|mohlo\sby\svás|sdílet
            |читайте\s(?:также|ещ[её])|смотрите\sтакже|(?:похожие|другие|свежие)\s|материалы\sпо\sтеме|по\sтеме\s?:?$|поделиться|читайте\sтакож|схожі\s|поділитися
            |ilgili\s(?:haberler|yazılar|içerik)|bunlar\sda\silgini|benzer\s|paylaş
            |関連(?:記事|ニュース|リンク|ページ)|あわせて読みたい|おすすめ(?:記事|の)|(?:この記事を)?シェア|관련\s?(?:기사|뉴스|글)|추천\s?기사|공유하기|이\s기사를\s|(?:tin|bài)\s(?:viết\s)?liên\squan|chia\ssẻ|اقرأ\sأيض|مواضيع\s|أخبار\sذات|مقالات\sذات|شارك
            |filed\sunder|tags?\s*[:：]|tagged|topics?\s*[:：]|advertisement
            )",
        )
        .expect("a fixed pattern")
    });
    END.is_match(line) || loose && POINTER.is_match(line)
}

/// Returns whether a line is the heading of other news, if links follow it.
pub(super) fn heads_others(line: &str) -> bool {
    static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)(?:other|latest|more|recent|all)\s(?:\w+\s)?(?:news|stories|articles|posts)|(?:andere|weitere|aktuelle|neueste)\s(?:nachrichten|meldungen|artikel|beiträge|news)
            |(?:autres|dernières|toutes\sles)\s(?:actualités|actus|articles|nouvelles|infos)|(?:otras|más|últimas)\s(?:noticias|entradas)|(?:altre|ultime)\s(?:notizie|news)|(?:outras|mais|últimas)\snotícias
            |(?:ander|meer|laatste)\snieuws|(?:inne|najnowsze|pozostałe)\s(?:wiadomości|aktualności|artykuły)|(?:další|nejnovější)\s(?:zprávy|články|aktuality)
            |(?:другие|все|свежие|последние|ещё)\s(?:\p{L}+\s)?новости|(?:інші|останні|усі)\s(?:\p{L}+\s)?новини|(?:diğer|son)\shaberler|(?:その他の|最新の?|他の)(?:ニュース|記事|お知らせ)|(?:다른|최신|많이\s본)\s?(?:뉴스|기사|글)|(?:tin|bài)\s(?:tức\s)?(?:khác|mới)|(?:其他|其它|更多|最新)(?:新闻|文章|资讯|消息)",
        )
        .expect("a fixed pattern")
    });
    line.chars().count() < 80 && OTHERS.is_match(line)
}

/// Returns whether a single line within a text belongs to the site: a pointer elsewhere, an appeal, an original title.
pub(super) fn is_remark(line: &str) -> bool {
    static REMARK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)^[\s\[（(【*>»•-]{0,4}(?:
            附件\d*\s*【[^】]{1,80}】\s*(?:已?下载.{0,10}次)?$|本?文?原标题\s*[:：]|点击(?:查看|进入|此处|下载|这里)|更多(?:内容|精彩|资讯)请|(?:欢迎)?关注(?:我们|本|官方).{0,20}(?:公众号|微信|微博)|扫描.{0,8}二维码|长按.{0,8}二维码|视频加载中|广告$|(?:下载|安装).{2,10}客户端|.{0,60}【(?:点击|下载)[^】]{0,10}】
            |(?:related|see\salso|see\smore|read\smore|read\salso|also\sread|more|watch|read|recommended|related\s\w+)\s?:\s|don'?’?t\smiss|click\shere(?-u:\b)|(?:click|tap)\sto(?-u:\b)|follow\s(?:us|@|.{0,30}\son\s(?:twitter|facebook|instagram))|like\sus\son|share\sthis(?-u:\b)|sign\sup\s(?:for|to)|subscribe(?-u:\b)|join\sour|get\s.{0,40}\s(?:by\sclicking|newsletter|app(?-u:\b)|delivered)|download\s(?:our|the)\sapp
            |this\s(?:entry|post)\swas\sposted(?-u:\b)|(?:記事|コメント)に『|この記事は.{0,20}会員|ご利用には会員登録
            |advertisements?$|advert$|ads?$|sponsored|story\scontinues|continue\sreading|loading|image\s\d+\sof\s\d+|this\sslideshow\srequires|tell\sus\swhat|photos?:\s|caption$|close$|video$
            )",
        )
        .expect("a fixed pattern")
    });
    line.chars().count() < 200 && REMARK.is_match(line)
}

/// Returns whether a line ends with the photographer or owner of a picture.
pub(super) fn is_credit(line: &str) -> bool {
    static CREDIT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)[(\[]\s*(?:image|photo|picture|pic|credit|source|courtesy|ap\sphoto|photograph)(?-u:\b)[^()\[\]]{0,80}[)\]]\s*$
            |(?:image|photo|picture)?\s?credit:?\s[^.]{0,60}$|^(?:©|photo(?:graph)?(?:\sby|:)|image:|picture:)\s
            |(?:getty\simages|ap\sphoto|reuters|shutterstock|istock)(?:/[^.]{0,40})?\)?$",
        )
        .expect("a fixed pattern")
    });
    CREDIT.is_match(line)
}
