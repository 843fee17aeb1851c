//! The names of the texts that say why the store did not do what it was asked.

texts! {
    /// Why something was not done, as a whole sentence; `{it}` stands for what it is about, or for the most that may be.
    RefusalWords {
        no_bulletin no_channel no_delivery no_source no_token not_own held not_held withdrawn
        of_page no_desk never_polled not_to_retry of_withdrawn not_queued too_many_sources
        too_many_channels         too_many_tokens no_answer lease_lost disk_low away other
    }
    counted {}
    also {}
}
