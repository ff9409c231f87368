//! The configuration from outside: files that load and files that do not, what goes before what,
//! secrets, permissions, origins.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use backhaul::config::{self, Config, ConfigError, EldProvider, McleodLogin, MotiveLogin, Sources};
use proptest::{prop_assert, proptest};
use tempfile::TempDir;

/// Loads with this file and environment; the home is `/home/ann`, and no machine-wide file exists.
fn load(file: Option<&Path>, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let environment = variables(environment);
    let environment = |name: &str| environment.get(name).cloned();
    let mut sources = Sources::new(&environment);
    sources.system_file = Path::new("/nonexistent/config.toml");
    sources.file = file.map(Path::to_owned);
    Config::load(&sources)
}

fn variables(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    let home = [("HOME", "/home/ann")];
    home.iter().chain(pairs).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn written(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    (folder, path)
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config").join(folder);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    assert!(!files.is_empty());
    files
}

fn shown(config: &Config) -> String {
    let mut out = Vec::new();
    config.show(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_valid_file_loads_and_never_shows_a_secret() {
    for path in files("valid") {
        let config = load(Some(&path), &[]).unwrap_or_else(|error| panic!("{error}"));
        let all = format!("{config:?}{}{:?}", shown(&config), config.shown());
        assert!(!all.contains("literal"), "{}: {all}", path.display());
    }
}

#[test]
fn every_invalid_file_is_refused_with_file_line_key_and_remedy() {
    for path in files("invalid") {
        let error = load(Some(&path), &[]).expect_err(&path.display().to_string()).to_string();
        let error = error.replace(path.to_str().unwrap(), "FILE");
        let expected = fs::read_to_string(path.with_extension("txt")).unwrap();
        assert_eq!(error, expected.trim_end(), "{}", path.display());
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[test]
fn without_a_file_the_defaults_hold() {
    let config = load(None, &[]).unwrap();
    assert_eq!(config.database.path, Path::new("/home/ann/.local/state/backhaul/backhaul.db"));
    assert_eq!(config.polling.active, Duration::from_secs(5));
    assert_eq!(config.polling.viewer_timeout, Some(Duration::from_mins(15)));
    assert_eq!((config.elds.len(), config.file), (0, None));
}

#[test]
fn the_example_as_it_is_changes_nothing() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    let values = |config: Config| -> Vec<_> {
        config.shown().into_iter().map(|value| (value.key, value.value)).collect()
    };
    assert_eq!(values(load(Some(&example), &[]).unwrap()), values(load(None, &[]).unwrap()));
}

#[test]
fn flags_go_before_the_environment_and_that_before_the_file() {
    let (_folder, path) = written("[database]\nurl = \"sqlite:file.db\"\n[polling]\nidle = \"90s\"\n");
    let mut environment = variables(&[]);
    let database = |environment: &HashMap<String, String>, flag: Option<&str>| {
        let environment = |name: &str| environment.get(name).cloned();
        let mut sources = Sources::new(&environment);
        (sources.file, sources.database) = (Some(path.clone()), flag.map(str::to_owned));
        let config = Config::load(&sources).unwrap();
        (config.database.url, config.polling.idle.as_secs())
    };
    assert_eq!(database(&environment, None), ("sqlite:file.db".to_owned(), 90));
    environment.insert("DATABASE_URL".to_owned(), "sqlite:environment.db".to_owned());
    environment.insert("POLLING_INTERVAL".to_owned(), "45".to_owned());
    assert_eq!(database(&environment, None), ("sqlite:environment.db".to_owned(), 45));
    assert_eq!(database(&environment, Some("sqlite:flag.db")), ("sqlite:flag.db".to_owned(), 45));
}

#[test]
fn a_mistake_in_the_environment_names_the_variable() {
    let error = load(None, &[("POLLING_INTERVAL", "0")]).unwrap_err().to_string();
    assert_eq!(error, "environment POLLING_INTERVAL: polling.idle: must be at least 1s");
}

#[test]
fn the_file_is_the_named_one_else_the_persons_own_else_the_machines() {
    let folder = tempfile::tempdir().unwrap();
    let system_file = folder.path().join("system.toml");
    let own = folder.path().join("home/.config/backhaul/config.toml");
    let home = folder.path().join("home").display().to_string();
    let path = |extra: &[(&str, &str)], flag: Option<&str>| {
        let mut environment = variables(extra);
        environment.insert("HOME".to_owned(), home.clone());
        let environment = |name: &str| environment.get(name).cloned();
        let mut sources = Sources::new(&environment);
        (sources.system_file, sources.file) = (&system_file, flag.map(PathBuf::from));
        config::file_path(&sources).unwrap()
    };
    assert_eq!(path(&[], None), own, "where one would be put");
    fs::write(&system_file, "").unwrap();
    assert_eq!(path(&[], None), system_file);
    fs::create_dir_all(own.parent().unwrap()).unwrap();
    fs::write(&own, "").unwrap();
    assert_eq!(path(&[], None), own);
    assert_eq!(path(&[("BACKHAUL_CONFIG", "/x/y.toml")], None), Path::new("/x/y.toml"));
    assert_eq!(path(&[("BACKHAUL_CONFIG", "/x/y.toml")], Some("/flag.toml")), Path::new("/flag.toml"));
}

#[test]
fn a_named_file_must_be_there() {
    let error = load(Some(Path::new("/nonexistent/x.toml")), &[]).unwrap_err().to_string();
    assert!(error.starts_with("flag --config: /nonexistent/x.toml: cannot be read"), "{error}");
}

#[test]
fn the_old_systems_environment_is_enough() {
    let config = load(
        None,
        &[
            ("TERMINAL_API_KEY", "key"),
            ("TERMINAL_CONNECTION_TOKEN", "connection"),
            ("MCLEOD_API_URL", "https://tms.example.com/ws"),
            ("MCLEOD_API_TOKEN", "token"),
            ("MCLEOD_COMPANY_ID", "TMS3"),
            ("MAPBOX_TOKEN", "mapbox"),
            ("GEMINI_API_KEY", "gemini"),
        ],
    )
    .unwrap();
    assert_eq!(config.off_accounts(), []);
    let [terminal] = config.elds.as_slice() else { panic!("{:?}", config.elds) };
    assert_eq!((terminal.name.as_str(), terminal.calls_per_minute), ("terminal", 1200));
    let EldProvider::Terminal { api_key, connection_token } = &terminal.provider else { panic!() };
    assert_eq!((api_key.expose(), connection_token.expose()), ("key", "connection"));
    assert_eq!(config.mcleod.provider.company_id, "TMS3");
}

#[test]
fn a_variable_fills_an_account_that_lacks_its_credential_and_no_other() {
    let (_folder, path) = written(
        "[[eld]]\nname = \"east\"\nprovider = \"samsara\"\napi_token = \"own\"\n\
         [[eld]]\nname = \"west\"\nprovider = \"samsara\"\n",
    );
    let config = load(Some(&path), &[("SAMSARA_API_TOKEN", "environment")]).unwrap();
    let tokens: Vec<_> = config
        .elds
        .iter()
        .map(|eld| match &eld.provider {
            EldProvider::Samsara { api_token } => (eld.name.as_str(), api_token.expose()),
            _ => unreachable!(),
        })
        .collect();
    assert_eq!(tokens, [("east", "own"), ("west", "environment")]);
}

#[test]
fn an_account_without_credentials_is_off_and_says_why() {
    let (folder, path) = written(
        "[[eld]]\nprovider = \"samsara\"\napi_token = \"env:NOT_THERE\"\n\
         [[eld]]\nprovider = \"geotab\"\ndatabase = \"acme\"\n\
         [mcleod]\nbase_url = \"https://tms.example.com\"\ntoken = \"credential:mcleod\"\n\
         [mapbox]\ntoken = \"file:TOKEN\"\n",
    );
    fs::write(folder.path().join("token"), "pk.first\nsecond\n").unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let token = folder.path().join("token").display().to_string();
    fs::write(&path, text.replace("file:TOKEN", &format!("file:{token}"))).unwrap();
    let config = load(Some(&path), &[]).unwrap();
    let off = config.off_accounts();
    let off: Vec<_> = off.iter().map(|(name, why)| (name.as_str(), why.as_str())).collect();
    assert_eq!(
        off,
        [
            ("samsara", "api_token: environment variable NOT_THERE is not set"),
            ("geotab", "username is not set"),
            ("mcleod", "token: credential mcleod: $CREDENTIALS_DIRECTORY is not set"),
            ("gemini", "api_key is not set"),
        ]
    );
    assert_eq!(config.mapbox.provider.token.expose(), "pk.first");
}

#[test]
fn systemd_credentials_are_read_from_their_folder() {
    let (folder, path) = written("[mapbox]\ntoken = \"credential:mapbox\"\n");
    fs::write(folder.path().join("mapbox"), "pk.systemd\n").unwrap();
    let credentials = folder.path().display().to_string();
    let config = load(Some(&path), &[("CREDENTIALS_DIRECTORY", &credentials)]).unwrap();
    assert_eq!(config.mapbox.provider.token.expose(), "pk.systemd");
}

#[test]
fn each_way_to_log_in_is_told_apart() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config/valid");
    let config = load(Some(&folder.join("four_providers.toml")), &[]).unwrap();
    let words: Vec<_> = config.elds.iter().map(|eld| (eld.name.as_str(), eld.provider.word())).collect();
    assert_eq!(
        words,
        [("samsara", "samsara"), ("motive-west", "motive"), ("geotab", "geotab"), ("terminal", "terminal")]
    );
    assert!(
        config.elds.iter().any(|eld| matches!(&eld.provider, EldProvider::Motive(MotiveLogin::OAuth { .. })))
    );
    assert!(config.elds.iter().all(|eld| eld.off_reason().is_none()));
    let config = load(Some(&folder.join("mcleod_by_password.toml")), &[]).unwrap();
    assert!(
        matches!(&config.mcleod.provider.login, McleodLogin::Password { username, .. } if username == "dispatch")
    );
}

#[test]
fn a_secret_in_a_file_that_others_can_read_is_refused_with_the_remedy() {
    let check = |text: &str, mode: u32, refused: bool| {
        let (_folder, path) = written(text);
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let verdict = load(Some(&path), &[("TOKEN", "t")]).unwrap().check_permissions();
        assert_eq!(verdict.is_err(), refused, "{text} {mode:o}");
        if let Err(error) = verdict {
            let path = path.display();
            assert_eq!(
                error.to_string(),
                format!(
                    "{path}:2: mapbox.token: is a secret in a file that others can read; run: chmod 600 {path}"
                )
            );
        }
    };
    check("[mapbox]\ntoken = \"literal\"\n", 0o600, false);
    check("[mapbox]\ntoken = \"literal\"\n", 0o640, true);
    check("[mapbox]\ntoken = \"literal\"\n", 0o604, true);
    check("[mapbox]\ntoken = \"env:TOKEN\"\n", 0o644, false);
    check("[polling]\nidle = \"90s\"\n", 0o644, false);
}

#[test]
fn show_says_where_each_value_came_from() {
    let (_folder, path) = written(
        "[polling]\nidle = \"90s\"\n[[eld]]\nprovider = \"samsara\"\napi_token = \"env:TOKEN\"\n[keys]\nquit = [\"q\"]\n",
    );
    let config = load(Some(&path), &[("TOKEN", "s3cret"), ("MAPBOX_TOKEN", "pk.s3cret")]).unwrap();
    let all = shown(&config);
    let path = path.display();
    let line = |start: &str, end: &str| {
        let found =
            all.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}\n{all}"));
        assert!(found.ends_with(end), "{found}");
    };
    line("active = \"5s\" ", "# from default");
    line("idle = \"90s\" ", &format!("# from {path}:2"));
    line("api_token = \"***\" ", &format!("# from {path}:5, env:TOKEN"));
    line("token = \"***\" ", "# from environment MAPBOX_TOKEN");
    line("quit = [\"q\"] ", &format!("# from {path}:7"));
    assert!(!all.contains("s3cret"), "{all}");
    assert!(config::Config::from_toml(&all).is_ok(), "what is shown can be read again:\n{all}");
}

proptest! {
    #[test]
    fn whatever_a_file_holds_it_is_read_or_refused_and_no_secret_comes_back(
        table in "(database|polling|mcleod|mapbox|gemini|operations|theme|keys|[a-z]{1,6})",
        key in "(url|idle|token|api_key|base_url|timezone|calls_per_minute|[a-z_]{1,12})",
        value in "(\"s3cret[ -!#-\\[\\]-~]{0,12}\"|s3cret|-?[0-9]{1,20}|true|\\[\\]|\\{\\}|1e400|nan|[ -~]{0,8})",
    ) {
        let text = format!("[{table}]\n{key} = {value}\n");
        let secret = matches!(key.as_str(), "token" | "api_key");
        let said = match Config::from_toml(&format!("{text}[database]\nurl = \"sqlite:x\"\n")) {
            Ok(config) => format!("{config:?} {}", shown(&config)),
            Err(error) => error.to_string(),
        };
        prop_assert!(!secret || !said.contains("s3cret"), "{}", said);
    }
}

#[test]
fn a_link_is_shown_with_where_it_stands_and_reads_back_the_same() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config/valid/links.toml");
    let config = load(Some(&path), &[("TOKEN", "t")]).unwrap();
    let wishes = |config: &Config| config.links.iter().map(|link| link.wish.clone()).collect::<Vec<_>>();
    let all = shown(&config);
    let line = all.lines().find(|line| line.starts_with("same = false")).unwrap();
    assert!(line.ends_with(&format!("# from {}:15", path.display())), "{line}");
    let again = all.replace("api_token = \"***\"", "api_token = \"x\"");
    assert_eq!(wishes(&Config::from_toml(&again).unwrap()), wishes(&config), "{all}");
    assert_eq!(wishes(&config)[1].units[0].to_string(), "samsara:John \"Jack\" Ünal");
    assert_eq!((wishes(&config)[0].same, wishes(&config)[1].same), (true, false));
}
