//! Draws lists of the systems in the rest of the world, some of which Chinese sites use too.

use super::{Layout, both, en, undated};

pub(super) const WESTERN: &[Layout] = &[
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
