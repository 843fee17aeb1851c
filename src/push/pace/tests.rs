use std::{cmp::Reverse, collections::BinaryHeap};

use proptest::prelude::*;

use super::*;

const PRIVATE: LaneLimit = LaneLimit {
    gap: Duration::from_secs(1),
    window: None,
};
const GROUP: LaneLimit = LaneLimit {
    gap: Duration::from_secs(1),
    window: Some((20, Duration::from_secs(60))),
};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Takes all slots until `until`, each answered at once.
fn drain(pace: &mut Pace, mut now: Instant, until: Instant, again: bool) -> Vec<(i64, Instant)> {
    let mut sent = Vec::new();
    while let Some(next) = pace.next_at().filter(|next| *next <= until) {
        now = now.max(next);
        let Some(slot) = pace.take(now, now) else {
            continue;
        };
        assert_eq!(pace.go(slot, slot.at), Ok(()));
        pace.answered(slot, Some((slot.at, slot.at)));
        sent.push((slot.lane.0, slot.at));
        if again {
            pace.wait(slot.lane, Turn::Plain, now);
        }
    }
    sent
}

#[test]
fn messages_go_evenly_and_a_second_apart_in_a_chat() {
    let now = Instant::now();
    let mut pace = Pace::new(30, now);
    for lane in 0..3 {
        pace.set_limit(Lane(lane), PRIVATE, now);
        pace.wait(Lane(lane), Turn::Plain, now);
    }
    let sent = drain(&mut pace, now, now + ms(2500), true);
    assert_eq!(sent.len(), 9);
    for pair in sent.windows(2) {
        assert!(pair[1].1 - pair[0].1 >= ms(33), "{pair:?}");
    }
    let first: Vec<_> = sent.iter().filter(|(lane, _)| *lane == 0).collect();
    assert!(
        first
            .windows(2)
            .all(|pair| pair[1].1 - pair[0].1 >= ms(1000))
    );
}

#[test]
fn a_robot_with_a_backlog_has_its_twenty_in_every_minute_and_never_more() {
    let limit = LaneLimit {
        gap: Duration::ZERO,
        window: Some((20, MINUTE)),
    };
    let now = Instant::now();
    let mut pace = Pace::new(10_000, now);
    pace.set_limit(Lane(0), limit, now);
    pace.wait(Lane(0), Turn::Plain, now);
    let sent = drain(&mut pace, now, now + Duration::from_secs(599), true);
    for twenty_one in sent.windows(21) {
        assert!(twenty_one[20].1 - twenty_one[0].1 >= Duration::from_secs(60));
    }
    let used = sent.len() as f64 / 200.0;
    assert!(used >= 0.98, "{used}");
}

#[test]
fn a_group_takes_twenty_in_any_minute() {
    let now = Instant::now();
    let mut pace = Pace::new(30, now);
    pace.set_limit(Lane(-5), GROUP, now);
    pace.wait(Lane(-5), Turn::Plain, now);
    let sent = drain(&mut pace, now, now + ms(180_500), true);
    assert_eq!(sent.len(), 61);
    for window in sent.windows(21) {
        assert!(window[20].1 - window[0].1 >= ms(60_000));
    }
}

#[test]
fn a_chat_with_one_message_is_not_behind_a_chat_with_a_hundred() {
    let now = Instant::now();
    let mut pace = Pace::new(30, now);
    for lane in 0..2000 {
        pace.set_limit(Lane(lane), PRIVATE, now);
    }
    for lane in 0..10 {
        pace.wait(Lane(lane), Turn::Plain, now);
    }
    let before = drain(&mut pace, now, now + ms(5000), true);
    assert_eq!(before.len(), 51);
    let late = now + ms(5000);
    pace.wait(Lane(1999), Turn::Plain, late);
    let after = drain(&mut pace, late, late + ms(1100), true);
    let place = after.iter().position(|(lane, _)| *lane == 1999);
    assert!(place.is_some_and(|place| place <= 10), "{after:?}");
}

#[test]
fn an_answer_to_a_person_goes_ahead_of_the_backlog() {
    let now = Instant::now();
    let mut pace = Pace::new(30, now);
    for lane in 0..500 {
        pace.set_limit(Lane(lane), PRIVATE, now);
        pace.wait(Lane(lane), Turn::Plain, now);
    }
    pace.wait(Lane(450), Turn::Urgent, now);
    let slot = pace.take(now, now).unwrap();
    assert_eq!((slot.lane, slot.turn), (Lane(450), Turn::Urgent));
    pace.answered(slot, Some((now, now)));
    // Its plain message still has its turn, a second later.
    let rest = drain(&mut pace, now, now + ms(30_000), false);
    assert_eq!(rest.len(), 500);
    let own = rest.iter().find(|(lane, _)| *lane == 450).unwrap();
    assert!(own.1 >= now + ms(1000));
}

/// Slots are assigned ahead of time, also by a program that is suspended now and then.
#[test]
fn what_is_late_does_not_pile_up_before_an_answer_to_a_person() {
    let begin = Instant::now();
    let mut pace = Pace::new(30, begin);
    for lane in 0..2000 {
        pace.set_limit(Lane(lane), PRIVATE, begin);
        pace.wait(Lane(lane), Turn::Plain, begin);
    }
    let mut ahead: Vec<SendSlot> = Vec::new();
    let mut gone = 0;
    for at in 0..30_000 {
        // About a seventh of the time the program is kept from taking or from sending, alternately.
        let (takes, sends) = (at % 700 >= 50, at % 900 >= 80);
        let now = begin + ms(at);
        while takes && let Some(slot) = pace.take(now, now + ms(40)) {
            ahead.push(slot);
        }
        // The slot that asks first is sent, not the one that was assigned first.
        let ready = ahead.iter().rposition(|slot| slot.at <= now);
        if sends
            && let Some(place) = ready
            && pace.go(ahead[place], now).is_ok()
        {
            let slot = ahead.remove(place);
            pace.answered(slot, Some((now, now)));
            gone += 1;
        }
    }
    assert!(ahead.len() <= 4, "{}", ahead.len());
    assert!(gone >= 780, "{gone}");
}

#[test]
fn a_busy_lane_takes_nothing_and_holds_nobody_up() {
    let now = Instant::now();
    let mut pace = Pace::new(30, now);
    for lane in [1, 2] {
        pace.set_limit(Lane(lane), PRIVATE, now);
        pace.wait(Lane(lane), Turn::Plain, now);
    }
    let first = pace.take(now, now).unwrap();
    pace.wait(first.lane, Turn::Plain, now);
    let second = pace.take(now + ms(2000), now + ms(2000)).unwrap();
    assert_ne!(first.lane, second.lane);
    assert_eq!(pace.take(now + ms(5000), now + ms(5000)), None);
    pace.answered(first, None);
    assert!(pace.take(now + ms(5000), now + ms(5000)).is_some());
}

#[test]
fn nothing_runs_into_a_first_request_that_was_stalled_on_its_way() {
    let now = Instant::now();
    let mut pace = Pace::new(30, now);
    for lane in [1, 2] {
        pace.set_limit(Lane(lane), PRIVATE, now);
        pace.wait(Lane(lane), Turn::Plain, now);
    }
    let first = pace.take(now, now).unwrap();
    assert_eq!(pace.go(first, now), Ok(()));
    let second = pace.take(now + ms(40), now + ms(40)).unwrap();
    assert!(pace.go(second, now + ms(40)).is_err());
    // As far as is known, the request was accepted just before its answer left.
    pace.answered(first, Some((now, now + ms(110))));
    assert!(pace.go(second, now + ms(112)).is_err());
    assert_eq!(pace.go(second, now + ms(134)), Ok(()));
}

#[test]
fn too_fast_holds_the_chat_and_a_second_one_from_elsewhere_the_bot() {
    let now = Instant::now();
    let mut pace = Pace::new(30, now);
    for lane in 1..=3 {
        pace.set_limit(Lane(lane), PRIVATE, now);
        pace.wait(Lane(lane), Turn::Plain, now);
    }
    pace.flooded(Lane(1), now + ms(30_000), now);
    assert_eq!(pace.next_at(), Some(now));
    pace.flooded(Lane(1), now + ms(40_000), now);
    assert_eq!(pace.next_at(), Some(now));
    pace.flooded(Lane(2), now + ms(20_000), now + ms(1000));
    assert_eq!(pace.next_at(), Some(now + ms(20_000)));
}

#[test]
fn what_an_earlier_run_sent_counts() {
    let now = Instant::now() + ms(100_000);
    let mut pace = Pace::new(30, now);
    for i in 0..20 {
        pace.remember(Lane(-5), GROUP, now - ms(40_000) + ms(1000 * i));
    }
    pace.remember(Lane(7), PRIVATE, now - ms(20));
    pace.sent_before(now - ms(20));
    for (lane, limit) in [(Lane(-5), GROUP), (Lane(7), PRIVATE)] {
        pace.set_limit(lane, limit, now);
        pace.wait(lane, Turn::Plain, now);
    }
    let sent = drain(&mut pace, now, now + ms(25_000), false);
    assert_eq!(sent, [(7, now + ms(980)), (-5, now + ms(20_000))]);
}

#[test]
fn thousands_of_chats_cost_little_each() {
    let now = Instant::now();
    let mut pace = Pace::new(2000, now);
    for lane in 0..20_000 {
        pace.set_limit(Lane(lane), PRIVATE, now);
        pace.wait(Lane(lane), Turn::Plain, now);
    }
    let began = std::time::Instant::now();
    let sent = drain(&mut pace, now, now + ms(10_000), true);
    assert!(sent.len() >= 19_999);
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn a_hundred_thousand_chats_cost_five_times_as_much_as_twenty_thousand() {
    let now = Instant::now();
    let mut pace = Pace::new(2000, now);
    let began = std::time::Instant::now();
    for lane in 0..100_000 {
        pace.set_limit(Lane(lane), PRIVATE, now);
        pace.wait(Lane(lane), Turn::Plain, now);
    }
    let took = began.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    // Lanes that were silent for long are still forgotten.
    for lane in 0..100_000 {
        pace.unwait(Lane(lane), Turn::Plain);
    }
    for lane in 100_000..200_000 {
        pace.set_limit(Lane(lane), PRIVATE, now + Duration::from_secs(60));
    }
    assert!(pace.lanes.len() < 100_000, "{}", pace.lanes.len());
}

/// The strictest reading of a platform's limits: a bucket without bursts for all, one for each chat, a window for
/// groups; half a gap, at most 100 ms, of jitter is tolerated.
struct Platform {
    gap: f64,
    all: f64,
    chats: HashMap<Lane, Vec<f64>>,
    refused: usize,
}

impl Platform {
    fn admit(&mut self, lane: Lane, limit: LaneLimit, t: f64) {
        let taken = self.chats.entry(lane).or_default();
        let too_fast = t + (self.gap / 2.0).min(0.1) < self.all
            || taken.last().is_some_and(|last| t < last + 0.9)
            || limit
                .window
                .is_some_and(|(max, _)| taken.len() >= max && t < taken[taken.len() - max] + 59.9);
        if too_fast {
            self.refused += 1;
        } else {
            self.all = self.all.max(t) + self.gap;
            taken.push(t);
        }
    }
}

struct Simulated {
    refused: usize,
    seconds: f64,
}

/// Drives a pace like the worker does: up to sixteen requests in flight, begun 40 ms ahead, each delayed by the store,
/// the network and the platform.
fn simulate(
    backlog: &[(Lane, LaneLimit, usize)],
    delay: Duration,
    jitter: &mut dyn FnMut() -> Duration,
) -> Simulated {
    let start = Instant::now();
    let mut pace = Pace::new(30, start);
    let limits: HashMap<_, _> = backlog
        .iter()
        .map(|(lane, limit, _)| (*lane, *limit))
        .collect();
    let mut left: HashMap<_, _> = backlog.iter().map(|(lane, _, n)| (*lane, *n)).collect();
    for (lane, limit, _) in backlog {
        pace.set_limit(*lane, *limit, start);
        pace.wait(*lane, Turn::Plain, start);
    }
    let mut platform = Platform {
        gap: 1.0 / 30.0,
        all: 0.0,
        chats: HashMap::new(),
        refused: 0,
    };
    let mut arrivals = BinaryHeap::new();
    let (mut begun, mut answers) = (BinaryHeap::new(), BinaryHeap::new());
    let mut slots: Vec<(SendSlot, Instant)> = Vec::new();
    let (mut now, mut end) = (start, start);
    loop {
        while begun.len() + answers.len() < 16
            && let Some(slot) = pace.take(now, now + ms(40))
        {
            begun.push(Reverse((slot.at.max(now + jitter()), slots.len())));
            slots.push((slot, slot.at));
        }
        while let Some(Reverse((at, i))) =
            begun.peek().copied().filter(|Reverse((at, _))| *at <= now)
        {
            begun.pop();
            match pace.go(slots[i].0, now) {
                Ok(()) => {
                    slots[i].1 = at.max(now);
                    let arrives = now + jitter();
                    arrivals.push(Reverse((arrives, slots[i].0.lane)));
                    answers.push(Reverse((arrives + delay + jitter(), i)));
                }
                Err(later) => begun.push(Reverse((later.min(now + ms(3)), i))),
            }
        }
        while let Some(Reverse((at, i))) = answers
            .peek()
            .copied()
            .filter(|Reverse((at, _))| *at <= now)
        {
            answers.pop();
            let (slot, sent) = slots[i];
            pace.answered(slot, Some((sent, at)));
            let n = left.get_mut(&slot.lane).unwrap();
            *n -= 1;
            if *n > 0 {
                pace.wait(slot.lane, Turn::Plain, now);
            }
        }
        let is_full = begun.len() + answers.len() >= 16;
        let wake = pace.next_at().filter(|_| !is_full).map(|at| at - ms(40));
        let first =
            |heap: &BinaryHeap<Reverse<(Instant, usize)>>| heap.peek().map(|Reverse((at, _))| *at);
        let Some(next) = [wake, first(&begun), first(&answers)]
            .into_iter()
            .flatten()
            .min()
        else {
            break;
        };
        now = now.max(next) + Duration::from_micros(100);
    }
    while let Some(Reverse((at, lane))) = arrivals.pop() {
        platform.admit(lane, limits[&lane], (at - start).as_secs_f64() + 1.0);
        end = end.max(at);
    }
    Simulated {
        refused: platform.refused,
        seconds: (end - start).as_secs_f64(),
    }
}

fn backlog(chats: i64, each: usize) -> Vec<(Lane, LaneLimit, usize)> {
    (1..=chats)
        .map(|chat| (Lane(chat), PRIVATE, each))
        .collect()
}

#[test]
fn a_backlog_uses_98_percent_of_what_is_permitted() {
    for delay in [0, 1, 250] {
        let simulated = simulate(&backlog(40, 60), ms(delay), &mut || {
            Duration::from_micros(fastrand::u64(100..2500))
        });
        let used = 2399.0 / 30.0 / simulated.seconds;
        assert_eq!(simulated.refused, 0, "{delay} ms");
        assert!(used >= 0.99, "{delay} ms: {used}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_limit_is_broken_whatever_the_network_does(
        seed in any::<u64>(),
        chats in 1i64..60,
        groups in 0i64..4,
        delay in prop_oneof![Just(0u64), 0u64..400],
        hiccup in 0.0f64..0.05,
    ) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut work = backlog(chats, 12);
        work.extend((1..=groups).map(|group| (Lane(-group), GROUP, 25)));
    // Mostly prompt; now and then the store, the network or the platform stalls.
        let mut jitter = || {
            if delay == 0 && random.f64() < hiccup {
                ms(random.u64(0..120))
            } else {
                Duration::from_micros(random.u64(0..2500))
            }
        };
        prop_assert_eq!(simulate(&work, ms(delay), &mut jitter).refused, 0);
    }
}
