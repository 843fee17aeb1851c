//! Puts boxes that are not part of a page's content into it: nothing that is read may change.

use dom_query::{Document, NodeRef};
use noticast::bulletin::ReadAs;

use super::{Found, Page, column};
use crate::score::{Mean, Report};

const PART: &str = "injected";
/// The manners in which a box is inserted, and the share reached before for each of [`BOXES`]: as sites name them;
/// without any name at the edges of a page; and without any name next to the content or in it.
const MANNERS: [(&str, [f64; 6]); 3] = [
    ("", [0.99; 6]),
    (", without its names", [0.99; 6]),
    (
        ", without its names beside the content",
        [0.98, 0.98, 0.98, 0.98, 0.99, 0.99],
    ),
];
const LENGTHS: [usize; 3] = [1, 4, 12];
/// The places where a box is inserted, each with its dress.
const PLACES: [(&str, Dress); 18] = [
    ("start", Dress::Named),
    ("end", Dress::Named),
    ("header", Dress::Named),
    ("after-header", Dress::Named),
    ("before-column", Dress::Named),
    ("after-column", Dress::Named),
    ("column", Dress::Named),
    ("end", Dress::Hidden),
    ("start", Dress::Nested),
    ("end", Dress::Nested),
    ("start", Dress::Bare),
    ("end", Dress::Bare),
    ("after-header", Dress::Bare),
    ("before-column", Dress::Bare),
    ("after-column", Dress::Bare),
    ("column", Dress::Bare),
    ("start", Dress::BareNested),
    ("end", Dress::BareNested),
];

/// The dress of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dress {
    /// With the names and roles that sites give to such boxes.
    Named,
    /// The same, in boxes without a name.
    Nested,
    Hidden,
    /// Without any name, role or element that identifies it.
    Bare,
    BareNested,
}

impl Dress {
    fn is_bare(self) -> bool {
        matches!(self, Self::Bare | Self::BareNested)
    }
}

/// A function that builds a box, from a number of pieces, in Chinese or English.
type Build = fn(usize, bool) -> String;
const BOXES: [(&str, Build); 6] = [
    ("a consent dialog", consent),
    ("a login form", login),
    ("a cookie bar", cookie_bar),
    ("a footer text", footer),
    ("a weather widget", weather),
    ("a friend-links box", friend_links),
];

pub fn measure(pages: &[Page], every: usize, report: &mut Report) {
    let variants = variants();
    let means = || BOXES.iter().map(|_| Mean::default()).collect::<Vec<_>>();
    let mut kept = [means(), means(), means()];
    for (at, page) in pages.iter().enumerate() {
        let marked = marked(page);
        let plain = read(&marked, page);
        for variant in variants.iter().skip(at % every).step_by(every) {
            let marker = marker(variant.place);
            if !marked.contains(&marker) {
                continue;
            }
            let found = read(&marked.replace(&marker, &variant.html()), page);
            let difference = plain.difference(&found);
            kept[variant.manner()][variant.kind].add(u8::from(difference.is_none()));
            if let Some(difference) = difference {
                report.worst(
                    PART,
                    &page.id,
                    0.0,
                    format!("{}: {difference}", variant.name()),
                );
            }
        }
    }
    for (means, (manner, floors)) in kept.into_iter().zip(MANNERS) {
        for (((name, _), kept), floor) in BOXES.iter().zip(means).zip(floors) {
            let name = format!("{name}{manner}");
            report.share(PART, &name, kept.value(), kept.count(), floor);
        }
    }
}

/// One box in one place.
struct Variant {
    kind: usize,
    length: usize,
    chinese: bool,
    place: &'static str,
    dress: Dress,
}

fn variants() -> Vec<Variant> {
    let mut variants = Vec::new();
    for kind in 0..BOXES.len() {
        for length in LENGTHS {
            for chinese in [true, false] {
                variants.extend(PLACES.map(|(place, dress)| Variant {
                    kind,
                    length,
                    chinese,
                    place,
                    dress,
                }));
            }
        }
    }
    variants
}

impl Variant {
    /// Returns its place in [`MANNERS`].
    fn manner(&self) -> usize {
        match (self.dress.is_bare(), self.place) {
            (false, _) => 0,
            (true, "start" | "end") => 1,
            _ => 2,
        }
    }

    fn html(&self) -> String {
        dressed((BOXES[self.kind].1)(self.length, self.chinese), self.dress)
    }

    fn name(&self) -> String {
        let language = if self.chinese { "zh" } else { "en" };
        let (name, length, place) = (BOXES[self.kind].0, self.length, self.place);
        format!("{name} of {length}, {language}, {place}, {:?}", self.dress)
    }
}

fn read(html: &str, page: &Page) -> Found {
    Found::on(html, &page.label, ReadAs::Auto)
}

fn marker(place: &str) -> String {
    format!("<!--place {place}-->")
}

/// Returns the page with a comment in every place for a box.
fn marked(page: &Page) -> String {
    let document = Document::from(page.html.as_str());
    let body = document.select("body");
    // A form within a form would end the outer one.
    let in_form = |node: &NodeRef<'_>| {
        node.ancestors(None)
            .iter()
            .any(|above| above.has_name("form"))
    };
    if let Some(column) = column::of(&document, page).filter(|column| !in_form(column)) {
        column.before_html(marker("before-column"));
        column.after_html(marker("after-column"));
        column.append_html(marker("column"));
    }
    let header = document.select("header, #header, .header");
    if let Some(header) = header.nodes().first() {
        header.append_html(marker("header"));
        if !in_form(header) {
            header.after_html(marker("after-header"));
        }
    }
    body.prepend_html(marker("start"));
    body.append_html(marker("end"));
    document.html().to_string()
}

fn dressed(piece: String, dress: Dress) -> String {
    let piece = match dress.is_bare() {
        true => bare(piece),
        false => piece,
    };
    match dress {
        Dress::Hidden => format!("<div style=\"display:none\">{piece}</div>"),
        Dress::Nested | Dress::BareNested => format!("<div><div><div>{piece}</div></div></div>"),
        Dress::Named | Dress::Bare => piece,
    }
}

fn bare(piece: String) -> String {
    let document = Document::fragment(piece);
    document
        .select("*")
        .remove_attrs(&["class", "id", "role", "aria-label", "aria-modal"]);
    document.select("footer").rename("div");
    document.html().to_string()
}

fn pick(chinese: bool, zh: &'static str, en: &'static str) -> &'static str {
    if chinese { zh } else { en }
}

/// Returns `count` paragraphs of a site's texts about itself and its visitors.
fn prose(count: usize, chinese: bool, words: [&[&str]; 2]) -> String {
    let words = words[usize::from(!chinese)].iter().cycle();
    words
        .take(count)
        .map(|text| format!("<p>{text}</p>"))
        .collect()
}

const CONSENT: [&[&str]; 2] = [
    &[
        "本网站使用必要的技术记录您的选择，统计页面的访问情况，以便改进我们提供的服务，继续浏览即表示您同意我们的做法。",
        "您可以随时在浏览器的设置中关闭相关功能，关闭后部分栏目可能无法正常显示，由此带来的不便，敬请谅解。",
        "部分技术由合作伙伴提供，用于了解哪些页面受到关注、访问者停留多久，所收集的信息不会用于识别您的身份。",
        "我们重视您的隐私，您可以查阅隐私政策，了解信息保存的时间、用途以及您享有的权利。",
    ],
    &[
        "We use cookies and similar technologies to remember your choices, to measure how our pages are used and to improve the service that we offer to you.",
        "By choosing to accept, you agree that information may be stored on your device and passed to our partners, and you may withdraw your consent at any time.",
        "Some of these technologies are needed for the site to work, others help us to understand which pages are read, how long people stay, and what they look for.",
        "You find more about the data that we hold, the reasons why we hold them, and the time after which they are deleted, in our privacy statement.",
    ],
];
const ACCOUNT: [&[&str]; 2] = [
    &[
        "请使用学号或工号登录，初始密码为身份证号码后六位，首次登录后请及时修改密码。",
        "忘记密码的用户请携带有效证件到信息中心办理，或者通过绑定的手机号码自助重置。",
        "请勿将账号转借他人使用，因保管不善造成的损失由用户自行承担，连续输错五次将锁定账号。",
    ],
    &[
        "Members sign in with the number on their card; the first password is sent by post within five working days.",
        "If you have forgotten your password, ask for a new one at the desk or enter your address below, and we will send you a link.",
        "Do not pass your account on to others; after five failed attempts it is locked for one hour, for your own safety.",
    ],
];
const IMPRINT: [&[&str]; 2] = [
    &[
        "版权所有：示例市人民政府办公室　主办单位：示例市大数据中心　网站标识码：3700000001",
        "地址：示例市人民路1号　邮编：250000　电话：0531-12345678　传真：0531-12345679",
        "备案号：鲁ICP备05000001号　公安备案：37010000000001　建议使用1024以上分辨率浏览本站。",
        "本站所载内容仅供参考，未经书面授权，任何单位和个人不得转载、摘编或者以其他方式使用，违者将依法追究责任。",
    ],
    &[
        "© 2024 Example Borough Council. All rights reserved. Registered office: 1 Market Street, Exampleton EX1 2AB.",
        "Telephone 01632 960001, Monday to Friday from 9 am to 5 pm; outside these hours please leave a message and we will call you back.",
        "The council is not responsible for the content of external sites, and a link to a site does not mean that it is endorsed.",
        "The charity is registered in England and Wales under the number 1000001; its accounts are published every year in June.",
    ],
];

fn consent(count: usize, chinese: bool) -> String {
    let heading = pick(chinese, "隐私设置", "We value your privacy");
    let [yes, no] = if chinese {
        ["同意", "拒绝"]
    } else {
        ["Accept all", "Reject all"]
    };
    format!(
        "<div class=\"consent-dialog\" role=\"dialog\" aria-modal=\"true\"><h2>{heading}</h2>{}<button>{yes}</button><button>{no}</button></div>",
        prose(count, chinese, CONSENT)
    )
}

fn login(count: usize, chinese: bool) -> String {
    let [heading, user, password, enter] = match chinese {
        true => ["用户登录", "用户名", "密码", "登录"],
        false => ["Member login", "User name", "Password", "Sign in"],
    };
    format!(
        "<div class=\"login-box\"><h3>{heading}</h3><form action=\"/login\" method=\"post\"><label>{user}</label><input name=\"user\"><label>{password}</label><input type=\"password\" name=\"password\"><button>{enter}</button></form>{}</div>",
        prose(count - 1, chinese, ACCOUNT)
    )
}

fn cookie_bar(count: usize, chinese: bool) -> String {
    let [more, close] = if chinese {
        ["了解更多", "知道了"]
    } else {
        ["Learn more", "Got it"]
    };
    format!(
        "<div id=\"cookie-bar\" class=\"cookie-bar\">{}<a href=\"/privacy\">{more}</a><a href=\"#\">{close}</a></div>",
        prose(count, chinese, CONSENT)
    )
}

fn footer(count: usize, chinese: bool) -> String {
    format!(
        "<footer class=\"site-footer\"><div>{}</div></footer>",
        prose(count, chinese, IMPRINT)
    )
}

fn weather(count: usize, chinese: bool) -> String {
    let heading = pick(chinese, "天气预报", "Weather forecast");
    let sky = match chinese {
        true => [
            "晴转多云，东南风3级",
            "小雨，北风4级，请带好雨具",
            "阴，微风",
        ],
        false => [
            "sunny spells, light wind",
            "light rain, take an umbrella",
            "overcast, fresh wind",
        ],
    };
    let days = (1..=count).map(|day| {
        let date = match chinese {
            true => format!("6月{day}日"),
            false => format!("{day} June"),
        };
        format!(
            "<li><b>{date}</b> {}℃ ~ {}℃ {}</li>",
            12 + day,
            20 + day,
            sky[day % 3]
        )
    });
    format!(
        "<div class=\"weather\"><h3>{heading}</h3><ul>{}</ul></div>",
        days.collect::<String>()
    )
}

fn friend_links(count: usize, chinese: bool) -> String {
    let heading = pick(chinese, "友情链接", "Partner sites");
    let names = match chinese {
        true => [
            "示例省人民政府",
            "示例市教育局网站",
            "中国示例信息网",
            "示例大学新闻中心",
        ],
        false => [
            "Example County Council",
            "The Example Foundation",
            "Museum of Examples",
            "Example University Press",
        ],
    };
    let links = (0..count * 3).map(|at| {
        format!(
            "<li><a href=\"https://www.site{at}.example.com/\">{}{}</a></li>",
            names[at % 4],
            at / 4 + 1
        )
    });
    format!(
        "<div class=\"friend-links\"><h3>{heading}</h3><ul>{}</ul></div>",
        links.collect::<String>()
    )
}
