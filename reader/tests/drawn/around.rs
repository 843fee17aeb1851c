//! Draws the surroundings of a list: menus, breadcrumbs, side boxes, pagers, footers.

use super::Draw;

const MENU: &[&str] = &[
    "首页",
    "单位概况",
    "新闻动态",
    "通知公告",
    "政务公开",
    "办事服务",
    "党建工作",
    "人才招聘",
    "下载中心",
    "互动交流",
    "联系我们",
    "专题专栏",
];
const ENGLISH_MENU: &[&str] = &[
    "Home",
    "About us",
    "News",
    "Departments",
    "Services",
    "Careers",
    "Publications",
    "Contact",
    "Investors",
    "Sustainability",
];

impl Draw {
    pub(super) fn page(&mut self, list: &str, pager: &str, rows: usize) -> String {
        let heading = self.heading();
        let main = self.wrapped(&format!("{heading}{list}{pager}"));
        let crumb = self.crumb();
        let mut parts = vec![main];
        for _ in 0..self.rng.usize(..3) {
            let side = self.side(rows);
            if self.rng.bool() {
                parts.insert(0, side);
            } else {
                parts.push(side);
            }
        }
        let body = self.wrapped(&format!("{crumb}{}", parts.concat()));
        let (menu, banner, foot) = (self.menu(), self.banner(), self.foot());
        let title = if self.chinese { "通知公告" } else { "News" };
        let title = match self.rng.u8(..4) {
            0 => "某某单位门户网站".to_owned(),
            1 => title.to_owned(),
            2 => format!("{title}-某某单位"),
            _ => format!("某某单位 | {title}"),
        };
        let script = "<script>var _hmt = _hmt || []; (function(){var s=document.createElement('script');})();</script>";
        format!(
            "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>{title}</title>{script}</head><body>{menu}{banner}{body}{foot}</body></html>"
        )
    }

    pub(super) fn wrapped(&mut self, html: &str) -> String {
        let mut html = html.to_owned();
        for _ in 0..self.rng.usize(..4) {
            html = format!("<div{}>{html}</div>\n", self.class());
        }
        html
    }

    fn heading(&mut self) -> String {
        let name = if self.chinese {
            "通知公告"
        } else {
            "Latest news"
        };
        match self.rng.u8(..6) {
            0 => format!("<h2>{name}</h2>"),
            1 => format!("<div class=\"tit\"><span>{name}</span></div>"),
            2 => format!(
                "<div{}><h3>{name}</h3><a href=\"/more/\">更多&gt;&gt;</a></div>",
                self.class()
            ),
            3 => format!("<h1>{name}</h1><p>{}</p>", self.teaser()),
            4 => {
                let form = "<form action=\"/search\"><input name=\"q\"><select><option>全部</option><option>标题</option></select><button>搜索</button></form>";
                format!("{form}<h2>{name}</h2>")
            }
            _ => String::new(),
        }
    }

    fn crumb(&mut self) -> String {
        match self.rng.u8(..4) {
            0 => "<div class=\"dqwz\">当前位置：<a href=\"/\">首页</a> &gt; <a href=\"/tzgg/\">通知公告</a></div>".to_owned(),
            1 => "<p>您的位置: <a href=\"/\">网站首页</a>&gt;&gt;<a href=\"/xw/\">新闻中心</a>&gt;&gt;<a href=\"/tzgg/\">通知公告</a>&gt;&gt;正文列表</p>".to_owned(),
            2 => format!("<ol{}><li><a href=\"/\">Home</a></li><li><a href=\"/news/\">News</a></li><li>Archive</li></ol>", self.class()),
            _ => String::new(),
        }
    }

    pub(super) fn menu(&mut self) -> String {
        let names = if self.chinese { MENU } else { ENGLISH_MENU };
        let (class, wide) = (self.class(), self.chance(40));
        let mut entries = String::new();
        for name in &names[..self.rng.usize(5..names.len())] {
            let section = self.word();
            let mut below = String::new();
            if wide {
                for n in 0..self.rng.usize(2..6) {
                    let entry = self.pick(names);
                    below += &format!(
                        "<li><a href=\"/{section}/{n}/\">{entry}{}</a></li>",
                        ["管理制度", "", " overview"][n % 3]
                    );
                }
                below = format!("<ul>{below}</ul>");
            }
            entries += &format!("<li><a href=\"/{section}/\">{name}</a>{below}</li>\n");
        }
        format!("<div{class}><ul>{entries}</ul></div>\n")
    }

    fn banner(&mut self) -> String {
        if !self.chance(25) {
            return String::new();
        }
        let slides: String = (0..self.rng.usize(2..5))
            .map(|n| {
                let title = self.title(n + 40);
                format!("<li><a href=\"/focus/{n}.html\"><img src=\"/b{n}.jpg\" alt=\"{title}\"></a><p>{title}</p></li>")
            })
            .collect();
        format!("<div class=\"banner\"><div class=\"bd\"><ul>{slides}</ul></div></div>")
    }

    /// Returns a box of other things: popular ones, the sections, downloads.
    pub(super) fn side(&mut self, rows: usize) -> String {
        let class = self.class();
        let (kind, count) = (self.rng.u8(..5), self.rng.usize(4..14));
        let mut links = String::new();
        let heading = match (kind, self.chinese) {
            (0, true) => "热门文章",
            (1, true) => "推荐阅读",
            (2, true) => "栏目导航",
            (_, true) => "点击排行",
            (0 | 1, false) => "Most popular",
            (2, false) => "Sections",
            (_, false) => "Related topics",
        };
        for n in 0..count.min(rows + 6) {
            links += &match kind {
                2 => {
                    let (section, name) = (
                        self.word(),
                        self.pick(if self.chinese { MENU } else { ENGLISH_MENU }),
                    );
                    format!("<li><a href=\"/{section}/\">{name}</a></li>")
                }
                3 => format!(
                    "<li><i>{}</i><a href=\"/hot/{}.html\" title=\"\">{}</a></li>",
                    n + 1,
                    900 - n,
                    self.title(n)
                ),
                _ => format!(
                    "<li><a href=\"/hot/{}.html\">{}</a></li>",
                    900 - n,
                    self.title(n)
                ),
            };
        }
        format!("<div{class}><h3>{heading}</h3><ul>{links}</ul></div>\n")
    }

    pub(super) fn pager(&mut self) -> String {
        match self.rng.u8(..9) {
            0 => "<div class=\"pages\"><span>1</span><a href=\"?p=2\">2</a><a href=\"?p=3\">3</a><a href=\"?p=2\">下一页</a></div>".to_owned(),
            1 => "<table><tr><td>共45条 1/3 <a href=\"?p=1\">首页</a> <a href=\"?p=2\">下页</a> <a href=\"?p=3\">尾页</a></td></tr></table>".to_owned(),
            2 => "<script>createPageHTML(25, 0, \"index\", \"html\");</script>".to_owned(),
            3 => "<ul class=\"pagination\"><li class=\"disabled\"><a href=\"#\">«</a></li><li class=\"active\"><a href=\"#\">1</a></li><li><a href=\"?page=2\">2</a></li><li><a href=\"?page=2\">»</a></li></ul>".to_owned(),
            4 => "<div><a href=\"javascript:__doPostBack('p','2')\">下一页</a> 每页 <select><option>15</option></select> 条</div>".to_owned(),
            5 => "<nav class=\"navigation\"><a class=\"next\" href=\"/page/2/\">Older posts</a></nav>".to_owned(),
            6 => "<ul class=\"wp_paging clearfix\"><li class=\"pages_count\"><span class=\"per_page\">每页 <em>14</em> 记录</span> <span>总共 <em>300</em> 记录</span></li><li><a href=\"list1.htm\">第一页</a><a href=\"list2.htm\">下一页 &gt;&gt;</a></li><li>页码 <em>1</em>/<em>22</em> <a href=\"javascript:jump()\">跳转到</a><input></li></ul>".to_owned(),
            _ => String::new(),
        }
    }

    pub(super) fn foot(&mut self) -> String {
        let links = if self.chance(50) {
            "<div class=\"yqlj\"><span>友情链接：</span><a href=\"http://www.one.example/\">省人民政府门户网站</a><a href=\"http://www.two.example/\">市人民政府门户网站</a><a href=\"http://www.three.example/\">国家某某委员会</a></div>"
        } else {
            ""
        };
        format!(
            "{links}<div{}><p>版权所有 © 某某单位 地址：某路1号 邮编：100000 电话：0000-5550123</p><p><a href=\"https://beian.example/\">某ICP备12345678号</a></p></div>",
            self.class()
        )
    }
}
