//! Names the texts that explain why the store rejected an operation.

texts! {
    /// The reason why something was not done, as a whole sentence; `{it}` represents its subject, or the allowed
    /// maximum.
    RefusalWords {
        no_bulletin no_channel no_delivery no_source no_token not_own held not_held withdrawn
        of_page no_desk never_polled not_to_retry of_withdrawn not_queued too_many_sources
        too_many_channels         too_many_tokens no_answer lease_lost disk_low away other
    }
    counted {}
    also {}
}
