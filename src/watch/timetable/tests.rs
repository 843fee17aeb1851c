use chrono::{TimeDelta, TimeZone};

use super::*;

fn every(id: &str, schedule: &str) -> Source {
    let url = format!("https://{id}.example.com/list.html");
    Source {
        schedule: schedule.parse().unwrap(),
        ..Source::new(id.parse().unwrap(), url.parse().unwrap())
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 4, 5, 0, 0).unwrap() + TimeDelta::seconds(seconds)
}

struct Clock(Instant);

impl Clock {
    fn now(&self, seconds: u32) -> Now {
        Now {
            wall: at(seconds.into()),
            instant: self.0 + Duration::from_secs(seconds.into()),
        }
    }
}

fn polled(seconds: i64) -> PollState {
    PollState {
        last_polled: Some(at(seconds)),
        ..PollState::default()
    }
}

/// Returns a timetable with one source, polled last at `state.last_polled`, from second 0 on.
fn begun(schedule: &str, state: &PollState) -> (Clock, Timetable, Source) {
    let (clock, mut timetable) = (Clock(Instant::now()), Timetable::default());
    let source = every("news", schedule);
    timetable.follow(
        std::slice::from_ref(&source),
        |_| state.clone(),
        clock.now(0),
    );
    (clock, timetable, source)
}

fn due(timetable: &mut Timetable, now: Now) -> usize {
    timetable.take_due(now).len()
}

#[test]
fn what_was_missed_is_made_up_once_at_start() {
    let (clock, mut timetable, source) = begun("every 10m", &polled(-86_400));
    assert_eq!(due(&mut timetable, clock.now(0)), 1);
    timetable.polled(&source.id, None, clock.now(1));
    assert_eq!(due(&mut timetable, clock.now(599)), 0);
    assert_eq!(due(&mut timetable, clock.now(600)), 1);
}

#[test]
fn a_source_polled_shortly_before_the_restart_waits_for_its_time() {
    let (clock, mut timetable, _) = begun("every 10m", &polled(-60));
    assert_eq!(due(&mut timetable, clock.now(539)), 0);
    assert_eq!(due(&mut timetable, clock.now(540)), 1);
}

#[test]
fn intervals_do_not_drift_with_the_time_that_a_poll_takes() {
    let (clock, mut timetable, source) = begun("every 10s", &PollState::default());
    for round in 0..10 {
        assert_eq!(due(&mut timetable, clock.now(10 * round)), 1);
        timetable.polled(&source.id, None, clock.now(10 * round + 7));
    }
}

#[test]
fn a_poll_that_took_too_long_keeps_in_step() {
    let (clock, mut timetable, source) = begun("every 10s", &PollState::default());
    assert_eq!(due(&mut timetable, clock.now(0)), 1);
    timetable.polled(&source.id, None, clock.now(37));
    assert_eq!(due(&mut timetable, clock.now(39)), 0);
    assert_eq!(due(&mut timetable, clock.now(40)), 1);
}

#[test]
fn backoff_postpones_the_next_poll() {
    let (clock, mut timetable, source) = begun("every 10s", &PollState::default());
    assert_eq!(due(&mut timetable, clock.now(0)), 1);
    timetable.polled(&source.id, Some(at(100)), clock.now(0));
    assert_eq!(due(&mut timetable, clock.now(99)), 0);
    assert_eq!(due(&mut timetable, clock.now(100)), 1);
}

/// Returns when the source is due, in minutes from second 0 of [`at`], which is 13:00 in Shanghai.
fn due_in_minutes(timetable: &Timetable, source: &Source) -> Option<i64> {
    let due = timetable.due(&source.id)?;
    Some((due - at(0)).num_minutes())
}

#[test]
fn a_failed_poll_is_retried_before_the_next_scheduled_one_and_never_replaces_it() {
    let (clock, mut timetable, source) = begun("0 13 * * *", &polled(-86_400));
    let day = 24 * 60;
    assert_eq!(due(&mut timetable, clock.now(0)), 1);
    timetable.polled(&source.id, Some(at(300)), clock.now(5));
    assert_eq!(due_in_minutes(&timetable, &source), Some(5));
    assert_eq!(due(&mut timetable, clock.now(300)), 1);
    timetable.polled(&source.id, Some(at(900)), clock.now(305));
    assert_eq!(due(&mut timetable, clock.now(900)), 1);
    timetable.polled(&source.id, None, clock.now(905));
    assert_eq!(due_in_minutes(&timetable, &source), Some(day));
}

#[test]
fn a_retry_that_was_missed_is_made_up_at_start() {
    let failed = |again| PollState {
        not_before: Some(at(again)),
        ..polled(-600)
    };
    let (clock, mut timetable, _) = begun("0 12 * * *", &failed(-300));
    assert_eq!(due(&mut timetable, clock.now(0)), 1);
    let (clock, mut timetable, _) = begun("0 12 * * *", &failed(300));
    assert_eq!(due(&mut timetable, clock.now(299)), 0);
    assert_eq!(due(&mut timetable, clock.now(300)), 1);
}

#[test]
fn a_paused_source_whose_retry_is_past_waits_for_its_schedule() {
    let (clock, mut timetable, source) = begun("every 10m", &PollState::default());
    assert_eq!(due(&mut timetable, clock.now(0)), 1);
    timetable.polled(&source.id, Some(at(-1)), clock.now(0));
    assert_eq!(due_in_minutes(&timetable, &source), Some(10));
}

#[test]
fn a_poll_out_of_turn_postpones_no_scheduled_one() {
    let (clock, mut timetable, source) = begun("every 10m", &PollState::default());
    assert_eq!(due(&mut timetable, clock.now(0)), 1);
    timetable.polled(&source.id, None, clock.now(1));
    for second in [60, 120, 180] {
        timetable.polled(&source.id, None, clock.now(second));
        assert_eq!(due_in_minutes(&timetable, &source), Some(10));
    }
}

#[test]
fn a_poll_that_is_under_way_is_not_begun_again() {
    let (clock, mut timetable, source) = begun("every 10s", &PollState::default());
    assert_eq!(due(&mut timetable, clock.now(0)), 1);
    timetable.follow(&[source], |_| PollState::default(), clock.now(5));
    assert_eq!(due(&mut timetable, clock.now(60)), 0);
}

#[test]
fn a_clock_that_is_set_back_does_not_stop_the_polls() {
    let (clock, mut timetable, _) = begun("every 10m", &polled(0));
    let set_back = Now {
        wall: at(30) - TimeDelta::days(1),
        instant: clock.now(30).instant,
    };
    timetable.heed_the_clock(set_back);
    assert_eq!(due(&mut timetable, clock.now(629)), 0);
    assert_eq!(due(&mut timetable, clock.now(630)), 1);
}

#[test]
fn a_clock_that_is_set_forward_makes_up_once_what_it_jumped_over() {
    let (clock, mut timetable, source) = begun("every 10m", &polled(0));
    let set_forward = Now {
        wall: at(30) + TimeDelta::days(1),
        instant: clock.now(30).instant,
    };
    timetable.heed_the_clock(set_forward);
    assert_eq!(due(&mut timetable, set_forward), 1);
    timetable.polled(&source.id, None, set_forward);
    assert_eq!(due(&mut timetable, set_forward), 0);
}

#[test]
fn sources_of_one_line_are_spread_and_those_of_one_address_stay_together() {
    let mut sources: Vec<Source> = (0..50)
        .map(|n| every(&format!("s{n}"), "0 * * * *"))
        .collect();
    sources[1].url = sources[0].url.clone();
    let lines = Lines::of(&sources);
    let jitters: Vec<Duration> = sources
        .iter()
        .map(|source| lines.jitter(source, at(0)))
        .collect();
    assert_eq!(jitters[0], jitters[1]);
    assert!(jitters.iter().all(|jitter| *jitter < MOST_JITTER));
    let distinct: HashSet<&Duration> = jitters.iter().collect();
    assert!(distinct.len() > 40, "{distinct:?}");
}

#[test]
fn a_line_of_one_source_is_kept_to_the_second() {
    let source = every("news", "0 * * * *");
    let lines = Lines::of(std::slice::from_ref(&source));
    assert_eq!(lines.jitter(&source, at(0)), Duration::ZERO);
}

#[test]
fn a_source_that_left_the_config_is_not_polled_any_more() {
    let (clock, mut timetable, _) = begun("every 10s", &PollState::default());
    timetable.follow(&[], |_| PollState::default(), clock.now(1));
    assert_eq!(timetable.first(), None);
}
