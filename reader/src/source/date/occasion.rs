//! Recognizes labels of deadlines, events and examinations in many languages: `Date de l’examen :`,
//! `Срок подачи заявок:`, `試験日：`.

use std::sync::LazyLock;

use regex::Regex;

/// Nouns and verbs of occasions, by their beginnings.
const OCCASIONS: &str = r"deadline|exams?|examination|interviews?|conference|meeting|events?|seminar|workshop|hearing|submit|submission|registration|applications?|closing|closes?|due|starts?|begins?|ends?
    |\p{L}*(?:schluss|frist|prüfung|veranstaltung|tagung|sitzung|beginn|termin)\p{L}*|abgabe|anmeldung
    |limite|clôture|examen|réunion|concours|inscriptions?|événement|échéance|épreuves?|séance
    |límite|plazo|evento|cierre|reunión|último|inscripci\p{L}*|vencimiento|prueba
    |scadenza|termine|esame|prova|iscrizion\p{L}*|riunione
    |prazo|exame|encerramento|inscriç\p{L}*|reunião|provas?
    |sluit\p{L}*|uiterste|inschrijf\p{L}*|examen\p{L}*|vergadering|evenement|aanmeld\p{L}*
    |egzamin\p{L}*|wydarzeni\p{L}*|zgłosze\p{L}*|spotkani\p{L}*|składani\p{L}*
    |uzávěrk\p{L}*|termín\p{L}*|zkoušk\p{L}*|konání|přihlášk\p{L}*
    |срок\p{L}*|экзамен\p{L}*|проведени\p{L}*|при[её]м\p{L}*|мероприяти\p{L}*|окончани\p{L}*|начал\p{L}*|собеседовани\p{L}*
    |термін\p{L}*|строк\p{L}*|іспит\p{L}*|проведення|прийом\p{L}*|захо[дід]\p{L}*|закінчення|початок
    |başvuru\p{L}*|sınav\p{L}*|etkinlik\p{L}*|toplantı\p{L}*|bitiş|son|[iİ]hale|başlangıç
    |hạn|thi|tổ\schức|diễn\sra|kết\sthúc|khai\smạc
    |(?:ال)?(?:موعد|امتحان|فعالية|اجتماع|إغلاق)|آخر";
/// Words right before a day.
const LEADS: &str = "on|by|until|is|am|bis|der|den|zum|le|au|jusqu[’']au|el|al|hasta|il|entro|em|até|ao|op|tot|do|dnia|dne|до|по|đến|trước|حتى|قبل";
/// The same in languages without spaces between words.
const CLOSED: &str = "(?:締切|期限|試験|開催|説明会|講座|面接|行事|시험|면접|행사|마감|설명회|접수|신청|考試|考试|活動|活动|讲座|講座|会议|會議|比赛|比賽|培训)(?:日|일)?";

/// Returns whether a label, right before its day or a colon, is that of an occasion.
pub(super) fn is_named(words: &str) -> bool {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        let after = r"(?:[’'\s]{1,2}[\p{L}.]{1,16}){0,4}";
        fixed(&format!(
            r"(?:^|[^\p{{L}}])(?:{OCCASIONS}){after}$|{CLOSED}$"
        ))
    });
    NAMED.is_match(words)
}

/// Returns whether the last word leads from an occasion to its day: `Examen le`, `Inscrições até`.
pub(super) fn leads_on(words: &str) -> bool {
    static LEADING: LazyLock<Regex> = LazyLock::new(|| {
        let between = r"(?:[’'\s]{1,2}[\p{L}.]{1,16}){0,3}";
        fixed(&format!(
            r"(?:^|[^\p{{L}}])(?:{OCCASIONS}){between}\s(?:{LEADS})$"
        ))
    });
    LEADING.is_match(words)
}

fn fixed(pattern: &str) -> Regex {
    Regex::new(&format!("(?ix){pattern}")).expect("a fixed pattern")
}

#[cfg(test)]
mod tests {
    use crate::source::date::{Called, called};

    #[test]
    fn deadlines_events_and_examinations_are_no_days_of_publication_in_any_language() {
        for labels in [
            "Application deadline|Registration closes on|Exam date|Conference dates|Interview on|Event date|Starts on|Submit by",
            "Anmeldeschluss|Bewerbungsfrist bis|Prüfungstermin|Einsendeschluss ist der|Beginn der Veranstaltung|Die Prüfung findet statt am|Abgabe bis|Tagung am",
            "Date limite|Clôture des inscriptions|Date de l’examen|Date de la réunion|Examen le|Inscriptions jusqu’au|Date du concours|Date de l’événement",
            "Fecha límite|Plazo de inscripción hasta el|Fecha del examen|Fecha del evento|Cierre de inscripciones|Último día",
            "Scadenza|Termine di presentazione|Data dell’esame|Data dell’evento|Iscrizioni entro il|Data della prova|Termine ultimo",
            "Data limite|Prazo de inscrição|Data do exame|Data do evento|Inscrições até|Data da prova|Encerramento",
            "Sluitingsdatum|Uiterste inschrijfdatum|Examendatum|Datum van de vergadering|Aanmelden tot|Datum evenement",
            "Termin składania wniosków|Ostateczny termin|Data egzaminu|Data wydarzenia|Zgłoszenia do|Data spotkania",
            "Uzávěrka přihlášek|Termín podání|Datum zkoušky|Datum konání|Přihlášky do|Konečný termín",
            "Срок подачи заявок|Крайний срок|Дата экзамена|Дата проведения|Приём заявок до|Дата мероприятия|Дата окончания|Начало",
            "Термін подання заявок|Кінцевий термін|Дата іспиту|Дата проведення|Прийом заявок до|Дата заходу",
            "Son başvuru tarihi|Sınav tarihi|Etkinlik tarihi|Toplantı tarihi|Başvuru bitiş tarihi|Son gün|İhale tarihi",
            "応募締切|提出期限|試験日|開催日|開催日時|申込期限|説明会",
            "접수마감|제출기한|시험일|행사일시|마감일|면접일|신청기간",
            "Hạn nộp hồ sơ|Hạn chót|Ngày thi|Thời gian tổ chức|Ngày diễn ra|Thời hạn đăng ký",
            "آخر موعد|الموعد النهائي|تاريخ الامتحان|تاريخ الفعالية|موعد الاجتماع|تاريخ الإغلاق",
            "報名截止日|考試日期|活動日期|收件截止|開標時間|面試日期|截止日期為|报名截止时间|考试时间为|公示时间为|培训时间",
        ] {
            for label in labels.split('|') {
                for before in [format!("{label}: "), format!("{label}：")] {
                    assert_eq!(called(&before), Called::Other, "{before}");
                }
            }
        }
        for label in [
            "Examen le ",
            "Inscrições até ",
            "Starts on ",
            "Срок подачи заявок до ",
        ] {
            assert_eq!(called(label), Called::Other, "{label}");
        }
    }

    #[test]
    fn a_column_beside_a_day_says_nothing_of_it() {
        for before in ["Events ", "Conference | ", "Éducation, ", "活动 "] {
            assert_eq!(called(before), Called::Nothing, "{before}");
        }
    }
}
