//! Names the texts that report faults; the log has them in English.

use super::counted::Counted;

texts! {
    /// Reports about sources and the disk: each once, and once when it is over.
    AlertWords {
        disk_low_do
        fault recovered speaks_again gap title between_titles disk_low disk_recovered
    }
    counted {
        silence held left_out
    }
    also {}
}
