//! Provides a board: a small site with one list page, controlled by a story.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, Response, StatusCode, header},
    routing::get,
};

/// The content of the list page in place of its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Mood {
    #[default]
    Well,
    /// 200, other titles at other addresses, without dates and in other markup.
    Anew,
    /// 200, an article with the rows in a side bar: not a list without help.
    Menu,
    /// 200, the list and a smaller one of other things next to it.
    TwoLists,
    /// 200, a frame without rows.
    Empty,
    /// 200, a sign-in form.
    SignIn,
    Status(u16),
}

#[derive(Debug, Default)]
struct Shown {
    /// The numbers of notices, newest first.
    rows: Vec<u32>,
    mood: Mood,
    polls: usize,
    unchanged: usize,
    articles: usize,
}

/// A site on loopback that exists as long as its story.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    address: SocketAddr,
    shown: Arc<Mutex<Shown>>,
}

impl Site {
    /// Starts a site with notices 1 to `rows` on its list.
    pub(crate) async fn with(rows: u32) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shown = Arc::new(Mutex::new(Shown {
            rows: (1..=rows).rev().collect(),
            ..Shown::default()
        }));
        let router = Router::new()
            .route("/list.html", get(list))
            .route("/news/{name}", get(article))
            .with_state(shown.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shown }
    }

    pub(crate) fn list_url(&self) -> String {
        format!("http://{}/list.html", self.address)
    }

    pub(crate) fn title(number: u32) -> String {
        format!("关于开展第{number}期安全生产专项检查工作的通知")
    }

    /// Returns the title of a notice on the rebuilt page.
    pub(crate) fn title_anew(number: u32) -> String {
        format!("安全生产专项检查第{number}期工作安排")
    }

    /// Puts a new notice on top.
    pub(crate) fn publish(&self, number: u32) {
        self.shown.lock().unwrap().rows.insert(0, number);
    }

    pub(crate) fn take_down(&self, number: u32) {
        self.shown.lock().unwrap().rows.retain(|row| *row != number);
    }

    pub(crate) fn set_mood(&self, mood: Mood) {
        self.shown.lock().unwrap().mood = mood;
    }

    /// Returns how often the list was requested.
    pub(crate) fn polls(&self) -> usize {
        self.shown.lock().unwrap().polls
    }

    /// Returns how often a 304 was enough.
    pub(crate) fn unchanged(&self) -> usize {
        self.shown.lock().unwrap().unchanged
    }

    pub(crate) fn articles_read(&self) -> usize {
        self.shown.lock().unwrap().articles
    }
}

/// Returns the day of a notice: 1, 2, 3 … are of successive days.
fn date(number: u32) -> String {
    let begin = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    (begin + chrono::Days::new(u64::from(number))).to_string()
}

async fn list(State(shown): State<Arc<Mutex<Shown>>>, headers: HeaderMap) -> Response<Body> {
    let mut shown = shown.lock().unwrap();
    shown.polls += 1;
    let rows: String = shown
        .rows
        .iter()
        .map(|n| {
            let title = Site::title(*n);
            format!(
                "<li><a href=\"/news/{n}.html\">{title}</a><span>{}</span></li>",
                date(*n)
            )
        })
        .collect();
    let anew = || -> String {
        let rows = shown.rows.iter().map(|n| {
            let title = Site::title_anew(*n);
            format!("<div class=\"row\"><a href=\"/anew/{n}.html\">{title}</a></div>")
        });
        rows.collect()
    };
    let content = match shown.mood {
        Mood::Anew => format!("<h2>通知公告</h2>{}", anew()),
        Mood::Well => format!("<h2>通知公告</h2><ul class=\"list\">{rows}</ul>"),
        Mood::TwoLists => {
            let others = (1..=8).map(|n| {
                format!(
                    "<div class=\"item\"><a href=\"/side/{n}.html\">集团公司召开第{n}次工作会议部署年度重点任务</a>\
                     <em>{}</em></div>",
                    date(n)
                )
            });
            let others: String = others.collect();
            format!(
                "<h2>通知公告</h2><ul class=\"list\">{rows}</ul></div><div class=\"news\"><h2>集团要闻</h2>{others}"
            )
        }
        Mood::Menu => {
            let rows = shown.rows.iter().map(|n| {
                let title = Site::title(*n);
                format!("<li><a href=\"/moved/{n}.html\">{title}</a></li>")
            });
            let rows: String = rows.collect();
            format!(
                "<div class=\"sidebar\"><ul class=\"entries\">{rows}</ul></div><h1>新版网站上线说明</h1>{}",
                "<p>本网站已经改版，栏目和地址都有调整，欢迎大家提出意见，我们会尽快答复。</p>"
                    .repeat(20)
            )
        }
        Mood::Empty => "<h2>通知公告</h2><ul class=\"list\"></ul>".to_owned(),
        Mood::SignIn => "<form action=\"/login\"><h2>统一身份认证</h2>用户名<input name=\"user\">\
                         密码<input type=\"password\" name=\"pass\"><button>登录</button></form>"
            .to_owned(),
        Mood::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap();
            return Response::builder()
                .status(status)
                .body(Body::empty())
                .unwrap();
        }
    };
    let page = format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>通知公告</title></head><body>\
         <div class=\"nav\"><a href=\"/\">首页</a><a href=\"/about.html\">公司概况</a></div>\
         <div class=\"main\">{content}</div><div class=\"footer\">版权所有</div></body></html>"
    );
    let etag = format!("\"{}\"", blake3::hash(page.as_bytes()).to_hex());
    let answer = Response::builder().header(header::ETAG, &etag);
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|sent| *sent == *etag)
    {
        shown.unchanged += 1;
        return answer.status(304).body(Body::empty()).unwrap();
    }
    let answer = answer.header(header::CONTENT_TYPE, "text/html; charset=utf-8");
    answer.body(page.into()).unwrap()
}

async fn article(
    State(shown): State<Arc<Mutex<Shown>>>,
    Path(name): Path<String>,
) -> Response<Body> {
    shown.lock().unwrap().articles += 1;
    let number: u32 = name.trim_end_matches(".html").parse().unwrap_or_default();
    let page = format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>{title}</title></head><body>\
         <div class=\"article\"><h1>{title}</h1><p class=\"info\">发布时间：{date} 来源：安全管理部</p>\
         <div class=\"content\"><p>各单位：</p><p>为进一步落实安全生产责任，公司决定开展第{number}期专项检查，\
         重点检查消防设施、用电安全和应急预案的落实情况。</p><p>请各单位在月底前完成自查，并将结果报安全管理部。</p>\
         </div></div></body></html>",
        title = Site::title(number),
        date = date(number),
    );
    let answer = Response::builder().header(header::CONTENT_TYPE, "text/html; charset=utf-8");
    answer.body(page.into()).unwrap()
}
