//! Checks users and passwords within addresses: a character in one must not end it.
//!
//! `http://user:p@ss#1@proxy:3128` is, to every parser, the host `ss`; the intended password is then visible in errors,
//! logs and requests for names.

/// The message in place of the address itself, no part of which may be shown.
const MISPLACED: &str = "the user or password of this address holds a bare `#`, `?`, `/` or `@`; \
                         expected it percent-encoded: %23, %3F, %2F, %40";

/// Checks whether a `#`, `?`, `/` or `@` within user and password breaks the address apart, as far as that can be
/// known; `is_bare` if the address is of a server, and nothing may follow its port.
///
/// # Errors
/// Fails with the mistake and what is expected, without any part of the address.
pub(super) fn check(address: &str, is_bare: bool) -> Result<(), String> {
    let Some((_, rest)) = address.split_once("://") else {
        return Ok(());
    };
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let is_broken = authority.matches('@').count() > 1
        || match is_bare {
            true => tail.contains('@'),
            false => holds_host(authority, tail),
        };
    if is_broken {
        return Err(MISPLACED.to_owned());
    }
    if is_bare && !matches!(tail, "" | "/") {
        return Err(
            "there is something after the host and port; expected an address that ends with them"
                .to_owned(),
        );
    }
    Ok(())
}

/// Returns whether the real host is behind the one that a parser finds. An `@` is common in paths and queries too:
/// `/@name`, `?mail=a@b.example`.
fn holds_host(authority: &str, tail: &str) -> bool {
    let has_user = authority.contains('@');
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let name = host.split(':').next().unwrap_or(host);
    let is_certain = name.contains('.') || name == "localhost" || host.starts_with('[');
    // The colon before a password; the beginning of the password then looks like a port.
    let has_colon = authority.contains(':')
        || tail
            .split('@')
            .next()
            .is_some_and(|before| before.contains(':'));
    let suspect = match tail.chars().next() {
        Some('#' | '?') if has_user || (has_colon && !is_certain) => tail,
        // A separate query may contain anything.
        Some('/' | '\\') if has_colon && !is_certain => {
            tail.split(['?', '#']).next().unwrap_or_default()
        }
        _ => return false,
    };
    suspect
        .match_indices('@')
        .any(|(at, _)| !suspect[..at].ends_with('/') && at + 1 < suspect.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_ends_the_address_is_refused() {
        for broken in [
            "http://user:p@ss#1@127.0.0.1:3128",
            "http://user:p@ss/1@127.0.0.1:3128",
            "http://user:p@ss?1@127.0.0.1:3128",
            "http://user:p@ss@127.0.0.1:3128",
            "http://user:12#3@127.0.0.1:3128",
            "socks5h://user:12/3@proxy.example:1080",
            "socks5://us#er:pw@proxy.example:1080",
        ] {
            let error = check(broken, true).unwrap_err();
            assert!(error.contains("%23"), "{broken}");
            check(broken, false).unwrap_err();
        }
        for more in [
            "http://proxy:3128/path",
            "http://proxy:3128?x",
            "http://user:pw@proxy#1",
        ] {
            assert!(check(more, true).is_err(), "{more}");
        }
    }

    #[test]
    fn an_address_that_may_hold_an_at_sign_is_left_alone() {
        for fine in [
            "https://social.example/@name.rss",
            "https://social.example:8443/@name.rss",
            "http://intranet/users/a@b/list",
            "http://intranet:8080/list?mail=a@b.example",
            "https://www.example.com/feed?mail=a@b.example",
            "https://www.example.com?mail=a@b.example",
            "https://user:pw@www.example.com/feed/@name?x=a@b#c@d",
            "https://www.example.com/#/@user",
            "http://user:p%40ss%231@www.example.com/feed",
            "http://[::1]:8080/a@b",
            "www.example.com",
        ] {
            assert_eq!(check(fine, false), Ok(()), "{fine}");
        }
        for fine in [
            "http://user:p%23@proxy:3128",
            "http://proxy:3128/",
            "socks5h://127.0.0.1:1080",
        ] {
            assert_eq!(check(fine, true), Ok(()), "{fine}");
        }
    }
}
