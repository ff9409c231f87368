//! The frames of a streamed answer, out of bytes that the network cut anywhere. Knows nothing of what is in
//! them.
//!
//! Splits bytes, not text: a line's end is `\n`, `\r\n` or a lone `\r`, and nothing else, since U+2028 and its
//! kin may stand raw inside JSON. A service in trouble writes its error as plain JSON without `data:`, over
//! several lines, after HTTP 200; that is a frame too.

/// No answer to a dispatcher is longer than this, nor is a line of one.
const LONGEST: usize = 8 * 1024 * 1024;

/// One thing that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// The data of one event.
    Data(String),
    /// A whole JSON value that stood outside of any event.
    Bare(String),
    /// What was left when the stream ended, and is no whole value.
    Incomplete(String),
}

/// What it refuses to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a line of the answer is longer than 8 MiB")]
pub struct TooLong;

/// Takes pieces, gives frames.
#[derive(Clone, Debug, Default)]
pub struct Splitter {
    /// The line that has begun.
    line: Vec<u8>,
    /// The last byte was `\r`: a `\n` that follows belongs to it.
    after_cr: bool,
    /// Data lines of the event that has begun.
    data: Option<String>,
    /// Lines outside of events, until they are a whole value.
    bare: String,
    /// Whether anything came at all.
    has_begun: bool,
}

impl Splitter {
    /// Takes one piece of the body.
    pub fn take(&mut self, piece: &[u8]) -> Result<Vec<Frame>, TooLong> {
        let mut frames = Vec::new();
        let mut rest = piece;
        if !rest.is_empty() && std::mem::take(&mut self.after_cr) && rest.first() == Some(&b'\n') {
            rest = rest.get(1..).unwrap_or_default();
        }
        while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let (head, tail) = rest.split_at(end);
            self.line.extend_from_slice(head);
            let is_cr = tail.first() == Some(&b'\r');
            rest = tail.get(1..).unwrap_or_default();
            match rest.split_first() {
                Some((b'\n', after)) if is_cr => rest = after,
                Some(_) => {}
                None => self.after_cr = is_cr,
            }
            self.end_line(&mut frames);
        }
        self.line.extend_from_slice(rest);
        let held = self.line.len() + self.bare.len() + self.data.as_ref().map_or(0, String::len);
        if held > LONGEST { Err(TooLong) } else { Ok(frames) }
    }

    /// The stream has ended.
    pub fn end(mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        if !self.line.is_empty() {
            self.end_line(&mut frames);
        }
        self.emit(&mut frames);
        let left = self.bare.trim();
        if !left.is_empty() {
            frames.push(Frame::Incomplete(left.to_owned()));
        }
        frames
    }

    fn end_line(&mut self, frames: &mut Vec<Frame>) {
        let bytes = std::mem::take(&mut self.line);
        // Whole lines only: a character cut in two by the network is whole again here.
        let text = String::from_utf8_lossy(&bytes);
        let line = if std::mem::replace(&mut self.has_begun, true) {
            text.as_ref()
        } else {
            text.strip_prefix('\u{feff}').unwrap_or(&text)
        };
        if line.is_empty() {
            return self.emit(frames);
        }
        // Not even inside a value that has begun: no line of JSON starts so.
        if let Some(data) = line.strip_prefix("data:") {
            let data = data.strip_prefix(' ').unwrap_or(data);
            match &mut self.data {
                Some(before) => {
                    before.push('\n');
                    before.push_str(data);
                }
                None => self.data = Some(data.to_owned()),
            }
            return;
        }
        if !self.bare.is_empty() {
            return self.take_bare(line, frames);
        }
        let is_other_field = line.starts_with(':')
            || ["event", "id", "retry"].iter().any(|name| {
                line.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
            });
        if !is_other_field {
            self.take_bare(line, frames);
        }
    }

    /// A line outside of any event; emits what is whole.
    fn take_bare(&mut self, line: &str, frames: &mut Vec<Frame>) {
        self.emit(frames);
        self.bare.push_str(line);
        self.bare.push('\n');
        // Only a line that closes something can make it whole: a long array is not read again for each line.
        let may_close = line.trim_end().ends_with(['}', ']']);
        if may_close && serde_json::from_str::<serde::de::IgnoredAny>(&self.bare).is_ok() {
            frames.push(Frame::Bare(std::mem::take(&mut self.bare)));
        }
    }

    fn emit(&mut self, frames: &mut Vec<Frame>) {
        frames.extend(self.data.take().map(Frame::Data));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(bytes: &[u8], cuts: &[usize]) -> Vec<Frame> {
        let (mut splitter, mut frames, mut from) = (Splitter::default(), Vec::new(), 0);
        for to in cuts.iter().copied().chain([bytes.len()]) {
            frames.extend(splitter.take(&bytes[from..to]).unwrap());
            from = to;
        }
        frames.extend(splitter.end());
        frames
    }

    /// The frames, whole and cut at every byte.
    fn check(text: &str, expected: &[Frame]) {
        let bytes = text.as_bytes();
        assert_eq!(split(bytes, &[]), expected, "{text:?}");
        for cut in 0..=bytes.len() {
            assert_eq!(split(bytes, &[cut]), expected, "{text:?} cut at {cut}");
        }
        let every: Vec<_> = (0..bytes.len()).collect();
        assert_eq!(split(bytes, &every), expected, "{text:?} byte by byte");
    }

    fn data(text: &str) -> Frame {
        Frame::Data(text.to_owned())
    }

    #[test]
    fn events_end_with_an_empty_line_of_any_kind() {
        check("data: {\"a\":1}\r\n\r\ndata: {\"b\":2}\r\n\r\n", &[data("{\"a\":1}"), data("{\"b\":2}")]);
        check("data:{\"a\":1}\n\ndata:  x\n\n", &[data("{\"a\":1}"), data(" x")]);
        check("data: 1\r\rdata: 2\r\r", &[data("1"), data("2")]);
        check("data: 1\ndata: 2\n\n", &[data("1\n2")]);
        check("\u{feff}: hello\nevent: x\nid: 3\nretry\ndata: 1\n\n", &[data("1")]);
    }

    #[test]
    fn what_stands_at_the_end_without_an_empty_line_counts() {
        check("data: {\"a\":1}", &[data("{\"a\":1}")]);
        check("data: {\"a\":1}\n", &[data("{\"a\":1}")]);
        check("", &[]);
        check("\n\n", &[]);
    }

    #[test]
    fn other_line_ends_of_unicode_are_text() {
        check(
            "data: {\"t\":\"a\u{2028}b\u{85}c\u{2029}15°\"}\n\n",
            &[data("{\"t\":\"a\u{2028}b\u{85}c\u{2029}15°\"}")],
        );
    }

    #[test]
    fn an_error_without_data_is_found_wherever_it_stands() {
        let error = "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"a } in it\"\n  }\n}\n";
        check(error, &[Frame::Bare(error.to_owned())]);
        check(&format!("data: 1\r\n\r\n{error}"), &[data("1"), Frame::Bare(error.to_owned())]);
        check(&format!("data: 1\n{error}"), &[data("1"), Frame::Bare(error.to_owned())]);
        check(error.trim_end(), &[Frame::Bare(error.to_owned())]);
        check("{\n  \"error\": {", &[Frame::Incomplete("{\n  \"error\": {".to_owned())]);
        check("<html>\n\ndata: 1\n\n", &[data("1"), Frame::Incomplete("<html>".to_owned())]);
        check("<html>", &[Frame::Incomplete("<html>".to_owned())]);
    }

    #[test]
    fn a_list_sent_without_sse_is_one_value() {
        check("[{\"a\": 1}\n,\n{\"b\": 2}\n]", &[Frame::Bare("[{\"a\": 1}\n,\n{\"b\": 2}\n]\n".to_owned())]);
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut splitter = Splitter::default();
        let piece = vec![b'x'; LONGEST];
        splitter.take(&piece).unwrap();
        assert_eq!(splitter.take(b"x"), Err(TooLong));
    }
}
