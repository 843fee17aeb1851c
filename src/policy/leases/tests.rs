use super::*;

fn source(number: usize) -> LeaseKey {
    LeaseKey::Source(format!("s{number}").parse().unwrap())
}

/// Returns sources, each on its own host, or several on one.
fn wanted(sources: usize, of_one_host: usize) -> Vec<Wanted> {
    let wanted = |number| Wanted {
        key: source(number),
        group: format!("host {}", number / of_one_host),
    };
    (0..sources).map(wanted).collect()
}

fn sender(name: &str) -> Wanted {
    Wanted {
        key: LeaseKey::Sender(name.to_owned()),
        group: name.to_owned(),
    }
}

/// Lets the workers renew one after the other, until nothing changes.
fn settle(
    alive: &[&str],
    wanted: &[Wanted],
    leases: &mut HashMap<LeaseKey, Lease>,
) -> BTreeMap<String, usize> {
    for turn in 0.. {
        assert!(turn < 9, "they never come to rest");
        let mut has_changed = false;
        for me in alive {
            let plan = plan(me, wanted, alive, leases);
            has_changed |= plan != Plan::default();
            for key in plan.give_back {
                leases.get_mut(&key).unwrap().worker = None;
            }
            for key in plan.take {
                let lease = leases.entry(key).or_default();
                lease.epoch += 1;
                lease.worker = Some((*me).to_owned());
            }
        }
        if !has_changed {
            break;
        }
    }
    let mut counts = BTreeMap::new();
    for lease in leases.values() {
        *counts.entry(lease.worker.clone().unwrap()).or_default() += 1;
    }
    counts
}

#[test]
fn one_worker_holds_everything_at_once() {
    let all: Vec<Wanted> = wanted(9, 3).into_iter().chain([sender("bot")]).collect();
    let plan = plan("a", &all, &["a"], &HashMap::new());
    assert_eq!(plan.take.len(), 10);
    assert!(plan.give_back.is_empty());
}

#[test]
fn sources_and_senders_are_spread_evenly_and_again_when_a_worker_comes_or_goes() {
    let mut all = wanted(1000, 1);
    all.extend(["bot", "robot", "mail"].map(sender));
    let mut leases = HashMap::new();
    let alone = settle(&["a"], &all, &mut leases);
    assert_eq!(alone["a"], 1003);
    let three = settle(&["a", "b", "c"], &all, &mut leases);
    for worker in ["a", "b", "c"] {
        assert!((334..=335).contains(&three[worker]), "{three:?}");
    }
    let two = settle(&["a", "c"], &all, &mut leases);
    assert_eq!((two["a"] + two["c"], two.len()), (1003, 2));
    assert!(two["a"].abs_diff(two["c"]) <= 2, "{two:?}");
}

#[test]
fn the_sources_of_one_host_stay_with_one_worker() {
    let (all, mut leases) = (wanted(60, 10), HashMap::new());
    settle(&["a"], &all, &mut leases);
    settle(&["a", "b"], &all, &mut leases);
    for host in 0..6 {
        let holders = (0..10).map(|number| leases[&source(host * 10 + number)].worker.clone());
        let holders: std::collections::BTreeSet<_> = holders.collect();
        assert_eq!(holders.len(), 1, "host {host}");
    }
    // A source that is added to a host later goes where the others are.
    let holder = leases[&source(0)].worker.clone();
    let mut more = all;
    more.push(Wanted {
        key: source(100),
        group: "host 0".to_owned(),
    });
    settle(&["a", "b"], &more, &mut leases);
    assert_eq!(leases[&source(100)].worker, holder);
}

#[test]
fn a_taken_lease_has_another_epoch_and_what_is_wanted_no_more_is_given_back() {
    let mut leases = HashMap::new();
    settle(&["a"], &wanted(2, 1), &mut leases);
    assert_eq!(leases[&source(0)].epoch, 1);
    settle(&["b"], &wanted(2, 1), &mut leases);
    assert_eq!(leases[&source(0)].epoch, 2);
    let plan = plan("b", &wanted(1, 1), &["b"], &leases);
    assert_eq!(plan.give_back, [source(1)]);
    assert!(plan.take.is_empty());
}

/// Returns hosts as in practice: most have one page that is watched, some a handful, and a few are portals with
/// hundreds.
fn as_they_are_met(sources: usize) -> Vec<Wanted> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut all = Vec::new();
    for host in 0.. {
        let pages = match random.u32(0..1000) {
            0..700 => 1,
            700..950 => random.usize(2..10),
            950..998 => random.usize(10..60),
            _ => random.usize(200..500),
        };
        let page = |number| Wanted {
            key: source(number),
            group: format!("host {host}"),
        };
        all.extend((all.len()..all.len() + pages).map(page));
        if all.len() >= sources {
            break;
        }
    }
    all.truncate(sources);
    all
}

fn assert_are_within_a_tenth(spread: &BTreeMap<String, usize>, sources: usize) {
    let fair = sources / spread.len();
    for (worker, held) in spread {
        assert!(held.abs_diff(fair) * 10 <= fair, "{worker}: {spread:?}");
    }
}

#[test]
fn ten_thousand_sources_are_spread_within_a_tenth_by_hosts_of_all_sizes() {
    const SOURCES: usize = 10_000;
    let (all, mut leases) = (as_they_are_met(SOURCES), HashMap::new());
    // The workers change one by one, as machines are started, and as they die and come back.
    for alive in [
        &["a"][..],
        &["a", "b"],
        &["a", "b", "c"],
        &["a", "c"],
        &["a", "b", "c"],
        &["a", "b", "c", "d", "e"],
        &["b", "d", "e"],
    ] {
        let spread = settle(alive, &all, &mut leases);
        assert_eq!(spread.len(), alive.len());
        assert_are_within_a_tenth(&spread, SOURCES);
        let mut holders: HashMap<&str, &Option<String>> = HashMap::new();
        for it in &all {
            let holder = &leases[&it.key].worker;
            assert_eq!(*holders.entry(&it.group).or_insert(holder), holder);
        }
    }
}

#[test]
fn what_a_dead_worker_held_is_taken_at_the_next_turn_of_the_others() {
    let (all, mut leases) = (as_they_are_met(10_000), HashMap::new());
    settle(&["a", "b", "c"], &all, &mut leases);
    // It is dead one term after its last renewal, and the others check twice in each.
    for me in ["a", "b"] {
        let plan = plan(me, &all, &["a", "b"], &leases);
        for key in plan.take {
            let lease = leases.get_mut(&key).unwrap();
            lease.epoch += 1;
            lease.worker = Some(me.to_owned());
        }
    }
    let left = leases
        .values()
        .filter(|it| it.worker.as_deref() == Some("c"));
    assert_eq!(left.count(), 0);
    assert!(RENEWAL * 2 <= TERM);
}
