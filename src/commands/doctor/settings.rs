//! The configuration, its credentials, and who can read them.

use super::{Check, Facts, File, Secret};
use crate::rules::age;

/// The checks, in this order: the file, its secrets, the accounts.
pub(super) fn checks(facts: &Facts) -> Vec<Check> {
    let mut checks = config(facts);
    checks.extend(facts.secrets.iter().map(|given| secret(facts, given)));
    let lacks =
        |name: &str| facts.secrets.iter().any(|secret| secret.account == name && secret.missing.is_some());
    // What a missing secret turns off was said of the secret.
    for account in facts.accounts.iter().filter(|account| !lacks(&account.name)) {
        checks.push(match &account.off {
            None => Check::ok("account", &account.name, "is used"),
            Some(reason) if !account.is_wanted => {
                Check::ok("account", &account.name, format!("is not configured ({reason})"))
            }
            Some(_) if is_read(facts, &account.name) => {
                Check::ok("account", &account.name, "is off here, but the poller reads it")
            }
            Some(reason) => Check::failed(
                "account",
                &account.name,
                format!("is off: {reason}"),
                "complete it in the configuration; config.example.toml shows its keys",
            ),
        });
    }
    checks.extend(files(&facts.files));
    checks
}

fn config(facts: &Facts) -> Vec<Check> {
    let subject = facts.file.as_ref().map_or_else(|| "no file".to_owned(), |file| file.display().to_string());
    if facts.mistakes.is_empty() {
        let message = match (facts.passed_over, facts.file_exists) {
            (true, _) => "is for who polls, and is passed over: nothing of it is judged here",
            (false, true) => "is sound",
            (false, false) => "is not there: the defaults hold",
        };
        return vec![Check::ok("config", subject, message)];
    }
    let mistake = |line: &String| match line.split_once("; run: ") {
        Some((what, remedy)) => Check::failed("config", &subject, what, format!("run: {remedy}")),
        None if line.contains(": cannot be read: ") && facts.file_exists => Check::failed(
            "config",
            &subject,
            line,
            "ask as somebody who may read it, or name another: --config FILE",
        ),
        None if line.contains(": cannot be read: ") => {
            let remedy = "name one that is there: --config FILE; `backhaul init --config FILE` writes one";
            Check::failed("config", &subject, line, remedy)
        }
        None => {
            Check::failed("config", &subject, line, "mend that line; config.example.toml shows every key")
        }
    };
    facts.mistakes.iter().map(mistake).collect()
}

fn secret(facts: &Facts, secret: &Secret) -> Check {
    let written = secret.reference.as_deref().unwrap_or("written as itself");
    let Some(missing) = &secret.missing else { return Check::ok("secret", &secret.key, written) };
    if is_read(facts, &secret.account) {
        let message = format!("{missing} here, but the poller has it");
        return Check::ok("secret", &secret.key, message);
    }
    let remedy = match written.split_once(':') {
        Some(("env", name)) => format!(
            "set {name} where the poller runs (systemd: EnvironmentFile=), or write another reference"
        ),
        Some(("file", path)) => {
            format!("write the credential into the first line of {path}, readable by whoever polls")
        }
        Some(("credential", name)) => format!("give the systemd unit LoadCredential={name}:/path/of/it"),
        _ => "write the credential, or a reference such as \"env:NAME\"".to_owned(),
    };
    Check::failed("secret", &secret.key, format!("{missing}; {} is off", secret.account), remedy)
}

/// The poller may have what this process lacks.
fn is_read(facts: &Facts, account: &str) -> bool {
    let Some(Ok(database)) = &facts.database else { return false };
    database.fleet.feeds.iter().any(|feed| feed.account == account && !age::is_behind(feed, facts.now))
}

fn files(files: &[File]) -> Vec<Check> {
    let open = files.iter().filter(|file| file.mode & file.forbidden != 0);
    let failed: Vec<_> = open
        .map(|File { path, mode, forbidden }| {
            let path = path.display();
            Check::failed(
                "files",
                path.to_string(),
                format!("is open to others (mode {:o})", mode & 0o7777),
                format!("run: chmod {:o} {path}", mode & 0o7777 & !forbidden),
            )
        })
        .collect();
    match (failed.is_empty(), files.first()) {
        (false, _) => failed,
        (true, Some(first)) => {
            vec![Check::ok(
                "files",
                first.path.display().to_string(),
                "and what lies beside it is not open to others",
            )]
        }
        (true, None) => Vec::new(),
    }
}
