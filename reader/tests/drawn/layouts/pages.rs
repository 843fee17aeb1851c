//! Draws lists of Chinese pages: dates in pieces, rows without their own markup, text next to a link.

use super::{Layout, undated, zh};

pub(super) const PAGES: &[Layout] = &[
    zh(
        "day over month",
        "<ul class=\"list-box\">@</ul>",
        |_, r, _| {
            let day = r.day.expect("a day");
            format!(
                "<li><a href=\"{}\"><div class=\"time\"><h3>{}</h3><p>{}</p></div><div class=\"text\"><h4>{}</h4><p>{}</p></div></a></li>\n",
                r.href,
                day.format("%d"),
                day.format("%Y-%m"),
                r.title,
                r.teaser
            )
        },
    ),
    zh("day and dotted month", "<ul>@</ul>", |_, r, _| {
        let day = r.day.expect("a day");
        format!(
            "<li class=\"cf\"><div class=\"rq\"><span>{}</span><em>{}</em></div><a href=\"{}\" title=\"{}\">{}</a></li>\n",
            day.format("%d"),
            day.format("%Y.%m"),
            r.href,
            r.title,
            r.shown
        )
    }),
    zh(
        "month-day over year",
        "<div class=\"lb\">@</div>",
        |_, r, _| {
            let day = r.day.expect("a day");
            format!(
                "<div class=\"one\"><div class=\"left\"><b>{}</b><i>{}</i></div><div class=\"right\"><p class=\"t\"><a href=\"{}\">{}</a></p><p class=\"s\">{}</p></div></div>\n",
                day.format("%m-%d"),
                day.format("%Y"),
                r.href,
                r.title,
                r.teaser
            )
        },
    ),
    zh("three pieces", "<ul>@</ul>", |_, r, _| {
        let day = r.day.expect("a day");
        format!(
            "<li><p class=\"d\"><span>{}</span> / <span>{}</span> / <span>{}</span></p><a href=\"{}\">{}</a></li>\n",
            day.format("%m"),
            day.format("%d"),
            day.format("%Y"),
            r.href,
            r.title
        )
    }),
    zh("dl", "<dl class=\"news-dl\">@</dl>", |d, r, _| {
        format!(
            "<dt><a href=\"{}\" title=\"{}\">{}</a></dt><dd>{}</dd>\n",
            r.href,
            r.title,
            r.shown,
            d.date(r)
        )
    }),
    zh("dl each", "<div class=\"box\">@</div>", |d, r, _| {
        format!(
            "<dl><dt><a href=\"{}\"><img src=\"/t.jpg\" alt=\"\"></a></dt><dd class=\"h\"><a href=\"{0}\">{}</a></dd><dd class=\"p\">{}</dd><dd class=\"f\">{}</dd></dl>\n",
            r.href,
            r.title,
            r.teaser,
            d.date(r)
        )
    }),
    zh("br lines", "<td class=\"main\">@</td>", |d, r, _| {
        format!(
            "<font color=red>·</font> <a href={} target=_blank>{}</a> <font color=#999>{}</font><br>\n",
            r.href,
            r.title,
            d.date(r)
        )
    }),
    zh(
        "editor paragraphs",
        "<div class=\"v_news_content\">@</div>",
        |d, r, _| {
            format!(
                "<p style=\"line-height:200%\"><span style=\"font-family:宋体\"><a href=\"{}\">{}</a></span><span> {}</span></p>\n",
                r.href,
                r.title,
                d.date(r)
            )
        },
    ),
    zh(
        "onclick rows",
        "<div class=\"el-table\"><div class=\"hd\"><span>标题</span><span>时间</span></div>@</div>",
        |d, r, _| {
            format!(
                "<div class=\"tr\" onclick=\"window.open('{}')\"><span class=\"c1\">{}</span><span class=\"c2\">{}</span></div>\n",
                r.href,
                r.title,
                d.date(r)
            )
        },
    ),
    zh("data links", "<ul class=\"m-list\">@</ul>", |d, r, _| {
        format!(
            "<li class=\"m-item\" data-url=\"{}\"><p class=\"name\">{}</p><p class=\"date\">{}</p></li>\n",
            r.href,
            r.title,
            d.date(r)
        )
    }),
    zh(
        "whole anchors",
        "<div class=\"lists\">@</div>",
        |d, r, _| {
            format!(
                "<a class=\"item\" href=\"{}\" target=\"_blank\"><span class=\"txt\">{}</span><span class=\"time\">{}</span></a>\n",
                r.href,
                r.title,
                d.date(r)
            )
        },
    ),
    zh("grid of two", "<div class=\"grid\">@</div>", |d, r, at| {
        format!(
            "{}<div class=\"col\"><a href=\"{}\" title=\"{}\">{}</a><span>{}</span></div>{}\n",
            if at.is_multiple_of(2) {
                "<div class=\"line\">"
            } else {
                ""
            },
            r.href,
            r.title,
            r.shown,
            d.date(r),
            if at % 2 == 1 { "</div>" } else { "" }
        )
    }),
    zh(
        "category first",
        "<ul class=\"catlist\">@</ul>",
        |d, r, _| {
            format!(
                "<li><span class=\"cat\">[<a href=\"/list/{}/\">{}</a>]</span> <a href=\"{}\" title=\"{}\">{}</a><span class=\"time\">{}</span></li>\n",
                r.category.len(),
                r.category,
                r.href,
                r.title,
                r.shown,
                d.date(r)
            )
        },
    ),
    zh("department", "<ul>@</ul>", |d, r, _| {
        format!(
            "<li><i class=\"dot\"></i><a href=\"{}\" title=\"{}\">{}</a><span class=\"dept\">[{}]</span><span class=\"time\">{}</span></li>\n",
            r.href,
            r.title,
            r.shown,
            r.department,
            d.date(r)
        )
    }),
    zh("with download", "<ul class=\"wj\">@</ul>", |d, r, at| {
        format!(
            "<li><a href=\"{}\">{}</a><a class=\"xz\" href=\"/file/{at}.doc\">下载</a><span>{}</span></li>\n",
            r.href,
            r.title,
            d.date(r)
        )
    }),
    zh(
        "discuz",
        "<table summary=\"forum_36\"><tbody><tr class=\"th\"><th colspan=\"2\">筛选: <a href=\"forum.php?fid=36\">全部主题</a> <a href=\"forum.php?fid=36&amp;o=1\">最新</a></th><td>作者</td><td>回复/查看</td><td>最后发表</td></tr></tbody>@</table>",
        |d, r, at| {
            format!(
                "<tbody id=\"normalthread_{at}\"><tr><td class=\"icn\"><a href=\"{0}\" title=\"新窗口打开\" target=\"_blank\"><img src=\"/f.gif\"/></a></td>\
             <th class=\"common\"><a href=\"{0}\" onclick=\"atarget(this)\" class=\"s xst\">{1}</a></th>\
             <td class=\"by\"><cite><a href=\"space-uid-{at}.html\">user{at}</a></cite><em><span>{2}</span></em></td>\
             <td class=\"num\"><a href=\"{0}\" class=\"xi2\">{at}</a><em>{3}</em></td>\
             <td class=\"by\"><cite><a href=\"space-username-x.html\">moderator</a></cite><em><a href=\"forum.php?goto=lastpost&tid={at}\">2024-6-14 08:00</a></em></td></tr></tbody>\n",
                r.href,
                r.title,
                d.date(r),
                at * 7
            )
        },
    ),
    zh("new badge", "<ul class=\"ul_news\">@</ul>", |d, r, at| {
        let new = if at < 3 {
            "<img src=\"/images/new.gif\" alt=\"new\">"
        } else {
            ""
        };
        format!(
            "<li><a href=\"{}\" title=\"{}\"><font color=\"#ff0000\">{}</font></a>{new}<span>{}</span></li>\n",
            r.href,
            r.title,
            r.shown,
            d.date(r)
        )
    }),
    zh("in time attribute", "<ul>@</ul>", |_, r, _| {
        format!(
            "<li data-time=\"{}\"><a href=\"{}\">{}</a><span class=\"ago\"></span></li>\n",
            r.day.expect("a day").format("%Y-%m-%d 10:00:00"),
            r.href,
            r.title
        )
    }),
    zh("views", "<ul class=\"list\">@</ul>", |d, r, at| {
        format!(
            "<li><a href=\"{}\">{}</a><div class=\"ft\"><span>来源：{}</span><span>{}</span><span>浏览：{}</span></div></li>\n",
            r.href,
            r.title,
            r.department,
            d.date(r),
            at * 17 + 3
        )
    }),
    zh(
        "policy cards",
        "<div class=\"policy\">@</div>",
        |d, r, at| {
            format!(
                "<div class=\"card\"><div class=\"card-t\"><a href=\"{0}\" title=\"{1}\">{2}</a></div><ul class=\"card-m\"><li>发文字号：某发〔2024〕{at}号</li><li>发布机构：{3}</li><li>{4}</li></ul>\
             <div class=\"card-b\"><a href=\"{0}\">查看详情</a><a href=\"/jd/{at}.html\">政策解读</a></div></div>\n",
                r.href,
                r.title,
                r.shown,
                r.department,
                d.date(r)
            )
        },
    ),
    undated(zh("undated list", "<ul class=\"ul1\">@</ul>", |_, r, _| {
        format!(
            "<li><a href=\"{}\" target=\"_blank\" title=\"{}\">{}</a></li>\n",
            r.href, r.title, r.shown
        )
    })),
];
