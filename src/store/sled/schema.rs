//! Defines the schema of the rows, and the migration from an older one.
//!
//! A newer schema is rejected. An older one is first copied whole to `STATE/backup/store-schema-N`, then migrated
//! step by step; each step may run again after a crash, and its number is written when it is done.

use std::{fs, io, path::Path};

use super::{
    super::private,
    block, damage,
    engine::{Engine, Writes},
    keys, older_chats,
    read::newest,
};
use crate::{
    policy::facts::SourceFacts,
    store::error::{Failure, Result},
};

/// A step that brings rows of one schema to the next one; some of them may be of the next one already.
type Step = fn(&Engine) -> Result<()>;

/// The steps; the first one brings schema 1 to schema 2, and so on.
const STEPS: &[Step] = &[
    block::pack_old,
    count_news,
    newest::enter_old,
    older_chats::bring_up,
];

/// Adds to each source's row the highest number of new notices (schema 3). The row ends in that number.
fn count_news(engine: &Engine) -> Result<()> {
    let mut writes = Writes::default();
    for row in engine.scan(b"s") {
        let row = row?;
        if engine.decode::<SourceFacts>(&row.key, &row.value).is_err() {
            let mut value = row.value.to_vec();
            value.push(0);
            writes.set(row.key.to_vec(), value);
        }
    }
    engine.commit(writes)
}

/// Brings an open store to the schema of this program.
pub(super) fn bring_up(engine: &Engine) -> Result<()> {
    follow(engine, STEPS)
}

fn follow(engine: &Engine, steps: &[Step]) -> Result<()> {
    let known = u32::try_from(steps.len()).unwrap_or(u32::MAX - 1) + 1;
    let Some(found) = engine.raw(keys::SCHEMA)? else {
        return write(engine, known);
    };
    let found = found
        .first_chunk()
        .map_or(0, |bytes| u32::from_be_bytes(*bytes));
    if found > known {
        return Err(Failure::Newer {
            path: engine.path().to_owned(),
            found,
            known,
        }
        .into());
    }
    if found == 0 {
        return Err(damage::damaged(
            engine.path(),
            "it has no schema".to_owned(),
        ));
    }
    if found < known {
        copy(engine, found).map_err(|error| Failure::Unusable {
            path: engine.path().to_owned(),
            why: format!("it must be copied before it is brought up to this version: {error}"),
        })?;
    }
    for (schema, step) in (2..).zip(steps).skip(found as usize - 1) {
        tracing::info!(schema, "the store was migrated to this version");
        step(engine)?;
        write(engine, schema)?;
    }
    Ok(())
}

fn write(engine: &Engine, schema: u32) -> Result<()> {
    let mut writes = Writes::default();
    writes.set(keys::SCHEMA.to_vec(), schema.to_be_bytes().to_vec());
    engine.commit(writes)?;
    engine.sync()
}

/// Copies the store; the older program can open the copy as it is.
fn copy(engine: &Engine, schema: u32) -> io::Result<()> {
    let state = engine.path().parent().unwrap_or(Path::new("."));
    let to = state.join("backup").join(format!("store-schema-{schema}"));
    if to.exists() {
        return Ok(());
    }
    private::folder(&state.join("backup"))?;
    let unfinished = to.with_extension("unfinished");
    copy_folder(engine.path(), &unfinished)?;
    fs::rename(unfinished, to)
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    private::folder(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
            fs::File::open(&target)?.sync_all()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::{StoreError, refused},
        *,
    };

    fn add_row(engine: &Engine) -> Result<()> {
        let mut writes = Writes::default();
        writes.set(b"zmigrated".to_vec(), vec![2]);
        engine.commit(writes)
    }

    fn break_off(engine: &Engine) -> Result<()> {
        add_row(engine)?;
        Err(refused("broken off".to_owned()))
    }

    #[test]
    fn a_newer_store_is_refused_and_left_alone() {
        let state = tempfile::tempdir().unwrap();
        let engine = crate::store::sled::open::open(state.path()).unwrap();
        follow(&engine, &[add_row, add_row]).unwrap();
        assert!(
            engine.raw(b"zmigrated").unwrap().is_none(),
            "a new one needs no migration"
        );
        let error = follow(&engine, &[add_row]).unwrap_err();
        assert!(
            matches!(
                error,
                StoreError::Failed(Failure::Newer {
                    found: 3,
                    known: 2,
                    ..
                })
            ),
            "{error}"
        );
    }

    #[test]
    fn an_older_store_is_copied_and_brought_up_step_by_step_also_after_a_crash() {
        let state = tempfile::tempdir().unwrap();
        let engine = crate::store::sled::open::open(state.path()).unwrap();
        follow(&engine, &[]).unwrap();
        follow(&engine, &[add_row, break_off]).unwrap_err();
        let schema = |engine: &Engine| engine.raw(keys::SCHEMA).unwrap().unwrap().to_vec();
        assert_eq!(schema(&engine), 2u32.to_be_bytes());
        follow(&engine, &[add_row, add_row]).unwrap();
        assert_eq!(schema(&engine), 3u32.to_be_bytes());
        drop(engine);
        let before = tempfile::tempdir().unwrap();
        copy_folder(
            &state.path().join("backup/store-schema-1"),
            &before.path().join("store"),
        )
        .unwrap();
        let old = crate::store::sled::open::open(before.path()).unwrap();
        assert_eq!(schema(&old), 1u32.to_be_bytes());
        assert!(old.raw(b"zmigrated").unwrap().is_none());
    }
}
