//! The parts of the page.

pub(crate) mod actions;
pub(crate) mod aloud;
pub(crate) mod avatar;
pub(crate) mod barred;
pub(crate) mod code;
pub(crate) mod composer;
pub(crate) mod connection;
pub(crate) mod dialog;
pub(crate) mod empty;
pub(crate) mod header;
pub(crate) mod icon;
pub(crate) mod members;
pub(crate) mod message;
pub(crate) mod nick_form;
pub(crate) mod notice;
pub(crate) mod offers;
pub(crate) mod rename;
pub(crate) mod rooms;
pub(crate) mod settings;
pub(crate) mod shortcuts;
pub(crate) mod status;
pub(crate) mod switcher;
pub(crate) mod text;
pub(crate) mod timeline;
pub(crate) mod typing;
pub(crate) mod welcome;
