//! Polish, Czech, Russian and Ukrainian.

use super::words::{NONE, TongueWords};

pub(super) const POLISH: TongueWords = TongueWords {
    marks: "w i na do z od się oraz dnia r jest są o po należy prosimy przez dla godz roku termin zgłoszenia stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    until: "do|przed",
    after: NONE,
    label: r"(?:ostateczny |nieprzekraczalny |końcowy )?termin(?:em)? (?:\p{L}+ania|\p{L}+enia|zgłosz|ostateczn|upływ|\p{L}+cia|wpłaty|zapisów|rejestracji|naboru)\p{L}*|najpóźniej|nie później niż|ostatni(?:ego|m)? dzień|ostatecznym terminem|ostateczny termin|deadline|data zakończenia",
    ends: r"upływa|kończy się|kończą się|mija|zakończenie|zamyka(?:my)?|mija|zamyka|zamykamy|kończymy|upłynie|dobiega",
    doing: r"wnios|składa|złoż|ofert|zgłosz|zgłasz|przyjm|rekrutac|nabór|naboru|prosi|przesył|przesła|wysył|wysłać|potwierdz|zapis|rejestr|należy|wpłat|wpłac|opłat|dostarcz|nadsył|nadesł|prace konkursowe|odpowied|udział|aplikac|aplikow|dokument|głosowa|uwagi|można (?:składać|zgłaszać|przesyłać)|wyśl|zamówi|zamawi|odbior|odebra|rezerw|pobra|wypełn|podpis|swoj|twoj|państwa|podani|propozycj|odda|daj|przekaz|zgod|kandydat|zainteresowan|okres składania|ankiet|formularz|deklaracj|składk|rat[aęy]\b|podat|kupon|petycj|odwoł|sprzeciw|abstrakt|streszczen|artykuł|opowiad|zdję|konkurs|zbieramy|nadsyłani|bilet|cv\b|życiorys|zwrot|zwróc|oddaj|wrzuc|przynie|zagłos|rozlicz|wpis",
    asking: r"pros|należy|trzeba|musz|powin|można|mogą|przypomin|zachęc|zaprasz|państw|twoj|swoj|chętn|zainteresowan|kto\b|osoby",
    past: r"(?:był[aoy]?|został[aoy]?|zostali|\p{L}+(?:ał|ała|ało|ały|ali|ano|ono|ęto))(?:[^\p{L}]|$)",
    to: r"do|na|i",
    from: r"od|z|począwszy od|po",
    fill: r"dnia|dn|dzień|godz|godziny|r|włącznie|to|jest|dniem|końca|północy|soboty|niedzieli",
    moved: r"przedłuż\p{L}*|wydłuż\p{L}*|przesun\p{L}*|nowy termin|przedłużon\p{L}*|zmieniono|zmian[aęy] terminu",
    former: r"poprzedni\p{L}*|pierwotn\p{L}*|wcześniej|zamiast",
    others: r"nieczynn|zamknięt|wystaw|koncert|zwiedza|wchodzi w życie|obowiązuje|ważn[yae]|ukończ|zakończon|planowan|zarejestrowano|oglądać|stan na",
    beside: r"umow|okres obowiązyw|odbędzie|odbędą|odbywa|rozmow|wyniki|ogłosz|opublikow|rozpoczę|rozpoczyn|realizacj|otwarcie|wystaw|ważn|czynn|robot|urodzon|ferie|zajęcia|konferencj|potrwa|trwa\b|dostaw|wycieczk|zawart|przerw|awari|konserwacj|sesj|rad[ay]\b|uchwal|jury|laureat|losowan|wyjazd|odjazd|godziny|otwar|inaugur|egzamin|test\b|wręczen|przyjęci|zbiórk|rozpocz|zatrudnien|dostępn|zakończ|werdykt",
    day_first: true,
};

pub(super) const CZECH: TongueWords = TongueWords {
    marks: "a v na do je se od pro o z dne ve po jsou bude prosím nejpozději lze nebo termín hodin ledna února března dubna května června července srpna září října listopadu prosince",
    until: "do|před",
    after: NONE,
    label: r"uzávěrk\p{L}*|nejpozději|termín (?:pro |odevzdání|podání|přihlášení|ukončení|přihlášek|zaslání)|lhůt\p{L}*|poslední (?:den|termín)|konečný termín|mezní termín|deadline|datum ukončení",
    ends: r"končí|skončí|uplyne|vyprší|se uzavírá|končí|uzavřeme|uzavírá|skončí|uplyne|je splatn[ýáé]",
    doing: r"nabíd|přihláš|přihlas|přihlás|přijímá|příjem|podá|podej|podávej|žádost|prosím|potvrď|potvrz|hlás|zašl|zasíl|posíl|odešl|doruč|odevzd|uhra[dďz]|zapla|poplat|registr|účast|návrh|připomínk|zájemci|vyplň|odpov|hlasov|nutné|je třeba|předlož|dokument|pošl|objedn|vyzved|rezerv|stáhn|vyplň|podepi|svůj|svou|své|vaš|předej|dejte|sděl|ozv|nahlas|nahláš|zájem|dotazník|anket|formulář|poplat|příspěv|faktur|petic|odvol|námit|abstrakt|příspěvk|soutěž|sbír|vstupen|vrát|vrac|přines|přihlášk|souhlas|životopis|prohláš|hlas|nahlásit|přijímáme|uhrazen|splatn|rezervac|podnět|sdělte|odeslat",
    asking: r"prosím|žád[áa]|je třeba|je nutné|mus[íi]|máte|můž|lze|mohou|připomín|nezapom|zájemc|kdo\b|vaš|svůj|svou|své|chcete",
    past: r"(?:byl[aoyi]?|\p{L}+(?:al|ala|ali|alo|aly|il|ila|ili|ilo|ěl|ěla))(?:[^\p{L}]|$)",
    to: r"do|na|až|a",
    from: r"od|z|ze|po",
    fill: r"dne|dnem|den|je|včetně|hodin|hod|konce|nejpozději|to|půlnoci",
    moved: r"prodluž\p{L}*|prodlouž\p{L}*|posun\p{L}*|odlož\p{L}*|nový termín|prodlouž\p{L}*|přesun\p{L}*|posouv\p{L}*",
    former: r"původní|původně|dříve|předchozí|místo",
    others: r"uzavřen|zavřen|výstav|koncert|potrvá|nabývá|účinn|plat[níí]|dokončen|plánuje|předpokláda|k vidění",
    beside: r"smlouv|doba|koná|konat|proběhne|pohovor|výsled|zveřejn|vyhláš|začín|zahájen|realizac|dokončen|otevír|výstav|platn|otevřen|prác|narozen|prázdnin|výuk|konferenc|potrvá|dodá|odjezd|uzavírá se|odstávk|přeruš|zastupitelst|rad[ay]\b|schvál|porot|vítěz|losován|výlet|sraz|odjezd|provoz|otevř|slavnost|zkoušk|test|předán|nástup|prohlídk|vyúčtov|hodnocen|schůz|mimo provoz|zahájí|vyhodnoc",
    day_first: true,
};

pub(super) const RUSSIAN: TongueWords = TongueWords {
    marks: "и в на до с по не для года",
    until: "до|по|не позднее|не позже|к",
    after: NONE,
    label: r"не поздн?ее|не позже|крайний срок|(?:последний|крайний) (?:день|срок)|срок(?:и|ом)? (?:подачи|при[её]ма|представлени|сдачи|регистрации|оплаты|направлени|окончани|предоставлени|внесени)\p{L}*|(?:дата|время|дата и время) (?:окончания|завершения|закрытия)|окончани[ея] (?:подачи|при[её]ма|регистрации|срока)|дедлайн|срок\s?[:—–-]",
    ends: r"заканчива(?:ет|ют)ся|завершает?ся|закрывается|истекает|окончание|завершится|закончится|закро[ею]тся",
    doing: r"заяв|подач|подать|пода[йе]|зарегистр|при[её]м|принима|регистр|направ|представ|предостав|сда(?:ть|ч|вать)|подтвер|просим|просьба|необходимо|следует|документ|конкурсные работы|прислать|присыла|отправ|оплат|внест|участи|резюме|тезис|предложени|замечани|голосова|отве(?:т|ч)|запис|долж|пришл|закаж|заказ|получ|забр|заброни|брони|скача|заполн|подпис|сво[ейюё]|ваш|сообщ|выслать|вышл|передать|ходатайств|обращени|претенз|анкет|опрос|форм[ауы]\b|взнос|квитанц|налог|деньги|сда[её]м|сдайте|верн|возвра|жалоб|возраж|апелляц|тезисы|рассказ|рисунк|билет|согласи|перечисл|погас|пожертв|бюллет|расписк|принес|успе|справк|анкету|котиров",
    asking: r"просим|просьба|необходимо|нужно|надо|следует|долж|можно|мо[гж]|напомин|пожалуйста|ваш|вы\b|вас\b|желающ|приглаша|кто\b|не забудьте",
    past: r"(?:был[аои]?|\p{L}+(?:ал|ала|али|ало|ил|ила|или|ло|ался|алась|лись|лось))(?:[^\p{L}]|$)",
    to: r"по|до|и",
    from: r"с|со|от|начиная с|на",
    fill: r"дня|день|включительно|числа|года|г|конца|даты|это|является|часов|ч|мск|время",
    moved: r"продл[её]н\p{L}*|продлева\p{L}*|продлил\p{L}*|перен[её]с\p{L}*|новый срок|перенос\p{L}*|сдвинут\p{L}*|продлён\p{L}*|измен[её]н\p{L}*",
    former: r"ранее|первоначальн\p{L}*|прежн\p{L}*|вместо|изначальн\p{L}*|раньше",
    others: r"закрыт|выставк|концерт|продлится|вступает|в силу|действу|действителен|построен|планиру|заверш[еи]т[ьс] (?:строит|ремонт|работы)|ремонт|по состоянию|ожида|запрещ|перекры",
    beside: r"договор|контракт|срок действия|состоится|состоятся|пройд[её]т|пройдут|собеседован|результат|опублик|объявл|начал|начн[её]тся|поставк|вскрыти|выставк|действител|работает|работы|рожд|каникул|занят|конференц|продлится|строительств|экскурси|итог|завершить|отключ|авари|заседан|совет|решени|жюри|победител|розыгрыш|поездк|выезд|сбор у|график|откры|церемон|экзамен|тест|подрядчик|сообщил|приказ|зачислен|лагер|собрани|дежурн|этап",
    day_first: true,
};

pub(super) const UKRAINIAN: TongueWords = TongueWords {
    marks: "і в на до з по не для року",
    until: "до|по|не пізніше|к",
    after: NONE,
    label: r"не пізніше|(?:кінцевий|крайній|граничний|останній) (?:термін|строк|день)|(?:термін|строк)(?:и|ом)? (?:подання|прийому|приймання|подачі|реєстрації|сплати|надання|надсилання|здачі)\p{L}*|дата (?:закінчення|завершення)|дедлайн|(?:термін|строк)\s?[:—–-]",
    ends: r"закінчується|завершується|спливає|закривається|закінчуються|завершиться|закри[єю]ться",
    doing: r"заяв|пода(?:ти|ння|ч|й|в)|прийм|прийом|реєстр|зареєстр|надісла|надсила|подання|направ|представ|нада(?:ти|ння)|зда(?:ти|ча)|підтверд|прос(?:имо|ьба)|необхідно|слід|документ|сплат|внес|участ|резюме|тез|пропозиц|зауваж|голосув|відпов|кандидат|запис|треба|оплат|надішл|замов|отрим|забр|заброню|бронюв|заповн|підпис|сво[єїюй]|ваш|повідом|передати|вислати|звернен|подання|анкет|опитув|внеск|квитанц|податк|гроші|здайте|здаємо|поверн|скарг|запереч|апеляц|тези|оповідан|малюнк|квит|згод|перерах|бюлет|впиш|впис|принес|довідк|котиру|декларац|надсилайте|пропоз",
    asking: r"просимо|прохання|необхідно|потрібно|треба|слід|повин|мають|можна|мож|нагаду|будь ласка|ваш|ви\b|вас\b|бажаюч|охоч|запрошу|хто\b|не забудьте",
    past: r"(?:був|бул[аои]|\p{L}+(?:ав|ала|али|ало|ив|ила|или|ило|вся|лася|лися|лося))(?:[^\p{L}]|$)",
    to: r"до|по|і|та",
    from: r"з|зі|від|із|починаючи з|на",
    fill: r"дня|день|включно|числа|року|р|кінця|дати|це|є|години|год",
    moved: r"продовж\p{L}*|подовж\p{L}*|перен[ео]с\p{L}*|новий (?:термін|строк)|перенос\p{L}*|зсунут\p{L}*|змінен\p{L}*",
    former: r"раніше|попередн\p{L}*|початков\p{L}*|первісн\p{L}*|замість",
    others: r"зачинен|закрит|виставк|концерт|триватиме|набирає|чинності|діє\s|дійсний|збудован|планую|завершити (?:будів|ремонт|роботи)|ремонт|станом на|очіку|заборонен|перекрит",
    beside: r"договір|договор|контракт|строк дії|відбуде|пройде|співбесід|результат|опублік|оголош|початок|почнеться|постав|розкрит|виставк|дійсн|працює|працюва|робот|народж|канікул|занят|конференц|триватиме|будівн|екскурс|підсумк|планую|відключ|авар|засідан|рад[аи]\b|рішенн|журі|переможц|розіграш|поїздк|виїзд|графік|відкри|церемон|екзамен|іспит|тестуван|підрядник|повідомив|наказ|зарахуван|табір|збори|толок|етап",
    day_first: true,
};
