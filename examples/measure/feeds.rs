//! How well feeds are read.

use std::path::Path;

use anyhow::Result;

use crate::score::Report;

pub fn measure(_corpus: &Path, _report: &mut Report) -> Result<()> {
    Ok(())
}
