//! Removes the user and password that some addresses on a page hold (promise 9). Pure.

use url::Url;

use super::reading::Reading;
use crate::bulletin::{Article, Login};

/// Removes user and password from all links of a page.
pub(super) fn take_logins_off(reading: &mut Reading) {
    let (notices, articles) = match reading {
        Reading::List(list) => (&mut list.notices, Vec::new()),
        Reading::Feed(feed) => {
            let articles = feed.articles.iter_mut().flatten();
            (&mut feed.notices, articles.collect())
        }
        Reading::Article(article) => return take_off_article(article),
    };
    notices.iter_mut().for_each(|notice| bare(&mut notice.url));
    articles.into_iter().for_each(take_off_article);
}

/// Removes user and password from all links of an article.
pub(super) fn take_off_article(article: &mut Article) {
    let files = article.attachments.iter_mut().map(|file| &mut file.url);
    files.chain(article.next_page.as_mut()).for_each(bare);
}

fn bare(address: &mut String) {
    if !address.contains('@') {
        return;
    }
    if let Ok(mut url) = Url::parse(address)
        && Login::take_from(&mut url).is_some()
    {
        *address = url.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulletin::Attachment;

    #[test]
    fn an_article_gives_no_password_on() {
        let file = |url: &str| Attachment {
            url: url.to_owned(),
            name: "附件".to_owned(),
            size: None,
        };
        let mut article = Article {
            attachments: vec![
                file("http://bob:geheim@a.example/1.pdf"),
                file("http://a.example/@2"),
            ],
            next_page: Some("http://bob@a.example/2.htm".to_owned()),
            ..Article::default()
        };
        take_off_article(&mut article);
        assert_eq!(article.attachments[0].url, "http://a.example/1.pdf");
        assert_eq!(article.attachments[1].url, "http://a.example/@2");
        let next = article.next_page.as_deref();
        assert_eq!(next, Some("http://a.example/2.htm"));
    }
}
