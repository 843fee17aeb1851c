//! Draws lists whose links do not describe their target: the title is next to them.

use super::{Layout, both, en, zh};

pub(super) const MUTE: &[Layout] = &[
    both("read more", "<div class=\"posts\">@</div>", |d, r, _| {
        format!(
            "<h4>{}</h4><p class=\"date\">{}</p><p>{}</p><p><a href=\"{}\">{}</a></p>\n",
            r.title,
            d.date(r),
            r.teaser,
            r.href,
            if d.chinese {
                "查看详情"
            } else {
                "Read more"
            }
        )
    }),
    both("button cards", "<div class=\"row\">@</div>", |d, r, _| {
        format!(
            "<div class=\"card\"><div class=\"card-body\"><h5 class=\"card-title\">{}</h5><p class=\"text-muted\">{}</p><p>{}</p><a class=\"btn\" href=\"{}\">{}</a></div></div>\n",
            r.title,
            d.date(r),
            r.teaser,
            r.href,
            if d.chinese {
                "点击进入页面"
            } else {
                "Learn more about this"
            }
        )
    }),
    both(
        "view column",
        "<table class=\"grid\">@</table>",
        |d, r, at| {
            format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td><a href=\"{}\">{}</a> <a href=\"/dl/{at}.pdf\">{}</a></td></tr>\n",
                at + 1,
                r.title,
                d.date(r),
                r.href,
                if d.chinese { "查看" } else { "View" },
                if d.chinese { "下载" } else { "Download" },
            )
        },
    ),
    en(
        "filed under numbers",
        "<table><thead><tr><th>Ref</th><th>Date</th><th>Title</th></tr></thead>@</table>",
        |d, r, at| {
            format!(
                "<tr><td><a href=\"{}\">PR-2024-{at:03}</a></td><td>{}</td><td>{}</td></tr>\n",
                r.href,
                d.date(r),
                r.title
            )
        },
    ),
    both(
        "linked pictures",
        "<ul class=\"pics\">@</ul>",
        |d, r, at| {
            format!(
                "<li><a href=\"{}\"><img src=\"/u/{at}.jpg\"></a><h3>{}</h3><span>{}</span></li>\n",
                r.href,
                r.title,
                d.date(r)
            )
        },
    ),
    both(
        "overlay links",
        "<div class=\"tiles\">@</div>",
        |d, r, _| {
            format!(
                "<div class=\"tile\"><h3>{0}</h3><time>{1}</time><a class=\"overlay\" href=\"{2}\" aria-label=\"{0}\"></a></div>\n",
                r.title,
                d.date(r),
                r.href
            )
        },
    ),
    zh(
        "anchors on a line",
        "<div class=\"lines\">@</div>",
        |d, r, _| {
            format!(
                "<a class=\"item\" href=\"{}\" title=\"{}\"><span>{}</span>{}</a>\n",
                r.href,
                r.title,
                d.date(r),
                r.shown
            )
        },
    ),
    en("byline below", "<ul>@</ul>", |d, r, at| {
        format!(
            "<li><a href=\"{0}\">{1}</a><br><small>{2} by <a href=\"/author/jane\">Jane Roe</a> in <a href=\"/cat/news\">News</a> | <a href=\"{0}#comments\">{at} Comments</a></small></li>\n",
            r.href,
            r.title,
            d.date(r)
        )
    }),
];
