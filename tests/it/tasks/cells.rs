//! A list on the screen, taken apart into its cells.

/// The cells of a line: what more than one space, or the mark of a link, parts.
pub fn cells(line: &str) -> Vec<&str> {
    let line = line.trim().trim_start_matches('›').trim();
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

/// Where the columns of a list begin, by its headings: where there is little room one blank parts two of them.
pub fn heads<'a>(mut lines: impl Iterator<Item = &'a str>, names: &[&str]) -> Vec<usize> {
    let begin = |line: &str, name: &str| {
        let words = line.match_indices(name).map(|(at, _)| at);
        let whole = |at: &usize| {
            line[..*at].ends_with(' ') && line[at + name.len()..].chars().next().is_none_or(|c| c == ' ')
        };
        words.filter(|at| whole(at)).map(|at| line[..at].chars().count()).next()
    };
    lines.find_map(|line| names.iter().map(|name| begin(line, name)).collect()).expect("headings")
}

/// What stands in each of these columns; the last ends with the line.
pub fn under(line: &str, heads: &[usize]) -> Vec<String> {
    let letters: Vec<char> = line.chars().collect();
    let ends = heads.iter().skip(1).copied().chain([letters.len()]);
    let cell =
        |(from, to): (&usize, usize)| letters.get(*from..to).unwrap_or_default().iter().collect::<String>();
    heads.iter().zip(ends).map(cell).map(|text| text.trim().to_owned()).collect()
}
