//! Tests that the program helps to write the rule for a page that it cannot read on its own.

use crate::support::{
    board::{Mood, Site},
    world::{World, text},
};

#[tokio::test(flavor = "multi_thread")]
async fn after_a_redesign_that_leaves_no_list_the_admin_is_shown_where_the_known_titles_are() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    let running = world.start();
    world.polls(&site, 2).await;
    site.set_mood(Mood::Menu);
    let newest = [10, 9, 8].map(|number| format!("`{}`", Site::title(number)));
    for said in [
        format!(
            "10 rows may be the list (10 of them known), starting with {}",
            newest.join(", ")
        ),
        "set item = \"ul.entries > li\" in [source.select]".to_owned(),
    ] {
        world.until(&said, || world.log().contains(&said)).await;
    }
    let shown = world.list(&["sources"])[0]["error"].to_string();
    assert!(shown.contains("ul.entries > li"), "{shown}");
    let rule = "schedule = \"every 1s\"\n";
    let select = format!("{rule}[source.select]\nitem = \"ul.entries > li\"\n");
    world.configure(&World::config(&site.list_url()).replace(rule, &select));
    assert!(world.noticast(&["reload"]).status.success());
    world
        .until("the source to be well", || {
            world.list(&["sources"])[0]["state"] == "ok"
        })
        .await;
    running.stop();
    assert_eq!(world.pushed(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_rule_is_proposed_for_a_page_that_stands_in_for_the_list() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    let running = world.start();
    world.polls(&site, 2).await;
    site.set_mood(Mood::SignIn);
    let failing = || world.list(&["sources"])[0]["error"].to_string();
    world
        .until("the fault", || failing().contains("a sign-in page"))
        .await;
    running.stop();
    assert!(!failing().contains("may be the list"), "{}", failing());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_selector_of_a_source_is_judged_on_its_page() {
    let site = Site::with(10).await;
    let world = World::new();
    let rule = "schedule = \"every 1s\"\n";
    let checked = |select: &str| {
        let select = format!("{rule}[source.select]\n{select}\n");
        world.configure(&World::config(&site.list_url()).replace(rule, &select));
        let output = world.noticast(&["check", "--online"]);
        (
            output.status.code(),
            text(&output.stdout) + &text(&output.stderr),
        )
    };
    let (code, said) = checked("item = \"ul.list > li\"\ndate = \"span\"");
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = checked("item = \"ul.list > li\"\ntitle = \"h5\"\ndate = \"span\"");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("title"), "{said}");
    let (code, said) = checked("date = \"b.day\"");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("b.day"), "{said}");
}

fn portal() -> String {
    let section = |name: &str, folder: &str, count: u32| {
        let rows: String = (1..=count)
            .map(|n| {
                format!(
                    "<li><a href='/{folder}/{n}.html'>{}</a> <i>2026-01-{n:02}</i></li>",
                    Site::title(n)
                )
            })
            .collect();
        format!("<div class='box'><h3>{name}</h3><ul>{rows}</ul></div>")
    };
    let (larger, smaller) = (section("通知公告", "tz", 9), section("媒体报道", "mt", 5));
    format!(
        "<meta charset=utf-8><title>门户</title><div class='nav'><a href='/a/'>单位概况</a><a href='/b/'>联系我们</a></div>{larger}{smaller}"
    )
}

#[test]
fn preview_shows_the_other_lists_of_a_portal_and_why_the_rest_is_none() {
    let world = World::new();
    std::fs::write(world.path("page.html"), portal()).unwrap();
    let base = "https://www.example.com/portal.html";
    let shown = |verbose: &[&str]| {
        let arguments = [verbose, &["preview", "--base-url", base, "page.html"]].concat();
        let output = world.command(&arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        text(&output.stdout)
    };
    let plain = shown(&[]);
    assert!(plain.contains("list, 9 notices"), "{plain}");
    assert!(plain.contains("another list: 媒体报道, 5 links"), "{plain}");
    assert!(!plain.contains("not taken"), "{plain}");
    let all = shown(&["-v"]);
    assert!(all.contains("confidence"), "{all}");
    assert!(all.contains("not taken"), "{all}");
    assert!(all.contains("a menu"), "{all}");
    for step in ["candidates", "evidence", "choice", "verdict", "rows"] {
        let is_printed = all.lines().any(|line| line.starts_with(step));
        assert!(is_printed && !plain.contains(step), "{step}: {all}");
    }
}

#[test]
fn preview_says_why_an_article_has_its_title_its_day_and_its_text() {
    let world = World::new();
    let page = "<title>Storm warning | Mill Borough</title><div id=top><p>Mill Borough, at your service every day.</p></div>\
        <div class=main><h2>Storm warning</h2><span>Published: 2026-03-02</span><div class=text>\
        <p>A storm reaches the borough on Tuesday evening, and the parks are closed until it has passed.</p>\
        <p>Whoever can stay at home is asked to do so, and to keep away from trees.</p></div></div>";
    std::fs::write(world.path("page.html"), page).unwrap();
    let output = world.command(&["-v", "preview", "page.html"]).output();
    let said = text(&output.unwrap().stdout);
    for line in [
        "`Storm warning` in <h2>",
        "2026-03-02 by a line `Published: 2026-03-02`",
        "2 of the 2 lines of <div class=\"text\">",
        "from `A storm reaches",
        "to `Whoever can stay",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
}

/// Returns a page with titles too short, no dates and no heading: a person sees that it is a list.
fn doubtful() -> &'static str {
    "<meta charset=utf-8><title>某处</title><div class='nav'><ul><li><a href='/a/'>首页</a></li>\
     <li><a href='/b/'>概况介绍</a></li>\
     <li><a href='/c/'>联系我们</a></li></ul></div><ul class='n'><li><a href='a.htm'>放假通知</a></li>\
     <li><a href='b.htm'>停水通知</a></li><li><a href='c.htm'>会议通知安排</a></li></ul>"
}

#[test]
fn a_block_is_suggested_for_a_file_and_for_a_page_where_detection_fails() {
    let world = World::new();
    std::fs::write(world.path("page.html"), portal()).unwrap();
    std::fs::write(world.path("doubtful.html"), doubtful()).unwrap();
    let suggested = |arguments: &[&str]| {
        let arguments = [&["preview", "--suggest"], arguments].concat();
        let output = world.command(&arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        text(&output.stdout)
    };
    let block = suggested(&["page.html"]);
    assert!(block.contains("# a list of 9 notices"), "{block}");
    assert!(!block.contains("file://"), "{block}");
    let address = "https://www.example.com/n/";
    let block = suggested(&["--base-url", address, "doubtful.html"]);
    assert!(block.contains("no list was recognized"), "{block}");
    assert!(block.contains("item = \"ul.n > li\""), "{block}");
    // The block is a config as it is.
    world.configure(&block);
    let output = world.noticast(&["check"]);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_page_that_is_no_list_is_explained_piece_by_piece() {
    let world = World::new();
    std::fs::write(world.path("doubtful.html"), doubtful()).unwrap();
    let output = world
        .command(&["-v", "preview", "doubtful.html"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = text(&output.stdout);
    assert!(said.contains("titles too short for notices"), "{said}");
    assert!(said.contains("a menu"), "{said}");
}

#[test]
fn a_page_is_saved_as_it_came_and_a_file_has_a_plain_address() {
    let world = World::new();
    let page = portal();
    std::fs::create_dir(world.path("sub")).unwrap();
    std::fs::write(world.path("page.html"), &page).unwrap();
    let output = world
        .command(&["preview", "--save", "kept", "sub/../page.html"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!text(&output.stdout).contains(".."), "{output:?}");
    let mut kept: Vec<_> = std::fs::read_dir(world.path("kept"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    kept.sort();
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert_eq!(std::fs::read_to_string(&kept[0]).unwrap(), page);
    let about = std::fs::read_to_string(&kept[1]).unwrap();
    assert!(about.contains("\"url\":\"file:///"), "{about}");
}
