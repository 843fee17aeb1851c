//! Holds the newsroom's subjects in English. As in [`phrases`](super::phrases), a headline has at least two gaps; pairs
//! of them, whose lists are long enough, keep the headlines of hours apart.

use super::phrases::{PhraseTemplate, Vocabulary};

pub(super) static WORDS: Vocabulary = Vocabulary {
    cities: &[
        "Leeds", "Bristol", "Cardiff", "Dundee", "Exeter", "Glasgow", "Hull", "Norwich", "Oxford",
        "Preston", "Swansea", "Truro", "York",
    ],
    units: &[
        "Cable Division",
        "Electrical Division",
        "Logistics Centre",
        "Research Institute",
        "Plant One",
        "Plant Two",
        "Engineering Company",
        "IT Centre",
        "Training College",
        "Test Centre",
        "Energy Division",
    ],
    goods: &[
        "switchgear",
        "transformers",
        "solar panels",
        "copper rod",
        "forklifts",
        "machine tools",
        "safety helmets",
        "industrial robots",
        "storage batteries",
        "fire extinguishers",
        "office computers",
        "servers",
        "air compressors",
        "insulation",
        "cranes",
        "air monitors",
        "pallet racks",
    ],
    subjects: &[
        "workplace safety",
        "quality management",
        "data protection",
        "energy saving",
        "equipment inspection",
        "team leadership",
        "fire safety",
        "contract management",
        "cost accounting",
        "lean production",
        "first aid",
        "occupational health",
        "records management",
        "report writing",
        "supply chains",
        "intellectual property",
        "shared services",
        "staff induction",
        "project management",
    ],
    rooms: &[
        "the Head Office lecture hall",
        "the Training College hall",
        "Research Institute room 2.01",
        "the staff club",
        "Head Office room 5.12",
        "the Plant One meeting room",
        "the Logistics Centre classroom",
    ],
};

pub(super) static NOTICES: [PhraseTemplate; 9] = [
    PhraseTemplate {
        title: "Training course on {subject} in {city}",
        body: &[
            "A course on {subject} will be held in {city} from {soon} to {later}, in {room}. Each unit may send up to {few} people.",
            "Please send the registration form to the Training College by 17:00 on {deadline}. Later registrations cannot be considered.",
        ],
        from: "Human Resources",
        files: &["Registration form.csv", "Timetable.pdf"],
    },
    PhraseTemplate {
        title: "Planned power cut at {unit}, {city}: {goods} must be switched off",
        body: &[
            "The annual maintenance of the supply lines requires a power cut in the offices and workshops of {unit} in {city} on {soon}, from 8:00 to 18:00.",
            "Switch off computers, air conditioning and {goods} beforehand. In rain or snow the work moves to the next day.",
        ],
        from: "Facilities",
        files: &[],
    },
    PhraseTemplate {
        title: "{unit}: self-assessment on {subject}",
        body: &[
            "{unit} will carry out a self-assessment on {subject}, covering rules, records and corrective action.",
            "Reports are due at Quality and Safety by {deadline}. At least {few} teams will be visited afterwards.",
        ],
        from: "Quality and Safety",
        files: &["Checklist.csv"],
    },
    PhraseTemplate {
        title: "Call for case studies on {subject} and {goods}",
        body: &[
            "We invite all staff to submit case studies on {subject} in the handling of {goods}. They must be real, your own, and no longer than 2,000 words.",
            "Submissions close on {deadline}. {few} first prizes will be awarded, and the best case studies published.",
        ],
        from: "Corporate Development",
        files: &["Entry form.csv"],
    },
    PhraseTemplate {
        title: "No issue of {goods} from the {city} warehouse during stocktaking",
        body: &[
            "Stocktaking at the {city} warehouse begins on {soon} and takes two days. No {goods} will be issued in that time; deliveries are accepted as usual.",
            "For urgent needs, hand in the emergency form one day ahead, signed by the head of {unit}.",
        ],
        from: "Logistics Centre",
        files: &["Emergency form.csv"],
    },
    PhraseTemplate {
        title: "{unit}: internal vacancy in {subject}",
        body: &[
            "{unit} has {few} vacancies in {subject}, based in {city}, open to all staff with at least two years of service.",
            "Applications close on {deadline}. Shortlisted candidates will be invited to a test and an interview.",
        ],
        from: "Human Resources",
        files: &["Application form.csv"],
    },
    PhraseTemplate {
        title: "Consultation on the operating rules for {goods} at {unit}",
        body: &[
            "The operating rules for {goods} have been in force for three years. A revised draft, based on the experience of {unit}, is now open for comment.",
            "Please discuss it with your teams and send comments by {deadline}.",
        ],
        from: "Quality and Safety",
        files: &["Draft rules.pdf", "Comment form.csv"],
    },
    PhraseTemplate {
        title: "Video conference on {subject}, with a room in {city}",
        body: &[
            "A video conference on {subject} takes place on {soon} at 9:30 in {room}; staff in {city} join from their own meeting room.",
            "Please report the names of participants to the Executive Office by {deadline}.",
        ],
        from: "Executive Office",
        files: &["Reply form.csv"],
    },
    PhraseTemplate {
        title: "New procedure for requesting {goods} at {unit}",
        body: &[
            "From {soon}, {goods} for {unit} are requested in the procurement system only. Paper forms are no longer accepted.",
            "Requests for more than {few} items need the approval of the head of department and of the storekeeper.",
        ],
        from: "Procurement",
        files: &["User guide.pdf"],
    },
];

pub(super) static NEWS: [PhraseTemplate; 9] = [
    PhraseTemplate {
        title: "New production line for {goods} opens in {city}",
        body: &[
            "On {today} the new production line for {goods} in {city} delivered its first batch. The investment of £{amount} thousand adds {percent}% to output and creates {count} jobs.",
            "The head of {unit} said that the next goal is full capacity at steady quality.",
        ],
        from: "Communications",
        files: &[],
    },
    PhraseTemplate {
        title: "{unit}: {goods} pass the national type test",
        body: &[
            "The {goods} developed by {unit} have passed the national type test at the first attempt; {few} values were better than the standard requires.",
            "Two years of work went into the product. Patents have been applied for.",
        ],
        from: "Research Institute",
        files: &[],
    },
    PhraseTemplate {
        title: "Group and {city} partners sign an agreement on {subject}",
        body: &[
            "On {today} the group and partners from {city} signed an agreement on {subject} in {room}.",
            "{unit} will run the first joint projects, with a budget of £{amount} thousand over three years.",
        ],
        from: "Executive Office",
        files: &[],
    },
    PhraseTemplate {
        title: "{unit} completes the year's order of {goods} {few} days early",
        body: &[
            "Production of {goods} at {unit} reached {count} on {today}; the order for the year is complete {few} days early.",
            "Daily planning and weekly reviews raised equipment efficiency by {percent} percentage points. Customers in {city} sent a letter of thanks.",
        ],
        from: "Production",
        files: &[],
    },
    PhraseTemplate {
        title: "{unit} team honoured for {subject}",
        body: &[
            "A team of {unit} has been named the group's model team for {subject}, after {few} years without an accident or a complaint.",
            "Its members made {count} suggestions for improvement, of which {percent}% were adopted.",
        ],
        from: "Staff Council",
        files: &[],
    },
    PhraseTemplate {
        title: "First shipment of {goods} leaves {city} for overseas",
        body: &[
            "A train with {goods} left {city} on {today}. The order is worth £{amount} thousand and is the group's {few}th full train this year.",
            "{unit} and customs agreed on inspections by appointment, which shortens clearance by {percent}%.",
        ],
        from: "International Sales",
        files: &[],
    },
    PhraseTemplate {
        title: "Skills competition in {subject} ends in {city}",
        body: &[
            "The group's three-day competition in {subject} ended in {city} on {today}, with {count} entrants from {few} units.",
            "The team of {unit} took first place.",
        ],
        from: "Staff Council",
        files: &[],
    },
    PhraseTemplate {
        title: "{unit} opens a digital workshop for {goods}",
        body: &[
            "The digital workshop for {goods} at {unit} is now in operation. Orders can be followed from receipt to dispatch, and manual entries fell by {percent}%.",
            "{count} sensors report a standstill within thirty seconds. {city} will follow.",
        ],
        from: "IT Centre",
        files: &[],
    },
    PhraseTemplate {
        title: "Open day on {subject} at {unit}",
        body: &[
            "On {today}, {unit} held an open day on {subject}. {count} relatives of staff and students from {city} visited the workshops.",
            "They tried assembly and testing, and talked to engineers in {room}.",
        ],
        from: "Communications",
        files: &[],
    },
];

pub(super) static TENDERS: [PhraseTemplate; 9] = [
    PhraseTemplate {
        title: "Invitation to tender: {goods} for {unit}",
        body: &[
            "Qinglan Group invites tenders for {goods} for {unit}, to be delivered to {city}. Quantity: {count}; maximum price: £{amount} thousand.",
            "Tender documents can be obtained until 17:00 on {deadline}. Tenders are opened at 9:30 on {later} in {room}.",
        ],
        from: "Tender Office",
        files: &["Tender documents.pdf", "Price list.csv"],
    },
    PhraseTemplate {
        title: "Preferred bidders: installation of {goods} in {city}",
        body: &[
            "The evaluation of tenders for the installation of {goods} in {city} is complete. The preferred bidders are published until {deadline}.",
            "Objections must reach the Tender Office in writing within this period.",
        ],
        from: "Tender Office",
        files: &["Results.pdf"],
    },
    PhraseTemplate {
        title: "Negotiated procedure: maintenance of {goods} at {unit}",
        body: &[
            "{unit} intends to award the maintenance of {goods} for two years by negotiation. Budget: £{amount} thousand.",
            "Offers must be submitted by 10:00 on {deadline} in {room}. Unsealed offers are not accepted.",
        ],
        from: "Tender Office",
        files: &["Terms.pdf"],
    },
    PhraseTemplate {
        title: "Request for quotations: {goods}, {city}",
        body: &[
            "We request quotations for {count} items of {goods}, to be delivered to {city} within thirty days of the order.",
            "Quotations, including tax and transport, are due by 12:00 on {deadline}. {unit} inspects the delivery.",
        ],
        from: "Procurement",
        files: &["Quotation form.csv"],
    },
    PhraseTemplate {
        title: "Clarification of the tender for {goods} at {unit}",
        body: &[
            "To all bidders: in item {few} of the specification for {goods} at {unit}, “at least” reads “at most”. All else stays.",
            "The closing date is extended to 9:30 on {deadline}. Please confirm receipt.",
        ],
        from: "Tender Office",
        files: &["Clarification.pdf"],
    },
    PhraseTemplate {
        title: "Sale by auction: used {goods} of {unit}",
        body: &[
            "{unit} offers {count} used {goods}, stored in {city}, for sale by auction. Starting price: £{amount} thousand.",
            "Viewing is on {soon}; bids close at 15:00 on {deadline}.",
        ],
        from: "Asset Management",
        files: &["List of assets.csv"],
    },
    PhraseTemplate {
        title: "Framework agreement for {goods}: suppliers selected ({city})",
        body: &[
            "After an open review, {few} suppliers have been selected for the framework agreement on {goods} in {city}, for one year.",
            "{unit} can order in the online store. Please report quality problems to Procurement.",
        ],
        from: "Procurement",
        files: &["Suppliers.csv"],
    },
    PhraseTemplate {
        title: "Consultants wanted: {subject} at {unit}",
        body: &[
            "{unit} seeks consultants on {subject} for diagnosis, training and documentation in {city}. Budget: £{amount} thousand.",
            "Offers must reach {room} by 17:00 on {deadline}.",
        ],
        from: "Tender Office",
        files: &["Requirements.pdf"],
    },
    PhraseTemplate {
        title: "Contract review: {goods} delivered to {unit}",
        body: &[
            "The review of the contract for {goods} delivered to {unit} resulted in {percent} points, which meets the requirements.",
            "The result is published until {deadline}. Objections must be made in writing. It also applies to suppliers in {city}.",
        ],
        from: "Procurement",
        files: &[],
    },
];
