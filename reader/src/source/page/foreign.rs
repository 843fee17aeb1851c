//! Removes boxes on a page that are not part of its content: they ask for consent, offer a sign-in, show the weather,
//! or link to partner sites (友情链接).
//!
//! They are removed before anything is read, so that nothing depends on their place and length. Only unmistakable ones
//! are removed: a box is judged by its content as well as by its name, and never removed with the page's headline or
//! main text. Boxes without such names are found only by their content ([`asking`], [`imprint`], [`widgets`]).

mod asking;
mod held;
mod imprint;
mod said;
mod widgets;

pub(crate) use self::imprint::is_imprint;
use self::{
    held::{holds_content, inside, is_box, is_password, names_page},
    said::Said,
};
use super::tree::{Id, PageTree};
use std::collections::HashMap;

/// The length of text outside its boxes, in characters, below which a page is itself such a box, like a sign-in page.
const LEAST_TEXT: usize = 40;
impl PageTree {
    /// Returns the page without its foreign boxes.
    pub(crate) fn without_foreign_boxes(mut self) -> Self {
        let said = Said::of(&self);
        let feet = imprint::boxes(&self, &said);
        let marks = marks(&self, &said, &feet);
        if !marks.contains(&true) || self.says_little(&marks) {
            return self;
        }
        let last = feet.iter().map(|foot| self.runs_of(*foot).start).max();
        let is_kept = |run: &usize| !marks[self.runs[*run].element as usize];
        self.foot = last.map(|run| (0..run).filter(is_kept).count());
        self.signs_in =
            (0..self.elements.len()).any(|id| marks[id] && is_password(&self, id as Id));
        self.keep(&marks);
        self
    }

    fn says_little(&self, marks: &[bool]) -> bool {
        let others = (0..self.runs.len()).filter(|run| !marks[self.runs[*run].element as usize]);
        let mut said = 0;
        others
            .take_while(|run| {
                said += self
                    .run_text(*run)
                    .chars()
                    .filter(|c| c.is_alphanumeric())
                    .count();
                said < LEAST_TEXT
            })
            .for_each(drop);
        said < LEAST_TEXT
    }

    /// Removes the marked elements; elements and pieces of text that stay keep their order.
    fn keep(&mut self, marks: &[bool]) {
        let before = |marked: &mut dyn Iterator<Item = bool>| -> Vec<u32> {
            let mut kept = 0;
            let mut places = vec![0];
            for is_marked in marked {
                kept += u32::from(!is_marked);
                places.push(kept);
            }
            places
        };
        let ids = before(&mut marks.iter().copied());
        let runs = before(&mut self.runs.iter().map(|run| marks[run.element as usize]));
        let mut at = 0;
        self.elements.retain_mut(|element| {
            at += 1;
            element.parent = ids[element.parent as usize];
            element.end = ids[element.end as usize];
            element.runs = runs[element.runs.start as usize]..runs[element.runs.end as usize];
            !marks[at - 1]
        });
        self.runs.retain_mut(|run| {
            let stays = !marks[run.element as usize];
            run.element = ids[run.element as usize];
            stays
        });
        self.scripts.retain(|(id, _)| !marks[*id as usize]);
        self.scripts
            .iter_mut()
            .for_each(|(id, _)| *id = ids[*id as usize]);
        self.open_at_end.retain(|id| !marks[*id as usize]);
        self.open_at_end
            .iter_mut()
            .for_each(|id| *id = ids[*id as usize]);
    }
}

/// Returns for each element whether it is in a foreign box.
fn marks(page: &PageTree, said: &Said, feet: &[Id]) -> Vec<bool> {
    let mut marks = vec![false; page.elements.len()];
    let found = asking::boxes(page, said)
        .into_iter()
        .chain(widgets::boxes(page));
    for id in found.chain(feet.iter().copied()) {
        marks[id as usize] = true;
    }
    let mut names = KindsByName::new();
    for id in 1..page.elements.len() as Id {
        let inside = marks[id as usize] || marks[page.parent(id) as usize];
        marks[id as usize] = inside || is_box(page.name(id)) && is_foreign(page, id, &mut names);
    }
    marks
}

/// The kinds of boxes by their classes and ids: the same ones occur on a page many times.
type KindsByName<'a> = HashMap<&'a str, Option<ForeignKind>>;

fn is_foreign<'a>(page: &'a PageTree, id: Id, names: &mut KindsByName<'a>) -> bool {
    let says = |key: &str| page.attribute(id, key).unwrap_or_default();
    let asks = || inside(page, id).any(|inner| matches!(page.name(inner), "input" | "form"));
    let asks_password = || inside(page, id).any(|inner| is_password(page, inner));
    let is_dialog = page.name(id) == "dialog"
        || matches!(says("role"), "dialog" | "alertdialog")
        || says("aria-modal") == "true";
    let mut called = |label: &'a str| *names.entry(label).or_insert_with_key(|label| called(label));
    let is_candidate = match called(says("class")).or_else(|| called(says("id"))) {
        _ if is_dialog => true,
        Some(ForeignKind::Consent) => true,
        Some(ForeignKind::SignIn) => asks() && !holds_most(page, id),
        Some(ForeignKind::Weather) => !holds_most(page, id),
        Some(ForeignKind::Partners) => leads_away(page, id),
        None => page.name(id) == "form" && asks_password() && !holds_most(page, id),
    };
    is_candidate && !holds_content(page, id)
}

/// The kind of box that a class or an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ForeignKind {
    Consent,
    SignIn,
    Weather,
    Partners,
}

fn called(label: &str) -> Option<ForeignKind> {
    label.split_whitespace().find_map(|word| {
        let parts: Vec<String> = parts(word);
        let part = |at: usize| parts.get(at).map_or("", String::as_str);
        // In `no-cookies` and `has-login` the name is about something that a box has or lacks.
        let is_about = matches!(
            part(0),
            "no" | "not" | "has" | "with" | "without" | "is" | "show" | "article" | "post" | "news"
        );
        (0..parts.len())
            .filter(|_| !is_about)
            .find_map(|at| match (part(at), part(at + 1)) {
                (
                    "cookie" | "cookies" | "cookiebar" | "cookiebanner" | "cookieconsent"
                    | "cookienotice" | "consent" | "gdpr" | "ccpa" | "onetrust",
                    _,
                ) => Some(ForeignKind::Consent),
                ("login" | "logon" | "signin" | "denglu" | "loginbox" | "loginform", _)
                | ("log" | "sign", "in" | "on") => Some(ForeignKind::SignIn),
                ("weather" | "tianqi", _) => Some(ForeignKind::Weather),
                (
                    "friendlink" | "friendlinks" | "flink" | "flinks" | "yqlj" | "youlian"
                    | "blogroll",
                    _,
                )
                | ("friend" | "friends" | "partner", "link" | "links") => {
                    Some(ForeignKind::Partners)
                }
                _ => None,
            })
    })
}

/// Splits a name into its words: `mainNav_box2` is main, nav, box.
fn parts(word: &str) -> Vec<String> {
    const LONGEST: usize = 60;
    let mut parts: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in word.chars().take(LONGEST) {
        let begins = !last.is_alphabetic() || c.is_uppercase() && last.is_lowercase();
        if c.is_alphabetic() {
            if begins {
                parts.push(String::new());
            }
            if let Some(part) = parts.last_mut() {
                part.extend(c.to_lowercase());
            }
        }
        last = c;
    }
    parts
}

/// Returns whether a box holds most of the text of the page, or several links that name pages, as the rows of a list
/// do.
fn holds_most(page: &PageTree, id: Id) -> bool {
    const SEVERAL: usize = 3;
    if page.runs_of(id).len() * 2 > page.runs.len() {
        return true;
    }
    let named = inside(page, id).filter(|inner| names_page(page, *inner));
    named.take(SEVERAL).count() == SEVERAL
}

/// Returns whether a box has links and all of them name another host.
fn leads_away(page: &PageTree, id: Id) -> bool {
    let mut hrefs = inside(page, id)
        .filter(|inner| page.name(*inner) == "a")
        .filter_map(|inner| page.attribute(inner, "href"))
        .peekable();
    hrefs.peek().is_some()
        && hrefs.all(|href| {
            href.trim_start().starts_with("http") || href.trim_start().starts_with("//")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(html: &str) -> String {
        let page = PageTree::parse(html).without_foreign_boxes();
        page.text(0..page.runs.len())
    }

    const CONTENT: &str = "<h1>Water supply interrupted</h1><p>The supply of Mill Lane is interrupted on Tuesday morning.</p>";
    const SAID: &str =
        "Water supply interrupted The supply of Mill Lane is interrupted on Tuesday morning.";

    #[test]
    fn boxes_that_ask_visitors_for_something_are_no_part_of_a_page() {
        for piece in [
            "<div class='cookieBanner'><p>We use cookies.</p></div>",
            "<div role=dialog><h2>Choose</h2><p>May we count you?</p></div>",
            "<dialog><p>May we count you?</p></dialog>",
            "<div id=user-login><h3>Members</h3><form><input name=u></form><p>Lost your card?</p></div>",
            "<form><label>Password</label><input type=password></form>",
            "<div class=weather><b>Tuesday</b> 8 °C, light rain</div>",
            "<div class=friend-links><a href='https://www.example.com/'>Example</a></div>",
            "<div><h3>Nos partenaires</h3><ul><li><a href='https://a.example.com/'>Exemple</a><li><a href='http://b.example.com'>Musée</a><li><a href='//c.example.com/'>Ville</a></ul></div>",
            "<div><h3>Tiempo</h3><ul><li><b>1 de junio</b> 13℃ ~ 21℃ nubes<li><b>2 de junio</b> 11℃ ~ 19℃ lluvia, viento</ul></div>",
        ] {
            assert_eq!(left(&format!("{piece}{CONTENT}")), SAID, "{piece}");
            assert_eq!(left(&format!("{CONTENT}{piece}")), SAID, "{piece}");
        }
    }

    const CONSENT: &str = "<h2>Su privacidad</h2><p>Usamos técnicas que guardan datos, y los compartimos con otros.</p><button>Aceptar</button>";
    const SIGN_IN: &str = "<h3>会员入口</h3><form><input name=u><input type=password></form><p>忘记密码的用户，请到信息中心办理。</p>";

    #[test]
    fn boxes_without_a_name_that_ask_are_no_part_of_a_page() {
        for piece in [CONSENT, SIGN_IN] {
            let long = piece.replace(
                "<p>",
                &"<p>Sin ellos, nada de esto sería posible.</p><p>".repeat(9),
            );
            for piece in [piece, &long] {
                for page in [
                    format!("<body><div>{piece}</div><div>{CONTENT}</div></body>"),
                    format!(
                        "<body><div><div>{CONTENT}</div><div><div>{piece}</div></div></div></body>"
                    ),
                ] {
                    assert_eq!(left(&page), SAID, "{page}");
                }
            }
            let text = "<p>The work, which begins at nine, is done at noon.</p>".repeat(9);
            let page = format!("<main>{CONTENT}<div>{piece}</div>{text}</main>");
            assert!(!left(&page).contains(['ñ', 'é', '会']), "{}", left(&page));
        }
    }

    #[test]
    fn boxes_without_a_name_that_say_whose_the_site_is_are_no_part_of_a_page() {
        for piece in [
            "<p>© 2024 Mill Borough. All rights reserved.</p><p>We answer for no other site, and a link is no praise.</p>",
            "<p>地址：示例路1号，邮编：250000</p><p>版权所有：示例市大数据中心</p>",
        ] {
            for page in [
                format!("<div>{CONTENT}</div><div><div>{piece}</div></div>"),
                format!("<div><div>{CONTENT}</div><div>{piece}</div></div><p>Menu</p>"),
            ] {
                let left = left(&page);
                assert_eq!(left.trim_end_matches(" Menu"), SAID, "{page}");
            }
        }
    }

    #[test]
    fn a_text_that_names_an_owner_or_an_address_stays() {
        let text = "<p>The work, which begins at nine, is done at noon.</p>";
        for (before, after) in [
            ("<p>© Agency</p>", ""),
            ("", "<p>Phone: 01632 960001, address: 1 Market Street</p>"),
            ("", "<p>版权所有，未经许可不得转载。</p>"),
        ] {
            let page = format!("<h1>Storm</h1><div>{before}{text}{text}{after}</div>");
            assert!(left(&page).contains("done at noon"), "{page}");
        }
    }

    #[test]
    fn a_form_in_the_box_of_the_text_takes_no_text_with_it() {
        let text = "<p>The work, which begins at nine, is done at noon.</p>".repeat(3);
        let footer = "<div><p>Town of Mill, 1 Market Street, open at nine.</p></div>";
        for form in [
            "<form><input name=q><button>Find</button></form>",
            "<form><label>Password</label><input type=password><button>Enter</button></form>",
            "<div><h3>Members</h3><form><input name=u><input type=password></form></div>",
        ] {
            for page in [
                format!("<body><div>{form}{text}</div>{footer}</body>"),
                format!("<body><div>{text}{form}</div>{footer}</body>"),
                format!("<body><div><div>{form}<div>{text}</div></div></div>{footer}</body>"),
            ] {
                assert!(left(&page).contains("done at noon"), "{page}");
            }
        }
    }

    #[test]
    fn a_text_with_a_button_stays() {
        let share = "<button>Share</button>";
        let text = "<p>The work, which begins at nine, is done at noon.</p>";
        let title = "<title>Water supply interrupted</title>";
        for page in [
            format!("<h1>Water supply interrupted</h1><div>{text}{text}{share}</div>"),
            format!(
                "{title}<div><h3>Water supply interrupted</h3>{text}{share}</div><p>Call us, we are here.</p>"
            ),
            format!(
                "<div><p>On 2026-03-10, as we said.</p>{text}{share}</div><p>Call us, we are here.</p>"
            ),
            format!(
                "<h1>Live</h1>{}",
                format!("<div>{text}{share}</div>").repeat(4)
            ),
        ] {
            assert!(left(&page).contains("done at noon"), "{page}");
        }
    }

    #[test]
    fn a_box_that_holds_the_content_stays_whatever_it_is_called() {
        for open in [
            "<div class=login-page><form><input>",
            "<div class=weather>",
            "<div class=cookie-theme>",
            "<div role=dialog>",
        ] {
            assert_eq!(left(&format!("{open}{CONTENT}</div>")), SAID, "{open}");
        }
        let rows = "<a href=/1>Storm warning for the northern coast</a><a href=/2>Ice on roads in the hills</a><a href=/3>Drought has ended in the valley</a>";
        assert!(left(&format!("<div class=weather>{rows}</div>{CONTENT}")).contains("Drought"));
    }

    #[test]
    fn a_page_that_is_nothing_else_is_left_as_it_is() {
        let page =
            "<div class=login-box><form><label>Password</label><input type=password></form></div>";
        assert_eq!(left(page), "Password");
    }

    #[test]
    fn a_form_around_the_whole_page_stays() {
        let form = "<form id=aspnetForm><div>Water supply interrupted</div><p>The supply of Mill Lane is interrupted.</p><label>Password</label><input type=password></form>";
        let footer = "<div>Town of Mill, 1 Market Street, telephone 01632 960001</div>";
        assert!(left(&format!("{form}{footer}")).contains("Mill Lane"));
    }

    #[test]
    fn what_stays_keeps_its_place_in_the_tree() {
        let html = format!(
            "<div id=a><div class=cookie><p>We use <b>cookies</b>.</p></div>{CONTENT}</div><div id=b>End</div>"
        );
        let page = PageTree::parse(&html).without_foreign_boxes();
        let find = |name: &str| {
            let mut ids = 0..page.elements.len() as Id;
            ids.find(|id| page.name(*id) == name || page.attribute(*id, "id") == Some(name))
                .unwrap()
        };
        assert!(page.contains(find("a"), find("h1")));
        assert_eq!(page.parent(find("h1")), find("a"));
        assert_eq!(page.text(page.runs_of(find("a"))), SAID);
        assert_eq!(page.text(page.runs_of(find("b"))), "End");
        assert!(page.runs.iter().all(|run| page.contains(0, run.element)));
    }
}
