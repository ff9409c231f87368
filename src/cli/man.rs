//! The man page: one, with a section for each command, so that every flag is found where people look. Only flags and their
//! descriptions; the manual is in docs/.

use std::io;

use clap::{Arg, Command, CommandFactory, Id};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::Cli;

/// The man page, in roff.
pub fn man() -> io::Result<Vec<u8>> {
    let mut command = Cli::command();
    // What a command may not be given beside those of all commands is known once they are put together.
    command.build();
    let whole = Man::new(command.clone());
    let mut page = Vec::new();
    whole.render_title(&mut page)?;
    whole.render_name_section(&mut page)?;
    let mut synopsis = Roff::new();
    synopsis.control("SH", ["SYNOPSIS"]);
    usage(command.clone(), &mut synopsis);
    page.extend(synopsis.to_roff().bytes());
    whole.render_description_section(&mut page)?;
    whole.render_options_section(&mut page)?;
    let mut heading = Roff::new();
    heading.control("SH", ["COMMANDS"]);
    heading.text([roman("Each also takes the options of the section EVERYWHERE.")]);
    page.extend(heading.to_roff().bytes());
    for command in shown(&command) {
        section(command, "backhaul", &mut page)?;
    }
    whole.render_extra_section(&mut page)?;
    whole.render_version_section(&mut page)?;
    Ok(page)
}

/// A command's own section, and those of its own commands.
fn section(command: &Command, of: &str, page: &mut Vec<u8>) -> io::Result<()> {
    let name = format!("{of} {}", command.get_name());
    let mut opening = Roff::new();
    opening.control("SS", [name.as_str()]);
    usage(command.clone(), &mut opening);
    if let Some(about) = command.get_long_about().or_else(|| command.get_about()) {
        for paragraph in about.to_string().split("\n\n") {
            opening.control("PP", []);
            opening.text([roman(paragraph)]);
        }
    }
    page.extend(opening.to_roff().bytes());
    let own = own_arguments(command);
    if own.get_arguments().any(|argument| !argument.is_hide_set()) {
        let mut options = Vec::new();
        Man::new(own).render_options_section(&mut options)?;
        // A heading of the page is no heading of a section.
        let lines = options.split_inclusive(|byte| *byte == b'\n');
        page.extend(lines.filter(|line| !line.starts_with(b".SH")).flatten());
    }
    for inner in shown(command) {
        section(inner, &name, page)?;
    }
    Ok(())
}

/// The command with its own arguments alone in sight: those of all commands stand once, above.
fn own_arguments(command: &Command) -> Command {
    let everywhere = |argument: &&Arg| {
        argument.is_global_set() || ["help", "version"].contains(&argument.get_id().as_str())
    };
    let ids: Vec<Id> =
        command.get_arguments().filter(everywhere).map(|argument| argument.get_id().clone()).collect();
    ids.iter()
        .fold(command.clone(), |command, id| command.mut_arg(id.as_str(), |argument| argument.hide(true)))
}

fn usage(mut command: Command, into: &mut Roff) {
    let words = command.render_usage().to_string();
    into.text([roman(words.trim_start_matches("Usage: "))]);
}

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|inner| !inner.is_hide_set() && inner.get_name() != "help")
}
