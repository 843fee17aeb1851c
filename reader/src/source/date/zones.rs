//! Zones by the names that mail, feeds and logs give them.

use chrono::{Datelike, FixedOffset, NaiveDateTime, Offset, TimeZone};
use chrono_tz::{OffsetName, Tz};

/// Minutes east of Greenwich. A name that means different zones in different countries is listed with the most usual
/// one; the source's own zone has precedence.
const NAMED: [(&str, i32); 96] = [
    ("Z", 0),
    ("UT", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("WEZ", 0),
    ("WEST", 60),
    ("WESZ", 60),
    ("BST", 60),
    ("CET", 60),
    ("MET", 60),
    ("MEZ", 60),
    ("WAT", 60),
    ("CEST", 120),
    ("MEST", 120),
    ("MESZ", 120),
    ("METDST", 120),
    ("EET", 120),
    ("OEZ", 120),
    ("CAT", 120),
    ("SAST", 120),
    ("IDT", 180),
    ("EEST", 180),
    ("OESZ", 180),
    ("EAT", 180),
    ("MSK", 180),
    ("TRT", 180),
    ("MSD", 240),
    ("GST", 240),
    ("SAMT", 240),
    ("AZT", 240),
    ("IRST", 210),
    ("AFT", 270),
    ("PKT", 300),
    ("UZT", 300),
    ("YEKT", 300),
    ("IST", 330),
    ("NPT", 345),
    ("BDT", 360),
    ("OMST", 360),
    ("MMT", 390),
    ("ICT", 420),
    ("WIB", 420),
    ("NOVT", 420),
    ("KRAT", 420),
    ("HKT", 480),
    ("SGT", 480),
    ("MYT", 480),
    ("PHT", 480),
    ("AWST", 480),
    ("WITA", 480),
    ("IRKT", 480),
    ("ULAT", 480),
    ("北京时间", 480),
    ("北京時間", 480),
    ("JST", 540),
    ("KST", 540),
    ("WIT", 540),
    ("YAKT", 540),
    ("ACST", 570),
    ("AEST", 600),
    ("CHST", 600),
    ("VLAT", 600),
    ("ACDT", 630),
    ("AEDT", 660),
    ("MAGT", 660),
    ("NZST", 720),
    ("PETT", 720),
    ("NZDT", 780),
    ("BRST", -120),
    ("NDT", -150),
    ("ADT", -180),
    ("ART", -180),
    ("BRT", -180),
    ("CLST", -180),
    ("UYT", -180),
    ("NST", -210),
    ("AST", -240),
    ("BOT", -240),
    ("CLT", -240),
    ("EDT", -240),
    ("HAE", -240),
    ("VET", -240),
    ("CDT", -300),
    ("COT", -300),
    ("EST", -300),
    ("HNE", -300),
    ("PET", -300),
    ("CST", -360),
    ("MDT", -360),
    ("MST", -420),
    ("PDT", -420),
    ("PST", -480),
    ("AKDT", -480),
    ("AKST", -540),
    ("HST", -600),
];

/// Returns the offset from Greenwich of a local time in the zone of that name, as a page of `source` means it; the name
/// may also be one of the IANA's, such as `Europe/Berlin`. `None` if it is unknown.
pub(super) fn offset(name: &str, source: Tz, local: NaiveDateTime) -> Option<FixedOffset> {
    let upper = name.to_uppercase();
    if let Some(own) = own_offset(&upper, source, local) {
        return Some(own);
    }
    // It means China in Asia, Chicago elsewhere.
    if upper == "CST" && source.name().starts_with("Asia/") {
        return FixedOffset::east_opt(8 * 3600);
    }
    let named = NAMED.iter().find(|(known, _)| *known == upper);
    if let Some((_, minutes)) = named {
        return FixedOffset::east_opt(minutes * 60);
    }
    let zone: Tz = name.contains('/').then(|| name.parse().ok()).flatten()?;
    let there = zone.offset_from_local_datetime(&local).earliest()?;
    Some(there.fix())
}

/// Returns the offset of the source's zone itself, if it has that name in winter or in summer: `IST` is India's,
/// Israel's or Ireland's.
fn own_offset(name: &str, source: Tz, local: NaiveDateTime) -> Option<FixedOffset> {
    let times = [1, 7].into_iter().filter_map(|month| {
        let day = chrono::NaiveDate::from_ymd_opt(local.year(), month, 1)?;
        source
            .offset_from_local_datetime(&day.and_time(local.time()))
            .earliest()
    });
    times
        .into_iter()
        .find(|offset| offset.abbreviation() == Some(name))
        .map(|offset| offset.fix())
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;

    fn hours(name: &str, source: Tz) -> Option<f64> {
        let local = "2026-04-30T08:57:00".parse().unwrap();
        offset(name, source, local).map(|offset| f64::from(offset.local_minus_utc()) / 3600.0)
    }

    #[test]
    fn each_name_stands_once() {
        let mut names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), NAMED.len());
    }

    #[test]
    fn a_name_means_what_the_source_s_own_country_means_by_it() {
        use chrono_tz::{America, Asia, Europe, UTC};
        for (name, source, expected) in [
            ("MEST", Asia::Shanghai, 2.0),
            ("mesz", Asia::Shanghai, 2.0),
            ("JST", Europe::Berlin, 9.0),
            ("CST", Asia::Shanghai, 8.0),
            ("CST", Asia::Tokyo, 8.0),
            ("CST", America::Havana, -5.0),
            ("CST", UTC, -6.0),
            ("IST", Asia::Kolkata, 5.5),
            ("IST", Asia::Jerusalem, 2.0),
            ("IST", Europe::Dublin, 1.0),
            ("IST", Asia::Shanghai, 5.5),
            ("PST", Asia::Manila, 8.0),
            ("PST", UTC, -8.0),
            ("Europe/Berlin", UTC, 2.0),
            ("Asia/Tokyo", UTC, 9.0),
        ] {
            assert_eq!(hours(name, source), Some(expected), "{name} in {source}");
        }
        assert_eq!(hours("XYZT", UTC), None);
        assert_eq!(hours("a/b", UTC), None);
    }
}
