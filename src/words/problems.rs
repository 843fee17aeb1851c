//! Names the texts that explain a fault of the service, and how to fix it.

use super::counted::Counted;

texts! {
    /// The place of a fault (`place_…`), the fault itself, and how to fix it (`…_do`).
    ProblemWords {
        place_clock clock_ahead clock_behind clock_do
        place_store place_database place_disk place_service place_schedule place_source
        place_channel place_all place_hub hub_silent hub_silent_do store_silent store_silent_do store_failed store_failed_do
        database_away database_away_do disk_low disk_low_do ending ending_do no_schedule
        no_schedule_do broke_do source_do moved moved_do denied denied_do unreachable unreachable_do
        between_keys last_key channel_blocked channel_failing channel_do stuck stuck_do more_do
    }
    counted {
        broke more
    }
    also {}
}
