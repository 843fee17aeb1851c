//! Learns the weight of each sign from the labelled texts.
//!
//! A support vector machine with squared hinge loss, solved by dual coordinate descent (Hsieh et al. 2008): it only
//! adds, multiplies and divides, so that every machine computes the same weights.

use std::collections::{BTreeMap, HashMap};

use super::{
    ByWhen, Candidate, chosen, each_place,
    measured::{Case, Count, FILES, cases, noon},
    signs::say_signs,
    weights,
};
use crate::bulletin::Moment;

/// The limit on the pull of one example, chosen by leaving out one file after the other; 0.02 and 0.05 do as well.
const PULL: f64 = 0.03;
const ROUNDS: usize = 60;
/// The factor that makes weights whole numbers; those below the least are left out.
const SCALE: f64 = 1000.0;
const LEAST: i32 = 10;
/// The weight added to every Chinese date: in texts of two authors that were left out, it raises recall without a loss
/// of precision.
const LEAN: (&str, i32) = ("zg any", 60);

/// A labelled text, and its dates with their signs.
struct Example<'a> {
    case: Case<'a>,
    dates: Vec<(Moment, Vec<String>)>,
}

impl<'a> Example<'a> {
    fn new(case: Case<'a>) -> Self {
        let text = case.text.replace("\\n", "\n");
        let published = Moment::Day(case.published);
        let zone = chrono_tz::Europe::Berlin;
        let mut dates = Vec::new();
        each_place(&text, Some(&published), zone, noon(&case), |place| {
            let mut signs = Vec::new();
            say_signs(place, &mut |parts| signs.push(parts.concat()));
            signs.sort_unstable();
            signs.dedup();
            dates.push((place.dated.dates[place.nth].1, signs));
        });
        Self { case, dates }
    }

    /// Returns 1 for a deadline, -1 for another date; `None` if either is accepted.
    fn label(&self, moment: &Moment) -> Option<f64> {
        let day = moment.day().to_string();
        let is_in = |days: &[&str]| days.iter().any(|right| right.starts_with(&day));
        if is_in(&self.case.right) {
            Some(1.0)
        } else {
            (!is_in(&self.case.accepted)).then_some(-1.0)
        }
    }

    fn found(&self, weights: &BTreeMap<String, i32>) -> Option<String> {
        let weigh = |signs: &[String]| signs.iter().filter_map(|sign| weights.get(sign)).sum();
        let candidates = self.dates.iter().map(|(moment, signs)| Candidate {
            weight: weigh(signs),
            by_when: ByWhen {
                moment: *moment,
                sentence: String::new(),
            },
        });
        let found = chosen(
            candidates
                .filter(|candidate| candidate.weight > 0)
                .collect(),
        );
        found.map(|found| found.moment.to_string().chars().take(16).collect())
    }
}

fn examples(file: &str) -> Vec<Example<'_>> {
    cases(file).map(Example::new).collect()
}

/// Returns the signs that are in at least three texts; for languages with letters, which share fewer texts, in two.
fn known<'a>(examples: &'a [&Example<'_>]) -> HashMap<&'a str, usize> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for example in examples {
        let signs = example.dates.iter().flat_map(|(_, signs)| signs);
        let mut signs: Vec<&str> = signs.map(String::as_str).collect();
        signs.sort_unstable();
        signs.dedup();
        for sign in signs {
            *counts.entry(sign).or_default() += 1;
        }
    }
    let least = |sign: &str| if sign.starts_with('x') { 2 } else { 3 };
    let kept = counts
        .into_iter()
        .filter(|(sign, count)| *count >= least(sign));
    kept.enumerate().map(|(at, (sign, _))| (sign, at)).collect()
}

/// Returns the weight of each sign by these examples.
fn learn(examples: &[&Example<'_>]) -> BTreeMap<String, i32> {
    let known = known(examples);
    let mut rows = Vec::new();
    for example in examples {
        for (moment, signs) in &example.dates {
            if let Some(label) = example.label(moment) {
                let signs = signs
                    .iter()
                    .filter_map(|sign| known.get(sign.as_str()).copied());
                rows.push((signs.collect::<Vec<usize>>(), label));
            }
        }
    }
    let weights = descend(&rows, known.len());
    let lean = |sign: &str| if sign == LEAN.0 { LEAN.1 } else { 0 };
    let rounded = |sign: &str, at: usize| (weights[at] * SCALE).round() as i32 + lean(sign);
    let all = known
        .iter()
        .map(|(sign, at)| ((*sign).to_owned(), rounded(sign, *at)));
    all.filter(|(_, weight)| weight.abs() >= LEAST).collect()
}

fn descend(rows: &[(Vec<usize>, f64)], signs: usize) -> Vec<f64> {
    const SLACK: f64 = 0.5 / PULL;
    let mut weights = vec![0.0; signs];
    let mut pulls = vec![0.0_f64; rows.len()];
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut chance = fastrand::Rng::with_seed(1);
    for _ in 0..ROUNDS {
        chance.shuffle(&mut order);
        for at in &order {
            let (signs, label) = &rows[*at];
            let sum: f64 = signs.iter().map(|sign| weights[*sign]).sum();
            let gradient = label * sum - 1.0 + SLACK * pulls[*at];
            let pull = (pulls[*at] - gradient / (signs.len() as f64 + SLACK)).max(0.0);
            let step = (pull - pulls[*at]) * label;
            for sign in signs {
                weights[*sign] += step;
            }
            pulls[*at] = pull;
        }
    }
    weights
}

/// Checks that the weights in the file are those learnt.
/// `NOTICAST_WRITE_WEIGHTS=1 cargo test --release training -- --ignored` rewrites the file.
#[test]
#[ignore = "takes half a minute; run it when texts, words or signs have changed"]
fn the_weights_are_those_that_the_texts_teach() {
    let all: Vec<Example<'_>> = FILES.iter().flat_map(|(_, file)| examples(file)).collect();
    let learnt = learn(&all.iter().collect::<Vec<_>>());
    let lines = learnt
        .iter()
        .map(|(sign, weight)| format!("{weight} {sign}\n"));
    let file: String = lines.collect();
    if std::env::var_os("NOTICAST_WRITE_WEIGHTS").is_some() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/source/summary/deadline/weights.txt"
        );
        std::fs::write(path, &file).expect("written");
    } else {
        assert!(file == weights::FILE, "the texts teach other weights");
    }
}

/// Prints precision and recall on each file, learnt from the others; `LEFT_OUT=another_author,short` for some of them.
#[test]
#[ignore = "for those who change signs: it learns as often as there are files"]
fn figures_of_each_file_that_is_left_out() {
    let wanted = std::env::var("LEFT_OUT").unwrap_or_default();
    let files: Vec<_> = FILES
        .iter()
        .map(|(name, file)| (*name, examples(file)))
        .collect();
    for (name, left_out) in &files {
        if !wanted.is_empty() && !wanted.split(',').any(|wanted| wanted == *name) {
            continue;
        }
        let others = files.iter().filter(|(other, _)| other != name);
        let others: Vec<&Example<'_>> = others.flat_map(|(_, examples)| examples).collect();
        say_figures(name, left_out, &learn(&others));
    }
}

/// Prints how much is found in each language, and with `FAULTS=1` what is not.
fn say_figures(name: &str, left_out: &[Example<'_>], weights: &BTreeMap<String, i32>) {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for example in left_out {
        let language = example.case.language;
        let found = example.found(weights);
        let mut count = Count::default();
        if !count.judge(&example.case, found.as_deref()) && std::env::var_os("FAULTS").is_some() {
            let Case { right, text, .. } = &example.case;
            println!("{language}: {found:?} instead of {right:?}: {text}");
        }
        let of_all = if language.starts_with("zh") {
            "Chinese"
        } else {
            "others"
        };
        for group in [language, of_all] {
            counts.entry(group).or_default().add(&count);
        }
    }
    for (language, count) in counts {
        println!("{name}, {language}: {count}");
    }
}
