//! Markdown as a model writes it, in lines for a pane: paragraphs, lists, tables, bold, code. What is not known is
//! shown as it was written: no word of an answer is lost. It knows nothing of what the text tells.

mod table;
mod wrap;

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use self::table::Table;
pub use self::wrap::wrap_spans;
use crate::tui::glyphs::Glyphs;
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Span, width};

/// A line of text, in pieces.
pub type Line = Vec<Span>;

/// Stands after a number that no tool returned: colour alone does not say it.
pub const DOUBT: &str = "(?)";

/// `source` in lines of at most `room` columns. What stands at the bytes of `doubtful` is marked.
pub fn lines(source: &str, doubtful: &[Range<usize>], room: u16, glyphs: Glyphs) -> Vec<Line> {
    let mut page = Page { doubtful, room, glyphs, out: Vec::new(), ..Page::default() };
    let parser = Parser::new_ext(source, Options::ENABLE_TABLES);
    // "[418]: late" reads as the target of a link and is no part of the text: here it is said all the same.
    let mut unsaid: Vec<Range<usize>> =
        parser.reference_definitions().iter().map(|(_, known)| known.span.clone()).collect();
    unsaid.sort_by_key(|span| span.start);
    let mut unsaid = unsaid.into_iter().peekable();
    for (event, at) in parser.into_offset_iter() {
        while page.nest.is_empty()
            && page.runs.is_empty()
            && let Some(span) = unsaid.next_if(|span| span.start < at.start)
        {
            page.plain(source, span);
        }
        page.take(source, event, at);
    }
    for span in unsaid {
        page.plain(source, span);
    }
    page.flush();
    page.out
}

/// What is written so far.
#[derive(Default)]
struct Page<'a> {
    doubtful: &'a [Range<usize>],
    room: u16,
    glyphs: Glyphs,
    out: Vec<Line>,
    /// The text of the block in hand.
    runs: Vec<Span>,
    nest: Vec<Nest>,
    /// The number of the next item of each list that is open; none of one without numbers.
    lists: Vec<Option<u64>>,
    /// How deep in bold or a heading.
    bold: usize,
    table: Option<Table>,
    /// Where the links that are open lead.
    links: Vec<String>,
}

/// What a block stands in, as it is written before its lines.
struct Nest {
    first: String,
    rest: String,
    is_begun: bool,
}

impl Page<'_> {
    fn take(&mut self, source: &str, event: Event<'_>, at: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.say(source, &text, at),
            Event::Code(code) => {
                let inside = source.get(at.clone()).and_then(|whole| whole.find(&*code)).unwrap_or(0);
                let start = at.start + inside;
                self.bold += 1;
                self.say(source, &code, start..start + code.len());
                self.bold -= 1;
            }
            // Models end a line where they mean it.
            Event::SoftBreak | Event::HardBreak => {
                let is_cell = self.table.is_some();
                self.runs.push(((if is_cell { " " } else { "\n" }).to_owned(), Role::Text));
            }
            Event::Rule => {
                self.gap();
                self.out.push(vec![(self.glyphs.pick("───", "---").to_owned(), Role::Muted)]);
            }
            // None of these is asked for: they come as text.
            Event::TaskListMarker(_)
            | Event::FootnoteReference(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock | Tag::CodeBlock(_) => self.begin(),
            Tag::Heading { .. } => {
                self.begin();
                self.bold += 1;
            }
            Tag::BlockQuote(_) => {
                self.begin();
                let bar = self.glyphs.pick("▏ ", "> ");
                self.nest.push(Nest { first: bar.to_owned(), rest: bar.to_owned(), is_begun: false });
            }
            Tag::List(first) => {
                self.begin();
                self.lists.push(first);
            }
            Tag::Item => {
                self.flush();
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let mark = format!("{number}. ");
                        *number += 1;
                        mark
                    }
                    _ => self.glyphs.pick("• ", "- ").to_owned(),
                };
                let rest = " ".repeat(width(&mark).into());
                self.nest.push(Nest { first: mark, rest, is_begun: false });
            }
            Tag::Table(sides) => {
                self.begin();
                self.table = Some(Table::of(sides));
            }
            Tag::TableHead | Tag::TableRow => self.table.iter_mut().for_each(Table::row),
            Tag::Strong => self.bold += 1,
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push(dest_url.into_string());
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.flush(),
            TagEnd::Heading(_) => {
                self.flush();
                self.bold = self.bold.saturating_sub(1);
            }
            TagEnd::CodeBlock => self.code(),
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.nest.pop();
            }
            TagEnd::Item => {
                self.flush();
                // An item without a word is still one.
                if self.nest.last().is_some_and(|nest| !nest.is_begun) {
                    self.write(vec![Line::new()]);
                }
                self.nest.pop();
            }
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.runs);
                self.table.iter_mut().for_each(|table| table.cell(cell.clone()));
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    let lines = table.lines(self.inner());
                    self.write(lines);
                }
            }
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => {
                let to = self.links.pop().unwrap_or_default();
                let is_said = self.runs.last().is_some_and(|(text, _)| *text == to);
                if !to.is_empty() && !is_said {
                    self.runs.push((format!(" ({to})"), Role::Muted));
                }
            }
            _ => {}
        }
    }

    /// Adds `text`, which stands at `at` in the source, with what is doubtful in it marked.
    fn say(&mut self, source: &str, text: &str, at: Range<usize>) {
        let role = if self.bold > 0 { Role::Title } else { Role::Text };
        let mut doubts = self.doubtful.iter().filter(|doubt| doubt.start < at.end && at.start < doubt.end);
        if source.get(at.clone()) != Some(text) {
            // It is not written as it reads, such as `&lt;`: it is marked as a whole.
            let is_doubtful = doubts.next().is_some();
            let text = if is_doubtful { format!("{text}{DOUBT}") } else { text.to_owned() };
            self.runs.push((text, if is_doubtful { Role::Warn } else { role }));
            return;
        }
        let mut from = at.start;
        for doubt in doubts {
            let (start, end) = (doubt.start.max(from), doubt.end.min(at.end));
            self.piece(source, from..start, role);
            self.piece(source, start..end, Role::Warn);
            if doubt.end <= at.end {
                self.runs.push((DOUBT.to_owned(), Role::Warn));
            }
            from = end;
        }
        self.piece(source, from..at.end, role);
    }

    fn piece(&mut self, source: &str, at: Range<usize>, role: Role) {
        let piece = source.get(at).unwrap_or_default();
        if !piece.is_empty() {
            self.runs.push((piece.to_owned(), role));
        }
    }

    /// Text that is no Markdown to be read.
    fn plain(&mut self, source: &str, at: Range<usize>) {
        self.begin();
        let text = source.get(at.clone()).unwrap_or_default().trim_end();
        self.say(source, text, at.start..at.start + text.len());
        self.flush();
    }

    /// Begins a block: what was written ends, and outside lists a blank line follows it.
    fn begin(&mut self) {
        self.flush();
        if self.nest.is_empty() {
            self.gap();
        }
    }

    fn gap(&mut self) {
        if !self.out.is_empty() {
            self.out.push(Line::new());
        }
    }

    /// Columns inside of what the block stands in.
    fn inner(&self) -> u16 {
        let taken: u16 = self.nest.iter().map(|nest| width(&nest.rest)).sum();
        self.room.saturating_sub(taken).max(1)
    }

    fn flush(&mut self) {
        let runs = std::mem::take(&mut self.runs);
        if !runs.is_empty() {
            self.write(wrap_spans(&runs, self.inner()));
        }
    }

    /// The lines of a block of code, as they are.
    fn code(&mut self) {
        let room = self.inner().saturating_sub(2).max(1);
        let runs = std::mem::take(&mut self.runs);
        let bar = self.glyphs.pick("▏ ", "| ");
        let lines = wrap::hard(&runs, room).into_iter().map(|mut line| {
            line.insert(0, (bar.to_owned(), Role::Muted));
            line
        });
        let lines = lines.collect();
        self.write(lines);
    }

    /// Adds lines, with what stands before them.
    fn write(&mut self, lines: Vec<Line>) {
        for mut line in lines {
            let mut before = String::new();
            for nest in &mut self.nest {
                let is_begun = std::mem::replace(&mut nest.is_begun, true);
                before.push_str(if is_begun { &nest.rest } else { &nest.first });
            }
            if !before.is_empty() {
                line.insert(0, (before, Role::Text));
            }
            self.out.push(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str, room: u16) -> Vec<String> {
        let lines = lines(source, &[], room, Glyphs::Ascii);
        lines.iter().map(|line| line.iter().map(|(text, _)| text.as_str()).collect()).collect()
    }

    fn pieces(source: &str, doubtful: &[Range<usize>]) -> Line {
        lines(source, doubtful, 60, Glyphs::Ascii).into_iter().flatten().collect()
    }

    #[test]
    fn paragraphs_lists_and_headings_are_lines_of_their_room() {
        let source =
            "# Late\n\nTwo loads:\n\n1. **4471** is late by 2h06\n   - HOS\n2. 4480\n\nThat is all.\nReally.";
        assert_eq!(
            shown(source, 16),
            [
                "Late",
                "",
                "Two loads:",
                "",
                "1. 4471 is late",
                "   by 2h06",
                "   - HOS",
                "2. 4480",
                "",
                "That is all.",
                "Really."
            ]
        );
    }

    #[test]
    fn bold_and_code_stand_out_and_their_signs_are_gone() {
        assert_eq!(
            pieces("a **b c** `d_e` f", &[]),
            [
                ("a ".to_owned(), Role::Text),
                ("b c d_e".to_owned(), Role::Title),
                (" f".to_owned(), Role::Text)
            ]
        );
        assert_eq!(shown("```\nfn  a\n\n  b\n```", 20), ["| fn  a", "| ", "|   b"]);
    }

    #[test]
    fn tables_wrap_their_cells_and_cut_none() {
        let source = "| LOAD | WHY | MIN |\n|---|---|---:|\n| 4471 | 14H ends near Amarillo | 126 |\n| 4480 | late | 9 |";
        assert_eq!(
            shown(source, 40),
            [
                "LOAD  WHY                     MIN",
                "4471  14H ends near Amarillo  126",
                "4480  late                      9"
            ]
        );
        assert_eq!(
            shown(source, 26),
            [
                "LOAD  WHY              MIN",
                "4471  14H ends near    126",
                "      Amarillo",
                "4480  late               9"
            ]
        );
        assert_eq!(
            shown(source, 16),
            [
                "LOAD: 4471",
                "WHY: 14H ends",
                "near Amarillo",
                "MIN: 126",
                "",
                "LOAD: 4480",
                "WHY: late",
                "MIN: 9"
            ]
        );
    }

    #[test]
    fn a_number_that_no_tool_returned_is_marked_where_it_stands() {
        let source = "At **14:50**, not `9`.";
        let at = |text: &str| source.find(text).map(|at| at..at + text.len()).unwrap();
        assert_eq!(
            pieces(source, &[at("14:50"), at("9")]),
            [
                ("At ".to_owned(), Role::Text),
                ("14:50(?)".to_owned(), Role::Warn),
                (", not ".to_owned(), Role::Text),
                ("9(?)".to_owned(), Role::Warn),
                (".".to_owned(), Role::Text)
            ]
        );
    }

    #[test]
    fn no_word_is_lost_that_reads_as_something_else() {
        let check = |source: &str, expected: &[&str]| assert_eq!(shown(source, 60), expected, "{source}");
        check("[418]: late", &["[418]: late"]);
        check("One.\n\n[418]: late\n\nTwo.", &["One.", "", "[418]: late", "", "Two."]);
        check("drive <5h & <b>soon</b>", &["drive <5h & <b>soon</b>"]);
        check("see [the page](http://a.b/c)", &["see the page (http://a.b/c)"]);
        check("418. is a unit", &["418. is a unit"]);
        check("a | b", &["a | b"]);
        check("**not yet clo", &["**not yet clo"]);
        check("- ", &["- "]);
        check("> said\n> so", &["> said", "> so"]);
    }

    #[test]
    fn nothing_is_wider_than_its_room_and_nothing_panics() {
        let source = "# 東京\n\n> - 1. **東京運輸** `x` [a](b)\n\n| 東京 | b | c | d |\n|-|-|-|-|\n| 1 | 2 | 3 | 4 |\n\n    code 東京\n---\n<div>\n";
        for end in (0..=source.len()).filter(|end| source.is_char_boundary(*end)) {
            for room in [1, 2, 7, 40] {
                let doubt = 0..end;
                let all =
                    lines(source.get(..end).unwrap(), std::slice::from_ref(&doubt), room, Glyphs::Unicode);
                let widest = all.iter().map(|line| crate::tui::widgets::text::width_of(line)).max();
                assert!(room < 40 || widest.unwrap_or(0) <= room, "{widest:?}");
            }
        }
    }
}
