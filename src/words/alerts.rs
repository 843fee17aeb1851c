//! The names of the texts by which faults are reported; the log says them in English.

use super::counted::Counted;

texts! {
    /// What is reported of sources and of the disk: each once, and once when it is over.
    AlertWords {
        disk_low_do
        fault recovered speaks_again gap title between_titles disk_low disk_recovered
    }
    counted {
        silence held left_out
    }
    also {}
}
