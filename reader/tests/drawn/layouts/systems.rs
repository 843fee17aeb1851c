//! Draws lists of the content systems that Chinese sites are made with.

use super::{Layout, zh};

pub(super) const SYSTEMS: &[Layout] = &[
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
];
