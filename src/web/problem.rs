//! Represents errors as RFC 9457 problem JSON.

use axum::{
    Json,
    extract::rejection::QueryRejection,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    bulletin::{FieldFault, InputFault, Language, PageFault, Reason},
    ops::{Refusal, StoreError},
    round::OtherChoice,
    view::ViewError,
    words::{self, DeskWords, PageWords, fill},
};

/// An error (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    /// The errors in single keys of the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<KeyFault>,
    /// Further members (RFC 9457, section 3.2), if a page could not be read.
    #[serde(flatten)]
    page: Option<Box<UnreadPage>>,
    /// How pages say it, in the language of their readers.
    #[serde(skip)]
    wording: Option<Box<Wording>>,
    /// Seconds after which it is worth asking again.
    #[serde(skip)]
    retry_after: Option<u64>,
}

/// A text of the desk.
type DeskText = fn(&DeskWords) -> &'static str;
/// A text of the readers' pages.
type PageText = fn(&PageWords) -> &'static str;

/// The errors that pages have words for; programs read the detail.
#[derive(Debug, Clone)]
enum Wording {
    Words(DeskText),
    /// The advice for a reader.
    Hint(PageText),
    /// A text about the source or channel of this id.
    About(DeskText, String),
    /// Values that cannot be used.
    Fields(Vec<FieldFault>),
    /// The store rejected the operation.
    Refused(Refusal),
    /// A platform did not accept a message, or it cannot be drawn.
    Unsent(Reason),
    /// A page could not be read.
    Unread(Option<PageFault>),
}

/// An error in one key of the body: `what; what is expected`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct KeyFault {
    field: String,
    detail: String,
}

/// A page that could not be read, as `preview --json` prints it, with its other lists.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct UnreadPage {
    #[schema(required = false)]
    pub(super) input: String,
    #[schema(required = false)]
    pub(super) error: ReadError,
    #[schema(required = false)]
    pub(super) others: Vec<OtherChoice>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct ReadError {
    /// Such as `not-a-list`.
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            // The status says it all (RFC 9457, section 4.2.1).
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            page: None,
            wording: None,
            retry_after: None,
        }
    }

    /// Returns an error with a text of the desk, in the reader's language.
    pub(super) fn worded(status: StatusCode, text: DeskText) -> Self {
        let wording = Some(Box::new(Wording::Words(text)));
        let detail = text(&words::of(Language::OF_LOG).desk);
        Self {
            wording,
            ..Self::new(status, detail)
        }
    }

    /// Returns the error of a message that a platform did not accept.
    pub(super) fn unsent(reason: &Reason) -> Self {
        Self::of_message(StatusCode::BAD_GATEWAY, reason)
    }

    /// Returns the error of a message that cannot be drawn with a channel's settings: no platform was contacted.
    pub(super) fn undrawn(reason: &Reason) -> Self {
        Self::of_message(StatusCode::UNPROCESSABLE_ENTITY, reason)
    }

    fn of_message(status: StatusCode, reason: &Reason) -> Self {
        let wording = Some(Box::new(Wording::Unsent(reason.clone())));
        Self {
            wording,
            ..Self::new(status, reason.to_string())
        }
    }

    /// Returns the error of a source's page that could not be read.
    pub(super) fn unread(error: String, fault: Option<PageFault>) -> Self {
        let wording = Some(Box::new(Wording::Unread(fault)));
        Self {
            wording,
            ..Self::new(StatusCode::BAD_GATEWAY, error)
        }
    }

    /// Returns an error with a text of the desk about a source or channel.
    pub(super) fn about(status: StatusCode, text: DeskText, id: &impl ToString) -> Self {
        let words = text(&words::of(Language::OF_LOG).desk);
        let id = id.to_string();
        let detail = as_error(&fill(words, &[("id", id.as_str())]));
        let wording = Some(Box::new(Wording::About(text, id)));
        Self {
            wording,
            ..Self::new(status, detail)
        }
    }

    /// Returns the text for a page. An error without its own text has that of its status.
    pub(super) fn said(&self, language: Language) -> String {
        let all = words::of(language);
        match self.wording.as_deref() {
            Some(Wording::Words(text)) => text(&all.desk).to_owned(),
            Some(Wording::Hint(text)) => text(&all.pages).to_owned(),
            Some(Wording::About(text, id)) => fill(text(&all.desk), &[("id", id.as_str())]),
            Some(Wording::Fields(faults)) => {
                let faults: Vec<String> = faults.iter().map(|it| all.input_fault(it)).collect();
                faults.join("\n")
            }
            Some(Wording::Refused(refusal)) => all.refusal(refusal),
            Some(Wording::Unsent(reason)) => words::reason(language, reason),
            Some(Wording::Unread(fault)) => all.page_faults.say(*fault),
            None => of_status(self.status(), &all.desk).to_owned(),
        }
    }

    /// Returns the same error with advice for readers of the pages.
    pub(super) fn hinted(self, text: PageText) -> Self {
        let wording = Some(Box::new(Wording::Hint(text)));
        Self { wording, ..self }
    }

    /// Returns the advice for readers of the pages, who are not shown any details.
    pub(super) fn for_readers(&self, language: Language) -> Option<&'static str> {
        match self.wording.as_deref() {
            Some(Wording::Hint(text)) => Some(text(&words::of(language).pages)),
            _ => None,
        }
    }

    /// Adds when to try again.
    pub(super) fn after(self, seconds: u64) -> Self {
        let retry_after = Some(seconds);
        Self {
            retry_after,
            ..self
        }
    }

    /// Returns the error of a form of the desk that is not filled in correctly.
    pub(super) fn bad_form(text: DeskText) -> Self {
        Self::worded(StatusCode::BAD_REQUEST, text)
    }

    /// Returns the error of an address of the desk that leads nowhere.
    pub(super) fn no_such(text: DeskText) -> Self {
        Self::worded(StatusCode::NOT_FOUND, text)
    }

    pub(super) fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// Returns 400: a value cannot be used.
    pub(super) fn bad_field(fault: FieldFault) -> Self {
        let detail = fault.to_string();
        let wording = Some(Box::new(Wording::Fields(vec![fault])));
        Self {
            wording,
            ..Self::bad(detail)
        }
    }

    /// Returns 400 with all mistakes in the keys of a body.
    pub(super) fn of_keys(faults: Vec<FieldFault>) -> Self {
        let said: Vec<String> = faults.iter().map(FieldFault::to_string).collect();
        let error = |fault: &FieldFault| KeyFault {
            field: fault.field.clone(),
            detail: fault.what.clone(),
        };
        Self {
            errors: faults.iter().map(error).collect(),
            wording: Some(Box::new(Wording::Fields(faults))),
            ..Self::bad(said.join("\n"))
        }
    }

    /// Returns 400 for a key of a body that only programs send.
    pub(super) fn of_key(key: &str, what: impl Into<String>) -> Self {
        Self::of_keys(vec![FieldFault::new(key, InputFault::Unusable, what)])
    }

    /// Adds the reason why a page could not be read.
    pub(super) fn of_page(self, page: UnreadPage) -> Self {
        let page = Some(Box::new(page));
        Self { page, ..self }
    }

    pub(super) fn missing(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    pub(super) fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

fn of_status(status: StatusCode, words: &DeskWords) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => words.bad_address,
        StatusCode::FORBIDDEN => words.not_allowed,
        StatusCode::CONFLICT => words.not_as_it_is,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => words.not_at_present,
        status if status.is_client_error() => words.bad_input,
        _ => words.went_wrong,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let media = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (self.status(), media, Json(&self)).into_response();
        if self.status == 401 {
            let challenge = HeaderValue::from_static("Bearer realm=\"noticast\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let status = match error {
            StoreError::Refused(
                Refusal::NoBulletin(_)
                | Refusal::NoChannel(_)
                | Refusal::NoSource(_)
                | Refusal::NoToken(_)
                | Refusal::NoDelivery(_),
            ) => StatusCode::NOT_FOUND,
            StoreError::Refused(Refusal::NotOwn(_)) => StatusCode::FORBIDDEN,
            StoreError::Refused(Refusal::Invalid(_)) => StatusCode::BAD_REQUEST,
            StoreError::Refused(Refusal::DiskLow(_) | Refusal::Away(_)) | StoreError::Failed(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            StoreError::Refused(_) => StatusCode::CONFLICT,
        };
        let detail = error.to_string();
        let wording = match error {
            StoreError::Refused(refusal) => Some(Box::new(Wording::Refused(refusal))),
            StoreError::Failed(_) => None,
        };
        Self {
            wording,
            ..Self::new(status, detail)
        }
    }
}

/// Formats a sentence as an error: without a capital and a full stop.
fn as_error(sentence: &str) -> String {
    let mut chars = sentence.trim_end_matches('.').chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

impl From<ViewError> for Problem {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::Filter { .. } => Self::bad(error.to_string()),
            ViewError::Store(error) => error.into(),
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        // `Failed to deserialize query string: limit: invalid digit found in string`.
        let text = rejection.body_text();
        let (_, why) = text.split_once(": ").unwrap_or(("", &text));
        Self::bad(format!("the query is invalid: {why}"))
    }
}

pub(super) async fn not_found() -> Problem {
    Problem::missing("there is nothing at this address")
}

/// Marks an answer whose body is right as it is, though its status is an error.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeepsShape;
