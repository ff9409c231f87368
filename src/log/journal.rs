//! Lines as the system's journal takes them from stderr: it keeps the time itself and shows no colours, and
//! reads from `<N>` before a line how grave it is.

use std::fmt;
use std::io::stderr;

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// Whether stderr leads to the journal, as `$JOURNAL_STREAM` (device:inode) says: whoever puts something else
/// in the way of stderr does not take the variable away.
pub fn is_stderr(journal_stream: Option<&str>) -> bool {
    let named = journal_stream.and_then(|stream| stream.split_once(':'));
    let named = named.and_then(|(device, inode)| Some((device.parse().ok()?, inode.parse().ok()?)));
    let stderr = rustix::fs::fstat(stderr()).ok().map(|stat| (stat.st_dev, stat.st_ino));
    named.is_some() && named == stderr
}

/// Puts how grave a line is before it.
pub(super) struct Graded<F>(pub(super) F);

impl<S, N, F> FormatEvent<S, N> for Graded<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut out: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut lines = String::new();
        self.0.format_event(context, Writer::new(&mut lines), event)?;
        let grade = grade(*event.metadata().level());
        lines.lines().try_for_each(|line| writeln!(out, "<{grade}>{line}"))
    }
}

/// As syslog counts.
const fn grade(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}
