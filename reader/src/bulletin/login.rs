//! Removes user and password from an address before anything else sees it (promise 9).

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::Url;

use super::secret::Secret;

/// The user and password for a site that requires them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Login {
    pub user: Secret,
    pub password: Secret,
}

impl Login {
    /// Removes user and password from an address that has them, and returns them.
    pub fn take_from(url: &mut Url) -> Option<Self> {
        if url.username().is_empty() && url.password().is_none() {
            return None;
        }
        let login = Self {
            user: decoded(url.username()),
            password: decoded(url.password().unwrap_or_default()),
        };
        // These calls fail only for an address without a host, which has no user or password.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        Some(login)
    }

    /// Returns an address as it may be shown.
    #[must_use]
    pub fn taken_off(url: &Url) -> Cow<'_, Url> {
        let mut url = Cow::Borrowed(url);
        if !url.username().is_empty() || url.password().is_some() {
            Self::take_from(url.to_mut());
        }
        url
    }
}

fn decoded(part: &str) -> Secret {
    Secret::new(percent_decode_str(part).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gives_its_user_and_password_away() {
        let mut url: Url = "https://bob:ge%40heim@www.example.com/a".parse().unwrap();
        let login = Login::take_from(&mut url).unwrap();
        assert_eq!(
            (login.user.reveal(), login.password.reveal()),
            ("bob", "ge@heim")
        );
        assert_eq!(url.as_str(), "https://www.example.com/a");
        assert_eq!(Login::take_from(&mut url), None);
        let user: Url = "https://key@www.example.com/".parse().unwrap();
        assert_eq!(Login::taken_off(&user).as_str(), "https://www.example.com/");
    }
}
