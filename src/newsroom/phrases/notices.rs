//! Holds the templates of notices.

use super::template::PhraseTemplate;

pub(in crate::newsroom) static NOTICES: [PhraseTemplate; 16] = [
    PhraseTemplate {
        title: "关于举办{subject}专题培训班的通知（{city}）",
        body: &[
            "各部门、各分公司：为提升员工{subject}能力，经研究，决定在{city}举办专题培训班，现将有关事项通知如下。",
            "一、培训时间：{soon}至{later}，每天下午。二、培训地点：{room}。三、参加人员：各单位{subject}负责人及业务骨干，每单位不超过{few}人。",
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
