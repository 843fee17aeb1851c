//! Not measured yet.
