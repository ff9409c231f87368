//! Files of an older and of a newer version: a copy before one is brought up, and no word written into what
//! a newer program wrote.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use backhaul::model::{Act, Deed, MovementKey, Seen, Viewer};
use backhaul::store::{Access, People, Reader, SCHEMA, Scope, Store, StoreError, examine};
use backhaul::sync::JUDGE;

use super::{Bench, START, tractor};

const _: () =
    assert!(SCHEMA == 15, "`age` and `age_more` take back the last steps: have them take back yours");

/// Takes back the last step: nothing is looked up by its revision.
fn age(path: &Path) {
    let raw = rusqlite::Connection::open(path).unwrap();
    for index in names(&raw, "SELECT name FROM sqlite_schema WHERE type = 'index' AND name LIKE '%_by_rev'") {
        raw.execute_batch(&format!("DROP INDEX {index}")).unwrap();
    }
    raw.pragma_update(None, "user_version", SCHEMA - 1).unwrap();
}

/// Takes back the two before that as well: nothing is written down of how things were handled, nor of who may read.
fn age_more(path: &Path) {
    age(path);
    let raw = rusqlite::Connection::open(path).unwrap();
    raw.execute_batch("DROP TABLE readers").unwrap();
    for trigger in names(&raw, "SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
        raw.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    for column in names(
        &raw,
        "SELECT name FROM pragma_table_info('actions') WHERE cid > (SELECT cid FROM pragma_table_info('actions') WHERE name = 'worse_by_s')",
    ) {
        raw.execute_batch(&format!("ALTER TABLE actions DROP COLUMN {column}")).unwrap();
    }
    raw.pragma_update(None, "user_version", SCHEMA - 3).unwrap();
}

fn names(raw: &rusqlite::Connection, sql: &str) -> Vec<String> {
    raw.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// What only people know: no upstream tells it again.
fn note(raw: &rusqlite::Connection, text: &str) {
    raw.execute("INSERT INTO actions (at, user, host, verb, kind, subject_id, text) VALUES (1, 'ann', 'box', 'note', 'exception', 'x', ?1)", [text]).unwrap();
}

/// Makes it a file of the next version, which programs may read that know `oldest`.
fn renew(path: &Path, oldest: u32) {
    let raw = rusqlite::Connection::open(path).unwrap();
    raw.execute("UPDATE readers SET oldest = ?1", [oldest]).unwrap();
    raw.pragma_update(None, "user_version", SCHEMA + 1).unwrap();
}

fn version(path: &Path) -> u32 {
    let raw = rusqlite::Connection::open(path).unwrap();
    raw.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

/// What was put beside it, by name.
fn copies(path: &Path) -> Vec<String> {
    let names = fs::read_dir(path.parent().unwrap()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut copies: Vec<_> = names.filter(|name| name.contains(".schema-")).collect();
    copies.sort();
    copies
}

/// A database with a tractor in it, closed.
async fn filled() -> (tempfile::TempDir, PathBuf) {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "T-1")]).await;
    let path = bench.path();
    bench.store.close().await;
    (bench.folder, path)
}

#[tokio::test]
async fn an_older_file_is_copied_with_its_log_before_it_is_brought_up() {
    let (_folder, path) = filled().await;
    age(&path);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    // Held open, so that what is written stays in the log.
    let other = rusqlite::Connection::open(&path).unwrap();
    note(&other, "in the log");
    let (_store, notice) = Store::open(&path, Access::Owner, JUDGE, START).unwrap();
    let name = format!("b.db.schema-{}.bak", SCHEMA - 1);
    let copy = path.with_file_name(&name);
    let text = notice.unwrap().text;
    assert!(text.contains(&format!("from schema {} to {SCHEMA}", SCHEMA - 1)), "{text}");
    assert!(text.contains(copy.to_str().unwrap()), "{text}");
    assert_eq!((version(&path), version(&copy)), (SCHEMA, SCHEMA - 1));
    assert_eq!(examine(&path).unwrap().copies, std::slice::from_ref(&copy), "and `doctor` tells of it");
    let mode = fs::metadata(&copy).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o640, "the same people may use it");
    let raw = rusqlite::Connection::open(&copy).unwrap();
    let count = |sql: &str| -> i64 { raw.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(count("SELECT count(*) FROM actions WHERE text = 'in the log'"), 1);
    assert_eq!(count("SELECT count(*) FROM tractors"), 1);
    assert!(Reader::open(&path, Scope::Whole).unwrap().fleet(START).unwrap().tractors.len() == 1);
}

#[tokio::test]
async fn a_step_that_fails_leaves_the_file_as_it_was_and_one_copy_of_it() {
    let (_folder, path) = filled().await;
    age_more(&path);
    let raw = rusqlite::Connection::open(&path).unwrap();
    note(&raw, "before");
    // A step makes a table of that name, and cannot.
    raw.execute_batch("CREATE TABLE readers (nonsense)").unwrap();
    let older = path.with_file_name("b.db.schema-3.bak");
    fs::write(&older, "of long ago").unwrap();
    let copy = format!("b.db.schema-{}.bak", SCHEMA - 3);
    for _ in 0..4 {
        let refused = Store::open(&path, Access::Owner, JUDGE, START).err().unwrap().to_string();
        assert!(refused.contains("readers"), "{refused}");
        assert_eq!(version(&path), SCHEMA - 3, "all steps or none");
        assert_eq!(copies(&path), [copy.as_str(), "b.db.schema-3.bak"]);
    }
    raw.execute_batch("DROP TABLE readers").unwrap();
    let (store, notice) = Store::open(&path, Access::Owner, JUDGE, START).unwrap();
    assert!(notice.unwrap().text.contains(&copy));
    store.close().await;
    assert_eq!((version(&path), version(&path.with_file_name(&copy))), (SCHEMA, SCHEMA - 3));
}

#[tokio::test]
async fn a_version_that_has_a_copy_gets_another_only_for_what_is_new_and_the_newest_two_are_kept() {
    let (_folder, path) = filled().await;
    let name = |rest: &str| format!("b.db.schema-{}{rest}", SCHEMA - 1);
    let older = path.with_file_name("b.db.schema-3.bak");
    fs::write(&older, "of long ago").unwrap();
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    fs::File::options().write(true).open(&older).unwrap().set_modified(long_ago).unwrap();
    fs::write(path.with_file_name(name(".part")), "broke off").unwrap();
    let first = vec!["b.db.schema-3.bak".to_owned(), name(".bak")];
    let nothing: fn(&Path) = |_| {};
    let noted: fn(&Path) = |path| note(&rusqlite::Connection::open(path).unwrap(), "later");
    let rounds = [
        (nothing, first.clone(), name(".bak")),
        (nothing, first, name(".bak")),
        (noted, vec![name(".2.bak"), name(".bak")], name(".2.bak")),
    ];
    for (change, mut expected, told) in rounds {
        age(&path);
        change(&path);
        let (store, notice) = Store::open(&path, Access::Owner, JUDGE, START).unwrap();
        let text = notice.unwrap().text;
        assert!(text.contains(&told), "{text}");
        store.close().await;
        expected.sort();
        assert_eq!(copies(&path), expected);
    }
}

/// Opens it again as long as that may help: while one makes a new file's log, SQLite has no other wait for it.
fn patiently<T>(open: impl Fn() -> Result<T, StoreError>) -> Result<T, StoreError> {
    loop {
        match open() {
            Err(error) if error.may_pass() => std::thread::yield_now(),
            opened => return opened,
        }
    }
}

#[test]
fn who_starts_first_makes_the_file_whole_and_nobody_takes_it_for_an_older_one() {
    for round in 0..12 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.db");
        let start = std::sync::Barrier::new(4);
        std::thread::scope(|threads| {
            for _ in 0..3 {
                threads.spawn(|| {
                    start.wait();
                    let opened = patiently(|| People::open(&path, Access::Owner));
                    assert!(opened.is_ok(), "round {round}: {}", opened.err().unwrap());
                });
            }
            start.wait();
            let (_store, notice) = patiently(|| Store::open(&path, Access::Owner, JUDGE, START)).unwrap();
            assert_eq!(notice, None, "round {round}");
        });
        assert_eq!((version(&path), copies(&path)), (SCHEMA, vec![]), "round {round}");
    }
}

#[tokio::test]
async fn only_who_polls_brings_a_file_up() {
    let (_folder, path) = filled().await;
    age(&path);
    let older =
        |error: Option<StoreError>| matches!(error, Some(StoreError::Older { found }) if found == SCHEMA - 1);
    assert!(older(People::open(&path, Access::Owner).err()));
    assert!(older(Reader::open(&path, Scope::Live).err()));
    assert_eq!((version(&path), copies(&path).len()), (SCHEMA - 1, 0));
}

#[tokio::test]
async fn a_file_is_not_brought_up_where_no_copy_can_be_made() {
    let (_folder, path) = filled().await;
    age(&path);
    // A folder of that name: nothing can be written there.
    fs::create_dir(path.with_file_name(format!("b.db.schema-{}.part", SCHEMA - 1))).unwrap();
    let refused = Store::open(&path, Access::Owner, JUDGE, START).err().unwrap().to_string();
    assert!(
        refused.contains("no copy of it can be made before") && refused.contains("make room"),
        "{refused}"
    );
    assert_eq!(version(&path), SCHEMA - 1);
}

#[tokio::test]
async fn who_was_polling_when_a_newer_program_came_writes_no_more() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "T-1")]).await;
    let path = bench.path();
    let mut people = People::open(&path, Access::Owner).unwrap();
    let mut reader = Reader::open(&path, Scope::Whole).unwrap();
    let before = reader.fleet(START).unwrap();
    renew(&path, SCHEMA);
    let newer = |error: Option<StoreError>| matches!(error, Some(StoreError::Newer { found, known: SCHEMA, readable: true }) if found == SCHEMA + 1);
    assert!(newer(bench.store.forget_cursor("samsara", "vehicles").await.err()));
    assert!(newer(bench.store.judge(vec![], vec![MovementKey::default()]).await.err()));
    assert!(newer(bench.store.keep_accounts(vec![], START).await.err()));
    assert!(newer(people.announce(&Viewer::default(), START).err()));
    let act =
        Act { at: START, user: "ann".into(), host: "box".into(), deed: Deed::Ack, seen: Seen::default() };
    assert!(newer(people.act("x", &act).err()));
    let after = reader.fleet(START).unwrap();
    assert_eq!(after.totals.schema, SCHEMA + 1, "what is added to is read on");
    assert_eq!((after.revision, after.tractors.len()), (before.revision, 1));
    let raw = rusqlite::Connection::open(&path).unwrap();
    let written: i64 = raw
        .query_row("SELECT (SELECT count(*) FROM viewers) + (SELECT count(*) FROM actions)", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(written, 0);
}

#[tokio::test]
async fn what_a_newer_program_gave_another_meaning_is_not_read() {
    let mut bench = Bench::new();
    bench.tell("samsara", "vehicles", vec![tractor("1", "T-1")]).await;
    let path = bench.path();
    let mut reader = Reader::open(&path, Scope::Whole).unwrap();
    reader.fleet(START).unwrap();
    renew(&path, SCHEMA + 1);
    for error in [reader.fleet(START).err().unwrap(), Reader::open(&path, Scope::Live).err().unwrap()] {
        assert!(matches!(error, StoreError::Newer { readable: false, .. }), "{error}");
        let text = error.to_string();
        assert!(text.ends_with("use the newer backhaul that wrote it"), "{text}");
    }
    bench.store.close().await;
    let refused = Store::open(&path, Access::Owner, JUDGE, START).err().unwrap();
    assert!(matches!(refused, StoreError::Newer { .. }), "{refused}");
}

#[test]
fn the_database_of_another_program_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for (name, table) in [("unlike", "invoices"), ("alike", "movements")] {
        let path = folder.path().join(name);
        let other = rusqlite::Connection::open(&path).unwrap();
        other.execute_batch(&format!("CREATE TABLE {table} (id INTEGER)")).unwrap();
        drop(other);
        let refused = Store::open(&path, Access::Owner, JUDGE, START).err().unwrap();
        assert!(matches!(&refused, StoreError::Foreign(named) if named.ends_with(name)), "{refused}");
        assert!(!refused.to_string().contains("CREATE TABLE"), "{refused}");
        let unread = Reader::open(&path, Scope::Whole).err().unwrap();
        assert!(matches!(unread, StoreError::Foreign(_)), "who only looks is told so too: {unread}");
        let tables = "SELECT count(*) FROM sqlite_schema";
        assert_eq!(rusqlite::Connection::open(&path).unwrap().query_one(tables, [], |row| row.get(0)), Ok(1));
    }
}
