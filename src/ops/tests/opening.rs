//! Tests the remains of a crash, a power cut or a full disk while the store is being opened.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use super::*;

const STATE: &str = "NOTICAST_TEST_OPENED";
const SELF: &str = "ops::tests::opening::a_store_that_was_killed_while_it_opened_is_whole";

async fn whole(state: &Path) {
    let store = Store::open(state).await.unwrap();
    let kept = store.bulletins(&BulletinQuery::default()).await.unwrap();
    assert_eq!(kept.items.len(), 30);
    store.close().await.unwrap();
}

async fn with_thirty() -> TempDir {
    let world = World::new(&[]).await;
    world.poll(list((1..=30).rev())).await;
    world.store.close().await.unwrap();
    world.dir
}

/// Returns the entries of the store's folder whose names end with `end`.
fn ending(state: &Path, end: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(state.join("store")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.to_string_lossy().ends_with(end))
        .collect()
}

#[tokio::test]
async fn a_snapshot_that_a_power_cut_left_unfinished_is_no_damage() {
    let dir = with_thirty().await;
    // A snapshot is taken of what an earlier run wrote.
    whole(dir.path()).await;
    let snapshots = fs::read_dir(dir.path().join("store")).unwrap();
    let mut snapshots = snapshots.map(|entry| entry.unwrap().path());
    let is_snapshot = |path: &PathBuf| path.to_string_lossy().contains("/snap.");
    let snapshot = fs::read(snapshots.find(is_snapshot).unwrap()).unwrap();
    let half = snapshot[..snapshot.len() / 2].to_vec();
    let zeros = vec![0; snapshot.len()];
    for left in [Vec::new(), half, zeros, snapshot] {
        for number in [0, 0xFFFF, u64::MAX] {
            let name = format!("store/snap.{number:016X}.generating");
            fs::write(dir.path().join(name), &left).unwrap();
        }
        whole(dir.path()).await;
        assert_eq!(ending(dir.path(), "generating"), Vec::<PathBuf>::new());
    }
}

#[tokio::test]
async fn a_snapshot_that_another_process_writes_is_left_alone() {
    let dir = with_thirty().await;
    let open = Store::open(dir.path()).await.unwrap();
    let name = dir.path().join("store/snap.00000000000000FF.generating");
    fs::write(&name, "half").unwrap();
    let error = Store::open(dir.path()).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Failed(Failure::Locked { .. })),
        "{error}"
    );
    assert!(name.exists());
    open.close().await.unwrap();
    whole(dir.path()).await;
}

/// Kills the program, which this same test is if [`STATE`] names a store.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_killed_while_it_opened_is_whole() {
    if let Some(state) = std::env::var_os(STATE) {
        loop {
            let store = Store::open(Path::new(&state)).await.unwrap();
            store.close().await.unwrap();
        }
    }
    let dir = with_thirty().await;
    for round in 0..12 {
        let mut opening = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", SELF])
            .env(STATE, dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(60 + round * 13));
        opening.kill().unwrap();
        opening.wait().unwrap();
        whole(dir.path()).await;
    }
}

#[tokio::test]
async fn a_store_in_a_folder_that_others_could_read_is_closed_to_them() {
    let dir = with_thirty().await;
    let now = "2022-12-01T08:00:00Z".parse().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    store
        .housekeep(now)
        .await
        .unwrap()
        .expect("a backup is due");
    store.close().await.unwrap();
    let folders = ["store", "backup"].map(|name| dir.path().join(name));
    let modes = |open: Option<(u32, u32)>| {
        let mut modes = Vec::new();
        for folder in &folders {
            let entries = fs::read_dir(folder).unwrap();
            let files = entries.map(|entry| entry.unwrap().path());
            let mut all: Vec<PathBuf> = files.filter(|path| path.is_file()).collect();
            all.push(folder.clone());
            for path in all {
                if let Some((file, folder)) = open {
                    let mode = if path.is_dir() { folder } else { file };
                    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
                }
                let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
                modes.push((path, mode));
            }
        }
        modes
    };
    modes(Some((0o644, 0o755)));
    let store = Store::open(dir.path()).await.unwrap();
    for (path, mode) in modes(None) {
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, expected, "{}", path.display());
    }
    store.close().await.unwrap();
}
