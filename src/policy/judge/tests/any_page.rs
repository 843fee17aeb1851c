//! Tests properties that hold for any pages, drawn at random.

use proptest::prelude::*;

use super::*;

fn any_row() -> impl Strategy<Value = Notice> {
    (0..12u32, 0..6u32, 0..5u32, any::<bool>(), 0..6u32).prop_map(
        |(url, title, day, pinned, guid)| {
            let date = if day == 0 {
                String::new()
            } else {
                format!("2022-11-0{day}")
            };
            let guid = if guid < 3 {
                String::new()
            } else {
                format!("guid={guid}")
            };
            let pin = if pinned { "^" } else { "" };
            notice(&format!("{url}|题{title}|{date}|{pin} {guid}"))
        },
    )
}

fn any_page() -> impl Strategy<Value = Vec<Notice>> {
    proptest::collection::vec(any_row(), 0..12)
}

proptest! {
    /// Tests promise 2: after any earlier pages, one that is read again has no news.
    #[test]
    fn a_page_is_never_news_twice(pages in proptest::collection::vec(any_page(), 1..5)) {
        let mut memory = Memory::default();
        for page in &pages {
            memory.poll_rows(page);
            let again = memory.poll_rows(page);
            // A repeated row has the ruling of its first one.
            let is_known = |word: &&str| ["known", "again"].contains(word);
            prop_assert!(again.iter().all(is_known), "{page:?}: {again:?}");
        }
    }

    /// Tests the same for any part of a page, in any order, with tracking parameters, over https or with `www.`.
    #[test]
    fn rows_that_left_and_come_back_are_known(
        pages in proptest::collection::vec(any_page(), 2..5),
        seed in any::<u64>(),
    ) {
        let mut memory = Memory::default();
        pages.iter().for_each(|page| { memory.poll_rows(page); });
        let mut back = pages[0].clone();
        if !back.is_empty() {
            let turn = usize::try_from(seed % back.len() as u64).unwrap();
            back.rotate_left(turn);
        }
        for row in &mut back {
            row.url = row.url.replace("https://", "http://www.") + "?utm_source=x&spm=1.2";
        }
        // Rows without guids are decided by addresses only.
        let has_guids = pages.iter().flatten().any(|row| row.guid.is_some());
        let rulings = memory.poll_rows(&back);
        prop_assert!(has_guids || rulings.iter().all(|word| *word == "known"), "{rulings:?}");
    }

    /// Tests that a known bulletin replaces one address that is gone, never two.
    #[test]
    fn a_bulletin_is_moved_to_once_on_a_page(first in any_page(), second in any_page()) {
        let mut memory = Memory::default();
        memory.poll_rows(&first);
        let (identities, _) = identities(&second, memory.fragments_distinguish);
        let remembered = memory.remember_all(&second, &identities);
        let links = connect(&second, &identities, &remembered, &memory.last_page).links;
        let known: HashSet<u64> =
            links.iter().filter_map(|link| if let RowLink::Known(id) = link { Some(*id) } else { None }).collect();
        let mut moved = HashSet::new();
        let direct = |place: usize| memory.remember(&second[place], &identities[place]).address.is_none();
        for (place, link) in links.iter().enumerate() {
            if let RowLink::Moved(id) = link {
                prop_assert!(moved.insert(*id));
                prop_assert!(!known.contains(id) || direct(place));
            }
        }
    }

    /// Tests that the order of pushing has every row once, with any dates.
    #[test]
    fn the_order_is_a_permutation(page in any_page()) {
        let mut memory = Memory::default();
        memory.poll_rows(&page);
        let mut order = memory.order;
        order.sort_unstable();
        prop_assert_eq!(order, (0..page.len()).collect::<Vec<_>>());
    }
}
