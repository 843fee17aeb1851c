use std::{fs, path::Path, time::Duration};

use chrono_tz::Tz;

use super::{secret::Unreadable, *};
use crate::bulletin::{
    AllowPrivate, ChannelId, ChannelKind, Form, KINDS, Key, Language, Mode, ReadAs, Source,
    StdoutFormat, TelegramChat, TelegramSettings,
};

/// Checks a text as the file `noticast.toml`, with one variable in the environment.
fn check(text: &str) -> Result<Config, ConfigError> {
    let env = |name: &str| (name == "TOKEN").then(|| "123:abc".to_owned());
    file::check(text, Path::new("noticast.toml"), &env, Unreadable::Reported)
}

fn problems(text: &str) -> String {
    check(text).unwrap_err().to_string()
}

const SOURCE: &str = "[[source]]\nid = \"news\"\nurl = \"https://www.example.com/\"\n";

#[test]
fn an_empty_file_is_the_defaults() {
    let config = check("").unwrap();
    assert_eq!(config.path.as_deref(), Some(Path::new("noticast.toml")));
    let defaults = Config {
        path: config.path.clone(),
        ..Config::default()
    };
    assert_eq!(config, defaults);
}

#[test]
fn all_mistakes_are_reported_at_once_and_in_order() {
    let text = fs::read_to_string("tests/fixtures/config/mistakes.toml").unwrap();
    insta::assert_snapshot!(problems(&text));
}

/// Checks each block of a file that has one mistake in each; the snapshot has it above its message.
#[test]
fn each_mistake_is_reported_in_a_sentence() {
    let text = fs::read_to_string("tests/fixtures/config/one-each.toml").unwrap();
    let (mut message, mut accepted) = (String::new(), Vec::new());
    for block in text.split("\n# ----\n") {
        match check(block) {
            Ok(_) => accepted.push(block),
            Err(wrong) => message += &format!("{}\n=> {wrong}\n\n", block.trim_end()),
        }
    }
    insta::assert_snapshot!(message);
    assert!(accepted.is_empty(), "{accepted:#?}");
}

// ---- the example ----

const EXAMPLE: &str = include_str!("../../config/noticast.toml");

#[test]
fn the_example_passes_and_its_commented_keys_show_the_defaults() {
    let is_key = |line: &str| line.split_once(" = ").is_some_and(|(key, _)| is_word(key));
    let is_table = |line: &str| line.starts_with('[');
    let uncommented: Vec<&str> = EXAMPLE
        .lines()
        .map(|line| {
            line.strip_prefix('#')
                .filter(|rest| is_key(rest) || is_table(rest))
                .unwrap_or(line)
        })
        .collect();
    let config = check(&uncommented.join("\n")).unwrap();
    assert!(uncommented.iter().filter(|line| is_key(line)).count() > 40);
    let without_a_source = Config {
        sources: Vec::new(),
        ..config.clone()
    };
    assert_eq!(check(EXAMPLE).unwrap(), without_a_source);

    assert_eq!((config.sources.len(), config.channels.len()), (1, 1));
    let [source] = &config.sources[..] else {
        unreachable!()
    };
    let mut default = Source::new(source.id.clone(), source.url.clone());
    default.name.clone_from(&source.name);
    assert_eq!(*source, default);
    let defaults = Config {
        path: config.path.clone(),
        sources: config.sources.clone(),
        channels: config.channels.clone(),
        ..Config::default()
    };
    assert_eq!(config, defaults);
}

#[test]
fn the_examples_of_the_example_pass_too() {
    let is_toml = |line: &str| {
        let key = line.split_once(" = ").is_some_and(|(key, _)| is_word(key));
        key || line == "[telegram]" || line == "[[channel]]"
    };
    let uncommented: Vec<&str> = EXAMPLE
        .lines()
        .map(|line| {
            let source = ["#[[source]]", "#id = \"group-news\"", "#url = "];
            let of_source = source.iter().any(|begin| line.starts_with(begin));
            let example = line.strip_prefix("# ").filter(|rest| is_toml(rest));
            let example = example.or_else(|| line.strip_prefix('#').filter(|_| of_source));
            example.unwrap_or(line)
        })
        .collect();
    let text = uncommented
        .join("\n")
        .replace("file:admin-token", "env:ADMIN");
    let env = |name: &str| match name.ends_with("_URL") {
        true => Some(format!("https://robot.example/{name}")),
        false => Some(format!("secret-{name}")),
    };
    let config = file::check(
        &text,
        Path::new("noticast.toml"),
        &env,
        Unreadable::Reported,
    )
    .unwrap();
    let telegram = config.telegram.unwrap();
    let defaults = TelegramSettings::new(telegram.token.clone());
    assert_eq!(
        telegram,
        TelegramSettings {
            admins: vec![123_456_789],
            ..defaults
        }
    );
    assert_eq!(config.web.admin_token.unwrap().reveal(), "secret-ADMIN");
    // The terminal, Telegram, and all kinds of the table.
    assert_eq!(config.channels.len(), 2 + KINDS.len());
}

fn is_word(key: &str) -> bool {
    key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && !key.is_empty()
}

// ---- each sentence of the contract ----

#[test]
fn names_of_the_machine_and_proxies_in_front_of_it_are_read() {
    let web = check(
        "[web]\nhosts = [\"Intranet.\", \"192.168.1.20\", \"2001:db8::1\"]\n\
         trusted_proxies = [\"127.0.0.1\", \"fd00::/8\"]\n",
    )
    .unwrap()
    .web;
    let hosts: Vec<String> = web.hosts.iter().map(ToString::to_string).collect();
    assert_eq!(hosts, ["intranet", "192.168.1.20", "[2001:db8::1]"]);
    let proxies: Vec<String> = web
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(proxies, ["127.0.0.1/32", "fd00::/8"]);
    assert_eq!(
        problems("[web]\nhosts = [\"https://a\", \"a:80\"]\ntrusted_proxies = [\"proxy\"]\n"),
        "noticast.toml:2:10: `https://a` is not a valid host name; expected a name or an address without a port, such as \
         `news.example.org`\n\
         noticast.toml:2:23: `a:80` is not a valid host name; expected a name or an address without a port, such as \
         `news.example.org`\n\
         noticast.toml:3:20: `proxy` is not a valid range of addresses; expected a range such as `10.0.0.0/8` or `fd00::/8`"
    );
}

#[test]
fn a_syntax_error_comes_alone() {
    assert_eq!(
        problems("langage = 1\n名 = 2\n[["),
        "noticast.toml:2:1: invalid unquoted key; expected letters, numbers, `-`, `_`"
    );
    assert_eq!(
        problems("[web]\n[web]\n"),
        "noticast.toml:2:2: a key or table is defined twice; expected one definition"
    );
}

#[test]
fn columns_count_characters_from_the_first_line_on() {
    let text = "\u{feff}language = \"zh\"\r\n[[source]]\r\nid = \"a\"\r\nurl = \"http://a.example\"\r\nheaders = { \"A\" = \"通知\", B = 1 }";
    assert_eq!(
        problems(text),
        "noticast.toml:5:29: this is an integer; expected a string"
    );
}

#[test]
fn an_unreadable_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noticast.toml");
    let message = |path: &Path| Config::load(path).unwrap_err().to_string();
    let starts = |path: &Path| format!("{}: ", path.display());
    assert!(message(&path).starts_with(&starts(&path)));
    assert!(message(folder.path()).starts_with(&starts(folder.path())));
    fs::write(&path, b"\xff\xfe\0").unwrap();
    assert_eq!(
        message(&path),
        format!("{}: is not UTF-8; expected TOML", path.display())
    );
    fs::write(&path, SOURCE).unwrap();
    assert_eq!(Config::load(&path).unwrap().sources.len(), 1);
}

#[test]
fn ids_are_short_and_plain() {
    let id = |id: &str| check(&SOURCE.replace("\"news\"", &format!("{id:?}")));
    for good in ["a", "0", "a_b-c", &"x".repeat(32)] {
        id(good).unwrap();
    }
    for bad in [
        "",
        "-a",
        "_a",
        "A",
        "a b",
        "通知",
        "telegram:1",
        &"x".repeat(33),
    ] {
        assert!(
            id(bad)
                .unwrap_err()
                .to_string()
                .starts_with("noticast.toml:2:6: "),
            "{bad}"
        );
    }
}

#[test]
fn sources_and_channels_may_share_an_id_but_not_among_themselves() {
    let channel = "[[channel]]\nid = \"news\"\nkind = \"stdout\"\n";
    check(&format!("{SOURCE}{channel}")).unwrap();
    assert_eq!(
        problems(&format!("{SOURCE}{channel}{channel}")),
        "noticast.toml:8:6: `news` is already the id of the channel on line 5; expected another id"
    );
}

#[test]
fn references_reach_forwards_and_backwards() {
    let text = format!(
        "[alerts]\nchannels = [\"page\"]\n[[channel]]\nid = \"page\"\nkind = \"stdout\"\nsources = [\"news\"]\n{SOURCE}"
    );
    let config = check(&text).unwrap();
    assert_eq!(config.alerts[0].as_str(), "page");
    assert!(config.channels[0].wants(&config.sources[0].id));
    let all = check(&text.replace("[\"news\"]", "[\"*\"]")).unwrap();
    assert_eq!(all.channels[0].sources, None);
}

#[test]
fn a_telegram_channel_needs_the_bot() {
    let channel = "[[channel]]\nid = \"staff\"\nkind = \"telegram\"\nchat = \"@staff\"\n";
    assert_eq!(
        problems(channel),
        "noticast.toml:3:8: a telegram channel needs a bot; expected the table `[telegram]` with its `token`"
    );
    check(&format!("{channel}[telegram]\ntoken = \"env:TOKEN\"\n")).unwrap();
    let all = problems("[[channel]]\nid = \"staff\"\nkind = \"telegram\"\ntopic = \"x\"\n");
    assert_eq!(all.lines().count(), 3, "{all}");
}

#[test]
fn chats_are_names_or_numbers() {
    let kind = |chat: &str| {
        let text = format!(
            "[telegram]\ntoken = \"1:a\"\n[[channel]]\nid = \"c\"\nkind = \"telegram\"\nchat = {chat}\ntopic = 7\nsilent = true\n"
        );
        check(&text).map(|mut config| config.channels.remove(0).kind)
    };
    for (written, chat) in [
        ("\"@Staff_1\"", TelegramChat::Name("@Staff_1".to_owned())),
        ("-1001234", TelegramChat::Id(-1_001_234)),
        ("\"-1001234\"", TelegramChat::Id(-1_001_234)),
        ("42", TelegramChat::Id(42)),
    ] {
        let (topic, silent) = (Some(7), true);
        assert_eq!(
            kind(written),
            Ok(ChannelKind::Telegram {
                chat,
                topic,
                silent,
                documents: false,
                buttons: true,
            })
        );
    }
    for bad in ["\"staff\"", "\"@\"", "\"@a b\"", "0", "true", "1.5", "\"\""] {
        assert!(
            kind(bad)
                .unwrap_err()
                .to_string()
                .starts_with("noticast.toml:6:8: "),
            "{bad}"
        );
    }
}

#[test]
fn secrets_come_from_three_places_and_show_in_no_message() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noticast.toml");
    fs::write(folder.path().join("token"), "456:def\n").unwrap();
    let env = |name: &str| (name == "TOKEN").then(|| "123:abc".to_owned());
    let token = |written: &str| {
        let text = format!("[telegram]\ntoken = {written}\n");
        file::check(&text, &path, &env, Unreadable::Reported)
            .map(|config| config.telegram.unwrap().token)
    };
    for (written, secret) in [
        ("\"789:ghi\"", "789:ghi"),
        ("\"env:TOKEN\"", "123:abc"),
        ("\"file:token\"", "456:def"),
    ] {
        assert_eq!(token(written).unwrap().reveal(), secret);
    }
    for bad in [
        "\"env:NONE\"",
        "\"file:none\"",
        "\"\"",
        "\"7 hunter2\"",
        "[\"hunter2\"]",
        "\"hunter2",
    ] {
        let message = token(bad).unwrap_err().to_string();
        assert!(message.contains(":2:"), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
    let proxy = problems("[fetch]\nproxy = \"gopher://me:hunter2@proxy\"\n");
    assert!(!proxy.contains("hunter2"), "{proxy}");
}

#[test]
fn a_secret_file_may_begin_with_a_byte_order_mark() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noticast.toml");
    let text = "[telegram]\ntoken = \"file:token\"\n";
    let token = |bytes: &[u8]| {
        fs::write(folder.path().join("token"), bytes).unwrap();
        file::check(text, &path, &|_| None, Unreadable::Reported)
            .map(|config| config.telegram.unwrap().token)
    };
    let utf16 = |mark: &str| -> Vec<u8> {
        let units = format!("{mark}456:def\r\n")
            .encode_utf16()
            .collect::<Vec<_>>();
        units.into_iter().flat_map(u16::to_le_bytes).collect()
    };
    for bytes in [
        b"456:def".to_vec(),
        b"\xef\xbb\xbf456:def\r\n".to_vec(),
        utf16("\u{feff}"),
    ] {
        assert_eq!(token(&bytes).unwrap().reveal(), "456:def", "{bytes:?}");
    }
    let message = token(b"456:\xff").unwrap_err().to_string();
    assert!(
        message.contains(":2:9: ") && message.contains("not UTF-8"),
        "{message}"
    );
    let env = |_: &str| Some("\u{feff}456:def".to_owned());
    let marked = file::check(
        "[telegram]\ntoken = \"env:X\"\n",
        &path,
        &env,
        Unreadable::Reported,
    )
    .unwrap();
    assert_eq!(marked.telegram.unwrap().token.reveal(), "456:def");
}

#[test]
fn no_part_of_a_password_that_breaks_its_address_is_shown() {
    let mail = "[[channel]]\nid = \"m\"\nkind = \"email\"\nfrom = \"a@b.example\"\nto = [\"a@b.example\"]\nsmtp = ";
    let proxy = |password: &str| format!("\"http://reader:{password}@127.0.0.1:3128\"");
    for password in [
        "hun#ter2",
        "hun@ter2",
        "hun/ter2",
        "hun?ter2",
        "h@un#ter2",
        "12#ter2",
    ] {
        let address = proxy(password);
        let server = address.replace("http", "smtp");
        for (text, place) in [
            (format!("[fetch]\nproxy = {address}\n"), "2:9"),
            (
                format!("[telegram]\ntoken = \"1:a\"\nproxy = {address}\n"),
                "3:9",
            ),
            (format!("{SOURCE}proxy = {address}\n"), "4:9"),
            (format!("[[source]]\nid = \"a\"\nurl = {address}\n"), "3:7"),
            (format!("{mail}{server}\n"), "6:8"),
        ] {
            let message = problems(&text);
            assert!(
                message.starts_with(&format!("noticast.toml:{place}: ")),
                "{message}"
            );
            assert_eq!(message.lines().count(), 1, "{message}");
            for part in ["hun", "ter2", "reader", "127.0.0.1"] {
                assert!(!message.contains(part), "{message}");
            }
        }
    }
    let unschemed = problems("[fetch]\nproxy = \"hunter2:secret@proxy\"\n");
    assert!(!unschemed.contains("hunter2"), "{unschemed}");
    check(&format!("{SOURCE}proxy = {}\n", proxy("hun%23ter2"))).unwrap();
}

#[test]
fn the_general_topic_is_the_group_itself() {
    let text = "[telegram]\ntoken = \"1:a\"\n[[channel]]\nid = \"c\"\nkind = \"telegram\"\nchat = -1001\ntopic = 1\n";
    let kind = check(text).unwrap().channels.remove(0).kind;
    assert!(matches!(kind, ChannelKind::Telegram { topic: None, .. }));
    assert_eq!(
        ChannelId::of_chat(-1001, Some(1)),
        ChannelId::of_chat(-1001, None)
    );
    let old: ChannelId = "telegram:-1001/1".parse().unwrap();
    assert_eq!(old.chat(), Some((-1001, None)));
    assert_eq!(
        ChannelId::of_chat(-1001, Some(2)).chat(),
        Some((-1001, Some(2)))
    );
}

#[test]
fn a_template_that_is_too_large_is_an_error_at_its_key() {
    let channel = "[[channel]]\nid = \"c\"\nkind = \"stdout\"\n";
    let huge = format!(
        "{channel}template = \"{{{{ {}title }}}}\"\n",
        "not ".repeat(100_000)
    );
    let message = problems(&huge);
    assert!(
        message.starts_with("noticast.toml:4:12: the template has "),
        "{message}"
    );
    let macros = "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}";
    let message = problems(&format!("{channel}template = \"{macros}\"\n"));
    assert!(message.starts_with("noticast.toml:4:12: "), "{message}");
}

#[test]
fn what_is_not_built_is_refused_by_name_and_its_default_is_accepted() {
    let channel = "[[channel]]\nid = \"c\"\nkind = \"stdout\"\n";
    let defaults = "mode = 'each'\ndigest = \"0 18 * * *\"\nquiet = \"\"\nurgent = []\ncorrections = false\ntemplate = \"\"\n";
    check(&format!("{channel}{defaults}")).unwrap();
    let message = problems(&format!("{channel}template = \"{{{{ titel }}}}\"\n"));
    assert!(
        message.starts_with("noticast.toml:4:12: no field `titel`; expected one of id, title"),
        "{message}"
    );
    let template = "template = \"\"\"\n{{ title }}\n{% if url %}\n\"\"\"\n";
    let message = problems(&format!("{channel}{template}"));
    assert!(
        message.starts_with("noticast.toml:4:12: line "),
        "{message}"
    );
    check(&format!(
        "{channel}template = \"{{{{ title }}}} {{{{ url }}}}\"\n"
    ))
    .unwrap();
}

#[test]
fn a_template_of_telegram_is_its_html() {
    let chat =
        "[telegram]\ntoken = \"1:t\"\n[[channel]]\nid = \"c\"\nkind = \"telegram\"\nchat = 7\n";
    let message = problems(&format!("{chat}template = \"<p>{{{{ title }}}}</p>\"\n"));
    let expected =
        "noticast.toml:7:12: Telegram supports no tag `<p>`; expected the HTML of Telegram";
    assert!(message.starts_with(expected), "{message}");
    let message = problems(&format!(
        "{chat}template = \"{{% if deadline %}}<b>{{{{ title }}}}{{% endif %}}\"\n"
    ));
    assert!(message.contains("`<b>` is not closed"), "{message}");
    check(&format!("{chat}template = \"<b>{{{{ title }}}}</b>\"\n")).unwrap();
    let other = "[[channel]]\nid = \"c\"\nkind = \"stdout\"\n";
    check(&format!("{other}template = \"<p> {{{{ title }}}}\"\n")).unwrap();
}

#[test]
fn each_robot_needs_its_keys_and_hides_them() {
    for kind in KINDS {
        let head = format!("[[channel]]\nid = \"c\"\nkind = \"{}\"\n", kind.name);
        let needed = kind.keys.iter().filter(|key| key.form.is_needed());
        let defaults = |key: &&Key| matches!(key.form, Form::Word(_) | Form::Api(_));
        let needed: Vec<&Key> = needed.filter(|key| !defaults(key)).collect();
        let message = problems(&head);
        for key in &needed {
            let missing = format!(
                "noticast.toml:1:1: `{}` is missing in [[channel]]; expected ",
                key.name
            );
            assert!(message.contains(&missing), "{message}");
        }
        assert_eq!(message.lines().count(), needed.len(), "{message}");
        let wrong: String = kind
            .keys
            .iter()
            .map(|key| format!("{} = true\n", key.name))
            .collect();
        let message = problems(&(head.clone() + &wrong));
        assert_eq!(message.lines().count(), kind.keys.len(), "{message}");
    }
    let channel =
        "[[channel]]\nid = \"c\"\nkind = \"slack\"\nurl = \"https://hooks.example/hunter2\"\n";
    let config = check(channel).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
    let message = problems(&channel.replace("https", "gopher"));
    assert!(
        message.starts_with("noticast.toml:4:7: the scheme") && !message.contains("hunter2"),
        "{message}"
    );
}

#[test]
fn a_mail_channel_needs_somebody_to_send_to() {
    let mail = "[[channel]]\nid = \"m\"\nkind = \"email\"\nsmtp = \"smtp://mail.example\"\nfrom = \"a@b.example\"\n";
    let message = problems(&format!("{mail}to = []\n"));
    assert!(
        message.starts_with("noticast.toml:6:6: the list is empty; "),
        "{message}"
    );
    check(&format!("{mail}to = [\"c@d.example\"]\n")).unwrap();
}

#[test]
fn a_channel_says_when_and_how() {
    let channel = "[[channel]]\nid = \"c\"\nkind = \"stdout\"\n";
    let manner = "mode = \"digest\"\ndigest = \"0 8 * * Mon-Fri\"\nquiet = \"22:00-07:00\"\nurgent = [\"停电\", \"/台风/\"]\n";
    let config = check(&format!("{channel}{manner}")).unwrap();
    let channel_read = &config.channels[0];
    assert_eq!(channel_read.mode, Mode::Digest);
    assert_eq!(channel_read.digest.to_string(), "0 8 * * Mon-Fri");
    assert_eq!(channel_read.quiet, Some("22:00-07:00".parse().unwrap()));
    assert!(channel_read.urgent.names("明日停电", ""));
    let wrong =
        "mode = \"weekly\"\ndigest = \"every 5h\"\nquiet = \"22:00-22:00\"\nurgent = [\"/(/\"]\n";
    insta::assert_snapshot!(problems(&format!("{channel}{wrong}")));
}

#[test]
fn a_source_reads_every_key() {
    let folder = tempfile::tempdir().unwrap();
    let pem = "-----BEGIN CERTIFICATE-----\nMIIBAA==\n-----END CERTIFICATE-----\n";
    fs::write(folder.path().join("ca.pem"), pem).unwrap();
    let text = format!(
        "{SOURCE}name = \"要闻\"\nschedule = \"*/5 * * * *\"\ntime_zone = \"America/New_York\"\nkind = \"feed\"\n\
         include = [\"放假\", \"/停.电/\"]\nannounce_first = 3\nfull_text = false\nsimplify = true\ndepth = 2\n\
         public = false\nproxy = \"socks5h://127.0.0.1:1080\"\nheaders = {{ Referer = \"https://www.example.com/\" }}\n\
         charset = \"gbk\"\nca = \"ca.pem\"\nverify = false\nrobots = true\nselect = {{ item = \"li\" }}\n"
    );
    let path = folder.path().join("noticast.toml");
    let config = file::check(&text, &path, &|_| None, Unreadable::Reported).unwrap();
    let source = &config.sources[0];
    assert_eq!(source.name, "要闻");
    assert_eq!(source.schedule.to_string(), "*/5 * * * *");
    assert_eq!(source.time_zone, Tz::America__New_York);
    assert_eq!(source.kind, ReadAs::Feed);
    assert_eq!((source.announce_first, source.depth), (3, 2));
    let switches = [
        source.full_text,
        source.simplify,
        source.public,
        source.verify,
        source.robots,
    ];
    assert_eq!(switches, [false, true, false, false, true]);
    assert_eq!(source.proxy.as_ref().unwrap().port(), Some(1080));
    assert_eq!(source.headers["Referer"], "https://www.example.com/");
    assert_eq!(source.charset.as_deref(), Some("gbk"));
    assert_eq!(source.ca.as_deref(), Some(&*folder.path().join("ca.pem")));
    assert_eq!(source.select.item.as_deref(), Some("li"));
    let rendered = |text: &str| {
        file::check(text, &path, &|_| None, Unreadable::Reported)
            .is_ok_and(|it| it.sources[0].browser)
    };
    assert!(rendered(&format!("{SOURCE}browser = true\n")));
    assert!(!rendered(&format!(
        "{SOURCE}ca = \"ca.pem\"\nbrowser = true\n"
    )));
    fs::write(folder.path().join("ca.pem"), "no certificate").unwrap();
    assert!(file::check(&text, &path, &|_| None, Unreadable::Reported).is_err());
}

#[test]
fn the_sections_read_every_key() {
    let config = check(
        "language = \"en\"\ntime_zone = \"Europe/Berlin\"\n\
         [web]\nlisten = \"off\"\npublic_url = \"https://news.example\"\nadmin_token = \"env:TOKEN\"\n\
         [fetch]\nconcurrency = 2\nper_host = 2\ntimeout = \"5s\"\nmax_body = \"1MiB\"\nuser_agent = \"me\"\nbrowser = \"chromium\"\nallow_private = [\"10.0.0.0/8\", \"::1\"]\n\
         [[source]]\nid = \"a\"\nurl = \"http://a.example\"\n\
         [[channel]]\nid = \"c\"\nkind = \"stdout\"\nformat = \"json\"\ntime_zone = \"UTC\"\n",
    )
    .unwrap();
    assert_eq!(config.language, Language::En);
    assert_eq!(config.web.listen, None);
    assert_eq!(config.web.admin_token.unwrap().reveal(), "123:abc");
    let fetch = config.fetch;
    assert_eq!(fetch.browser, "chromium");
    assert_eq!(
        (fetch.concurrency, fetch.per_host, fetch.max_body),
        (2, 2, 1 << 20)
    );
    assert_eq!(fetch.timeout, Duration::from_secs(5));
    let ranges = vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
    assert_eq!(fetch.allow_private, AllowPrivate::Ranges(ranges));
    assert_eq!(config.sources[0].time_zone, Tz::Europe__Berlin);
    let channel = &config.channels[0];
    assert_eq!(
        channel.kind,
        ChannelKind::Stdout {
            format: StdoutFormat::Json
        }
    );
    assert_eq!((channel.name.as_str(), channel.time_zone), ("c", Tz::UTC));
    let open = check("[fetch]\nallow_private = true\n").unwrap();
    assert_eq!(open.fetch.allow_private, AllowPrivate::Yes);
}

#[test]
fn wrong_types_of_tables_are_reported() {
    assert_eq!(
        problems("telegram = 1\nsource = { id = \"a\" }\nchannel = [1]\n[[web]]\n"),
        "noticast.toml:1:12: this is an integer; expected the table `[telegram]`\n\
         noticast.toml:2:10: this is a table; expected tables `[[source]]`\n\
         noticast.toml:3:12: this is an integer; expected tables `[[channel]]`\n\
         noticast.toml:4:1: this is an array; expected the table `[web]`"
    );
}

proptest::proptest! {
    #[test]
    fn any_text_is_answered(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        let _ = check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_value_of_any_key_is_answered(
        line in 0..200usize,
        value in "(\"|'|\\[|\\]|\\{|\\}|=|[0-9]|[a-z/(*:.-]|通|\\\\|\n){0,12}",
    ) {
        let mut lines: Vec<String> = EXAMPLE.lines().map(str::to_owned).collect();
        let line = line % lines.len();
        let bare = lines[line].trim_start_matches(['#', ' ']).to_owned();
        if let Some((key, _)) = bare.split_once('=') {
            lines[line] = format!("{key}={value}");
        }
        if let Err(error) = check(&lines.join("\n")) {
            for problem in &error.problems {
                proptest::prop_assert!(problem.starts_with("noticast.toml:"), "{}", problem);
                proptest::prop_assert!(!problem.contains('\n'));
                proptest::prop_assert!(problem.contains("; "), "{}", problem);
            }
        }
    }
}
