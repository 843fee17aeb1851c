//! Promises 2 to 4, row by row.
