//! What a person does.

use partyline_shared::{Command, Line, Timestamp, parse_line};

use crate::engine::Engine;
use crate::outputs::Outputs;
use crate::{Action, Connection, Saying};

impl Engine {
    /// Takes an action.
    pub(crate) fn act(&mut self, action: Action, now: Timestamp, out: &mut Outputs) {
        match action {
            Action::Line { room, text } => self.line(&room, &text, now, out),
            Action::Say { room, text, action } => self.say(&room, &text, action, now, out),
            Action::Join(room) => self.join(&room, out),
            Action::Part(room) => self.part(&room, out),
            Action::Nick(nick) => self.call_me(nick, out),
            Action::Typing(room) => self.type_in(&room, now, out),
            Action::FindRooms => self.find_rooms(now, out),
            Action::LoadOlder(room) => {
                self.load_older(&room, None, out);
            }
            Action::LoadNewer(room) => self.load_newer(&room, out),
            Action::GoTo { room, seq } => self.go_to(&room, seq, out),
            Action::ToEnd(room) => self.go_to_end(&room, out),
            Action::Follow { room, follow } => {
                if let Some(room) = self.model.rooms.get_mut(&room) {
                    room.followed = follow;
                }
            }
            Action::MarkRead(name) => self.mark_read(name, out),
            Action::Retry { room, reference } => self.retry(&room, &reference, out),
            Action::Discard { room, reference } => self.discard(&room, &reference, out),
            Action::TakeOver(messages) => self.take_over(messages, now, out),
            Action::Quit => self.quit(now, out),
        }
    }

    /// Several lines are a text that somebody pasted: they are said as they are, whatever the first starts with.
    fn line(&mut self, room: &str, text: &str, now: Timestamp, out: &mut Outputs) {
        let text = text.trim_end_matches(['\r', '\n']);
        if text.contains('\n') {
            self.say(room, text, false, now, out);
            return;
        }
        match parse_line(text) {
            Ok(Line::Empty) => {}
            Ok(Line::Say { text, action }) => self.say(room, &text, action, now, out),
            Ok(Line::Nick(nick)) => self.call_me(nick, out),
            Ok(Line::Join(name)) => self.join(&name, out),
            Ok(Line::Part(name)) => self.part(name.as_deref().unwrap_or(room), out),
            Ok(Line::Tell { to, text }) => self.tell(to, &text, now, out),
            Ok(Line::Who(name)) => self.who(name.unwrap_or_else(|| room.to_owned()), out),
            Ok(Line::Rooms) => self.list_rooms(out),
            Ok(Line::History(count)) => {
                if !self.load_older(room, count, out) {
                    out.notice(Some(room), Saying::NothingOlder);
                }
            }
            Ok(Line::Receipts(_)) => out.notice(Some(room), Saying::NoReceipts),
            Ok(Line::Help) => out.notice(Some(room), Saying::Help),
            Ok(Line::Quit) => self.quit(now, out),
            Err(wrong) => out.error(Some(room), Saying::NotACommand(wrong)),
        }
    }

    fn call_me(&mut self, nick: String, out: &mut Outputs) {
        if self.model.connection == Connection::Online {
            out.transmit(Command::Nick { nick });
        } else {
            out.notice(None, Saying::WillAskToBe(nick.clone()));
            self.nick = Some(nick);
        }
    }

    fn who(&mut self, room: String, out: &mut Outputs) {
        if room.starts_with('@') {
            out.notice(Some(&room), Saying::OnlyTwo);
        } else if self.ask(Command::Who { room: room.clone() }, out) {
            self.who_asked.push(room);
        }
    }

    /// Asks the server something whose answer is of use only now.
    pub(crate) fn ask(&mut self, command: Command, out: &mut Outputs) -> bool {
        let online = self.model.connection == Connection::Online;
        if online {
            out.transmit(command);
        } else {
            out.error(None, Saying::NotConnected);
        }
        online
    }
}
