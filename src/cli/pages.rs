//! `vaultrail completions` and `vaultrail man`: what a shell and `man` know of the program, from the same definitions as
//! `--help`.

use super::args::{Cli, CompletionsArgs, ManArgs};
use super::output;
use super::rebuild::Error;
use clap::CommandFactory;

/// Prints the completions of a shell.
pub fn completions(args: &CompletionsArgs) -> Result<u8, Error> {
    let mut bytes = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "vaultrail", &mut bytes);
    output::to_stdout(&bytes).map_err(Error::Output)?;
    Ok(0)
}

/// Prints `vaultrail(1)`, or writes it and the page of each command into a folder.
pub fn man(args: &ManArgs) -> Result<u8, Error> {
    let pages = pages().map_err(|cause| Error::Render(cause.to_string()))?;
    match &args.out_dir {
        Some(folder) => {
            output::folder(folder).map_err(Error::Output)?;
            for (name, page) in &pages {
                output::write_whole(&folder.join(name), page).map_err(Error::Output)?;
            }
        }
        None => {
            for (_, page) in pages.iter().take(1) {
                output::to_stdout(page).map_err(Error::Output)?;
            }
        }
    }
    Ok(0)
}

/// File names and pages, the program's own first.
fn pages() -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut program = Cli::command();
    program.build();
    let mut pages = Vec::new();
    let mut open = vec![program];
    while let Some(command) = open.pop() {
        let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
        let mut page = Vec::new();
        // No date: the same program writes the same page.
        clap_mangen::Man::new(command.clone()).title(name.clone()).date("").render(&mut page)?;
        pages.push((format!("{name}.1"), page));
        let under: Vec<_> = command.get_subcommands().filter(|c| c.get_name() != "help" && !c.is_hide_set()).collect();
        open.extend(under.into_iter().rev().cloned());
    }
    Ok(pages)
}
