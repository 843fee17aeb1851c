//! Packs the deliveries of a block, column by column.
//!
//! Values that the deliveries of one bulletin share are stored once, and for the rest the difference from the one
//! before: 5 bytes a delivery instead of 35. Each column holds, for each delivery, its figure less that of the one
//! before, as postcard writes it (a zigzag varint); zeros are counted. Texts that are not numbers follow.

use serde::{Deserialize, Serialize};

use super::slot::{SLOTS, Slot};
use crate::bulletin::{DeliveryKind, DeliveryState, MessageRef};

/// The version of the form; an older form began with a byte that no version may have: 0 or 1.
const VERSION: u8 = 2;
const COLUMNS: usize = 17;
/// The expected difference of a figure from the one before: places, channels and message ids follow one another.
const STEPS: [i64; COLUMNS] = [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];

const KINDS: [DeliveryKind; 6] = [
    DeliveryKind::New,
    DeliveryKind::Update,
    DeliveryKind::Rebroadcast,
    DeliveryKind::Announcement,
    DeliveryKind::Reminder,
    DeliveryKind::Document,
];
const STATES: [DeliveryState; 5] = [
    DeliveryState::Queued,
    DeliveryState::Sending,
    DeliveryState::Sent,
    DeliveryState::Failed,
    DeliveryState::Dropped,
];

/// The kinds of message names.
const UNNAMED: i64 = 0;
const BY_NUMBER: i64 = 1;
const BY_TEXT: i64 = 2;

pub(super) fn pack(slots: &[Option<Slot>]) -> Vec<u8> {
    let kept = (0..)
        .zip(slots)
        .filter_map(|(place, slot)| Some((place, slot.as_ref()?)));
    let rows: Vec<[i64; COLUMNS]> = kept.map(|(place, slot)| figures(place, slot)).collect();
    let mut bytes = vec![VERSION];
    write(&mut bytes, &rows.len());
    for column in 0..COLUMNS {
        write_column(
            &mut bytes,
            rows.iter().map(|row| row[column]),
            STEPS[column],
        );
    }
    let messages = slots
        .iter()
        .flatten()
        .filter_map(|slot| slot.message.as_ref());
    for MessageRef(text) in messages.filter(|it| number_of(it).is_none()) {
        write(&mut bytes, text);
    }
    bytes
}

/// Unpacks a block; `None` if the bytes are not those of a block.
pub(super) fn unpack(bytes: &[u8]) -> Option<Vec<Option<Slot>>> {
    let (&VERSION, mut rest) = bytes.split_first()? else {
        return None;
    };
    let count: usize = read(&mut rest)?;
    if count > SLOTS as usize {
        return None;
    }
    let mut rows = vec![[0; COLUMNS]; count];
    for column in 0..COLUMNS {
        read_column(&mut rest, &mut rows, column)?;
    }
    let mut slots: Vec<Option<Slot>> = Vec::with_capacity(count);
    for row in rows {
        let place = usize::try_from(row[0])
            .ok()
            .filter(|it| *it < SLOTS as usize)?;
        if place < slots.len() {
            return None;
        }
        slots.resize(place, None);
        slots.push(Some(slot(&row, &mut rest)?));
    }
    Some(slots)
}

fn figures(place: i64, slot: &Slot) -> [i64; COLUMNS] {
    let number = slot.message.as_ref().and_then(number_of);
    let form = match (&slot.message, number) {
        (None, _) => UNNAMED,
        (Some(_), Some(_)) => BY_NUMBER,
        (Some(_), None) => BY_TEXT,
    };
    [
        place,
        slot.channel.into(),
        slot.bulletin.is_some().into(),
        slot.bulletin.unwrap_or_default().cast_signed(),
        place_in(&KINDS, &slot.kind),
        place_in(&STATES, &slot.state),
        slot.attempts.into(),
        slot.doubts.into(),
        slot.note
            .map_or(0, |note| note.wrapping_add(1))
            .cast_signed(),
        i64::from(slot.has_error) << 2 | form,
        number.unwrap_or_default(),
        slot.queued_ms,
        slot.due,
        slot.begun.is_some().into(),
        slot.begun.unwrap_or_default(),
        slot.ended.is_some().into(),
        // Answers arrive soon after their requests.
        slot.ended
            .unwrap_or_default()
            .wrapping_sub(slot.begun.unwrap_or_default()),
    ]
}

fn slot(figures: &[i64; COLUMNS], texts: &mut &[u8]) -> Option<Slot> {
    let &[
        _,
        channel,
        is_of,
        bulletin,
        kind,
        state,
        attempts,
        doubts,
        note,
        named,
        ..,
    ] = figures;
    let &[.., number, queued_ms, due, is_begun, begun, is_ended, ended] = figures;
    let message = match named & 3 {
        UNNAMED => None,
        BY_NUMBER => Some(number.to_string()),
        BY_TEXT => Some(read(texts)?),
        _ => return None,
    };
    Some(Slot {
        channel: channel.try_into().ok()?,
        bulletin: (is_of != 0).then(|| bulletin.cast_unsigned()),
        kind: *KINDS.get(usize::try_from(kind).ok()?)?,
        state: *STATES.get(usize::try_from(state).ok()?)?,
        attempts: attempts.try_into().ok()?,
        doubts: doubts.try_into().ok()?,
        note: note.cast_unsigned().checked_sub(1),
        has_error: named & 4 != 0,
        message: message.map(MessageRef),
        queued_ms,
        due,
        begun: (is_begun != 0).then_some(begun),
        ended: (is_ended != 0).then(|| ended.wrapping_add(begun)),
    })
}

fn place_in<T: PartialEq>(table: &[T], value: &T) -> i64 {
    let place = table.iter().position(|it| it == value);
    place.map_or(-1, |place| place as i64)
}

/// Returns the name of a message as a number, if the name is that number in plain digits.
fn number_of(MessageRef(text): &MessageRef) -> Option<i64> {
    text.parse()
        .ok()
        .filter(|number: &i64| number.to_string() == *text)
}

fn write_column(bytes: &mut Vec<u8>, column: impl Iterator<Item = i64>, step: i64) {
    let (mut last, mut zeros) = (0_i64, 0_u64);
    for figure in column {
        let more = figure.wrapping_sub(last).wrapping_sub(step);
        last = figure;
        if more == 0 {
            zeros += 1;
            continue;
        }
        write_zeros(bytes, &mut zeros);
        write(bytes, &more);
    }
    write_zeros(bytes, &mut zeros);
}

fn write_zeros(bytes: &mut Vec<u8>, zeros: &mut u64) {
    if *zeros > 0 {
        write(bytes, &0_i64);
        write(bytes, zeros);
        *zeros = 0;
    }
}

fn read_column(bytes: &mut &[u8], rows: &mut [[i64; COLUMNS]], column: usize) -> Option<()> {
    let (mut last, mut zeros) = (0_i64, 0_u64);
    for row in rows {
        let mut more: i64 = 0;
        if zeros == 0 {
            more = read(bytes)?;
            if more == 0 {
                zeros = read(bytes)?;
            }
        }
        zeros = zeros.saturating_sub(1);
        last = last.wrapping_add(more).wrapping_add(STEPS[column]);
        row[column] = last;
    }
    (zeros == 0).then_some(())
}

fn write(bytes: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    let written = postcard::to_stdvec(value).expect("numbers and texts can be written");
    bytes.extend(written);
}

fn read<'a, T: Deserialize<'a>>(bytes: &mut &'a [u8]) -> Option<T> {
    let (value, rest) = postcard::take_from_bytes(bytes).ok()?;
    *bytes = rest;
    Some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_slot() -> impl Strategy<Value = Slot> {
        let message = prop_oneof![
            Just(None),
            any::<u64>().prop_map(|id| Some(id.to_string())),
            ".{0,40}".prop_map(Some),
        ];
        let numbers = (
            any::<u32>(),
            any::<Option<u64>>(),
            0..KINDS.len(),
            0..STATES.len(),
        );
        let tries = (
            any::<u32>(),
            any::<u8>(),
            proptest::option::of(0..u64::MAX),
            any::<bool>(),
        );
        let times = (
            any::<i64>(),
            any::<i64>(),
            any::<Option<i64>>(),
            any::<Option<i64>>(),
        );
        (numbers, tries, message, times).prop_map(|(numbers, tries, message, times)| {
            let (channel, bulletin, kind, state) = numbers;
            let (attempts, doubts, note, has_error) = tries;
            let (queued_ms, due, begun, ended) = times;
            Slot {
                channel,
                bulletin,
                kind: KINDS[kind],
                state: STATES[state],
                attempts,
                doubts,
                note,
                has_error,
                message: message.map(MessageRef),
                queued_ms,
                due,
                begun,
                ended,
            }
        })
    }

    /// Generates blocks as [`unpack`] returns them: without empty places at the end.
    fn any_block() -> impl Strategy<Value = Vec<Option<Slot>>> {
        let slots = proptest::collection::vec(proptest::option::of(any_slot()), 0..=32);
        slots.prop_map(|mut slots| {
            let length = slots
                .iter()
                .rposition(Option::is_some)
                .map_or(0, |last| last + 1);
            slots.truncate(length);
            slots
        })
    }

    proptest! {
        #[test]
        fn a_block_comes_back_as_it_was(slots in any_block()) {
            prop_assert_eq!(unpack(&pack(&slots)), Some(slots));
        }

        #[test]
        fn any_bytes_are_read_or_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            unpack(&bytes);
            if let Some(first) = bytes.first_mut() {
                *first = VERSION;
            }
            if let Some(slots) = unpack(&bytes) {
                prop_assert!(slots.len() <= 32);
            }
        }
    }

    /// Tests that the form is that of existing stores.
    #[test]
    fn the_form_stays() {
        let mut slot = Slot::new(300, Some(7), DeliveryKind::New, -1);
        slot.message = Some(MessageRef("a1".to_owned()));
        let expected = [
            2, 1, 1, 214, 4, 2, 14, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 4, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1,
            0, 1, 2, b'a', b'1',
        ];
        assert_eq!(pack(&[Some(slot)]), expected);
    }

    #[test]
    fn a_bulletin_for_many_chats_takes_few_bytes() {
        let slot = |n: i64| {
            let mut slot = Slot::new(
                1000 + n as u32,
                Some(77),
                DeliveryKind::New,
                1_795_550_400_000,
            );
            slot.state = DeliveryState::Sent;
            slot.attempts = 1;
            slot.message = Some(MessageRef((812_345 + (n * 7) % 16).to_string()));
            slot.begun = Some(100_000 + n * 33);
            slot.ended = Some(100_000 + n * 33 + 60 + n % 5);
            Some(slot)
        };
        let packed = pack(&(0..32).map(slot).collect::<Vec<_>>());
        assert!(packed.len() <= 5 * 32, "{}", packed.len());
    }
}
