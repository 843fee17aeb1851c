//! Holds the newsroom's subjects in Chinese: templates of headlines and texts, and words for their gaps.
//!
//! Gaps are written like `{city}`, at least two in a headline. The lengths of the word lists that fill them are primes,
//! so that a headline recurs only after all combinations.

mod news;
mod notices;
mod template;
mod tenders;

pub(super) use self::{news::NEWS, notices::NOTICES, template::PhraseTemplate, tenders::TENDERS};

/// The words that fill the gaps of a headline.
#[derive(Debug)]
pub(super) struct Vocabulary {
    pub cities: &'static [&'static str],
    pub units: &'static [&'static str],
    pub goods: &'static [&'static str],
    pub subjects: &'static [&'static str],
    pub rooms: &'static [&'static str],
}

pub(super) static WORDS: Vocabulary = Vocabulary {
    cities: &CITIES,
    units: &UNITS,
    goods: &GOODS,
    subjects: &SUBJECTS,
    rooms: &ROOMS,
};

const CITIES: [&str; 13] = [
    "济南", "合肥", "成都", "武汉", "长沙", "西安", "南京", "杭州", "厦门", "郑州", "沈阳", "昆明",
    "南宁",
];
const UNITS: [&str; 11] = [
    "电缆分公司",
    "机电分公司",
    "物流中心",
    "研究院",
    "第一工厂",
    "第二工厂",
    "工程公司",
    "信息中心",
    "培训学院",
    "检测中心",
    "新能源事业部",
];
const GOODS: [&str; 17] = [
    "配电柜",
    "变压器",
    "光伏组件",
    "电解铜杆",
    "叉车",
    "数控机床",
    "安全帽",
    "工业机器人",
    "储能电池",
    "消防器材",
    "办公电脑",
    "服务器",
    "空压机",
    "绝缘材料",
    "起重设备",
    "环境监测仪",
    "立体货架",
];
const SUBJECTS: [&str; 19] = [
    "安全生产",
    "质量管理",
    "数据安全",
    "节能降耗",
    "设备点检",
    "班组建设",
    "消防应急",
    "合同管理",
    "成本核算",
    "精益生产",
    "现场急救",
    "职业健康",
    "档案整理",
    "公文写作",
    "供应链管理",
    "知识产权",
    "财务共享",
    "新员工入职",
    "项目管理",
];
const ROOMS: [&str; 7] = [
    "总部一号楼三层报告厅",
    "培训学院多功能厅",
    "研究院二楼会议室",
    "职工活动中心",
    "总部五楼视频会议室",
    "第一工厂党群服务中心",
    "物流中心培训教室",
];
