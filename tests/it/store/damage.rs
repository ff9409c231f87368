//! A damaged file: moved aside, rebuilt, people's notes carried over.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use backhaul::model::Batch;
use backhaul::store::{Access, Commit, Health, Reader, Scope, Store, StoreError};
use backhaul::sync::JUDGE;

use super::{Bench, START, fix, tractor};

/// Overwrites the root page of a table.
fn damage(path: &Path, table: &str) {
    let raw = rusqlite::Connection::open(path).unwrap();
    raw.pragma_update(None, "wal_checkpoint", "TRUNCATE").unwrap();
    let find = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
    let page: i64 = raw.query_row(find, [table], |row| row.get(0)).unwrap();
    let size: i64 = raw.pragma_query_value(None, "page_size", |row| row.get(0)).unwrap();
    drop(raw);
    let mut file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(u64::try_from((page - 1) * size).unwrap())).unwrap();
    file.write_all(&vec![0xA5; usize::try_from(size).unwrap()]).unwrap();
}

#[tokio::test]
async fn a_damaged_file_is_moved_aside_and_peoples_notes_are_carried_over() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "T-1")]).await;
    let path = bench.path();
    let Bench { folder, store, .. } = bench;
    store.close().await;
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute(
        "INSERT INTO actions (at, user, host, verb, kind, subject_id, text) VALUES (1, 'ann', 'box', 'note', 'tractor', 'samsara:1', 'slow leak')",
        [],
    )
    .unwrap();
    drop(raw);
    damage(&path, "tractors");
    let (_store, notice) = Store::open(&path, Access::Owner, JUDGE, START).unwrap();
    let text = notice.unwrap().text;
    assert!(text.contains("damaged-") && text.contains("1 of people's notes"), "{text}");
    assert!(Reader::open(&path, Scope::Whole).unwrap().fleet(START).unwrap().tractors.is_empty());
    let raw = rusqlite::Connection::open(&path).unwrap();
    let note: String = raw.query_row("SELECT text FROM actions", [], |row| row.get(0)).unwrap();
    assert_eq!(note, "slow leak");
    let aside = fs::read_dir(folder.path()).unwrap().filter_map(Result::ok);
    assert!(aside.into_iter().any(|entry| entry.file_name().to_string_lossy().contains(".damaged-")));
}

#[test]
fn a_file_that_is_no_database_is_moved_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backhaul.db");
    fs::write(&path, LETTER).unwrap();
    let (_store, notice) = Store::open(&path, Access::Owner, JUDGE, START).unwrap();
    assert!(notice.unwrap().text.contains("moved to"));
}

const LETTER: &str = "this is not a database, it is a letter to my aunt";

#[test]
fn a_file_that_was_never_ours_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    fs::write(&path, LETTER).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let group = fs::metadata(&path).unwrap().gid();
    let opened = [
        Store::open(&path, Access::Group(group + 1), JUDGE, START).err(),
        Reader::open(&path, Scope::Whole).err(),
    ];
    for refused in opened {
        let refused = refused.unwrap();
        assert!(matches!(&refused, StoreError::Foreign(named) if *named == path), "{refused}");
        assert!(refused.to_string().contains("choose another file for database.url"), "{refused}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), LETTER);
    let there = fs::metadata(&path).unwrap();
    assert_eq!((there.mode() & 0o777, there.gid()), (0o644, group));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "and nothing lies beside it");
}

#[tokio::test]
async fn a_database_of_ours_whose_first_page_is_lost_is_repaired_under_any_name() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "T-1")]).await;
    let path = bench.path();
    let Bench { folder: _folder, store, .. } = bench;
    store.close().await;
    let mut file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all(&[0; 4096]).unwrap();
    drop(file);
    let (_store, notice) = Store::open(&path, Access::Owner, JUDGE, START).unwrap();
    assert!(notice.unwrap().text.contains("moved to"));
}

#[tokio::test]
async fn a_reader_follows_to_the_rebuilt_file() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "T-1")]).await;
    let mut reader = Reader::open(&bench.path(), Scope::Whole).unwrap();
    assert_eq!(reader.fleet(bench.now).unwrap().tractors.len(), 1);
    damage(&bench.path(), "stops");
    let (store, notice) = Store::open(&bench.path(), Access::Owner, JUDGE, bench.now).unwrap();
    assert!(notice.is_some());
    bench.store = store;
    assert_eq!(reader.fleet(bench.now).unwrap().tractors.len(), 0);
}

#[tokio::test]
async fn damage_to_the_history_shows_when_it_is_met_and_the_next_start_mends_it() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "T-1")]).await;
    let path = bench.path();
    let Bench { folder: _folder, store, now } = bench;
    store.close().await;
    damage(&path, "positions");
    let (store, notice) = Store::open(&path, Access::Owner, JUDGE, now).unwrap();
    assert_eq!(notice, None, "the history is not looked through at every start");
    let batch = Batch { changes: vec![fix("1", 35.0, now)], ..Batch::default() };
    let health = Health { done: true, ..Health::default() };
    let commit =
        Commit { account: "samsara".into(), resource: "vehicle_stats", batch, read_rev: None, health, now };
    assert!(store.apply(commit).await.unwrap_err().is_damage());
    store.close().await;
    let (_store, notice) = Store::open(&path, Access::Owner, JUDGE, now).unwrap();
    assert!(notice.unwrap().text.contains("moved to"));
}
