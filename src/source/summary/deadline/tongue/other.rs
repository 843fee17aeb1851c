//! Turkish, Vietnamese, Arabic, Japanese and Korean.

use super::words::{NONE, TongueWords};

pub(super) const TURKISH: TongueWords = TongueWords {
    marks: "ve bir için ile olarak saat en tarihine kadar tarihleri son bu da de olan tarihinde ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    until: NONE,
    after: r"['’]\p{L}{1,4}\s(?:sona er|bit|kapan)|['’]?\p{L}{0,4}\s?(?:(?:pazartesi|salı|çarşamba|perşembe|cuma|cumartesi|pazar)\s)?(?:(?:tarihi|günü|akşamı|sonu|mesai bitimi)\p{L}*\s)?(?:saat\s[\d:.]+['’]?\p{L}{0,3}\s)?(?:kadar|dek|değin)",
    label: r"son (?:başvuru|kayıt|teslim|gönderim|ödeme|katılım|teklif)?\p{L}*\s?(?:tarih|gün|saat)\p{L}*|en geç|son gün|(?:başvuru|kayıt)\p{L}* (?:bitiş|son)\p{L}*|bitiş tarihi|teslim tarihi|ihale tarihi|son tarih",
    ends: NONE,
    doing: r"başvur|kayıt|kayd|teslim|gönder|bildir|katıl|teklif|rica|gerek|öde|yatır|son|onay|cevap|yanıt|müracaat|ilet|sun(?:ul|um)|talep|aidat|form|belge|verilme|görüş|öneri|ilet|sipariş|rezerv|doldur|imzala|öner|gönder|yükle|yolla|ulaştır|teyit|dilekçe",
    to: r"ile|ila|ve",
    from: NONE,
    fill: r"saat|tarih\p{L}*|günü|gün|itibarıyla|olarak|mesai",
    moved: r"uzatıl\p{L}*|ertelen\p{L}*|yeni (?:son )?tarih",
    former: r"önceki|daha önce|eski",
    others: r"kapalı|sergi|konser|gezilebilir|yürürlü|geçerli|tamamlan|planlan|itibarıyla|yaptırdı|bekleniyor|bakım",
    beside: r"sözleşme|süresi|yapılacak|gerçekleş|düzenlen|mülakat|sonuç|açıklan|ilan edil|başla|teslimat|açılış|sergi|geçerli|açık|çalışma|doğ|tatil|ders|konferans|sürecek|tamamlan|gezi\b",
    day_first: true,
};

pub(super) const VIETNAMESE: TongueWords = TongueWords {
    marks: "ngày và của các từ đến trước tháng năm là cho được không trong với về theo giờ hồ sơ",
    until: r"trước|đến|tới|đến hết|muộn nhất|chậm nhất|hết|trước và trong",
    after: NONE,
    label: r"(?:thời )?hạn (?:chót|cuối|cuối cùng|nộp|đăng ký|gửi|nhận|chốt)|thời hạn|chậm nhất|muộn nhất|không muộn hơn|hạn[^.;]{0,24}:|ngày cuối cùng|kết thúc (?:nhận|nộp|đăng ký)",
    ends: r"kết thúc|hết hạn",
    doing: r"nộp|đăng ký|gửi|đề nghị|vui lòng|xác nhận|tham (?:gia|dự)|đóng (?:học phí|góp|phí|tiền)|phản hồi|báo cáo|hoàn (?:thành việc|tất)|nhận (?:bài|hồ sơ|đơn)|tiếp nhận|ứng tuyển|yêu cầu|góp ý|chuyển khoản|thanh toán|dự thầu|bỏ phiếu|bình chọn|trả lời|đặt (?:hàng|chỗ|vé)|điền|ký tên|hãy|của bạn|đề xuất|tải lên|cung cấp|khai báo|nhận (?:hồ sơ|đơn)|đơn (?:được|xin)",
    to: r"đến|tới",
    from: r"từ|kể từ|bắt đầu từ",
    fill: r"ngày|hết|cuối|là|thứ \p{L}+|vào|lúc|trong|trước|giờ|và|chủ nhật|\d{1,2}|của|mùng",
    moved: r"gia hạn|kéo dài|dời|lùi|hạn mới",
    former: r"trước đây|trước đó|ban đầu|thay vì|cũ",
    others: r"đóng cửa|triển lãm|hòa nhạc|mở cửa|có hiệu lực|hiệu lực|dự kiến|hoàn thành|khánh thành|tính đến|cấm|thi công",
    beside: r"hợp đồng|thời gian thực hiện|diễn ra|tổ chức|phỏng vấn|kết quả|công bố|thông báo|bắt đầu|khai giảng|giao hàng|mở thầu|triển lãm|có giá trị|mở cửa|thi công|sinh ngày|nghỉ|lớp học|hội nghị|kéo dài đến|hoàn thành|khởi hành|công trình|tạm",
    day_first: true,
};

pub(super) const ARABIC: TongueWords = TongueWords {
    marks: "",
    until: r"قبل|حتى|لغاية|إلى غاية|حتى تاريخ|بحلول",
    after: NONE,
    label: r"آخر (?:موعد|يوم|أجل)|الموعد النهائي|(?:في )?موعد أقصاه|أقصاه|لا يتجاوز|لا يتعدى|تاريخ (?:الانتهاء|الإغلاق|الإقفال|انتهاء)|آخر تاريخ|مهلة|المهلة|في أجل أقصاه|ينتهي (?:التسجيل|التقديم|استقبال)|تنتهي (?:فترة|مهلة)|يغلق باب",
    ends: r"ينتهي|تنتهي|يغلق|تغلق",
    doing: r"ال?طلب|ال?تقد[يم]م|يرجى|الرجاء|ال?تسجيل|إرسال|ارسال|ال?عروض|العطاءات|تقبل|يقبل|تستقبل|تأكيد|على الراغبين|الراغبين|المشاركة|ال?مشارك|دفع|سداد|تسليم|ال?ترشح|الترشيح|يجب|تعبئة|الرد|أرسل|ارسل|قدم|قدموا|سجل|سجلوا|احجز|املأ|وقع|ادفع|شارك|مقترح|نرجو|يمكن (?:إرسال|تقديم|التسجيل)|فترة التقديم|باب القبول|القبول",
    to: r"و?(?:إلى|حتى|الى|لغاية)|و",
    from: r"من|منذ|ابتداء من|اعتبارا من",
    fill: r"يوم|تاريخ|هو|هي|في|نهاية|الساعة|من|غاية|مساء|الأحد|الاثنين|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الموافق",
    moved: r"تمديد|تأجيل|مدد|مُدد|تمدد|الموعد الجديد",
    former: r"كانت?\s|سابقا|بدلا من|السابق",
    others: r"ستغلق|مغلق|معرض|المعرض|حفل|حيز التنفيذ|سار|صالح|المتوقع|الانتهاء من|إنجاز|أعمال الصيانة|تم تسجيل|من المنتظر|المنتظر|يقام|تقام",
    beside: r"عقد|مدة|يقام|تقام|ستعقد|يعقد|مقابل|نتائج|ستعلن|إعلان|تبدأ|يبدأ|توريد|تفتح|فتح|معرض|ساري|مفتوح|أعمال|مواليد|عطلة|دروس|مؤتمر|يستمر|تستمر|إنجاز|افتتاح|الدراسة",
    day_first: true,
};

pub(super) const JAPANESE: TongueWords = TongueWords {
    marks: "",
    until: NONE,
    after: r"\s?(?:中|末日?)?\s?(?:まで|迄|必着|消印有効|当日消印|厳守|締め?切り?|〆切|を期限|を締)",
    label: r".*(?:締め?切り?|〆切り?|期限|期日|受付終了日?|最終日)",
    ends: NONE,
    doing: r".*(?:応募|申込|申し込|お申込|提出|登録|回答|返事|返信|受付|受け付け|募集|投稿|納付|振込|支払|ください|下さい|お願い|ご連絡|申請|参加希望|エントリー|郵送|必着|投票|入札|届|予約|お寄せ|お持ち|お送り|ご返送|ご記入|注文|支払い|受け付けます)",
    to: r"から|より|至",
    from: NONE,
    fill: r"は|の|令和|日|時|に|、|頃|、",
    moved: r"延長|延期|変更後|繰り?下げ",
    former: r"当初|旧|変更前|これまで|(?:有効|賞味|消費|保存|使用)期限",
    others: r".*(?:休館|休業|休止|開催|開館|展示|展覧|完了|工事|通行止|施行|有効期間|見頃|予定です|断水|停電|販売|募集がありました|応募がありました|上映|公開して|見込み|ご利用いただけ|使用でき)",
    beside: r".*(?:契約|期間|開催|行い|行われ|面接|結果|発表|公表|通知|開始|始ま|納期|履行|開札|展|有効|開館|開か|工事|生まれ|休み|授業|大会|学会|続き|完成|助成期間|配布|抽選|表彰|遠足|見通し)",
    day_first: false,
};

pub(super) const KOREAN: TongueWords = TongueWords {
    marks: "",
    until: NONE,
    after: r"\s?(?:자정|정오|업무 ?시간)?\s?(?:까지|한\b|로 연장|마감|限|도착분)",
    label: r".*(?:마감|기한|제출일)",
    ends: NONE,
    doing: r".*(?:신청|제출|접수|등록|회신|납부|모집|응모|참가|지원|보내|알려|주문|제안|공모|투고|바랍니다|주세요|주십시오|송부|입찰|예약|투표|답변|원서|납입)",
    to: r"부터|에서|至",
    from: NONE,
    fill: r"은|는|이|가|일시|일|오전|오후|매일",
    moved: r"연장|연기|변경",
    former: r"당초|기존|종전|원래",
    others: r".*(?:휴관|휴무|통제|공사|완료|시행|전시|개최|전망|사용할|열립니다|신청했|진행됩|운영됩|개관|유효|예정)",
    beside: r".*(?:계약|기간|개최|열리|열립|면접|결과|발표|공고|통지|시작|납품|이행|개찰|전시|유효|운영|개관|공사|출생|방학|수업|대회|학회|계속|준공|완공|배부|추첨|시상|체험|예정)",
    day_first: false,
};
