//! The newsroom's subjects in Chinese: templates of headlines and texts, and words for their gaps.
//!
//! `{city}` and its like are gaps, two at least in a headline. The lengths of the word lists that
//! fill them are primes, so that a headline comes back only after all combinations.

/// One kind of bulletin.
#[derive(Debug)]
pub(super) struct PhraseTemplate {
    pub title: &'static str,
    pub body: &'static [&'static str],
    /// The department that issues it.
    pub from: &'static str,
    /// Names of files that go with it.
    pub files: &'static [&'static str],
}

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

pub(super) static NOTICES: [PhraseTemplate; 16] = [
    PhraseTemplate {
        title: "关于举办{subject}专题培训班的通知（{city}）",
        body: &[
            "各部门、各分公司：为提升员工{subject}能力，经研究，决定在{city}举办专题培训班，现将有关事项通知如下。",
            "一、培训时间：{soon}至{later}，共三天。二、培训地点：{room}。三、参加人员：各单位{subject}负责人及业务骨干，每单位不超过{few}人。",
            "请各单位于{deadline}17:00前将报名表发至培训学院邮箱，逾期视为不参加。培训期间食宿由培训学院统一安排，交通费回原单位报销。",
        ],
        from: "人力资源部",
        files: &["培训报名表.csv", "课程安排.pdf"],
    },
    PhraseTemplate {
        title: "关于{city}片区{unit}计划停电检修的通知",
        body: &[
            "因配电线路年度检修，{city}片区{unit}办公楼及厂区将于{soon}8:00至18:00停电，请提前做好准备。",
            "停电前请关闭电脑、空调等用电设备，冷库与实验室由各单位安排专人值守。如遇雨雪天气，检修顺延一天，另行通知。",
        ],
        from: "后勤保障部",
        files: &[],
    },
    PhraseTemplate {
        title: "关于开展{unit}{subject}自查工作的通知",
        body: &[
            "为落实年度工作要求，决定在{unit}开展{subject}自查，重点检查制度执行、台账记录和隐患整改三个方面。",
            "自查分动员、检查、整改三个阶段进行。各班组要做到问题清单、责任清单、整改清单三单合一，不走过场。",
            "自查报告请于{deadline}前报送质量与安全部，集团将抽取不少于{few}个班组进行复查。",
        ],
        from: "质量与安全部",
        files: &["自查清单.csv"],
    },
    PhraseTemplate {
        title: "{city}办事处关于{unit}方向班车时刻调整的通知",
        body: &[
            "根据近期客流情况，{city}办事处通勤班车自{soon}起调整：早班首发时间提前至7:10，晚班末班时间延后至19:40。",
            "{unit}方向增设停靠点一处，乘车刷工卡即可。对线路有建议的员工，可在内网“后勤服务”栏目留言。",
        ],
        from: "后勤保障部",
        files: &["班车时刻表.pdf"],
    },
    PhraseTemplate {
        title: "关于组织{city}地区{unit}员工健康体检的通知",
        body: &[
            "{city}地区员工年度健康体检定于{soon}开始，为期两周，体检机构和预约方式见附件。",
            "体检当日请空腹，携带身份证与工卡。女员工增加专项检查，接触粉尘、噪声岗位人员同时进行职业健康检查。",
            "请于{deadline}前完成网上预约，未预约的将统一安排在最后两天。",
        ],
        from: "工会",
        files: &["体检须知.pdf"],
    },
    PhraseTemplate {
        title: "关于征集{unit}{subject}优秀案例的通知",
        body: &[
            "为总结推广好做法，集团面向全体员工征集{subject}优秀案例，{unit}等单位的往届案例可在内网查阅参考。",
            "案例须真实、原创，不超过三千字，写清背景、做法、成效和可推广之处，可附图表。",
            "投稿截止时间为{deadline}。评出一等奖{few}篇，二等奖若干，入选案例汇编成册并给予奖励。",
        ],
        from: "企业管理部",
        files: &["案例申报表.csv"],
    },
    PhraseTemplate {
        title: "关于{city}仓库盘点期间暂停{goods}出库的通知",
        body: &[
            "{city}仓库定于{soon}起进行半年度盘点，为期两天，期间暂停{goods}的出库与调拨，入库照常。",
            "确有急需的，请提前一天填写应急出库单，经{unit}负责人签字后由值班人员办理。",
        ],
        from: "物流中心",
        files: &["应急出库单.csv"],
    },
    PhraseTemplate {
        title: "关于{city}园区{unit}门禁系统升级的通知",
        body: &[
            "{unit}门禁系统将于{soon}晚20:00至次日6:00升级，期间请从东门进出并主动出示工卡。",
            "升级后统一使用新版电子工卡，请在{deadline}前到{room}完成人像采集，已采集的无需重复办理。",
        ],
        from: "信息中心",
        files: &[],
    },
    PhraseTemplate {
        title: "关于举行{city}园区消防疏散演练的通知（{unit}）",
        body: &[
            "为检验应急预案，{city}园区定于{soon}14:30举行消防疏散演练，{unit}及驻园各单位全体人员参加。",
            "听到警报后，请沿疏散指示标志有序撤离到中心广场，不乘电梯，不返回取物，由各楼层引导员清点人数。",
        ],
        from: "质量与安全部",
        files: &["疏散路线图.pdf"],
    },
    PhraseTemplate {
        title: "关于报送{unit}下季度{subject}计划的通知",
        body: &[
            "请{unit}结合年度目标编制下季度{subject}计划，做到任务、责任人、完成时间三落实。",
            "计划请于{deadline}前通过办公系统报送企业管理部，附件为填报模板，请勿改动表格格式。",
        ],
        from: "企业管理部",
        files: &["计划填报模板.csv"],
    },
    PhraseTemplate {
        title: "{unit}{subject}岗位内部竞聘公告",
        body: &[
            "因工作需要，{unit}面向集团内部公开竞聘{subject}岗位{few}人，工作地点为{city}。",
            "应聘人员须在集团工作满两年，近两年考核称职以上，具有相关岗位经验者优先。",
            "报名截止{deadline}，资格审查后进行笔试与面试，时间地点另行通知。",
        ],
        from: "人力资源部",
        files: &["竞聘报名表.csv"],
    },
    PhraseTemplate {
        title: "关于{unit}（{city}）职工活动中心延长开放时间的通知",
        body: &[
            "应员工要求，{city}职工活动中心自{soon}起延长开放时间：工作日开放至21:30，周末开放至20:00。",
            "羽毛球、乒乓球场地实行线上预约，每人每天限约一场。{unit}员工凭工卡免费使用。",
        ],
        from: "工会",
        files: &[],
    },
    PhraseTemplate {
        title: "关于{unit}{goods}操作规程修订征求意见的通知",
        body: &[
            "《{goods}操作规程》自发布以来已执行三年，结合{unit}现场实际，现修订形成征求意见稿。",
            "请各单位组织一线人员讨论，于{deadline}前反馈书面意见，无意见的也请回复。",
        ],
        from: "质量与安全部",
        files: &["规程征求意见稿.pdf", "意见反馈表.csv"],
    },
    PhraseTemplate {
        title: "关于召开{subject}工作视频会议的通知（{unit}）",
        body: &[
            "定于{soon}9:30召开{subject}工作视频会议，主会场设在{room}，{unit}设分会场。",
            "请参会人员提前15分钟入场调试设备，着正装，手机静音。{unit}准备五分钟交流发言。",
            "参会名单请于{deadline}前报办公室。",
        ],
        from: "办公室",
        files: &["参会回执.csv"],
    },
    PhraseTemplate {
        title: "关于{city}地区{unit}办公电话号码升位的公告",
        body: &[
            "{city}地区办公电话将于{soon}零时起升位，原内线号码前加“6”，外线总机号码不变。",
            "请{unit}等驻地单位及时更新名片与对外公示信息，旧号码保留三个月自动转接。",
        ],
        from: "信息中心",
        files: &[],
    },
    PhraseTemplate {
        title: "关于调整{unit}{goods}领用流程的通知",
        body: &[
            "为规范物资管理，自{soon}起，{unit}领用{goods}一律通过物资系统申请，纸质领料单停止使用。",
            "单次领用数量超过{few}件的，须经部门负责人与库管员双重确认。操作视频见内网首页。",
        ],
        from: "物资部",
        files: &["系统操作手册.pdf"],
    },
];

pub(super) static NEWS: [PhraseTemplate; 15] = [
    PhraseTemplate {
        title: "集团{city}基地{goods}项目正式投产",
        body: &[
            "{today}，集团{city}基地{goods}项目正式投产，首批产品顺利下线，标志着西部布局迈出关键一步。",
            "项目总投资{amount}万元，建有两条智能化生产线，达产后年产值预计增长{percent}%，带动就业{count}余人。",
            "{unit}负责人表示，下一步将抓紧爬坡达产，以稳定质量赢得市场。",
        ],
        from: "宣传部",
        files: &[],
    },
    PhraseTemplate {
        title: "{unit}{goods}通过国家级型式试验",
        body: &[
            "近日，{unit}自主研制的{goods}一次通过国家级型式试验，全部{few}项指标优于标准要求。",
            "该产品历时两年攻关，先后解决温升、密封、振动等难题，申请专利{few}件。",
        ],
        from: "研究院",
        files: &[],
    },
    PhraseTemplate {
        title: "集团与{city}有关单位签署{subject}合作协议",
        body: &[
            "{today}，集团与{city}有关单位在{room}签署{subject}合作协议，双方将在人才培养、标准制定等方面深化合作。",
            "根据协议，{unit}将承接首批联合课题，计划三年内投入{amount}万元。",
        ],
        from: "办公室",
        files: &[],
    },
    PhraseTemplate {
        title: "{unit}提前{few}天完成全年{goods}生产任务",
        body: &[
            "截至{today}，{unit}累计完成{goods}{count}台（套），提前{few}天完成全年任务。",
            "今年以来，该单位推行日计划、周分析、月考核，设备综合效率提高{percent}个百分点，{city}客户专门发来感谢信。",
        ],
        from: "生产部",
        files: &[],
    },
    PhraseTemplate {
        title: "集团{subject}现场推进会在{city}召开",
        body: &[
            "{today}，集团{subject}现场推进会在{city}召开，与会人员观摩了{unit}的两处示范现场。",
            "会议指出，要把{subject}融入日常、抓在经常，以小切口推动大提升，确保年底前完成{count}项整改。",
            "各分公司、事业部负责人参加会议，{few}家单位作交流发言。",
        ],
        from: "宣传部",
        files: &[],
    },
    PhraseTemplate {
        title: "{unit}班组获评{subject}标杆班组",
        body: &[
            "在近日公布的评选结果中，{unit}装配二班获评集团{subject}标杆班组，连续{few}年实现零事故、零投诉。",
            "该班组坚持每日十分钟复盘，累计提出改善建议{count}条，采纳率达到{percent}%。",
        ],
        from: "工会",
        files: &[],
    },
    PhraseTemplate {
        title: "首批{goods}从{city}发往海外市场",
        body: &[
            "{today}，装载集团{goods}的班列从{city}发车，这是集团今年第{few}批整列出口订单，货值{amount}万元。",
            "为保证交期，{unit}与{city}海关建立预约查验机制，整体通关时间缩短{percent}%。",
        ],
        from: "国际业务部",
        files: &[],
    },
    PhraseTemplate {
        title: "{city}遭遇强降雪 {unit}全力保障{goods}供应",
        body: &[
            "连日来{city}出现强降雪天气，{unit}迅速启动应急预案，{count}名员工轮班值守，确保{goods}供应不断档。",
            "党员突击队连夜清理厂区道路，运输车辆加装防滑链，所有订单均按期送达。",
        ],
        from: "宣传部",
        files: &[],
    },
    PhraseTemplate {
        title: "集团{subject}技能大赛在{city}落幕",
        body: &[
            "为期三天的集团{subject}技能大赛{today}在{city}落幕，来自{few}家单位的{count}名选手同台竞技。",
            "{unit}代表队获得团体第一名。比赛首次采用实景考核，现场评分、当场公布。",
        ],
        from: "工会",
        files: &[],
    },
    PhraseTemplate {
        title: "{unit}{goods}数字化车间上线运行",
        body: &[
            "{unit}{goods}数字化车间近日上线运行，从下单到发货全流程可视，人工录入减少{percent}%。",
            "车间部署传感器{count}个，异常停机可在三十秒内推送到责任人手机，{city}基地将照此推广。",
        ],
        from: "信息中心",
        files: &[],
    },
    PhraseTemplate {
        title: "集团志愿者走进{city}社区开展{subject}宣传",
        body: &[
            "{today}，集团{count}名志愿者走进{city}社区，开展{subject}宣传，发放资料并现场答疑。",
            "活动由{unit}承办，至今已连续开展{few}年，受到居民欢迎。",
        ],
        from: "团委",
        files: &[],
    },
    PhraseTemplate {
        title: "{goods}关键技术研讨会在{city}举行",
        body: &[
            "{today}，{goods}关键技术研讨会在{city}举行，{count}余名科研人员围绕材料、工艺与可靠性展开交流。",
            "{unit}发布最新测试数据，与会人员认为有关成果达到国内先进水平。",
        ],
        from: "研究院",
        files: &[],
    },
    PhraseTemplate {
        title: "{unit}{subject}典型做法在全集团推广",
        body: &[
            "经集团研究，决定在全集团推广{unit}{subject}典型做法，即“早发现、早报告、早处置”三早工作法。",
            "推行以来，{unit}同类问题下降{percent}%，{city}、西南等片区已组织学习。",
        ],
        from: "企业管理部",
        files: &[],
    },
    PhraseTemplate {
        title: "集团领导到{city}调研{goods}产业链建设",
        body: &[
            "{today}，集团领导到{city}调研{goods}产业链建设，实地察看{unit}生产现场并召开座谈会。",
            "调研中强调，要补短板、锻长板，与上下游企业共享标准、共担风险、共用平台。",
        ],
        from: "办公室",
        files: &[],
    },
    PhraseTemplate {
        title: "{unit}举办{subject}主题开放日",
        body: &[
            "{today}，{unit}举办{subject}主题开放日，{count}名员工家属和{city}高校学生走进生产一线。",
            "参观者体验了装配、检测等环节，并在{room}与技术人员面对面交流。",
        ],
        from: "宣传部",
        files: &[],
    },
];

pub(super) static TENDERS: [PhraseTemplate; 13] = [
    PhraseTemplate {
        title: "{unit}{goods}采购项目招标公告",
        body: &[
            "青岚集团{unit}{goods}采购项目已具备招标条件，资金已落实，现进行公开招标，交货地点为{city}。",
            "采购数量{count}台（套），最高限价{amount}万元。投标人须具有同类供货业绩，不接受联合体投标。",
            "招标文件获取截止时间：{deadline}17:00。开标时间：{later}9:30，开标地点：{room}。",
        ],
        from: "招标采购中心",
        files: &["招标文件.pdf", "报价清单.csv"],
    },
    PhraseTemplate {
        title: "{city}基地{goods}安装工程中标候选人公示",
        body: &[
            "{city}基地{goods}安装工程评标工作已经结束，现将中标候选人予以公示，公示期至{deadline}。",
            "对评标结果有异议的，请在公示期内以书面形式向招标采购中心提出，逾期不予受理。",
        ],
        from: "招标采购中心",
        files: &["公示表.pdf"],
    },
    PhraseTemplate {
        title: "{unit}{goods}维保服务竞争性谈判公告",
        body: &[
            "{unit}拟以竞争性谈判方式采购{goods}维保服务，服务期两年，预算{amount}万元。",
            "响应文件递交截止时间为{deadline}10:00，地点为{room}，迟到或未密封的不予接收。",
        ],
        from: "招标采购中心",
        files: &["谈判文件.pdf"],
    },
    PhraseTemplate {
        title: "{city}片区{goods}询价采购公告",
        body: &[
            "{city}片区因生产需要，对{goods}进行询价采购，数量{count}件，要求合同签订后三十日内到货。",
            "请有意参加的供应商于{deadline}12:00前提交报价，报价含税含运费，{unit}负责验收。",
        ],
        from: "物资部",
        files: &["询价单.csv"],
    },
    PhraseTemplate {
        title: "关于{unit}{goods}招标文件的澄清公告",
        body: &[
            "各投标人：现对{unit}{goods}招标文件作如下澄清：技术参数第{few}条“不低于”修改为“不高于”，其余不变。",
            "投标截止时间顺延至{deadline}9:30，请及时下载并回执确认。",
        ],
        from: "招标采购中心",
        files: &["澄清文件.pdf"],
    },
    PhraseTemplate {
        title: "{city}仓储库房租赁项目招标公告（{unit}）",
        body: &[
            "{unit}拟在{city}租赁库房约{count}平方米，租期三年，要求具备消防验收合格证明，适于存放{goods}。",
            "报名截止时间：{deadline}。报名须提供产权证明与近期照片。",
        ],
        from: "招标采购中心",
        files: &["报名表.csv"],
    },
    PhraseTemplate {
        title: "{unit}废旧{goods}处置竞价公告",
        body: &[
            "{unit}现有废旧{goods}一批，共{count}件，存放于{city}，拟公开竞价处置，起拍价{amount}万元。",
            "看货时间为{soon}，竞价截止{deadline}15:00，价高者得，未达起拍价的流拍。",
        ],
        from: "资产管理部",
        files: &["资产清单.csv"],
    },
    PhraseTemplate {
        title: "{goods}框架协议供应商入围结果公告（{city}）",
        body: &[
            "经公开评审，{goods}框架协议{city}包件入围供应商共{few}家，现予公告，协议期一年。",
            "{unit}等需求单位可在电子商城直接下单，质量问题请反馈物资部。",
        ],
        from: "物资部",
        files: &["入围名单.csv"],
    },
    PhraseTemplate {
        title: "{city}{unit}厂房屋面维修工程招标公告",
        body: &[
            "{city}{unit}厂房屋面维修工程现公开招标，施工面积{count}平方米，工期四十五天，控制价{amount}万元。",
            "投标人应具备防水防腐保温工程专业承包资质。踏勘时间{soon}10:00，报名截止{deadline}。",
        ],
        from: "招标采购中心",
        files: &["工程量清单.csv", "图纸目录.pdf"],
    },
    PhraseTemplate {
        title: "{unit}{subject}咨询服务采购公告",
        body: &[
            "{unit}拟采购{subject}咨询服务，服务内容包括诊断、培训与体系文件编制，预算{amount}万元，现场服务地点为{city}。",
            "响应文件请于{deadline}17:00前邮寄或送达{room}。",
        ],
        from: "招标采购中心",
        files: &["采购需求书.pdf"],
    },
    PhraseTemplate {
        title: "{city}员工食堂食材配送项目流标公告（{unit}）",
        body: &[
            "{city}员工食堂食材配送项目因有效投标人不足三家，本次招标流标，{unit}将重新组织招标。",
            "重新招标公告预计于{later}前发布，请潜在投标人关注。",
        ],
        from: "招标采购中心",
        files: &[],
    },
    PhraseTemplate {
        title: "{unit}{goods}采购合同履约评价公示",
        body: &[
            "根据供应商管理办法，现对{unit}{goods}采购合同履约情况进行公示，综合得分{percent}分，等级为合格。",
            "公示期至{deadline}，如有异议请书面反馈，{city}片区供应商同步适用。",
        ],
        from: "物资部",
        files: &[],
    },
    PhraseTemplate {
        title: "{city}厂区绿化养护服务招标公告（{unit}）",
        body: &[
            "{city}厂区绿化养护服务现公开招标，养护面积{count}平方米，服务期一年，管理单位为{unit}。",
            "投标截止及开标时间：{deadline}9:30，地点：{room}。",
        ],
        from: "招标采购中心",
        files: &["养护标准.pdf"],
    },
];
