//! The connection's life: opened, welcomed, kept alive, lost, tried again.

use partyline_shared::{Bye, ByeReason, Command, Epoch, Hello, PROTOCOL, Timestamp, Welcome};

use crate::backoff::Backoff;
use crate::engine::Engine;
use crate::outputs::Outputs;
use crate::{Change, Connection, Identity, Output, Saying};

/// A server that has said nothing for so long is asked whether it is there.
const SILENCE_MS: u64 = 20_000;
/// It has so long to answer.
const ANSWER_MS: u64 = 20_000;
/// A connection has so long to be opened and welcomed.
const WELCOME_MS: u64 = 15_000;
/// A connection that held so long wasn't a failed attempt. One that drops sooner counts as failed, so that a server
/// that takes connections and drops them isn't tried in a tight loop.
const HELD_MS: u64 = 10_000;

/// What keeps the connection going.
#[derive(Debug)]
pub(crate) struct Link {
    backoff: Backoff,
    /// When connecting began, or being online.
    since: Timestamp,
    heard: Timestamp,
    pinged: Option<Timestamp>,
}

impl Link {
    /// Waits are drawn from these random bits.
    pub(crate) fn new(entropy: u64) -> Self {
        Self { backoff: Backoff::new(entropy), since: Timestamp(0), heard: Timestamp(0), pinged: None }
    }

    /// The server said something.
    pub(crate) fn heard(&mut self, now: Timestamp) {
        self.heard = now;
        self.pinged = None;
    }
}

impl Engine {
    /// Connects, unless that is under way.
    pub(crate) fn connect(&mut self, now: Timestamp, out: &mut Outputs) {
        if matches!(self.model.connection, Connection::Connecting | Connection::Online) {
            return;
        }
        self.link.since = now;
        self.set_connection(Connection::Connecting, out);
        out.push(Output::Open);
    }

    /// The socket is open: says who is calling, and what is there already.
    pub(crate) fn opened(&mut self, now: Timestamp, out: &mut Outputs) {
        if self.model.connection != Connection::Connecting {
            return;
        }
        self.link.heard(now);
        out.transmit(Command::Hello(Hello {
            protocol: Some(PROTOCOL),
            nick: self.nick.clone().or_else(|| self.identity.as_ref().map(|identity| identity.nick.clone())),
            token: self.identity.as_ref().map(|identity| identity.token),
            epoch: self.epoch().cloned(),
            resume: self.resume_points(),
        }));
    }

    /// The server lets one in.
    pub(crate) fn welcome(&mut self, welcome: Welcome, now: Timestamp, out: &mut Outputs) {
        if self.model.connection != Connection::Connecting {
            return;
        }
        let Welcome { server, you, token, epoch, default_room, limits, now: server_now, .. } = welcome;
        self.model.clock.set(server_now, now);
        (self.link.since, self.link.pinged) = (now, None);
        (self.model.server, self.model.default_room, self.model.limits) = (server, default_room, limits);
        if self.epoch().is_some_and(|known| *known != epoch) {
            self.forget_log(out);
        }
        self.remember(Identity { token, nick: you.nick.clone(), epoch }, out);
        self.model.me = Some(you);
        out.changed(Change::Me);
        self.set_connection(Connection::Online, out);
        if !self.settled && self.wanted.is_empty() && !self.model.rooms.values().any(|room| !room.private) {
            let room = self.model.default_room.clone();
            self.want(&room, true);
        }
        for room in &self.parting {
            out.transmit(Command::Part { room: room.clone() });
        }
        self.ask_for_wanted(out);
    }

    /// The server ends the connection.
    pub(crate) fn bye(&mut self, bye: Bye, now: Timestamp, out: &mut Outputs) {
        out.push(Output::Close);
        self.disconnected(now, out);
        if let Some(millis) = bye.return_after_ms {
            let until = now.after(self.link.backoff.told(millis));
            let attempt = self.link.backoff.attempt();
            self.set_connection(Connection::Waiting { until, attempt, bye: Some(bye) }, out);
        } else {
            self.set_connection(Connection::Ended(bye), out);
        }
    }

    /// The connection is gone.
    pub(crate) fn lost(&mut self, now: Timestamp, out: &mut Outputs) {
        if matches!(self.model.connection, Connection::Connecting | Connection::Online) {
            self.disconnected(now, out);
            let until = now.after(self.link.backoff.failed());
            let attempt = self.link.backoff.attempt();
            self.set_connection(Connection::Waiting { until, attempt, bye: None }, out);
        }
    }

    /// The person leaves.
    pub(crate) fn quit(&mut self, now: Timestamp, out: &mut Outputs) {
        if self.model.connection == Connection::Online {
            out.transmit(Command::Quit);
        }
        if matches!(self.model.connection, Connection::Connecting | Connection::Online) {
            out.push(Output::Close);
            self.disconnected(now, out);
        }
        let bye = Bye { reason: ByeReason::Quit, text: "you left".to_owned(), return_after_ms: None };
        self.set_connection(Connection::Ended(bye), out);
    }

    /// Does what is due.
    pub(crate) fn wake_link(&mut self, now: Timestamp, out: &mut Outputs) {
        if self.link_deadline().is_none_or(|due| due > now) {
            return;
        }
        match self.model.connection {
            Connection::Waiting { .. } => self.connect(now, out),
            Connection::Online if self.link.pinged.is_none() => {
                self.link.pinged = Some(now);
                out.transmit(Command::Ping { nonce: None });
            }
            Connection::Connecting | Connection::Online => {
                out.push(Output::Close);
                self.lost(now, out);
            }
            Connection::Idle | Connection::Ended(_) => {}
        }
    }

    /// When something is due. A machine that slept finds the whole silence over at once: the answer is counted from
    /// the ping, not from the silence, so that it asks before it gives up.
    pub(crate) fn link_deadline(&self) -> Option<Timestamp> {
        match (&self.model.connection, self.link.pinged) {
            (Connection::Waiting { until, .. }, _) => Some(*until),
            (Connection::Connecting, _) => Some(self.link.since.after(WELCOME_MS)),
            (Connection::Online, None) => Some(self.link.heard.after(SILENCE_MS)),
            (Connection::Online, Some(pinged)) => Some(pinged.after(ANSWER_MS)),
            (Connection::Idle | Connection::Ended(_), _) => None,
        }
    }

    /// Keeps who one is for the next run.
    pub(crate) fn remember(&mut self, identity: Identity, out: &mut Outputs) {
        if self.identity.as_ref() != Some(&identity) {
            self.identity = Some(identity.clone());
            out.push(Output::Remember(identity));
        }
    }

    /// The log that the rooms are of.
    pub(crate) fn known_epoch(&self) -> Option<&Epoch> {
        self.identity.as_ref().map(|identity| &identity.epoch)
    }

    fn set_connection(&mut self, connection: Connection, out: &mut Outputs) {
        self.model.connection = connection;
        out.changed(Change::Connection);
    }

    fn disconnected(&mut self, now: Timestamp, out: &mut Outputs) {
        if self.model.connection == Connection::Online && now.since(self.link.since) >= HELD_MS {
            self.link.backoff.reset();
        }
        self.requeue(out);
        self.parting.clear();
        self.who_asked.clear();
        self.listing.drop_connection();
        for wanted in &mut self.wanted {
            (wanted.asked, wanted.retry_at) = (false, None);
        }
        for (name, room) in &mut self.model.rooms {
            let loading = room.loading.is_some();
            if let Some(track) = self.tracks.get_mut(name) {
                track.drop_connection(room);
            }
            if std::mem::take(&mut room.joined) {
                out.changed(Change::Members(name.clone()));
            }
            if loading {
                out.changed(Change::Timeline(name.clone()));
            }
            if !room.typing.is_empty() {
                room.typing.clear();
                out.changed(Change::Typing(name.clone()));
            }
        }
    }

    /// The log is another one: what the rooms hold isn't in it.
    fn forget_log(&mut self, out: &mut Outputs) {
        for (name, room) in &mut self.model.rooms {
            if !room.messages.is_empty() {
                out.notice(Some(name), Saying::NewLog);
            }
            self.tracks.entry(name.clone()).or_default().forget(room);
            out.changed(Change::Timeline(name.clone()));
        }
    }
}
