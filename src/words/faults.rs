//! Names the texts that explain why a page could not be read.

use super::fill::fill;
use crate::bulletin::{PageFault, PageKind};

texts! {
    /// The faults of a page, as a clause behind a colon, without a full stop.
    PageFaultWords {
        not_found status unreachable timed_out no_host not_safe proxy
        private robots has_login too_large
        article sign_in captcha error_page maintenance empty_list needs_scripts no_rows
        no_list not_a_feed no_text unreadable broken unknown
    }
    counted {}
    also {}
}

impl PageFaultWords {
    /// Returns the fault in words; `None` if none was recorded.
    #[must_use]
    pub fn say(&self, fault: Option<PageFault>) -> String {
        let said = match fault {
            Some(PageFault::NotFound) => self.not_found,
            Some(PageFault::Status(status)) => {
                return fill(self.status, &[("status", status.to_string())]);
            }
            Some(PageFault::Unreachable) => self.unreachable,
            Some(PageFault::TimedOut) => self.timed_out,
            Some(PageFault::NoHost) => self.no_host,
            Some(PageFault::NotSafe) => self.not_safe,
            Some(PageFault::Proxy) => self.proxy,
            Some(PageFault::Private) => self.private,
            Some(PageFault::Robots) => self.robots,
            Some(PageFault::HasLogin) => self.has_login,
            Some(PageFault::TooLarge) => self.too_large,
            Some(PageFault::Instead(kind)) => self.instead(kind),
            Some(PageFault::NoList) => self.no_list,
            Some(PageFault::NotAFeed) => self.not_a_feed,
            Some(PageFault::NoText) => self.no_text,
            Some(PageFault::Unreadable) => self.unreadable,
            Some(PageFault::Broken) => self.broken,
            None => self.unknown,
        };
        said.to_owned()
    }

    fn instead(&self, kind: PageKind) -> &'static str {
        match kind {
            PageKind::Article => self.article,
            PageKind::SignIn => self.sign_in,
            PageKind::Captcha => self.captcha,
            PageKind::Error => self.error_page,
            PageKind::Maintenance => self.maintenance,
            PageKind::EmptyList => self.empty_list,
            PageKind::NeedsScripts => self.needs_scripts,
            PageKind::NoRows => self.no_rows,
        }
    }
}
