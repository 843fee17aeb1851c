//! French, Spanish, Italian and Portuguese.

use super::words::TongueWords;

pub(super) const FRENCH: TongueWords = TongueWords {
    marks: "le la les des du et est une pour au aux un sont de à en dans vous vos avant par sur ou inclus dès janvier février mars avril mai juin juillet août septembre octobre novembre décembre lundi mardi mercredi jeudi vendredi samedi dimanche",
    until: r"avant|jusqu['’](?:au|à)|pour|d['’]ici(?: au| le| à)?|au plus tard",
    after: "au plus tard|dernier délai|délai de rigueur|inclus",
    label: r"dates? limites?|date butoir|(?:dernier|ultime) (?:délai|jour)|au plus tard|échéance|clôture|délai (?:de|d['’]|fixé)[^.;]{0,30}|heure limite|date de (?:clôture|remise)|à remettre (?:le|pour)|(?:soumission|dépôt|remise) des? \p{L}+\s?:",
    ends: r"(?:se )?(?:termine(?:nt)?|clôture(?:nt|ra|ront)?|ferme(?:nt)?|prend fin|prennent fin|s['’]achèvent?|expire(?:nt)?|close[s]?)|sera close?|seront closes?|clos|fermera|fermeront|prendra fin|s[’']achève(?:ra)?|échoit",
    doing: r"candidat|inscri|inscrire|s['’]inscrire|envoy|dépos|dépôt|répon|réponse|transmet|transmis|merci|veuillez|prière|doivent|devez|devront|remis|remettre|retourn|renvoy|confirm|soumett|soumission|soumis|proposition|offres|dossier|adress|postul|particip|régl|pai[em]|vot(?:e|ez|er)\b|demande|appel à|réserv|avez|invités?|priés?|présent(?:er|ées?|ez)\b|contribu|souscri|recev|enquête publique|consultation|observations|command|retir|résili|télécharg|compl[ée]t|rempli|sign|vos\b|votre\b|communiqu|fourni|faire parvenir|manifest|intéress|souhait|questionnaire|sondage|pétition|coupon|bulletin|autorisation|chèque|billet|don\b|dons\b|enquête|réclam|recours|devis|inscriv|apport|rapport(?:er|ez)|rend(?:re|ez)|déclar|cotis|versement|versez|résum|article|œuvres?|tirage|abonn|renouvel",
    asking: r"merci|veuillez|prière|doi(?:t|vent)|devez|devr|faut|vous\b|vos\b|votre|pensez|n'oubliez|pri[ée]|invit[ée]|souhait|intéress|tenue?s? de|peuvent|peut\b|pouvez",
    past: r"(?:a été|ont été|était|étaient|avait|avaient|a eu|ont \p{L}+és?|s'est|se sont)(?:[^\p{L}]|$)",
    to: r"au|à|jusqu['’]au|et",
    from: r"du|depuis|dès le|à partir du|de",
    fill: r"le|la|au|à|du|les|est|fixée?|jour|inclus|minuit|midi|fin|de|plus tard|prévue?|heures?",
    moved: r"report[ée]e?s?|prolong[ée]e?s?|prorog[ée]e?s?|repouss[ée]e?s?|nouvelle date|étendue?s?|décalée?s?|délai supplémentaire",
    former: r"initialement|initiale|précédemment|au lieu du|auparavant|ancienne",
    others: r"fermée?s?\s|musées?\b|fermeture|exposition|concert|visible|achevé|terminés? (?:avant|d['’]ici|pour)|en vigueur|valable|prévue?s?\s|travaux|interdit|est attendue?|circulation|stationnement|coup(?:é|ure)",
    beside: r"contrat|durée|débuter|aura lieu|auront lieu|tiendr|se tient|audition|entretien|résultat|publi|affich|notifi|commenc|début|livraison|ouverture des plis|exposition|valable|ouvert|travaux|chantier|nés?\b|vacances|cours\b|congrès|colloque|délibér|séance|comptait|a réuni|remise des prix|le maire|maintenance|coupure|interruption|compte rendu|conseil municipal|délibération|tirage|jury|lauréat|lancement|départ|sortie|voyage|démarr|pose|chantier|livré|fermé|horaires|entrée en",
    day_first: true,
};

pub(super) const SPANISH: TongueWords = TongueWords {
    marks: "el la los las de y en hasta para del se su al que una un por con antes es será a más horas enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes miércoles jueves viernes sábado domingo",
    until: "hasta|antes|a más tardar|hasta el día|como (?:muy )?tarde|máximo|para|no más tarde|tardar",
    after: "como (?:muy )?tarde|a más tardar|como máximo|inclusive",
    label: r"fecha(?:s)? (?:límite|tope|de cierre|máxima)|fecha y hora (?:límite|de cierre)|plazo(?:s)?|cierre de (?:la |las )?(?:inscripci|convocatoria|recepci|postulaci)\p{L}*|a más tardar|último día|vencimiento|hora límite|(?:envío|entrega|recepción) de (?:los |las )?\p{L}+\s?:",
    ends: r"(?:finaliza|finalizan|termina|terminan|vence|vencen|cierra|cierran|concluye|concluyen|se cierra|expira|culmina)n?",
    doing: r"solicitud|solicitar|inscri|matr[ií]cul|present|envi|enviar|remit|entreg|confirm|respond|respuesta|particip|postul|candidat|ofertas|propuesta|documentaci|recepci|recib|interesad|deber|rog|ruega|favor|por favor|pag|abon|registr|convocatoria|trabajos|alegaciones|votar|reserv|aport|resúmenes|podrán|pedido|reserv|retir|descarg|complet|rellen|firm|sus?\s(?:propuesta|solicitud|trabajo|curr)|apunt|manifest|aport|env[ií]|haga|hágan|tramit|candidatur|admit|encuesta|cuestionario|instancias?|formulario|autorizaci|resguardo|recibo|cuota|ingres|donativo|firma|apunt|avis|cotizaci|obras|originales|relatos|resumen|comunicaciones|currículum|hojas? de vida|recurso|reclamaci|declar|matrícula|boleta|papeleta|devolv|traer|opina",
    asking: r"deb(?:e|en|erá|erán|éis|emos)\b|hay que|tien(?:e|en) que|favor|rog|ruega|record|recuerd|no olvid|pued|podr|podéis|usted|vuestr|tus?\b|sus?\b|interesad|quien(?:es)? |agradec|invita",
    past: r"(?:fue|fueron|era|había|habían|ha sido|han sido|\p{L}+(?:ó|aron|ieron))(?:[^\p{L}]|$)",
    to: r"al|hasta el|hasta|a|y",
    from: r"desde el|desde|del|de|a partir del",
    fill: r"el|la|del|de|día|las|inclusive|es|será|a|hasta|los|fin|finales|medianoche|horas|fecha",
    moved: r"ampl[ií]a(?:n|do|da)?|amplió|prorrog|prórroga|pospu?est|extiende|extendid|extendió|aplaza|nuevo plazo|nueva fecha|ampliad[oa]s?|prorrogad[oa]|extendid[oa]|se amplía",
    former: r"antes,|antes:|anterior|originalmente|original\b|inicialmente|inicial|en lugar del",
    others: r"exposición|museo|concierto|cerrad[ao]|corte|permanecerá|en vigor|vigencia|vigente|válid[ao]|concluid|finalizad[ao]|obras|previst[ao]|se prevé|se espera|suspend|interrump|suministro|muestra|visitar|habían|prohibid[ao]",
    beside: r"contrato|duraci|vigencia|celebrar|tendrá lugar|tendrán lugar|entrevista|resultado|publicar|lista provisional|inicio|comenz|comienz|entrega de premios|apertura|exposici|válid|abierto|obras|nacid|vacaciones|clases|congreso|curso\b|adjudica|abarcar|extenderá|premi|ayuntamiento|corte|mantenimiento|pleno|acta\b|acord|aprob|fallo|jurado|ganador|ejercicio|examen|prueba|excursi|viaje|salida|función|horario|inaugur|abrirá|abre\b|cerrará|adjudic|reuni|asamblea|sorteo|empieza|arranca|lista",
    day_first: true,
};

pub(super) const ITALIAN: TongueWords = TongueWords {
    marks: "il la le dei del della e è per di da al alla si entro gli sono un una a in che fino dal ore delle gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre lunedì martedì mercoledì giovedì venerdì sabato domenica",
    until: r"entro|fino|prima|entro e non oltre|non oltre|per|al massimo(?: per)?|al più tardi|massimo|tassativamente entro|improrogabilmente entro",
    after: "al più tardi|al massimo|compreso|incluso",
    label: r"scadenza|termine (?:ultimo|di|per|massimo)|data (?:di scadenza|ultima|limite)|ultimo giorno(?: utile)?|non oltre|chiusura (?:delle )?iscrizioni|deadline|termine",
    ends: r"scad(?:e|ono|rà)|termina(?:no)?|chiud(?:e|ono)|si chiud(?:e|ono|eranno)|si conclud(?:e|ono)|chiud(?:e|ono|erà)|termin(?:a|ano|erà)|scade(?:nza)?|si chiudono",
    doing: r"domand|iscri|candidatur|inviar|inviat|invio|present|pervenire|perveni|conferm|offert|adesion|aderi|parteci|prega|dovranno|devono|deve\b|consegn|trasmett|trasmess|rispond|risposta|pag(?:are|ament)|vers(?:are|ament)|prenot|bando|interessat|registr|depositar|proposte|lavori da inviare|contribut|osservazioni|candidar|invi|ordin|ritir|compil|firm|accettat|mand|spedi|comunic|manifest|vostr|tua\b|tuo\b|sottoscri|scriv|richied|richiest|questionario|sondaggio|modulo|tagliando|autorizzazione|quota|bolletta|saldo|acconto|versare|versamento|segn(?:i|arsi|alar)|iscriv|elaborat|ricors|opposizion|dichiar|restitu|riconsegn|racconti|opere|tesi|astratti|abstract|votare|voto\b|votar|scrivete|avvis|dic(?:a|ano)\b|far sapere|caric|curricul|ritir|confermat|manifestazione d",
    asking: r"dev(?:e|ono)\b|dovr|bisogna|occorre|preg[ah]|ricord|chi \p{L}+|può|possono|potete|potr|vostr|tu[oa]\b|vi\b|interessat|dimentic|invit|gradit|è necessario",
    past: r"(?:è stat[oa]|sono stat[ie]|era|erano|aveva|ha \p{L}+(?:to|so)|hanno \p{L}+(?:to|so)|si è)(?:[^\p{L}]|$)",
    to: r"al|alle|a|fino al|e",
    from: r"dal|dall['’]|da|a partire dal|a decorrere dal",
    fill: r"il|la|al|a|del|giorno|le|ore|e non oltre|non oltre|e|alle|oltre|è|dell['’]|di|fine|fino|inclus[oa]|compreso|fissat[oa]|mezzanotte|mezzogiorno|della",
    moved: r"prorogat[oaie]|proroga|posticipat[oa]|rinviat[oa]|differit[oa]|estes[oa]|nuova scadenza|nuovo termine|spostat[oaie]|slitta|allungat[oaie]|prolungat[oaie]",
    former: r"originari[oa]|inizialmente|in precedenza|precedente|anziché|invece del",
    others: r"mostra\b|museo|concerto|chius[oa]\s|resterà|rimarrà|visitabile|in vigore|valid[oa]|conclus[io]|completat[io]|lavori saranno|previst[oaie]|vietat[oa]|ultimat|sospes[oa]|interrott[oa]|convocazione",
    beside: r"contratto|durata|decorre|si terr|terranno|avrà luogo|avranno luogo|colloqui|risultat|pubblicat|graduatori|inizio|iniziano|inizieranno|consegna dei lavori|seduta|mostra|valid|apert[oa]|lavori|nat[oi]\b|vacanze|lezioni|convegno|corso|premiazione|partenza|spettacolo|termineranno|manutenzione|interruzione|consiglio comunale|deliber|approvat|giuria|vincitor|gita|partenz|orari|inaugura|riapr|aprirà|sorteggio|estrazion|prova|esame|ha inizio|entra in|collaudo|spoglio|raduno|seggi|in vigore|cominc|resta aperta|esito|convocat|assemblea|riunion|dovranno concludersi",
    day_first: true,
};

pub(super) const PORTUGUESE: TongueWords = TongueWords {
    marks: "o a os as de e do da para em até no na dos das um uma que será ser por com ao às dia pelo é são janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro segunda terça quarta quinta sexta feira sábado domingo",
    until: r"até|antes|até ao|impreterivelmente até|no máximo até|o mais tardar|até às",
    after: "o mais tardar|no máximo|impreterivelmente|inclusive",
    label: r"prazo(?:s)?|data(?:-| )limite|data (?:final|máxima|de encerramento)|último dia|encerramento das inscrições|o mais tardar|vencimento|fim do prazo",
    ends: r"(?:encerra|encerram|termina|terminam|finaliza|finalizam|vence|acaba|expira|fecha)[mn]?(?:-se)?|se encerram?|encerrar-se-ão|acab(?:a|am)|terminará|encerrará|expira|findo|finda|encerra-se",
    doing: r"inscri|inscre|envi|documenta|submet|submiss|propost|candidat|entreg|confirm|respond|resposta|pag(?:ar|amento)|particip|interessad|dever|devem|solicit|matr[ií]cul|present|apresent|receb|edital|registr|regist[oe]|trabalhos|votar|reserv|favor|contribui|resumo|recurso|remet|pedido|aceit|encomend|reserv|levant|descarreg|preench|assin|sua\b|seu\b|comunic|manifest|mand[ae]|solicit|requer|inquérito|questionário|formulário|autorizaç|recibo|quota|taxa|fatura|boleto|declara|devolv|rematr|renova|contribut|sugest|comentár|voto\b|vot[ae]|candidate|obras|poemas|contos|currícul|proposta|reclamaç|impugn|bilhete|avis|lev[ae]r|traz|marca[rç]|bolsas?|concurso|período de|consulta pública|discussão pública",
    asking: r"dev(?:e|em|erá|erão)\b|favor|agradec|solicita|pede|lembr|esqueç|pode|poder|quem|seus?\b|suas?\b|voss|você|interessad|convid|é preciso|é necessário",
    past: r"(?:foi|foram|era|tinha|havia|\p{L}{2,}(?:ou|aram|eram|iram))(?:[^\p{L}]|$)",
    to: r"a|até|ao|e",
    from: r"de|desde|a partir de|do",
    fill: r"o|a|ao|dia|de|do|das|às|as|é|em|no|será|final|fim|horas|meia-noite|meio-dia|dia|data",
    moved: r"prorrogad[oa]s?|prorroga|adiad[oa]|estendid[oa]|alargad[oa]|prolongad[oa]|nov[oa] (?:prazo|data)|alterad[oa]|ampliad[oa]|prolonga-se",
    former: r"anterior\p{L}*|originalmente|original\b|inicial\p{L}*|em vez de",
    others: r"exposição|museu|concerto|fechad[oa]|encerrada (?:ao|para)|visitada|em vigor|vigora|válid[oa]|conclu[ií]d[oa]|obras|previst[oa]|prevê|tinham|estará|proibid[oa]|interrompid|suspens[oa]",
    beside: r"contrato|duração|vigência|realiza|terá lugar|terão lugar|entrevista|resultado|publicad|divulgad|início|começ|entrega dos prémios|abertura|exposição|válid|abert[oa]|obras?\b|nascid|férias|aulas|congresso|curso\b|sessão|suspens|reparaç|provas|espetáculo|manutenção|interrupção|câmara municipal|delibera|aprov|júri|vencedor|passeio|visita|partida|horário|inaugur|reabr|sorteio|prova|exame|corte|cerimónia|cerimônia|divulgação|homologa|matrículas? dos|patente|ajustes|trancamento",
    day_first: true,
};
