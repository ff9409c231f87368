//! A person's conversations in files, one each, so that they are there when the console is opened again. Only their
//! owner reads them. What stands in them the screen showed, or goes to Gemini again as it was; never a key.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::files::replace;
use crate::assistant::Conversation;
use crate::model::Timestamp;
use crate::tui::chat::{Past, RESTORED};

/// How the files are written; another program's are left alone.
const VERSION: u32 = 1;
/// No conversation is larger; what is, is none of ours.
const LARGEST: u64 = 4 << 20;
/// What people were shown, of one conversation, in bytes: the oldest goes first.
const SHOWN: usize = 512 * 1024;

/// A conversation as it is kept.
#[derive(Serialize, Deserialize)]
pub struct Kept {
    version: u32,
    /// When somebody asked last.
    asked_at: Timestamp,
    /// What the screen showed.
    pub past: Vec<Past>,
    /// What Gemini is told again, signatures and all, byte for byte.
    pub conversation: Conversation,
}

impl Kept {
    /// A conversation in which somebody just asked.
    pub fn new(past: &[Past], conversation: &Conversation, now: Timestamp) -> Self {
        let mut room = SHOWN;
        let newest = past.iter().rev().take_while(|one| {
            let left = room.checked_sub(one.size());
            room = left.unwrap_or(0);
            left.is_some()
        });
        let mut past: Vec<Past> = newest.cloned().collect();
        past.reverse();
        Self { version: VERSION, asked_at: now, past, conversation: conversation.clone() }
    }
}

/// The conversations of one person about one database.
pub struct ChatFolder {
    /// Without one nothing is kept.
    folder: Option<PathBuf>,
    /// Each by its number on the screen.
    files: BTreeMap<u64, File>,
}

/// The file of a conversation.
struct File {
    path: PathBuf,
    /// As it was when it was last read or written here.
    state: Option<State>,
}

/// What changes when somebody else writes a file.
type State = (SystemTime, u64);

impl ChatFolder {
    /// In this folder, in a place of its own for the database at this path: what was said of one fleet says nothing of
    /// another.
    pub fn new(folder: Option<PathBuf>, database: &Path) -> Self {
        let hash = digest(&SHA256, database.as_os_str().as_encoded_bytes());
        let head: [u8; 8] = hash.as_ref().first_chunk().copied().unwrap_or_default();
        let name = format!("{:016x}", u64::from_be_bytes(head));
        Self { folder: folder.map(|folder| folder.join(name)), files: BTreeMap::new() }
    }

    /// What is kept, the oldest first; those that are too many are forgotten. What cannot be read is put aside, and told
    /// of. From now on they go by the numbers from 0 on.
    pub fn read(&mut self) -> (Vec<Kept>, Vec<String>) {
        let (mut found, mut trouble) = (Vec::new(), Vec::new());
        for path in self.paths() {
            match read(&path) {
                Ok(Some(kept)) => found.push((kept, path)),
                Ok(None) => {}
                Err(why) => trouble.push(why),
            }
        }
        found.sort_by(|a, b| (a.0.asked_at, &a.1).cmp(&(b.0.asked_at, &b.1)));
        let over = found.len().saturating_sub(RESTORED);
        for (_, path) in found.drain(..over) {
            let _ = fs::remove_file(path);
        }
        let files = found.iter().map(|(_, path)| File { state: state(path), path: path.clone() });
        self.files = (0..).zip(files).collect();
        (found.into_iter().map(|(kept, _)| kept).collect(), trouble)
    }

    fn paths(&self) -> Vec<PathBuf> {
        let entries = self.folder.as_ref().and_then(|folder| fs::read_dir(folder).ok());
        let paths = entries.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
        paths.filter(|path| path.extension() == Some(OsStr::new("json"))).collect()
    }

    /// Writes the conversation of this number. Where another console has gone on with it since, both are kept.
    pub fn write(&mut self, number: u64, kept: &Kept) -> Result<(), String> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let fresh = || {
            let name = format!("{}-{}-{number}.json", kept.asked_at.millis(), std::process::id());
            File { path: folder.join(name), state: None }
        };
        let file = self.files.entry(number).or_insert_with(fresh);
        let on_disk = state(&file.path);
        if on_disk.is_some() && on_disk != file.state {
            *file = fresh();
        }
        let failed = |why: String| format!("this conversation will not be there next time: {why}");
        let text = serde_json::to_string(kept).map_err(|error| failed(error.to_string()))?;
        let written = replace(&file.path, &text);
        written.map_err(|error| failed(format!("{}: {error}", file.path.display())))?;
        file.state = state(&file.path);
        Ok(())
    }

    /// The conversation of this number is over, unless another console has gone on with it since.
    pub fn forget(&mut self, number: u64) {
        let file = self.files.remove(&number);
        if let Some(file) = file.filter(|file| state(&file.path) == file.state) {
            let _ = fs::remove_file(file.path);
        }
    }
}

fn state(path: &Path) -> Option<State> {
    let file = fs::metadata(path).ok()?;
    Some((file.modified().ok()?, file.len()))
}

/// What is in a file; `None` of one that another version wrote, or that is gone.
fn read(path: &Path) -> Result<Option<Kept>, String> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let is_ours = |file: &Metadata| file.is_file() && file.len() <= LARGEST;
    if !fs::symlink_metadata(path).is_ok_and(|file| is_ours(&file)) {
        return Ok(None);
    }
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("a conversation cannot be read: {}: {error}", path.display())),
    };
    let version = serde_json::from_str::<Versioned>(&text).map(|kept| kept.version);
    if version.as_ref().is_ok_and(|version| *version != VERSION) {
        return Ok(None);
    }
    serde_json::from_str(&text).map(Some).map_err(|error| {
        let aside = path.with_extension("broken");
        let _ = fs::rename(path, &aside);
        let place = format!("line {} column {}", error.line(), error.column());
        format!("a conversation could not be understood ({place}) and is now in {}", aside.display())
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::tui::chat::{Answer, Told};

    fn past(asked: &str, bytes: usize) -> Past {
        let answer = Answer { text: "x".repeat(bytes), ..Answer::default() };
        Past { asked: asked.to_owned(), about: None, told: vec![Told::Answer(Box::new(answer))] }
    }

    fn kept(asked: &str, at: i64) -> Kept {
        Kept::new(&[past(asked, 1)], &Conversation::default(), Timestamp::from_secs(at))
    }

    fn asked(kept: &[Kept]) -> Vec<&str> {
        kept.iter().filter_map(|one| Some(one.past.last()?.asked.as_str())).collect()
    }

    fn folder(root: &Path) -> ChatFolder {
        ChatFolder::new(Some(root.join("chats")), Path::new("/b.db"))
    }

    #[test]
    fn conversations_are_kept_for_their_owner_and_for_their_database() {
        let root = tempfile::tempdir().unwrap();
        let mut one = folder(root.path());
        assert_eq!(one.read().0.len(), 0);
        one.write(0, &kept("late", 20)).unwrap();
        one.write(1, &kept("near", 10)).unwrap();
        one.write(0, &kept("late again", 30)).unwrap();
        let mut again = folder(root.path());
        assert_eq!(asked(&again.read().0), ["near", "late again"]);
        for path in again.paths() {
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        }
        let mut other = ChatFolder::new(Some(root.path().join("chats")), Path::new("/demo.db"));
        assert_eq!(other.read().0.len(), 0, "another fleet's");
        again.forget(1);
        assert_eq!(asked(&folder(root.path()).read().0), ["near"]);
        assert!(ChatFolder::new(None, Path::new("/b.db")).write(0, &kept("x", 1)).is_ok());
    }

    #[test]
    fn two_consoles_that_go_on_with_one_conversation_lose_nothing() {
        let root = tempfile::tempdir().unwrap();
        folder(root.path()).write(0, &kept("late", 10)).unwrap();
        let (mut one, mut other) = (folder(root.path()), folder(root.path()));
        assert_eq!(one.read().0.len(), other.read().0.len());
        one.write(0, &kept("the one asks", 20)).unwrap();
        other.write(0, &kept("the other asks too", 30)).unwrap();
        other.write(0, &kept("and again", 40)).unwrap();
        assert_eq!(asked(&folder(root.path()).read().0), ["the one asks", "and again"]);
    }

    #[test]
    fn what_another_console_went_on_with_is_not_forgotten() {
        let root = tempfile::tempdir().unwrap();
        folder(root.path()).write(0, &kept("late", 10)).unwrap();
        let (mut one, mut other) = (folder(root.path()), folder(root.path()));
        assert_eq!(one.read().0.len(), other.read().0.len());
        one.write(0, &kept("the one goes on", 20)).unwrap();
        other.forget(0);
        assert_eq!(asked(&folder(root.path()).read().0), ["the one goes on"]);
        one.forget(0);
        assert_eq!(folder(root.path()).read().0.len(), 0);
    }

    #[test]
    fn they_are_few_and_small_and_what_is_broken_is_put_aside() {
        let root = tempfile::tempdir().unwrap();
        let mut many = folder(root.path());
        for number in 0..12 {
            many.write(number, &kept(&number.to_string(), 100 + i64::try_from(number).unwrap())).unwrap();
        }
        let mut again = folder(root.path());
        let newest: Vec<_> = (12 - RESTORED..12).map(|number| number.to_string()).collect();
        assert_eq!(asked(&again.read().0), newest);
        assert_eq!(again.paths().len(), RESTORED);
        let long: Vec<_> = (0..40).map(|number| past(&number.to_string(), 20_000)).collect();
        let cut = Kept::new(&long, &Conversation::default(), Timestamp::from_secs(1));
        assert!(cut.past.len() < 30 && cut.past.last() == long.last(), "{}", cut.past.len());
        let path = again.paths().pop().unwrap();
        fs::write(&path, "{\"version\":1,").unwrap();
        let (rest, trouble) = folder(root.path()).read();
        assert_eq!((rest.len(), trouble.len()), (RESTORED - 1, 1));
        assert!(trouble[0].contains(".broken") && path.with_extension("broken").exists(), "{trouble:?}");
        fs::write(&path, "{\"version\":2}").unwrap();
        assert_eq!(folder(root.path()).read().1, Vec::<String>::new(), "a newer one's is left alone");
        assert!(path.exists());
    }
}
