//! Which addresses may be reached (promise 10), decided after name resolution and on each redirect.
