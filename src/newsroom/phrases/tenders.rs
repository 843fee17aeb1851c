//! Holds the templates of tenders.

use super::template::PhraseTemplate;

pub(in crate::newsroom) static TENDERS: [PhraseTemplate; 13] = [
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
            "根据供应商管理办法，现对{unit}{goods}采购合同履约情况进行公示，综合得分8{few}分，等级为良好。",
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
