//! The contract's JSON shapes, the same for `--json` and the API.
