//! Recognizes the statements that pages label: 来源：…, 发布时间：…, Posted on ….

use std::sync::LazyLock;

use regex::Regex;

/// Returns whether a line consists of labelled statements.
pub(super) fn is_labelled(line: &str) -> bool {
    labels(line) > 0
}

/// Returns the number of labelled statements in a line that has nothing else.
pub(in crate::source) fn labels(line: &str) -> usize {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)
            (?:^|[^\p{L}])(?:文章|稿件|新闻|信息|内容|本文|原文|网页|网站|页面|最后|最近|责任|总)?(?:
                (?:发布|發布|发表|發表|发稿|发文|更新|上传|录入|添加|成文|修改|创建|公布|公开|生成|印发|信息)(?:时间|時間|日期|于|者|人|单位|机构|机关)?\s*[:：]
                |(?:来源于?|來源|稿源|作者|编辑|編輯|责编|审核|校对|供稿|撰稿|文号|索引号|发文字号|主题分类)\s*[:：]
                |(?:浏览|瀏覽|阅读|閱讀|点击|點擊|访问|查看|人气|围观|评论)(?:次数|次數|量|数|數)?\s*[:：\[【(（]
            )
            |(?:^|[^\p{L}])(?:上线)?(?:时\s*间|時間|日\s*期)\s*[:：]
            |(?:^|[^\p{L}])(?:작성자|글쓴이|등록자|담당자|담당부서|등록일|작성일|게시일|수정일|입력일?|조회수?|출처|投稿日|公開日|掲載日|更新日|配信日)(?:\s*[:：]|\s)
            |(?:^|[^\p{L}])(?:stand|veröffentlicht|aktualisiert|autor(?:en|a)?|quelle|publié|mis\sà\sjour|auteur|fuente|publicado|actualizado|pubblicato|aggiornato|fonte|autore|atualizado|geplaatst|bron|opublikowano|aktualizacja|źródło|zveřejněno|aktualizováno|zdroj|опубликовано|обновлено|источник|автор|просмотров|опубліковано|джерело|перегляди|yayın(?:lanma)?(?:\starihi)?|güncelleme|kaynak|yazar|nguồn|tác\sgiả|ngày\sđăng|lượt\sxem)(?:\s?:|\s(?:am|le|el|il|em|op|dne|dnia|vom)\s[^:]{0,14}\d)
            |(?-u:\b)(?:first\spublished|published|posted|updated)(?:\s(?:on|at))?\s?:
            |^(?:published|posted|updated|last\supdated|by|date|source|author)(?-u:\b)\s?:?.{0,60}$
            |(?:字体|字體|字號|字号)(?:大小)?[\s:：【\[（(]*(?:[大中小+-](?:$|[^\p{L}]|[大中小])|$)
            |(?:^|[\s|｜【\[（(：:])(?:打印(?:本页|此页|本文)?|关闭(?:窗口|本页|页面)?|分享到|收藏本.)(?:$|[\s|｜】\]）)：:])",
        )
        .expect("a fixed pattern")
    });
    let length = line.chars().count();
    // A sentence may mention such things: `请关闭水龙头。`
    if length >= 160 || line.ends_with(['。', '！', '？', '；']) {
        return 0;
    }
    let count = LABEL.find_iter(line).count();
    if count * 45 >= length { count } else { 0 }
}
