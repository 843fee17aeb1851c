//! The markup of a list, one kind for each content system or habit.

use super::{Draw, rows::Row};

#[derive(Clone, Copy)]
pub(super) struct Layout {
    pub name: &'static str,
    /// Whether links have the whole title in `title=`.
    pub titled: bool,
    pub dated: bool,
    chinese: Option<bool>,
    row: fn(&mut Draw, &Row, usize) -> String,
    /// What stands around the rows; `@` is their place.
    around: &'static str,
}

const fn zh(
    name: &'static str,
    around: &'static str,
    row: fn(&mut Draw, &Row, usize) -> String,
) -> Layout {
    Layout {
        name,
        titled: true,
        dated: true,
        chinese: Some(true),
        row,
        around,
    }
}

const fn en(
    name: &'static str,
    around: &'static str,
    row: fn(&mut Draw, &Row, usize) -> String,
) -> Layout {
    Layout {
        name,
        titled: false,
        dated: true,
        chinese: Some(false),
        row,
        around,
    }
}

const fn both(
    name: &'static str,
    around: &'static str,
    row: fn(&mut Draw, &Row, usize) -> String,
) -> Layout {
    Layout {
        name,
        titled: false,
        dated: true,
        chinese: None,
        row,
        around,
    }
}

const fn undated(layout: Layout) -> Layout {
    Layout {
        dated: false,
        ..layout
    }
}

const LAYOUTS: &[Layout] = &[
    zh(
        "vsb list",
        "<div class=\"list_right\"><ul>@</ul></div>",
        |d, r, at| {
            format!(
                "<li id=\"line_u10_{at}\"><span>{}</span><a href=\"{}\" target=\"_blank\" title=\"{}\">{}</a></li>\n",
                d.date(r),
                r.href,
                r.title,
                r.shown
            )
        },
    ),
    zh(
        "vsb table",
        "<table class=\"winstyle1034\" width=\"100%\" cellspacing=\"0\">@</table>",
        |d, r, at| {
            format!(
                "<tr height=\"20\" id=\"line1034_{at}\"><td width=\"1%\" nowrap><span class=\"leaderfont1034\">·</span></td>\
             <td align=\"left\"><a class=\"c1034\" href=\"{}\" title=\"{}\">{}</a></td>\
             <td width=\"1%\" nowrap><span class=\"timestyle1034\">{}&nbsp;</span></td></tr>\
             <tr><td colspan=\"4\" style=\"height:1px\" background=\"/dot.gif\"></td></tr>\n",
                r.href,
                r.title,
                r.shown,
                d.date(r)
            )
        },
    ),
    zh(
        "webplus",
        "<div id=\"wp_news_w6\"><ul class=\"news_list list2\">@</ul></div>",
        |d, r, at| {
            format!(
                "<li class=\"news n{at} clearfix\"><span class=\"news_title\"><a href='{}' target='_blank' title='{}'>{}</a></span>\
             <span class=\"news_meta\">{}</span></li>\n",
                r.href,
                r.title,
                r.shown,
                d.date(r)
            )
        },
    ),
    zh(
        "webplus fields",
        "<ul class=\"wp_article_list\">@</ul>",
        |d, r, at| {
            format!(
                "<li class=\"list_item i{n}\"><div class=\"fields pr_fields\"><span class='Article_Index'>{n}</span>\
             <span class='Article_Title'><a href='{}' title='{}'>{}</a></span></div><div class=\"fields ex_fields\">\
             <span class='Article_PublishDate'>{}</span></div></li>\n",
                r.href,
                r.title,
                r.shown,
                d.date(r),
                n = at + 1
            )
        },
    ),
    zh(
        "trs",
        "<div class=\"gl-list\"><ul class=\"tab-list\">@</ul></div>",
        |d, r, at| {
            let line = if at % 5 == 4 {
                "<li class=\"line\"></li>"
            } else {
                ""
            };
            format!(
                "<li><a href=\"{}\" title=\"{}\">{}</a><b>{}</b></li>{line}\n",
                r.href,
                r.title,
                r.shown,
                d.date(r)
            )
        },
    ),
    zh(
        "dedecms",
        "<div class=\"listbox\"><ul class=\"e2\">@</ul></div>",
        |d, r, at| {
            format!(
                "<li><a href='{0}' class='preview'><img src='/img/{at}.jpg'/></a> <a href=\"{0}\" class=\"title\" title=\"{1}\">{2}</a>\
             <span class=\"info\"><small>日期：</small>{3}<small>点击：</small>{4}<small>好评：</small>5</span>\
             <p class=\"intro\">{5}...</p></li>\n",
                r.href,
                r.title,
                r.shown,
                d.date(r),
                at * 13 + 7,
                r.teaser
            )
        },
    ),
    zh(
        "phpcms",
        "<ul class=\"list lh24 f14\">@</ul>",
        |d, r, at| {
            let line = if at % 5 == 4 {
                "<li class=\"bk20 hr\"></li>"
            } else {
                ""
            };
            format!(
                "<li><span class=\"rt\">{}</span>·<a href=\"{}\" target=\"_blank\" title=\"{}\">{}</a></li>{line}\n",
                d.date(r),
                r.href,
                r.title,
                r.shown
            )
        },
    ),
    zh("empire", "<div class=\"rows\">@</div>", |d, r, _| {
        format!(
            "<table width=\"100%\" border=\"0\"><tr><td width=\"78%\" height=\"25\"><img src=\"/skin/dot.gif\"/> \
             <a href=\"{}\" title=\"{}\">{}</a></td><td width=\"22%\"><div align=\"center\">{}</div></td></tr></table>\n",
            r.href,
            r.title,
            r.shown,
            d.date(r)
        )
    }),
    zh(
        "siteweaver",
        "<table width=\"100%\"><tbody>@</tbody></table>",
        |d, r, at| {
            format!(
                "<tr><td><img src='/Article/images/common.gif' alt='普通文章'> <a class='listA' href='{}' \
             title='文章标题：{}&#13;&#10;作    者：佚名&#13;&#10;点击数：{at}' target=\"_blank\">{}</a></td><td align=\"right\">{}</td></tr>\n",
                r.href,
                r.title,
                r.shown,
                d.date(r)
            )
        },
    ),
    zh(
        "sharepoint",
        "<table class=\"ms-listviewtable\" summary=\"通知\"><tr class=\"ms-viewheadertr\"><th>类型</th><th>标题</th><th>发布部门</th><th>创建时间</th></tr>@</table>",
        |d, r, at| {
            format!(
                "<tr class=\"ms-itmhover\"><td class=\"ms-vb-icon\"><img src=\"/_layouts/images/icgen.gif\"></td>\
             <td class=\"ms-vb-title\"><div class=\"ms-vb itx\" id=\"{at}\"><a onfocus=\"OnLink(this)\" href=\"{}\" onclick=\"EditLink2(this,1);return false;\">{}</a></div></td>\
             <td class=\"ms-vb2\">{}</td><td class=\"ms-vb2\"><nobr>{}</nobr></td></tr>\n",
                r.href,
                r.title,
                r.department,
                d.date(r)
            )
        },
    ),
    zh(
        "gridview",
        "<table id=\"ctl00_GridView1\" border=\"1\"><tr><th scope=\"col\">序号</th><th scope=\"col\">通知标题</th><th scope=\"col\">发布单位</th><th scope=\"col\">发布日期</th><th scope=\"col\">点击</th></tr>@</table>",
        |d, r, at| {
            format!(
                "<tr style=\"color:#333\"><td>{n}</td><td><a id=\"ctl00_ctl{n:02}_Link1\" href=\"{}\">{}</a></td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                r.href,
                r.title,
                r.department,
                d.date(r),
                at * 31 + 12,
                n = at + 1
            )
        },
    ),
    zh(
        "xxgk",
        "<table class=\"xxgk\"><thead><tr><td>索引号</td><td>信息名称</td><td>文号</td><td>成文日期</td><td>发布日期</td></tr></thead>@</table>",
        |d, r, at| {
            format!(
                "<tr><td>0001234/2024-{at:05}</td><td><a href=\"{}\" target=\"_blank\" title=\"{}\">{}</a></td><td>某政发〔2024〕{}号</td><td>2024-01-0{}</td><td>{}</td></tr>\n",
                r.href,
                r.title,
                r.shown,
                at + 1,
                at % 9 + 1,
                d.date(r)
            )
        },
    ),
    zh(
        "tenders",
        "<div class=\"tb\"><table><tr><th>公告标题</th><th>采购方式</th><th>发布时间</th><th>截止时间</th><th>状态</th></tr>@</table></div>",
        |d, r, at| {
            format!(
                "<tr><td class=\"tl\"><a href=\"{}\" title=\"{}\">{}</a></td><td>公开招标</td><td>{}</td><td>2024-07-{:02} 17:00</td><td><span>报名中</span></td></tr>\n",
                r.href,
                r.title,
                r.shown,
                d.date(r),
                at % 27 + 1
            )
        },
    ),
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
    both(
        "wordpress",
        "<main id=\"main\" class=\"site-main\">@</main>",
        |d, r, at| {
            format!(
                "<article id=\"post-{at}\" class=\"post-{at} post type-post status-publish\"><header class=\"entry-header\"><h2 class=\"entry-title\"><a href=\"{0}\" rel=\"bookmark\">{1}</a></h2>\
             <div class=\"entry-meta\"><span class=\"posted-on\"><a href=\"{0}\" rel=\"bookmark\"><time class=\"entry-date published\" datetime=\"{3}T08:00:00+08:00\">{2}</time></a></span>\
             <span class=\"byline\"> by <a class=\"url fn n\" href=\"/author/editor/\">editor</a></span></div></header>\
             <div class=\"entry-content\"><p>{4} <a class=\"more-link\" href=\"{0}\">Continue reading <span class=\"screen-reader-text\">“{1}”</span></a></p></div>\
             <footer class=\"entry-footer\">Posted in <a href=\"/category/news/\">News</a> <a href=\"{0}#respond\">Leave a comment</a></footer></article>\n",
                r.href,
                r.title,
                d.date(r),
                r.day.expect("a day"),
                r.teaser
            )
        },
    ),
    en(
        "drupal",
        "<div class=\"view-content\">@</div>",
        |d, r, at| {
            format!(
                "<div class=\"views-row views-row-{at}\"><div class=\"views-field views-field-created\"><span class=\"field-content\">{}</span></div>\
             <div class=\"views-field views-field-title\"><span class=\"field-content\"><a href=\"{}\" hreflang=\"en\">{}</a></span></div>\
             <div class=\"views-field views-field-body\"><div class=\"field-content\">{}</div></div></div>\n",
                d.date(r),
                r.href,
                r.title,
                r.teaser
            )
        },
    ),
    both(
        "typo3",
        "<div class=\"news\"><div class=\"news-list-view\">@</div></div>",
        |d, r, _| {
            format!(
                "<div class=\"article articletype-0\" itemscope><div class=\"header\"><h3><a title=\"{1}\" href=\"{0}\"><span itemprop=\"headline\">{1}</span></a></h3></div>\
             <div class=\"teaser-text\"><div itemprop=\"description\"><p>{2}</p></div><a class=\"more\" href=\"{0}\">Read more</a></div>\
             <div class=\"footer\"><p><span class=\"news-list-date\"><time datetime=\"{4}\">{3}<meta itemprop=\"datePublished\" content=\"{4}\"/></time></span></p></div></div>\n",
                r.href,
                r.title,
                r.teaser,
                d.date(r),
                r.day.expect("a day")
            )
        },
    ),
    both(
        "bootstrap cards",
        "<div class=\"row row-cols-3\">@</div>",
        |d, r, at| {
            format!(
                "<div class=\"col-md-4\"><div class=\"card h-100\"><a href=\"{0}\"><img class=\"card-img-top\" src=\"/img/{at}.webp\" alt=\"\"></a><div class=\"card-body\">\
             <small class=\"text-muted\">{2}</small><h5 class=\"card-title\"><a href=\"{0}\" class=\"stretched-link\">{1}</a></h5><p class=\"card-text\">{3}</p></div></div></div>\n",
                r.href,
                r.title,
                d.date(r),
                r.teaser
            )
        },
    ),
    en(
        "press room",
        "<section class=\"press\">@</section>",
        |d, r, _| {
            format!(
                "<h3><a href=\"{}\">{}</a></h3><time datetime=\"{}\">{}</time><p>{}</p>\n",
                r.href,
                r.title,
                r.day.expect("a day"),
                d.date(r),
                r.teaser
            )
        },
    ),
    en(
        "press rows",
        "<div class=\"wd_item_list\">@</div>",
        |d, r, _| {
            format!(
                "<div class=\"wd_item_wrapper\"><div class=\"wd_date\">{}</div><div class=\"wd_title\"><a href=\"{}\">{}</a></div><div class=\"wd_summary\"><p>{}</p></div></div>\n",
                d.date(r),
                r.href,
                r.title,
                r.teaser
            )
        },
    ),
    en(
        "press table",
        "<table class=\"table\"><thead><tr><th>Date</th><th>Title</th><th>View</th></tr></thead><tbody>@</tbody></table>",
        |d, r, at| {
            format!(
                "<tr><td>{}</td><td><a href=\"{}\">{}</a></td><td><a href=\"/files/{at}.pdf\">PDF</a></td></tr>\n",
                d.date(r),
                r.href,
                r.title
            )
        },
    ),
    both(
        "linked cards",
        "<div class=\"tiles\">@</div>",
        |d, r, at| {
            format!(
                "<a class=\"tile\" href=\"{}\"><div class=\"img\" style=\"background:url(/i/{at}.jpg)\"></div><div class=\"cap\"><span class=\"kicker\">News</span><h3>{}</h3><span class=\"date\">{}</span></div></a>\n",
                r.href,
                r.title,
                d.date(r)
            )
        },
    ),
    en("split date", "<ul class=\"events\">@</ul>", |_, r, _| {
        let day = r.day.expect("a day");
        format!(
            "<li><div class=\"cal\"><span class=\"m\">{}</span><span class=\"d\">{}</span><span class=\"y\">{}</span></div><div class=\"b\"><h4><a href=\"{}\">{}</a></h4></div></li>\n",
            day.format("%b"),
            day.format("%-d"),
            day.format("%Y"),
            r.href,
            r.title
        )
    }),
    undated(both(
        "undated teasers",
        "<div class=\"articles\">@</div>",
        |_, r, _| {
            format!(
                "<div class=\"a\"><h3><a href=\"{0}\">{1}</a></h3><p>{2}</p><p><a href=\"{0}\">Read more</a></p></div>\n",
                r.href, r.title, r.teaser
            )
        },
    )),
];

impl Draw {
    pub(super) fn layout(&mut self) -> Layout {
        let fits: Vec<Layout> = LAYOUTS
            .iter()
            .filter(|layout| layout.chinese.is_none_or(|chinese| chinese == self.chinese))
            .copied()
            .collect();
        self.pick(&fits)
    }

    /// The list and its pager.
    pub(super) fn list(&mut self, rows: &[Row], layout: &Layout) -> (String, String) {
        let mut html = String::new();
        for (at, row) in rows.iter().enumerate() {
            let mut markup = (layout.row)(self, row, at);
            if row.pinned {
                markup = markup.replacen(
                    &format!(">{}", row.shown),
                    &format!("><em class=\"top\">置顶</em>{}", row.shown),
                    1,
                );
            }
            html += &markup;
        }
        if layout.name == "grid of two" && rows.len() % 2 == 1 {
            html += "</div>";
        }
        let pager = self.pager();
        (layout.around.replace('@', &html), pager)
    }

    /// Two sections of the same page, each with a heading and shorter than the list.
    pub(super) fn other_sections(&mut self, rows: &[Row]) -> String {
        let mut html = String::new();
        for heading in ["媒体报道", "学术活动"] {
            let shown = self.rows((rows.len() / 2).min(6), &LAYOUTS[0]);
            let items: String = shown
                .iter()
                .map(|row| format!("<li><a href=\"{}\">{}</a></li>", row.href, row.title))
                .collect();
            html += &format!(
                "<div class=\"box\"><div class=\"hd\"><h3>{heading}</h3><a href=\"/more/\">更多</a></div><ul>{items}</ul></div>"
            );
        }
        html
    }

    /// The newest item above the list, in markup of its own.
    pub(super) fn headline(&mut self, layout: &Layout, first: &Row) -> (Row, String) {
        let mut row = self.rows(1, layout).remove(0);
        row.day = first.day;
        row.dated = true;
        row.pinned = false;
        let html = format!(
            "<div class=\"tt\"><div class=\"pic\"><a href=\"{0}\"><img src=\"/tt.jpg\"></a></div><h3><a href=\"{0}\">{1}</a></h3><p>{2}<a href=\"{0}\">[详细]</a></p><span>{3}</span></div>",
            row.href,
            row.title,
            row.teaser,
            self.date(&row)
        );
        (row, html)
    }
}
