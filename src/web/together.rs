//! Shares one answer among all equal requests at the same time: when a new bulletin arrives, many readers open the
//! page.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    clients::{self, FORWARDED_PROTO},
    once::Once,
    revalidate::LONGEST,
};

/// The headers that an answer depends on, in addition to its address and the archive. A header that a page begins to
/// read belongs here.
const READ_BY_PAGES: [HeaderName; 7] = [
    header::HOST,
    header::ACCEPT_LANGUAGE,
    header::ACCEPT_ENCODING,
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::RANGE,
    FORWARDED_PROTO,
];

/// The questions that are being answered, each as long as a request waits for its answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Together(Arc<Mutex<HashMap<Question, Weak<Once<Answer>>>>>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Question {
    uri: Uri,
    is_forwarded: bool,
    headers_read: [Vec<HeaderValue>; 7],
}

/// An answer as it is sent, compressed if it is; requests that share it share its bytes.
#[derive(Debug, Clone)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    extensions: Extensions,
    body: Bytes,
}

/// Answers a public page or feed together with all equal requests. No request receives an answer that is older than its
/// question.
pub(super) async fn answer(
    State(together): State<Together>,
    request: Request,
    next: Next,
) -> Response {
    let Some(question) = Question::of(&request) else {
        return next.run(request).await;
    };
    let once = together.once(question);
    let make = async { Answer::of(next.run(request).await).await };
    once.get(make).await.into_response()
}

impl Together {
    fn once(&self, question: Question) -> Arc<Once<Answer>> {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(once) = asked.get(&question).and_then(Weak::upgrade) {
            return once;
        }
        asked.retain(|_, once| once.strong_count() > 0);
        let once = Arc::default();
        asked.insert(question, Arc::downgrade(&once));
        once
    }
}

impl Question {
    /// Returns the question; `None` if the request is answered individually.
    fn of(request: &Request) -> Option<Self> {
        let headers = request.headers();
        let is_anyones =
            request.method() == Method::GET && !headers.contains_key(header::AUTHORIZATION);
        let values = |name: HeaderName| headers.get_all(name).iter().cloned().collect();
        is_anyones.then(|| Self {
            uri: request.uri().clone(),
            is_forwarded: clients::is_forwarded(headers),
            headers_read: READ_BY_PAGES.map(values),
        })
    }
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let (status, body) = match to_bytes(body, LONGEST).await {
            Ok(body) => (parts.status, body),
            Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, Bytes::new()),
        };
        Self {
            status,
            headers: parts.headers,
            extensions: parts.extensions,
            body,
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        *response.extensions_mut() = self.extensions;
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(path: &str, headers: &[(HeaderName, &'static str)]) -> Option<Question> {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        Question::of(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn an_answer_is_shared_by_those_alone_for_whom_it_is_the_same() {
        let plain = [(header::HOST, "news.example")];
        let asked = question("/", &plain);
        assert!(asked.is_some());
        assert_eq!(question("/", &plain), asked);
        for (name, value) in [
            (header::ACCEPT_LANGUAGE, "en"),
            (header::ACCEPT_ENCODING, "br"),
            (header::IF_NONE_MATCH, "W/\"1\""),
            (clients::FORWARDED_FOR, "192.0.2.1"),
        ] {
            let other = question("/", &[plain[0].clone(), (name, value)]);
            assert!(other.is_some() && other != asked);
        }
        assert_ne!(question("/?q=x", &plain), asked);
        assert_eq!(question("/", &[(header::AUTHORIZATION, "Bearer x")]), None);
    }

    #[test]
    fn a_question_is_forgotten_once_nobody_waits_for_its_answer() {
        let together = Together::default();
        for path in ["/", "/sources", "/board"] {
            let once = together.once(question(path, &[]).unwrap());
            let again = together.once(question(path, &[]).unwrap());
            assert!(Arc::ptr_eq(&once, &again));
            assert_eq!(together.0.lock().unwrap().len(), 1);
        }
    }
}
