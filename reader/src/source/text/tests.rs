use encoding_rs::{GBK, WINDOWS_1252};
use proptest::prelude::*;

use super::*;

#[test]
fn white_space_of_every_kind_is_one_space() {
    assert_eq!(
        one_line(" \u{3000}通知\u{a0}\u{2003}公告\r\n\t要闻\u{200b} "),
        "通知 公告 要闻"
    );
    assert_eq!(repair("一\u{a0} \n\n \u{3000}二\u{2028}三"), "一\n二\n三");
}

#[test]
fn a_line_that_ends_within_a_chinese_word_ends_no_word() {
    assert_eq!(
        joined_lines("关于公布先进\r\n  集体名单的决定"),
        "关于公布先进集体名单的决定"
    );
    assert_eq!(
        joined_lines("Water\n  off\n\non Sunday"),
        "Water off on Sunday"
    );
}

#[test]
fn invisible_and_private_characters_are_dropped() {
    assert_eq!(
        one_line("集\u{200b}团\u{ad}新\u{feff}闻\u{e601}\u{0}\u{202e}"),
        "集团新闻"
    );
    assert_eq!(one_line("👨\u{200d}👩"), "👨\u{200d}👩");
}

#[test]
fn width_is_plain_where_it_is_noise() {
    assert_eq!(
        one_line("２０２２－１１－２０　０８：３０"),
        "2022-11-20 08:30"
    );
    assert_eq!(one_line("ｗｗｗ．ａｂｃ．ｃｎ"), "www.abc.cn");
    assert_eq!(
        one_line("注意：防火，防盗！（一）"),
        "注意：防火，防盗！（一）"
    );
}

#[test]
fn entities_that_were_escaped_twice_are_read() {
    assert_eq!(
        one_line("通知&nbsp;&nbsp;公告 &ldquo;一&#8221; A&amp;B &foo;"),
        "通知 公告 “一” A&B &foo;"
    );
}

#[test]
fn glosses_are_dropped_and_names_in_brackets_stay() {
    assert_eq!(
        one_line("您當(dāng)前的位置:首頁(yè) 集團(tuán)新聞"),
        "您當前的位置:首頁 集團新聞"
    );
    assert_eq!(one_line("行動（dòng）"), "行動");
    assert_eq!(
        one_line("集團(jí tuán)公司與集團（jítuán）"),
        "集團公司與集團"
    );
    assert_eq!(one_line("綠(lǜ)化與女(nǚ)工"), "綠化與女工");
    assert_eq!(one_line("北京(beijing)科技"), "北京(beijing)科技");
    assert_eq!(
        one_line("北京(Beijing)、公司(CRC)、接口API(api)"),
        "北京(Beijing)、公司(CRC)、接口API(api)"
    );
    assert_eq!(one_line("附件(一)与表(2)"), "附件(一)与表(2)");
}

#[test]
fn glosses_without_tones_are_dropped_only_in_company() {
    let glossed = "行動(dong)起來，責(ze)任到人，實(shi)行到位，北京(beijing)分部";
    assert_eq!(
        one_line(glossed),
        "行動起來，責任到人，實行到位，北京(beijing)分部"
    );
    assert_eq!(one_line("只有一個動(dong)"), "只有一個動(dong)");
}

#[test]
fn a_gloss_whose_character_was_lost_goes_too() {
    let text = "責(zé)任，勢(shì)頭，號(hào)召，防控?dān)當(dāng)";
    assert_eq!(one_line(text), "責任，勢頭，號召，防控?當");
}

#[test]
fn mojibake_is_undone() {
    let text = "中国通知公告，今日发布";
    let bytes = text.as_bytes();
    let latin: String = bytes.iter().map(|b| char::from(*b)).collect();
    assert_eq!(one_line(&latin), text);
    assert_eq!(
        one_line(&WINDOWS_1252.decode_without_bom_handling(bytes).0),
        text
    );
    assert_eq!(
        one_line(&GBK.decode_without_bom_handling("中国通知公告".as_bytes()).0),
        "中国通知公告"
    );
    let gbk = GBK.encode("通知公告 集团新闻").0;
    assert_eq!(
        one_line(&WINDOWS_1252.decode_without_bom_handling(&gbk).0),
        "通知公告 集团新闻"
    );
    assert_eq!(one_line("cafÃ©"), "café");
    for text in [
        "café crème",
        "Ärger über Öl",
        "联通",
        "锟斤拷",
        "£5 – “quoted”",
        "naïve’s",
    ] {
        assert_eq!(one_line(text), text);
    }
}

#[test]
fn characters_are_simplified_by_phrase() {
    assert_eq!(simplify("乾燥的頭髮和發展"), "干燥的头发和发展");
    assert_eq!(simplify("乾隆皇帝"), "乾隆皇帝");
}

proptest! {
    #[test]
    fn any_text_is_cleaned_once_and_for_all(text in "\\PC{0,100}") {
        let once = one_line(&text);
        prop_assert!(!once.contains('\n'));
        prop_assert_eq!(once.trim(), once.as_str());
    }

    #[test]
    fn texts_of_brackets_and_letters_do_not_panic(
        parts in prop::collection::vec(
            prop::sample::select(vec!["(", ")", "（", "）", "動", "dòng", "dong", " ", "ü", "?", "&", "#1;", "Ã", "©", "涓", "浗"]),
            0..40,
        )
    ) {
        let text = one_line(&parts.concat());
        prop_assert!(!simplify(&text).contains('\n'));
    }

    #[test]
    fn chinese_text_is_never_taken_for_mojibake(text in "[一-龥，。]{0,60}") {
        prop_assert_eq!(mojibake::undo(&text), text.as_str());
    }
}
