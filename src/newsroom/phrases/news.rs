//! Holds the templates of news.

use super::template::PhraseTemplate;

pub(in crate::newsroom) static NEWS: [PhraseTemplate; 15] = [
    PhraseTemplate {
        title: "集团{city}基地{goods}项目正式投产",
        body: &[
            "{today}，集团{city}基地{goods}项目正式投产，首批产品顺利下线，标志着集团产业布局迈出关键一步。",
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
        title: "{city}遭遇强降雨 {unit}全力保障{goods}供应",
        body: &[
            "连日来{city}出现强降雨天气，{unit}迅速启动应急预案，{count}名员工轮班值守，确保{goods}供应不断档。",
            "党员突击队连夜疏通厂区排水，运输车辆绕行送货，所有订单均按期送达。",
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
