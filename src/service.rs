//! What the service manager that started us is told (`sd_notify`): that we are ready, how it goes in a
//! sentence, that we are alive. Started by nobody of the kind, it sends nothing. It judges nothing:
//! whether we are alive is for the caller to know.

use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The way to the service manager, where there is one.
#[derive(Debug, Default)]
pub struct Service {
    manager: Option<(UnixDatagram, SocketAddr)>,
    watchdog: Option<Duration>,
}

impl Service {
    /// As the environment of the process `pid` says: `NOTIFY_SOCKET`, and how often it wants a sign of life.
    pub fn of(environment: &dyn Fn(&str) -> Option<String>, pid: u32) -> Self {
        let address = environment("NOTIFY_SOCKET").and_then(|name| address(&name));
        let Some(manager) = address.and_then(|address| Some((socket()?, address))) else {
            return Self::default();
        };
        // Who started us may itself be watched: then the variables are not meant for us.
        let is_meant = environment("WATCHDOG_PID").is_none_or(|meant| meant.trim() == pid.to_string());
        let micros = environment("WATCHDOG_USEC").and_then(|usec| usec.trim().parse().ok());
        let watchdog = micros.filter(|usec| is_meant && *usec > 0).map(Duration::from_micros);
        Self { manager: Some(manager), watchdog }
    }

    /// After how long without a sign of life we are ended and started anew; `None`: nobody watches.
    pub const fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }

    /// Started, or through with reading the configuration anew; and how it goes.
    pub fn ready(&self, status: &str) {
        self.send(&format!("READY=1\nSTATUS={}", one_line(status)));
    }

    /// How it goes.
    pub fn status(&self, status: &str) {
        self.send(&format!("STATUS={}", one_line(status)));
    }

    /// A sign of life.
    pub fn alive(&self) {
        self.send("WATCHDOG=1");
    }

    /// The configuration is being read anew.
    pub fn reloading(&self) {
        let now = clock_gettime(ClockId::Monotonic);
        let micros = now.tv_sec.saturating_mul(1_000_000).saturating_add(now.tv_nsec / 1000);
        self.send(&format!("RELOADING=1\nMONOTONIC_USEC={micros}"));
    }

    /// We are about to end.
    pub fn stopping(&self) {
        self.send("STOPPING=1\nSTATUS=stopping");
    }

    /// A manager that does not listen is its own trouble, never ours.
    fn send(&self, state: &str) {
        if let Some((socket, address)) = &self.manager {
            let _ = socket.send_to_addr(state.as_bytes(), address);
        }
    }
}

/// One that never waits for whoever reads.
fn socket() -> Option<UnixDatagram> {
    let socket = UnixDatagram::unbound().ok()?;
    socket.set_nonblocking(true).ok()?;
    Some(socket)
}

/// `/path`, or `@name` of an abstract one.
fn address(name: &str) -> Option<SocketAddr> {
    match name.strip_prefix('@') {
        Some(name) => abstract_address(name),
        None if name.starts_with('/') => SocketAddr::from_pathname(name).ok(),
        None => None,
    }
}

#[cfg(target_os = "linux")]
fn abstract_address(name: &str) -> Option<SocketAddr> {
    use std::os::linux::net::SocketAddrExt;
    SocketAddr::from_abstract_name(name).ok()
}

#[cfg(not(target_os = "linux"))]
fn abstract_address(_name: &str) -> Option<SocketAddr> {
    None
}

/// What follows a line's end would be read as something else that is told.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A service started with these variables.
    fn started(variables: &[(&str, &str)]) -> Service {
        let found = |name: &str| {
            let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
            Some((*value).to_owned())
        };
        Service::of(&found, 77)
    }

    #[test]
    fn every_word_is_one_datagram() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        let service = started(&[("NOTIFY_SOCKET", path.to_str().unwrap())]);
        service.ready("polling 2 accounts\nREADY=0");
        service.status("fine");
        service.alive();
        service.reloading();
        service.stopping();
        let next = || {
            let mut buffer = [0; 512];
            let length = manager.recv(&mut buffer).unwrap();
            String::from_utf8(buffer[..length].to_vec()).unwrap()
        };
        assert_eq!(next(), "READY=1\nSTATUS=polling 2 accounts READY=0");
        assert_eq!(next(), "STATUS=fine");
        assert_eq!(next(), "WATCHDOG=1");
        let reloading = next();
        let since = reloading.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap();
        assert!(since.parse::<u64>().unwrap() > 0, "{reloading}");
        assert_eq!(next(), "STOPPING=1\nSTATUS=stopping");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_abstract_socket_is_reached_too() {
        let name = format!("backhaul-test-{}", std::process::id());
        let manager = UnixDatagram::bind_addr(&abstract_address(&name).unwrap()).unwrap();
        started(&[("NOTIFY_SOCKET", &format!("@{name}"))]).alive();
        let mut buffer = [0; 64];
        let length = manager.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"WATCHDOG=1");
    }

    #[test]
    fn signs_of_life_are_wanted_only_of_whom_they_are_wanted() {
        let socket = ("NOTIFY_SOCKET", "/nobody/listens");
        let usec = ("WATCHDOG_USEC", "30000000");
        assert_eq!(started(&[socket, usec]).watchdog(), Some(Duration::from_secs(30)));
        assert_eq!(
            started(&[socket, usec, ("WATCHDOG_PID", "77")]).watchdog(),
            Some(Duration::from_secs(30))
        );
        assert_eq!(started(&[socket, usec, ("WATCHDOG_PID", "78")]).watchdog(), None);
        assert_eq!(started(&[socket]).watchdog(), None);
        assert_eq!(started(&[usec]).watchdog(), None, "nobody could be told");
        assert_eq!(started(&[socket, ("WATCHDOG_USEC", "soon")]).watchdog(), None);
        // Nobody listens there: nothing comes of it.
        started(&[socket]).alive();
    }
}
