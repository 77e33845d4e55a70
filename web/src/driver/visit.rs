//! What is the page's own from one visit to the next: what was seen last, what one was called, which version it is.

use leptos::prelude::*;
use partyline_engine::{Connection, Input, Model};

use super::Driver;
use crate::view::Stale;
use crate::{seen, storage, update};

/// A visit of the page, from its load to its end.
#[derive(Default)]
pub(super) struct Visit {
    /// What the last visit saw, until the server has said what is true.
    seen: seen::Rooms,
    /// What one expects to be called.
    called: Option<String>,
    /// The connection was lost, or never came about, since it last was there.
    dropped: bool,
    /// The browser was asked to keep the page.
    kept: bool,
}

impl Visit {
    /// Rooms that the server has said nothing of yet, as they were seen.
    pub(super) fn seen(&self) -> &seen::Rooms {
        &self.seen
    }

    /// Forgets what was seen of rooms that the server has spoken of since.
    pub(super) fn settle(&mut self, model: &Model) {
        if model.connection == Connection::Online && !self.seen.is_empty() {
            let spoken_of = |name: &String| model.rooms.get(name).is_some_and(|room| room.joined || room.private);
            self.seen.retain(|name, _| !spoken_of(name));
        }
    }
}

impl Driver {
    /// A visit starts, of somebody who expects to be called this.
    pub(super) fn remember_visit(self, called: Option<&str>) {
        let core = self.core();
        let mut core = core.borrow_mut();
        core.visit.called = called.map(str::to_owned);
        core.visit.seen = seen::read(&storage::seen());
        // It is there to be shown before the server has said anything.
        core.stale = Stale::ALL;
    }

    /// Connects now rather than later.
    pub(crate) fn connect(self) {
        self.handle(Input::Connect);
        self.publish();
    }

    /// Connects now if a drop is being waited out: the network is back, or the person is.
    pub(crate) fn hurry(self) {
        if self.view.connection.with_untracked(|connection| matches!(connection, Connection::Waiting { .. })) {
            self.connect();
        }
    }

    /// Keeps what was said last in each room, for a visit without a server.
    pub(crate) fn keep_seen(self) {
        let core = self.core();
        let core = core.borrow();
        let current = self.view.current.get_untracked();
        if let Some(engine) = &core.engine {
            storage::keep_seen(&seen::keep(engine.model(), &core.visit.seen, &current));
        }
    }

    /// The connection came about, or is gone.
    pub(super) fn connection_changed(self) {
        let Some(connection) = self.with_engine(|engine| engine.model().connection.clone()) else { return };
        let core = self.core();
        let visit = &mut core.borrow_mut().visit;
        match connection {
            Connection::Online => {
                if !std::mem::replace(&mut visit.kept, true) {
                    update::keep_page();
                }
                if std::mem::take(&mut visit.dropped) {
                    let update = self.view.update;
                    wasm_bindgen_futures::spawn_local(async move {
                        if update::is_there().await {
                            update.set(true);
                        }
                    });
                }
            }
            Connection::Waiting { .. } | Connection::Ended(_) => visit.dropped = true,
            Connection::Idle | Connection::Connecting => {}
        }
    }

    /// One is called something: at the start of a connection perhaps not what one was called before.
    pub(super) fn name_changed(self) {
        let Some(Some(nick)) = self.with_engine(|engine| engine.model().me.as_ref().map(|me| me.nick.clone())) else {
            return;
        };
        let core = self.core();
        let called = core.borrow_mut().visit.called.replace(nick.clone());
        // While one is connected it is what one asked for.
        let asked_for = self.view.connection.with_untracked(|connection| *connection == Connection::Online);
        let taken = called.filter(|called| !asked_for && *called != nick);
        self.view.taken.update(|old| {
            if taken.is_some() || asked_for {
                *old = taken;
            }
        });
    }
}
