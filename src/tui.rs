//! The screen: [`event::Event`]s in, [`app::Effect`]s out, a `Fleet` drawn. It knows no provider, no
//! database and no clock, and does no I/O but on the terminal itself.
//!
//! `run` waits, takes in all that happened and draws once; `app` holds what is on the screen; `view`
//! draws it. A panel (`panels`) says which columns and which details its rows have; the `widgets`
//! list and scroll them.

pub mod action;
pub mod app;
pub mod chat;
pub mod event;
mod facts;
pub mod glyphs;
mod header;
pub mod keymap;
mod palette;
mod panels;
pub mod run;
pub mod terminal;
pub mod theme;
mod view;
mod widgets;
mod words;
