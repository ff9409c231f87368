//! `init` in a real pseudo-terminal against the simulated services: what it asks, what it shows, what it writes, and
//! that no secret ever reaches the screen.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use backhaul::init::DEMO_PORT;
use backhaul::rules::locality;
use backhaul::sim::{self, Fault, Options, Sim, Upstream};
use backhaul::sync::Clock;
use portable_pty::CommandBuilder;
use toml::Table;

use crate::cli::{backhaul, code, home, stderr};
use crate::processes::{Office, wait};
use crate::pty::Pty;

const ENTER: &str = "\r";
const CTRL_C: &str = "\x03";
const PROGRAM: &str = env!("CARGO_BIN_EXE_backhaul");

/// A person in front of `init`.
struct Session {
    pty: Pty,
    /// What was read of the terminal's output.
    read: usize,
}

impl Session {
    fn begin(office: &Office, arguments: &[&str]) -> Self {
        Self::begin_with(office, arguments, &[])
    }

    fn begin_with(office: &Office, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        // When the first process of a terminal ends, the system throws away what nobody has read yet: so that is a
        // shell here, as it is for people, and it waits.
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-c", "\"$0\" init \"$@\"; echo \"ended with $?.\"; read -r over", PROGRAM]);
        command.args(arguments);
        Self::of(command, office, environment)
    }

    /// Without a shell between, so that a signal goes to the program.
    fn begin_alone(office: &Office, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(PROGRAM);
        command.arg("init");
        command.args(arguments);
        Self::of(command, office, &[])
    }

    fn of(mut command: CommandBuilder, office: &Office, environment: &[(&str, &str)]) -> Self {
        command.env_clear();
        command.env("HOME", office.folder.path());
        command.env("TERM", "xterm-256color");
        for (name, value) in environment {
            command.env(name, value);
        }
        Self { pty: Pty::spawn(command, 50, 120), read: 0 }
    }

    /// Waits until that is said, behind what was waited for before.
    fn see(&mut self, text: &str) -> String {
        let mut said = String::new();
        wait(text, || {
            let raw = self.pty.raw();
            let rest = raw.get(self.read..).unwrap_or_default();
            let Some(at) = rest.find(text) else { return false };
            rest.get(..at + text.len()).unwrap().clone_into(&mut said);
            self.read += at + text.len();
            true
        });
        said
    }

    /// Waits for a question and answers it.
    fn answer(&mut self, question: &str, answer: &str) {
        self.see(question);
        self.pty.press(answer);
        self.pty.press(ENTER);
    }

    /// Everything up to the end, and the exit code.
    fn end(mut self) -> (String, u32) {
        self.see("ended with ");
        let code = self.see(".").trim_end_matches('.').parse().unwrap();
        let said = self.pty.raw();
        self.pty.press(ENTER);
        (said, code)
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Where the sessions write.
fn target(office: &Office) -> PathBuf {
    office.folder.path().join("new/config.toml")
}

fn samsara() -> Office {
    Office::standing_still(6, vec![Upstream::Samsara])
}

#[test]
fn one_service_is_connected_in_four_answers_and_can_be_polled() {
    let office = samsara();
    let path = target(&office);
    let name = path.to_str().unwrap();
    let mut session = Session::begin(&office, &["--config", name]);
    session.see("new/config.toml will be written. Ctrl-C leaves without writing.");
    session.answer("Which service?", "1");
    session.answer("api_token: ", office.sim.samsara_token());
    session.see(&format!("({} characters)", office.sim.samsara_token().len()));
    session.answer("base_url [https://api.samsara.com]: ", &office.sim.samsara_url());
    session.see("trying samsara ... it works");
    let shown = session.see("Enter: write the file");
    session.pty.press(ENTER);
    let (said, code) = session.end();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("(mode 600, readable by you alone): samsara"), "{said}");
    assert!(!said.contains(office.sim.samsara_token()), "the token is on the screen:\n{said}");
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));

    let database = format!("sqlite:{}", office.database().display());
    let read = office.output(&["--sync-only", "--once", "--config", name, "--database", &database]);
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let fleet = office.fleet().unwrap();
    let units: Vec<_> = shown.lines().filter_map(|line| line.trim().strip_prefix("tractor ")).collect();
    assert_eq!(units.len(), 3, "{shown}");
    for unit in units {
        let (number, place) = unit.split_once(", ").unwrap();
        let tractor = fleet.tractors.iter().find(|row| row.unit_number == number);
        let there = tractor.unwrap_or_else(|| panic!("there is no tractor {number}"));
        let called = locality::place(there.place.as_deref(), there.latitude, there.longitude);
        assert!(called.is_none_or(|called| place.starts_with(&called)), "{place}: {there:?}");
        assert!(place.ends_with(" ago"), "{place}");
    }
}

/// What a service is asked, in its order: the question, a right answer, a wrong one where that is a secret.
fn answers(office: &Office, service: &str) -> Vec<(&'static str, String, Option<&'static str>)> {
    let config: Table = fs::read_to_string(office.config()).unwrap().parse().unwrap();
    let table = if let Some(table) = config.get(service) {
        table.as_table().unwrap()
    } else {
        let mut accounts = config["eld"].as_array().unwrap().iter().map(|eld| eld.as_table().unwrap());
        accounts.find(|eld| eld["name"].as_str() == Some(service)).unwrap()
    };
    let keys: &[(&str, Option<&str>)] = match service {
        "samsara" => &[("api_token", Some("wrong-token-1")), ("base_url", None)],
        "motive" => &[("api_key", Some("wrong-token-2")), ("base_url", None)],
        "geotab" => {
            &[("database", None), ("username", None), ("password", Some("wrong-token-3")), ("base_url", None)]
        }
        "terminal" => &[
            ("api_key", Some("sk_wrong-4")),
            ("connection_token", Some("con_tkn_wrong-4")),
            ("base_url", None),
        ],
        "mcleod" => &[
            ("base_url", None),
            ("token", Some("wrong-token-5")),
            ("company_id", None),
            ("server_timezone", None),
        ],
        "mapbox" => &[("token", Some("pk.wrong-6")), ("base_url", None)],
        "gemini" => &[("api_key", Some("wrong-token-7")), ("base_url", None)],
        other => panic!("{other}"),
    };
    keys.iter().map(|(key, wrong)| (*key, table[*key].as_str().unwrap().to_owned(), *wrong)).collect()
}

#[test]
fn every_service_is_tried_with_a_wrong_credential_and_a_right_one() {
    let office = Office::standing_still(8, Upstream::ELDS.to_vec());
    let path = target(&office);
    let mut session = Session::begin(&office, &["--config", path.to_str().unwrap()]);
    let services = ["samsara", "motive", "geotab", "terminal", "mcleod", "mapbox", "gemini"];
    let mut secrets = Vec::new();
    for service in services {
        session.answer("Which service?", service);
        let answers = answers(&office, service);
        for (question, right, wrong) in &answers {
            session.answer(&format!("  {question}"), wrong.unwrap_or(right));
        }
        session.see(&format!("trying {service} ... no: "));
        session.answer("k: keep it as it is; d: leave it out", "");
        for (question, right, wrong) in answers {
            session.answer(&format!("  {question}"), &right);
            if let Some(wrong) = wrong {
                secrets.extend([right, wrong.to_owned()]);
            }
        }
        session.see(&format!("trying {service} ... it works"));
    }
    session.answer("Which service?", "");
    let (said, code) = session.end();
    assert_eq!(code, 0, "{said}");
    for secret in secrets {
        assert!(!said.contains(&secret), "{secret} is on the screen");
    }
    for shown in ["  tractor ", "Dallas TX to Oklahoma City OK: ", "  model gemini-3.8-flash"] {
        assert!(said.contains(shown), "{shown}: {said}");
    }
    let checked = office.output(&["config", "check", "--config", path.to_str().unwrap()]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let text = fs::read_to_string(&path).unwrap();
    let written: Table = text.parse().unwrap();
    assert_eq!(written["eld"].as_array().unwrap().len(), 4);
    assert!(!text.contains("wrong"), "{text}");
}

#[test]
fn what_an_oauth_app_hands_out_is_kept_where_the_poller_looks_for_it() {
    let office = Office::standing_still(6, vec![Upstream::Motive]);
    let path = target(&office);
    let name = path.to_str().unwrap();
    let database = format!("sqlite:{}", office.folder.path().join("elsewhere/b.db").display());
    let environment = [("DATABASE_URL", database.as_str()), ("MAPBOX_TOKEN", "pk.of-the-environment")];
    let mut session = Session::begin_with(&office, &["--config", name], &environment);
    let app = office.sim.motive();
    session.answer("Which service?", "motive");
    session.answer("api_key (Enter alone: an OAuth app instead): ", "");
    session.answer("client_id: ", &app.client_id);
    session.answer("client_secret: ", &app.client_secret);
    session.answer("refresh_token: ", &app.refresh_token);
    session.answer("token_url [https://gomotive.com/oauth/token]: ", &office.sim.motive_token_url());
    session.answer("base_url", &office.sim.motive_url());
    session.see("trying motive ... it works");
    session.answer("Which service?", "mapbox");
    session.answer("token: ", office.sim.mapbox_token());
    session.answer("base_url", &office.sim.mapbox_url());
    session.see("MAPBOX_TOKEN is set here, and goes before the token in the file");
    session.answer("Which service?", "");
    let (said, code) = session.end();
    assert_eq!(code, 0, "{said}");
    for secret in [&app.client_secret, &app.refresh_token, "pk.of-the-environment"] {
        assert!(!said.contains(secret), "{said}");
    }
    // The refresh token was used up by the trial: what it brought must be found again.
    let mut poll = office.command(&["--sync-only", "--once", "--config", name]);
    let read = poll.env("DATABASE_URL", &database).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
}

#[test]
fn what_was_typed_before_is_not_typed_again_but_for_secrets() {
    let office = samsara();
    let path = target(&office);
    let url = office.sim.samsara_url();
    let mut session = Session::begin(&office, &["--config", path.to_str().unwrap()]);
    session.answer("Which service?", "samsara");
    session.answer("api_token: ", "wrong-token");
    session.answer("base_url [https://api.samsara.com]: ", &url);
    session.see("trying samsara ... no: ");
    // The right one, pasted a question too early.
    session.answer("d: leave it out", office.sim.samsara_token());
    session.answer("api_token: ", office.sim.samsara_token());
    session.answer(&format!("base_url [{url}]: "), "");
    session.see("trying samsara ... it works");
    session.answer("Which service?", "");
    let (said, code) = session.end();
    assert_eq!(code, 0);
    assert!(!said.contains(office.sim.samsara_token()), "{said}");
    let written: Table = fs::read_to_string(&path).unwrap().parse().unwrap();
    assert_eq!(written["eld"][0]["base_url"].as_str(), Some(url.as_str()));
}

#[test]
fn a_database_in_a_groups_folder_is_opened_to_that_group_and_what_comes_next_names_the_file() {
    let office = samsara();
    let path = target(&office);
    let name = path.to_str().unwrap();
    let folder = office.folder.path().join("state");
    fs::create_dir(&folder).unwrap();
    for (allowed, is_shared) in [(0o2770, true), (0o2750, false)] {
        fs::set_permissions(&folder, fs::Permissions::from_mode(allowed)).unwrap();
        let database = format!("sqlite:{}", folder.join("b.db").display());
        let mut session = Session::begin(&office, &["--config", name, "--database", &database]);
        session.answer("Which service?", "samsara");
        session.answer("api_token: ", office.sim.samsara_token());
        session.answer("base_url", &office.sim.samsara_url());
        session.see("trying samsara ... it works");
        session.answer("Which service?", "");
        let (said, code) = session.end();
        assert_eq!(code, 0, "{said}");
        assert!(said.contains(&format!("next: `backhaul --config {name}` for the console")), "{said}");
        let group = backhaul::config::group_name(fs::metadata(&folder).unwrap().gid());
        let written: Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        assert_eq!(written["database"]["url"].as_str(), Some(database.as_str()));
        let expected = is_shared.then_some(group.as_str());
        assert_eq!(written["database"].get("group").and_then(|group| group.as_str()), expected);
        assert_eq!(said.contains(&format!("open to the group {group}")), is_shared, "{said}");
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn whoever_leaves_early_has_written_nothing() {
    let office = samsara();
    let path = target(&office);
    let name = path.to_str().unwrap();
    let token = office.sim.samsara_token();

    let mut at_a_question = Session::begin(&office, &["--config", name]);
    at_a_question.answer("Which service?", "samsara");
    at_a_question.see("api_token: ");
    at_a_question.pty.press(token);
    at_a_question.pty.press(CTRL_C);
    let (said, code) = at_a_question.end();
    assert_eq!(code, 1);
    assert!(said.contains("stopped; nothing was written") && !said.contains(token), "{said}");

    office.sim.faults().set(Upstream::Samsara, "", Fault::Hang);
    let mut at_a_trial = Session::begin(&office, &["--config", name]);
    at_a_trial.answer("Which service?", "samsara");
    at_a_trial.answer("api_token: ", token);
    at_a_trial.answer("base_url", &office.sim.samsara_url());
    at_a_trial.see("trying samsara ... ");
    at_a_trial.pty.press(CTRL_C);
    assert_eq!(at_a_trial.end().1, 1);

    let mut by_a_signal = Session::begin_alone(&office, &["--config", name]);
    by_a_signal.see("Which service?");
    by_a_signal.pty.signal(rustix::process::Signal::TERM);
    assert_eq!(by_a_signal.pty.ended().exit_code(), 1);

    let mut nothing_added = Session::begin(&office, &["--config", name]);
    nothing_added.answer("Which service?", "");
    assert_eq!(nothing_added.end().1, 0);
    assert!(!path.parent().unwrap().exists(), "not even a folder");
}

#[test]
fn a_file_that_is_there_is_added_to_and_what_stands_in_it_stays() {
    let office = samsara();
    let path = office.folder.path().join("ours.toml");
    let old = "# the night shift's\n[polling]\nidle = \"90s\"   # slower\n\n[mcleod]\ncompany_id = \"ACME\"\n\n\
               [[eld]]\nprovider = \"samsara\"\napi_token = \"env:NO_SUCH\"\n";
    fs::write(&path, old).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let mut session = Session::begin(&office, &["--config", path.to_str().unwrap()]);
    session.see("it is added to, and what is in it stays");
    session.answer("Which service?", "samsara");
    session.answer("(one that is there is mended: samsara) [samsara-2]: ", "");
    let token = office.folder.path().join("token");
    fs::write(&token, office.sim.samsara_token()).unwrap();
    session.answer("api_token: ", &format!("file:{}", token.display()));
    session.answer("base_url", &office.sim.samsara_url());
    session.see("trying samsara-2 ... it works");
    session.answer("Which service?", "mcleod");
    session.answer("base_url (https://HOST/ws): ", "tms.example.com");
    session.see("is not a URL");
    session.answer("base_url (https://HOST/ws): ", "http://127.0.0.1:1/ws");
    session.answer("token", "env:MCLEOD_API_TOKEN");
    session.answer("company_id [TMS]: ", "TMS");
    session.answer("server_timezone", "");
    session.see("trying mcleod ... no: it is off: token: environment variable MCLEOD_API_TOKEN is not set");
    session.answer("k: keep it as it is", "k");
    session.answer("Which service?", "");
    let (said, code) = session.end();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("samsara-2, mcleod"), "{said}");
    let text = fs::read_to_string(&path).unwrap();
    let expected = format!(
        "# the night shift's\n[polling]\nidle = \"90s\"   # slower\n\n[mcleod]\n\
         base_url = \"http://127.0.0.1:1/ws\"\ntoken = \"env:MCLEOD_API_TOKEN\"\ncompany_id = \"TMS\"\n\n\
         [[eld]]\nprovider = \"samsara\"\napi_token = \"env:NO_SUCH\"\n\n\
         [[eld]]\nname = \"samsara-2\"\nprovider = \"samsara\"\napi_token = \"file:{}\"\nbase_url = \"{}\"\n",
        token.display(),
        office.sim.samsara_url()
    );
    assert_eq!((text, mode(&path)), (expected, 0o600));
}

#[test]
fn what_somebody_wrote_meanwhile_is_not_written_over() {
    let office = samsara();
    let path = office.folder.path().join("ours.toml");
    let theirs = "# written meanwhile\n[polling]\nidle = \"90s\"\n";
    for is_new in [true, false] {
        let mut session = Session::begin(&office, &["--config", path.to_str().unwrap()]);
        session.answer("Which service?", "samsara");
        session.answer("api_token: ", office.sim.samsara_token());
        session.answer("base_url", &office.sim.samsara_url());
        session.see("trying samsara ... it works");
        session.see("Which service?");
        let there = if is_new { theirs.to_owned() } else { format!("{theirs}active = \"6s\"\n") };
        fs::write(&path, &there).unwrap();
        session.pty.press(ENTER);
        let (said, code) = session.end();
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("was changed by somebody else meanwhile, and stays so"), "{said}");
        assert_eq!(fs::read_to_string(&path).unwrap(), there);
    }
}

#[test]
fn without_a_terminal_or_with_a_broken_file_it_says_what_to_do() {
    let home = home();
    let output = backhaul(home.path(), &["init"]);
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("init asks on a terminal, and here is none; write"),
        "{}",
        stderr(&output)
    );
    let path = home.path().join("broken.toml");
    fs::write(&path, "[polling]\nactiv = \"5s\"\n").unwrap();
    let output = backhaul(home.path(), &["init", "--config", path.to_str().unwrap()]);
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("broken.toml:2: polling.activ: there is no such key"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn the_demo_is_written_without_a_question_and_never_over_a_file() {
    let home = home();
    let path = home.path().join("demo/config.toml");
    let arguments = ["init", "--demo", "--config", path.to_str().unwrap()];
    let output = backhaul(home.path(), &arguments);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stderr(&output).contains(&format!("backhaul sim --port {DEMO_PORT}")), "{}", stderr(&output));
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(&format!("http://127.0.0.1:{DEMO_PORT}/samsara")), "{text}");
    assert!(text.contains(".local/state/backhaul/demo.db"), "its own database:\n{text}");
    let checked = backhaul(home.path(), &["config", "check", "--config", path.to_str().unwrap()]);
    assert_eq!(code(&checked), 0, "{}", stderr(&checked));
    let again = backhaul(home.path(), &arguments);
    assert_eq!(code(&again), 2);
    assert!(stderr(&again).contains("is there already and is not touched"), "{}", stderr(&again));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn the_demos_file_opens_what_sim_serves() {
    let clock = Clock::system();
    let options = Options::new(Arc::new(move || clock.now()));
    let sim = Sim::start(options.clone()).await.unwrap();
    let there = sim::config_toml(Options { port: sim.port(), ..options }, None);
    assert_eq!(there, sim.config_toml(None));
}
