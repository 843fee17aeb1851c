//! Names of months and weekdays, full and short, in the forms that occur in dates.
//!
//! English, German, French, Spanish, Catalan, Italian, Portuguese, Romanian, Dutch, Danish, Norwegian, Swedish,
//! Finnish, Polish, Czech, Slovak, Hungarian, Turkish, Indonesian, Russian, Ukrainian, Bulgarian, Greek and Arabic.
//! Chinese, Japanese, Korean and Vietnamese number their months.

use std::{collections::HashMap, sync::LazyLock};

const NAMES: [&str; 12] = [
    "january jan januar jänner jän janvier janv enero ene gener gennaio gen janeiro ianuarie januari tammikuu tammikuuta \
     stycznia styczeń sty ledna leden január januára jan ocak января январь янв січня січень січ януари \
     ιανουαρίου ιανουάριος ιαν يناير جانفي كانون\u{a0}الثاني",
    "february feb februar février févr fév febrero febrer febbraio fevereiro fev februarie februari helmikuu helmikuuta \
     lutego luty lut února únor február februára şubat şub pebruari февраля февраль фев февр лютого лютий лют февруари \
     φεβρουαρίου φεβρουάριος φεβ فبراير فيفري شباط",
    "march mar märz mär mrz mars marzo març março martie maart mrt marts maaliskuu maaliskuuta marca marzec března březen \
     marec március márc mart maret марта март мар березня березень бер μαρτίου μάρτιος μαρ μάρ مارس آذار",
    "april apr avril avr abril abr aprile aprilie huhtikuu huhtikuuta kwietnia kwiecień kwi dubna duben apríl apríla április \
     ápr nisan nis апреля апрель апр квітня квітень кві април απριλίου απρίλιος απρ أبريل ابريل إبريل أفريل نيسان",
    "may mai mayo maig maggio mag maio mei maj toukokuu toukokuuta maja května květen máj mája május mayıs мая май \
     травня травень тра μαΐου μάιος μαΐ μάι مايو ماي أيار",
    "june jun juni juin junio juny giugno giu junho iunie kesäkuu kesäkuuta czerwca czerwiec cze června červen jún júna \
     június haziran haz июня июнь июн червня червень чер юни ιουνίου ιούνιος ιουν ιούν يونيو يونيه جوان حزيران",
    "july jul juli juillet juil julio juliol luglio lug julho iulie heinäkuu heinäkuuta lipca lipiec července červenec júl \
     júla július temmuz tem июля июль июл липня липень юли ιουλίου ιούλιος ιουλ ιούλ يوليو يوليه يوليوز جويلية تموز",
    "august aug août agosto ago agost augustus augusti elokuu elokuuta sierpnia sierpień srpna srpen augusta augusztus \
     ağustos ağu agustus августа август авг серпня серпень сер αυγούστου αύγουστος αυγ αύγ أغسطس اغسطس غشت أوت آب",
    "september sept sep septembre septiembre setiembre set setembre settembre setembro septembrie syyskuu syyskuuta \
     września wrzesień wrz září septembra szeptember szept eylül eyl сентября сентябрь сен сент вересня вересень вер \
     септември σεπτεμβρίου σεπτέμβριος σεπ σεπτ سبتمبر شتنبر أيلول",
    "october oct oktober okt octobre octubre ottobre ott outubro out octombrie lokakuu lokakuuta października październik \
     paź října říjen október októbra ekim eki октября октябрь окт жовтня жовтень жов октомври οκτωβρίου οκτώβριος οκτ \
     أكتوبر اكتوبر تشرين\u{a0}الأول",
    "november nov novembre noviembre novembro noiembrie marraskuu marraskuuta listopada listopad listopadu novembra kasım \
     kas ноября ноябрь ноя нояб листопада листопад лис ноември νοεμβρίου νοέμβριος νοε نوفمبر نونبر تشرين\u{a0}الثاني",
    "december dec dezember dez décembre déc diciembre dic desembre dicembre dezembro decembrie desember des joulukuu \
     joulukuuta grudnia grudzień gru prosince prosinec decembra aralık декабря декабрь дек грудня грудень гру декември \
     δεκεμβρίου δεκέμβριος δεκ ديسمبر دجنبر كانون\u{a0}الأول",
];

/// Weekdays before a date, by their beginnings.
pub(in crate::source) const WEEKDAYS: &str = "(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}|(?:mo|die|mitt|donners|frei|sams|sonn)(?:n?tag|woch)|\
    (?:lun|mar|mercre|jeu|vendre|same)di|dimanche|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo|\
    (?:luned|marted|mercoled|gioved|venerd)[iì]|sabato|domenica|(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?|\
    (?:maan|dins|woens|donder|vrij|zater|zon)dag|poniedzia[lł](?:ek|ku)|wtor(?:ek|ku)|[sś]rod[ayęy]|czwart(?:ek|ku)|pi[ąa]t(?:ek|ku)|sobot[ayęu]|niedziel[aięe]|\
    pond[ěe]l[íi]|[úu]ter[ýyek]|st[řr]ed[ayu]|[čc]tvrt(?:ek|ka)|p[áa]t(?:ek|ku)|ned[ěe]l[ei]|pazartesi|pazar|sal[ıi]|[çc]ar[şs]amba|per[şs]embe|cumartesi|cuma|thứ\\s(?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ\\snhật|\
    (?:يوم\\s)?(?:الأحد|الاثنين|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت)|понедельника?|вторника?|сред[ауы]|четверга?|пятниц[аыуе]|суббот[аыу]|воскресень[ея]|понеділ(?:ок|ка)|вівтор(?:ок|ка)|серед[аиу]|четвер(?:га)?|п.ятниц[яіюю]|субот[аиу]|неділ[яію]|\
    (?:пн|вт|ср|чт|пт|сб|вс|нд)";

/// Returns the month that a name means.
pub(in crate::source) fn month(name: &str) -> Option<u32> {
    static MONTHS: LazyLock<HashMap<&str, u32>> = LazyLock::new(|| {
        let names = (1..).zip(NAMES);
        let forms = names.flat_map(|(month, names)| forms(names).map(move |name| (name, month)));
        forms.collect()
    });
    let name = name.to_lowercase();
    let name = name.trim_end_matches('.').replace(' ', "\u{a0}");
    MONTHS.get(name.as_str()).copied()
}

fn forms(names: &'static str) -> impl Iterator<Item = &'static str> {
    // Names of two words hold a non-breaking space.
    names.split([' ', '\n']).filter(|name| !name.is_empty())
}

/// Returns a pattern of the names that begin and end in plain Latin letters, the longest first.
pub(super) fn latin_months() -> String {
    alternatives(|name| {
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
        edge(name.chars().next()) && edge(name.chars().next_back())
    })
}

/// Returns a pattern of all names, the longest first.
pub(in crate::source) fn months() -> String {
    alternatives(|_| true)
}

fn alternatives(serves: impl Fn(&str) -> bool) -> String {
    let all = NAMES.iter().flat_map(|names| forms(names));
    let mut names: Vec<&str> = all.filter(|name| serves(name)).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    names.join("|").replace('\u{a0}', r"\s")
}

/// Returns a pattern of a weekday before a date, with the separators.
pub(super) fn weekday() -> String {
    format!(r"(?:(?:{WEEKDAYS})[.,]{{0,2}}\s{{1,3}}(?:(?:den|the|le|el|de)\s)?)?")
}

/// Returns whether a name without a year next to it is a month and not another word: "may 20" and "mar 3" are words of
/// a sentence, where a name begins with a capital.
pub(super) fn is_plain(name: &str, day_first: bool) -> bool {
    let first = name.chars().next().unwrap_or(' ');
    let letters = name.chars().count();
    let is_long = || letters >= 4 && name != "march" || ["mai", "mei", "maj"].contains(&name);
    let is_marked = || letters >= 4 && !name.is_ascii();
    first.is_uppercase() || day_first && (first > '\u{24f}' || is_long() || is_marked())
}
