//! The token file: what is kept, who may read it, and how processes that share it do not use up each
//! other's tokens.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use backhaul::http::Kind;
use backhaul::providers::motive::Motive;
use backhaul::providers::{Provider, settled};
use rustix::process::{Pid, Signal, kill_process};

use super::server::{Company, field, read};
use super::{ask, now};

/// When a failure is no longer held against whoever comes next.
fn later() -> backhaul::model::Timestamp {
    now().plus(Duration::from_secs(60))
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Reads once, which must succeed.
async fn works(motive: &Motive) {
    // Long after what failed before.
    read(motive, "vehicles", now().plus(Duration::from_secs(300))).await.unwrap();
}

#[tokio::test]
async fn what_is_kept_is_on_the_disk_before_it_is_used_and_only_the_owners() {
    let company = Company::start("first").await;
    let motive = company.motive("first");
    assert!(motive.fetch(ask("vehicles")).await.unwrap().is_step);
    assert_eq!(company.offered().1, [""; 0], "nothing was asked with it yet");
    let mut kept =
        serde_json::from_str::<serde_json::Value>(&fs::read_to_string(company.file()).unwrap()).unwrap();
    let seed = kept["seed"].take();
    assert!(!seed.as_str().unwrap().contains("first"));
    let expires_at = now().plus(Duration::from_hours(2)).millis();
    let expected = serde_json::json!({
        "access_token": "access-1", "refresh_token": "refresh-1", "expires_at": expires_at, "seed": null,
    });
    assert_eq!(kept, expected);
    assert_eq!(fs::metadata(company.file()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_process_that_starts_later_goes_on_with_what_was_kept() {
    let company = Company::start("first").await;
    works(&company.motive("first")).await;
    company.offered();
    works(&company.motive("first")).await;
    assert_eq!(company.offered(), (vec![], words(&["access-1"])));
}

#[tokio::test]
async fn two_processes_that_renew_at_once_make_one_exchange() {
    let company = Company::start("first").await;
    let (one, other) = (company.motive("first"), company.motive("first"));
    tokio::join!(works(&one), works(&other));
    assert_eq!(company.offered(), (words(&["first"]), words(&["access-1", "access-1"])));
    // And again when what they share has run out.
    let later = now().plus(Duration::from_hours(2));
    let (a, b) = tokio::join!(read(&one, "vehicles", later), read(&other, "drivers", later));
    assert!(a.is_ok() && b.is_ok());
    assert_eq!(company.offered(), (words(&["refresh-1"]), words(&["access-2", "access-2"])));
}

#[tokio::test]
async fn a_token_that_another_process_renewed_is_taken_from_the_file() {
    let company = Company::start("first").await;
    let (one, other) = (company.motive("first"), company.motive("first"));
    works(&one).await;
    works(&other).await;
    company.tokens.lock().unwrap().access.clear();
    works(&one).await;
    company.offered();
    works(&other).await;
    assert_eq!(company.offered(), (vec![], words(&["access-1", "access-2"])));
}

#[tokio::test]
async fn who_lost_the_race_uses_what_the_winner_wrote() {
    let company = Company::start_with("first", |tokens, asked, file| {
        let offered = field(asked, "refresh_token");
        if offered == "refresh-1" {
            // While we ask, somebody who knows nothing of our lock has exchanged it already.
            let kept = fs::read_to_string(file).unwrap();
            fs::write(file, kept.replace("access-1", "access-won").replace("refresh-1", "refresh-won"))
                .unwrap();
            tokens.access = words(&["access-won"]);
            tokens.refresh = words(&["refresh-won"]);
        }
        tokens.exchange(&offered)
    })
    .await;
    let motive = company.motive("first");
    works(&motive).await;
    company.tokens.lock().unwrap().access.clear();
    company.offered();
    works(&motive).await;
    assert_eq!(company.offered(), (words(&["refresh-1"]), words(&["access-1", "access-won"])));
    assert_eq!(company.kept("refresh_token"), "refresh-won");
}

#[tokio::test]
async fn a_refresh_token_that_is_used_up_gives_way_to_the_configured_one_once() {
    let company = Company::start("first").await;
    works(&company.motive("first")).await;
    // The answer to a later exchange was lost, and the service still takes what came before it.
    {
        let mut tokens = company.tokens.lock().unwrap();
        tokens.access.clear();
        tokens.refresh = words(&["first"]);
    }
    company.offered();
    let motive = company.motive("first");
    works(&motive).await;
    assert_eq!(company.offered(), (words(&["refresh-1", "first"]), words(&["access-1", "access-2"])));
    assert_eq!(company.kept("refresh_token"), "refresh-2");
}

#[tokio::test]
async fn when_no_refresh_token_works_a_person_must_connect_anew() {
    let company = Company::start("first").await;
    works(&company.motive("first")).await;
    {
        let mut tokens = company.tokens.lock().unwrap();
        tokens.access.clear();
        tokens.refresh.clear();
    }
    company.offered();
    let motive = company.motive("first");
    let error = read(&motive, "vehicles", now()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Relink);
    assert!(error.message.starts_with("connect Motive anew: "), "{error}");
    assert_eq!(company.offered().0, ["refresh-1", "first"]);
    // From then on one exchange a try.
    assert_eq!(read(&motive, "vehicles", later()).await.unwrap_err().kind, Kind::Relink);
    assert_eq!(company.offered().0, ["refresh-1"]);
}

#[tokio::test]
async fn a_refresh_token_configured_anew_takes_the_place_of_what_was_kept() {
    let company = Company::start("first").await;
    works(&company.motive("first")).await;
    company.tokens.lock().unwrap().refresh.push("second".to_owned());
    company.offered();
    works(&company.motive("second")).await;
    assert_eq!(company.offered(), (words(&["second"]), words(&["access-2"])));
    // And is itself followed by what it led to.
    works(&company.motive("second")).await;
    assert_eq!(company.offered(), (vec![], words(&["access-2"])));
}

#[tokio::test]
async fn what_a_crash_left_behind_is_no_hindrance() {
    for left in [
        "",
        "{\"access_token\":\"acc",
        "{}",
        r#"{"access_token":"","refresh_token":"","expires_at":0,"seed":""}"#,
    ] {
        let company = Company::start("first").await;
        fs::create_dir_all(company.folder()).unwrap();
        fs::write(company.file(), left).unwrap();
        fs::write(company.file().with_extension("new"), "half a tok").unwrap();
        works(&company.motive("first")).await;
        assert_eq!(company.offered().0, ["first"]);
        assert_eq!(company.kept("refresh_token"), "refresh-1");
        assert!(!company.file().with_extension("new").exists());
    }
}

#[tokio::test]
async fn where_nothing_can_be_kept_no_token_is_used_up() {
    let company = Company::start("first").await;
    let motive = company.motive("first");
    fs::write(company.folder(), "a file where the folder should be").unwrap();
    let error = read(&motive, "vehicles", now()).await.unwrap_err();
    assert!(error.to_string().starts_with("Motive's tokens cannot be kept; make this writable: "), "{error}");
    assert!(!error.kind.is_of_the_account() && !error.answered);
    // A folder that can be locked in, and not written to.
    fs::remove_file(company.folder()).unwrap();
    let blocked = company.file().with_extension("new");
    fs::create_dir_all(&blocked).unwrap();
    assert!(read(&motive, "vehicles", later()).await.is_err());
    assert_eq!(company.offered(), (vec![], vec![]));
    fs::remove_dir(blocked).unwrap();
    works(&motive).await;
    assert_eq!(company.offered().0, ["first"]);
}

#[tokio::test]
async fn what_could_not_be_written_after_the_exchange_is_written_before_it_is_used() {
    let company = Company::start_with("first", |tokens, asked, file| {
        fs::create_dir(file.with_extension("new")).unwrap();
        tokens.exchange(&field(asked, "refresh_token"))
    })
    .await;
    let motive = company.motive("first");
    for (exchanges, at) in [(words(&["first"]), now()), (vec![], later())] {
        assert_eq!(read(&motive, "vehicles", at).await.unwrap_err().kind, Kind::Rejected);
        assert_eq!(company.offered(), (exchanges, vec![]));
    }
    fs::remove_dir(company.file().with_extension("new")).unwrap();
    works(&motive).await;
    assert_eq!(company.offered(), (vec![], words(&["access-1"])));
    assert_eq!(company.kept("refresh_token"), "refresh-1");
}

/// Who asked for a token is gone when the question has come, before its answer.
async fn stopped_in_an_exchange() -> Company {
    let asked = Arc::new(tokio::sync::Notify::new());
    let heard = Arc::clone(&asked);
    let company = Company::start_with("first", move |tokens, asked, _| {
        heard.notify_one();
        tokens.exchange(&field(asked, "refresh_token"))
    })
    .await;
    let motive = company.motive("first");
    tokio::select! {
        biased;
        () = asked.notified() => {}
        read = motive.fetch(ask("vehicles")) => panic!("it was not stopped in time: {read:?}"),
    }
    company
}

#[tokio::test]
async fn who_is_stopped_between_the_question_and_the_answer_has_lost_no_token() {
    // As a configuration read anew does: all of it is gone, and another takes its place.
    let company = stopped_in_an_exchange().await;
    works(&company.motive("first")).await;
    assert_eq!(company.offered(), (words(&["first"]), words(&["access-1"])));
}

#[tokio::test]
async fn what_is_settled_is_on_the_disk_whoever_went_away() {
    let company = stopped_in_an_exchange().await;
    settled().await;
    assert_eq!(company.kept("refresh_token"), "refresh-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_that_is_interrupted_in_an_exchange_keeps_what_was_handed_out() {
    let doctor = Arc::new(OnceLock::<Pid>::new());
    let asks = Arc::clone(&doctor);
    let company = Company::start_with("first", move |tokens, asked, _| {
        let answer = tokens.exchange(&field(asked, "refresh_token"));
        kill_process(*asks.wait(), Signal::INT).unwrap();
        answer
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let (base, database) = (&company.server.base, company.folder().with_file_name("b.db"));
    let text = format!(
        "[database]\nurl = \"sqlite:{}\"\n[[eld]]\nname = \"west\"\nprovider = \"motive\"\nbase_url = \"{base}\"\n\
         token_url = \"{base}/oauth/token\"\nclient_id = \"our app\"\nclient_secret = \"secret-hush\"\n\
         refresh_token = \"first\"\n",
        database.display()
    );
    fs::write(&config, text).unwrap();
    fs::set_permissions(&config, fs::Permissions::from_mode(0o600)).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_backhaul"))
        .args(["doctor", "--config", config.to_str().unwrap()])
        .env_clear()
        .env("HOME", home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    doctor.set(Pid::from_child(&child)).unwrap();
    let output = tokio::task::block_in_place(|| child.wait_with_output().unwrap());
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("stopped before every account was tried"), "{told}");
    assert_eq!(company.kept("refresh_token"), "refresh-1");
}
