//! English, German and Dutch.

use super::words::{NONE, TongueWords};

pub(super) const ENGLISH: TongueWords = TongueWords {
    marks: "the of and to for is are be by at on will please must from with no than has been date until before january february march may june july october december monday tuesday wednesday thursday friday saturday sunday you your this",
    until: r"by|before|until|till|til|through|on or before|prior to|up to(?: and including)?|not later than|no later than|up until|latest|through to",
    after: "at the latest|latest|is the (?:deadline|last day|closing date|cut-?off)",
    label: r"(?:submission |application |registration |entry |abstract |bid )?deadlines?|due(?: date| by| on)?|closing (?:date|time)|(?:no|not) later than|\blatest by|at the latest|(?:last|final|latest) (?:day|date|call)|(?:cease|stop)s? (?:accepting|taking)|(?:not|n.t) be (?:accepted|considered) (?:after|beyond)|lock(?:s|ed)? (?:the|this)|cut-?off(?: date| time)?|application period (?:ends|closes)|(?:abstract|paper|proposal|manuscript)s? (?:submission|due)|submission(?: date)?s?\s?[:–—-]",
    ends: "clos(?:e|es|ing)|ends?|ending|expires?|is over",
    doing: r"please|must|should|need to|required|requested|invited|reminded|encouraged|registr|regist|appl(?:y|ic)|submi|send|sent\b|return|reply|repli|rsvp|pay\b|paid|payment|book\b|respond|respons|enter\b|entr(?:y|ies)|receiv|accepted|sign[ -]?up|enrol|vote|voting|nominat|confirm|proposal|abstract|bids?\b|tender|comment|consultation|feedback|contribut|claim|order|propos|file\b|filed|call for|hand in|turn in|fill (?:in|out)|complete (?:the|your|this|an|a)|sign the|take part|join\b|to attend|orders?\b|upload|collect\b|pick up|renew|request|reserv|suggest|object|invoice|deposit|subscri|let us know|interested|ballot|slips?\b|return(?:ed)? (?:to|by)|due back|survey|questionnaire|petition|bid(?:s|ding)|quot(?:e|ation)|recruit|vacan|volunteer|declar|withdraw|opt[ -]out|appeal|withdrawal|swap|switch|eois?\b|expressions? of interest|tickets?|pre-?order|drop off|bring\b|deposit|resit|writ(?:e|ing) to",
    asking: r"please|must|should|need to|needs to|have to|has to|are (?:required|requested|reminded|invited|asked|encouraged)|kindly|you\b|your\b|remember|don't forget|make sure|anyone|those (?:who|wishing|interested)|interested|wish(?:es)? to|would like|if you",
    past: r"(?:was|were|had|has been|have been|attended|took place|announced|received \d)(?:[^\p{L}]|$)",
    to: r"to|until|till|through|thru|and|–",
    from: "from|since|starting|as of|after|of",
    fill: r"the|on|at|end of|day of|date|is|midnight|noon|close of business|cob|of|end",
    moved: r"extend(?:ed|s)?|postponed|pushed back|moved (?:from|to)|new deadline|prolonged|changed from|now (?:closes|ends|due)|further extension",
    former: r"previous(?:ly)?|originally|original (?:deadline|date|closing|due)|initially|initial (?:deadline|date)|formerly|instead of|\(was|old deadline|earlier deadline",
    others: "closed|exhibition|exhibit|concert|runs (?:from|until|through)|on (?:show|display|view)|complet(?:ed|ion) by|be completed|finish|expected|expects|hopes? to|open to traffic|valid|come[s]? into force|takes? effect|warranty|plans? to|intends? to|aims? to|hearing|run from|switched off|without (?:power|water)|scheduled|forbidden|prohibited",
    beside: r"contract|appointment|tenure|(?:be )?held|takes? place|interview|results?|publish|announc|notif|posted|fellowship|delivery|opening|starts?|begins?|conference|warranty|valid|licen|exhibit|classes|semester|must have|born|aged|as of|obtained|degree|mayor|sent home|due during|will (?:be|open|start|begin)|maintenance|outage|shut off|runs?\b|performance|ceremony|minutes of|approved|decided|council|shut|travel|depart|hours|season|until further|back by|exam(?:s|ination)\b|training|first day|awarded|drawn|draw\b|winner",
    day_first: false,
};

pub(super) const GERMAN: TongueWords = TongueWords {
    marks: "der die das und ist bis zum den für im wird von bitte am um es sind auf einer mit vom zur uhr werden nach januar februar märz mai juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonntag sie ihre spätestens",
    until: "bis|vor|bis (?:spätestens|längstens|einschließlich)",
    after: NONE,
    label: r"(?:abgabe|bewerbungs|anmelde|einreichungs|einsende|angebots|antrags|melde|rückmelde|einspruchs|einwendungs|zahlungs|teilnahme|nachreich|eingangs)?frist|(?:anmelde|einsende|bewerbungs|abgabe|melde|annahme|redaktions|teilnahme|nennungs|einreich\p{L}*)schluss|spätestens|letzter (?:tag|termin)|letztmöglicher termin|stichtag für|(?:abgabe|anmelde|einreichungs)(?:termin|datum|ende)|deadline|fällig|(?:abgabe|einreichung)(?: der \p{L}+)?\s?[:–—-]",
    ends: "ende(?:t|n)(?: (?:sie|er|es))?|läuft (?:bis|aus|ab)|schließt|laufen",
    doing: r"bitte|gebeten|anmeld|abmeld|\p{L}*anmeldung|\p{L}*bewerb|einzureichen|einreich|eingereicht|abzugeben|abgeben|abgabe|melden|meldung|gemeldet|senden|zusenden|schicken|rückmeld|antr[aä]g|beantrag|angebot|teilnahme|teilnehm|einsend|überweis|zahl(?:en|ung|bar)|einwendung|einspruch|widerspr|stellungnahme|vorschl[aä]g|beitr[aä]ge|zusage|antwort|zurück(?:senden|geben)|abstimm|interessierte|eingehen|nachweis|registrier|vorzulegen|unterlagen|förder|bestell|abhol|reserv|buch|kündig|aktualisier|hochlad|verlänger|ausfüll|unterschr|übermittel|vorleg|wähl|interesse|ihre\b|mitteil|erklär|bringen|rückgabe|bewerben|umfrage|fragebogen|spende|anmeldeschl|einspr|eintrag|eingetragen|zettel|einverständnis|beitritt|wahl|stimm|ticket|karten|nachreich|einwend|bring|abstract|vorschläge|mitmach|mach(?:en|t) mit|losen?\b|ausleih|zurückgeb|einzahl|beglich|fällig",
    asking: r"bitte|müssen|muss\b|soll(?:en|te|ten)?\b|ihre?[nmrs]?\b|euch|eure|dein|wer\b|gebeten|denk|nicht vergessen|interessierte|möchte|könn|kann\b|wir bitten|erbeten|sind .{0,40} zu ",
    past: r"(?:wurden?|war|waren|hatten?|worden|fanden?|endete|erhielt)(?:[^\p{L}]|$)",
    to: r"bis|auf|und",
    from: "vom|von|ab|seit|stand|statt",
    fill: r"zum|am|nun|jetzt|erst|den|der|dem|das|einschließlich|inklusive|spätestens|einschl|inkl|ist|auf|um|tag|mitternacht|ende|längstens|zu",
    moved: r"verlängert|verlängerung|verschoben|neue(?:r|s)? (?:frist|termin|datum)|ausgedehnt|ausgeweitet|gilt nun|verschoben",
    former: r"bisher|ursprünglich|vormals|zunächst|statt(?: bisher)?|früher|alte frist",
    others: "gesperrt|sperrung|geschlossen|ausstellung|konzert|zu sehen|fertiggestellt|fertigstell|abgeschlossen|gilt|gültig|in kraft|geplant|voraussichtlich|bauarbeiten|vollsperrung|abschalt|abgeschaltet|unterbroch|umgeleitet",
    beside: r"vertrag|laufzeit|läuft|förderung|befristet|findet|finden|statt|vorstellungsgespr|ergebnis|veröffentlich|bekannt|beginn|ausführung|bindefrist|liefer|eröffnung|dauert|ausstellung|gültig|geöffnet|bauarbeit|geboren|ferien|unterricht|tagung|konferenz|mitgeteilt|wird .{0,30}gefördert|eröffn|wartung|störung|sitzung|beschl(?:oss|uss)|rückmeldung erfolgt|benachrichtig|vorliegen|preisverleih|ziehung|verlos|prüfung(?:en)? (?:find|beginn)|start|gilt|öffnungszeit|fahrt|abfahrt|reise|probe|lehrgang|zuschlag|abnahme|gewährleist",
    day_first: true,
};

pub(super) const DUTCH: TongueWords = TongueWords {
    marks: "de het een van en is op tot voor uw u met naar te zijn kan worden om graag dienen uiterlijk aan uur per januari februari maart mei juni juli augustus maandag dinsdag woensdag donderdag vrijdag zaterdag zondag je in t m vóór moeten kunt",
    until: r"tot|tot en met|t/m|vóór|voor|tot uiterlijk|niet later dan|uiterlijk|per|tot uiterlijk|eind",
    after: NONE,
    label: r"(?:inschrijf|aanmeld|indienings?|inlever|reactie|sollicitatie)?termijn|sluitings?(?:datum|dag)|uiterlijk|laatste dag|deadline|inschrijfdatum|(?:uiterste|laatste) (?:datum|inleverdatum|aanmelddatum|inschrijfdatum)",
    ends: r"sluit(?:en)?|eindigt|eindigen|loopt af|verstrijkt|sluit|verloopt|loopt tot|eindigt op",
    doing: r"graag|verzo[ce]|gelieve|aanmeld|afmeld|meld|inschrij|schrijf|indien|in te dienen|ingediend|stuur|sturen|opsturen|inzend|inlever|reactie|reageren|reageer|sollicit|aanvra|aanvraag|bezwaar|zienswijze|offerte|betal|bevestig|voorstel|doorgeven|geef|opgeven|stemmen|deelnemen|deelname|inleveren|insturen|kaarten bestellen|zich|stuur|bestel|ophal|reserv|boek|opzeg|upload|invul|vul|onderteken|teken|breng|uw\b|je voorstel|jouw\b|aangenomen|verstuur|mail|antwoord|interesse|weten|aanvragen|enquête|vragenlijst|lever|briefje|strook|petitie|stem\b|ticket|kaart|toestemming|terugbreng|aangift|voldoe|voldaan|overma|op onze rekening|dossier|bezwaarschrift|aangeleverd|ingeleverd|binnen (?:is|zijn)|samenvatting|meld je|bijdrage",
    asking: r"graag|gelieve|verzo[ce]|moet(?:en)?\b|dien(?:t|en)\b|kun(?:t|nen)\b|kan\b|uw\b|u\b|je\b|jullie|jouw|wie\b|vergeet|denk|wil(?:t|len)?\b|laat",
    past: r"(?:werd|werden|was|waren|hadden|had|heeft)(?:[^\p{L}]|$)",
    to: r"tot(?: en met)?|t/m|naar|en",
    from: "van|vanaf|sinds|per",
    fill: r"de|het|op|en met|uiterlijk|is|datum|om|einde|eind|uur|dag",
    moved: r"verlengd|verschoven|uitgesteld|nieuwe (?:deadline|sluitingsdatum|datum)|verplaatst|verzet|langer de tijd",
    former: r"oorspronkelijk\p{L}*|eerder|was|voorheen|aanvankelijk",
    others: "gesloten|tentoonstelling|concert|te zien|afgerond|voltooid|gereed|geldig|geldt|in werking|gepland|verwacht|afgesloten|verkocht|werkzaamheden",
    beside: r"contract|looptijd|zittingsperiode|vindt|vinden|plaats|gesprek|resultat|bekendgemaakt|bekend|start|begin|levering|opening|duur|duren|tentoonstelling|geldig|geopend|werkzaamheden|geboren|vakantie|les(?:sen)?|congres|moet .{0,30}klaar|wethouder|seizoen|wordt|worden|rijdt|dicht|opening|uitreiking|loting|verlot|bericht|uitslag|onderhoud|besluit|vergadering|storing|studiedag|rapport|afrond|oplever|open\b|vertrek|gesloten",
    day_first: true,
};
