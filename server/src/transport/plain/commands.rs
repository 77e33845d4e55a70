//! What a line of plain text asks for.

use bytes::Bytes;
use partyline_shared::codec::plain::{receipt, render};
use partyline_shared::{ClientRef, Code, Command, Event, History, Join, Line, Refused, Say, help, parse_line};

use super::{Mode, Over, Person};

const NO_ROOM: &str = "-- error: you are in no room; /join ROOM enters one\n";

impl Person {
    pub(super) async fn act_on_line(&mut self, text: &str) -> Result<(), Over> {
        let line = match parse_line(text) {
            Ok(line) => line,
            Err(error) => return self.respond(format!("-- error: {error}\n")).await,
        };
        match line {
            // In lockstep every message is answered, even one of blanks.
            Line::Empty if self.mode == Mode::Lockstep => self.respond(receipt("")).await,
            Line::Empty => Ok(()),
            Line::Say { text, action } => match self.room.clone() {
                None => self.respond(NO_ROOM.to_owned()).await,
                Some(room) => {
                    let reference = Some(self.next_reference());
                    let said = text.clone();
                    self.say(Command::Say(Say { room, text, reference, action }), &said).await
                }
            },
            Line::Tell { to, text } => {
                let reference = Some(self.next_reference());
                let said = text.clone();
                self.say(Command::Tell { to, text, reference }, &said).await
            }
            Line::Nick(nick) => self.ask_and_show(Command::Nick { nick }, is_presence).await,
            Line::Join(room) => self.join(room).await,
            Line::Part(room) => self.part(room).await,
            Line::Who(room) => match room.or_else(|| self.room.clone()) {
                Some(room) => self.ask_and_show(Command::Who { room }, |e| matches!(e, Event::Members { .. })).await,
                None => self.respond(NO_ROOM.to_owned()).await,
            },
            Line::Rooms => self.ask_and_show(Command::Rooms, |e| matches!(e, Event::Rooms { .. })).await,
            Line::History(limit) => match self.room.clone() {
                Some(room) => {
                    let limit = Some(limit.unwrap_or(20).min(self.page));
                    let history = Command::History(History { room, before: None, after: None, limit });
                    self.ask_and_show(history, |e| matches!(e, Event::History(_))).await
                }
                None => self.respond(NO_ROOM.to_owned()).await,
            },
            Line::Receipts(on) => {
                self.receipts = on;
                let state = if on { "on" } else { "off" };
                self.respond(format!("-- receipts are {state}\n")).await
            }
            Line::Help => {
                let help: String = help().lines().map(|line| format!("-- {line}\n")).collect();
                self.respond(help).await
            }
            Line::Quit => {
                self.ask(Command::Quit, |_| false).await?;
                Ok(())
            }
        }
    }

    /// Says something, and waits until it is kept or refused. Too fast is not refused here but waited out.
    async fn say(&mut self, command: Command, text: &str) -> Result<(), Over> {
        let mut waited = false;
        let answer = loop {
            let answer = self.ask(command.clone(), |e| matches!(e, Event::Sent(_) | Event::Refused(_))).await?;
            let Some(millis) = too_fast(&answer) else { break answer };
            waited = true;
            if self.mode == Mode::Lines && !std::mem::replace(&mut self.told_slow, true) {
                let notice = "-- that is faster than allowed: your lines wait for their turn, none is lost\n";
                self.write([Bytes::from_static(notice.as_bytes())]).await?;
            }
            self.pause(millis).await?;
        };
        // Once a message didn't have to wait, the burst is over, and the next one is told of again.
        self.told_slow &= waited;
        match answer {
            Event::Refused(_) => self.show_in_lockstep(&answer).await,
            _ if self.mode == Mode::Lockstep || self.receipts => {
                self.respond(receipt(partyline_shared::clean(text).trim_end())).await
            }
            _ => Ok(()),
        }
    }

    /// In plain text one is in one room at a time: what is said elsewhere couldn't be told apart.
    async fn join(&mut self, room: String) -> Result<(), Over> {
        let join = Command::Join(Join { room, after: None });
        let answer = self.ask(join, |e| matches!(e, Event::Joined(_) | Event::Refused(_))).await?;
        if let Event::Joined(joined) = &answer {
            let old = self.room.replace(joined.room.clone()).filter(|old| *old != joined.room);
            if let Some(room) = old {
                self.ask(Command::Part { room }, |e| is_presence(e) || matches!(e, Event::Refused(_))).await?;
            }
        }
        self.show_in_lockstep(&answer).await
    }

    async fn part(&mut self, room: Option<String>) -> Result<(), Over> {
        let Some(room) = room.or_else(|| self.room.clone()) else { return self.respond(NO_ROOM.to_owned()).await };
        let answer = self.ask(Command::Part { room }, |e| is_presence(e) || matches!(e, Event::Refused(_))).await?;
        if is_presence(&answer) {
            self.room = None;
        }
        self.show_in_lockstep(&answer).await
    }

    async fn ask_and_show(&mut self, command: Command, is_answer: fn(&Event) -> bool) -> Result<(), Over> {
        let answer = self.ask(command, |e| is_answer(e) || matches!(e, Event::Refused(_))).await?;
        self.show_in_lockstep(&answer).await
    }

    /// In [`Mode::Lines`] the answer was shown when it came.
    async fn show_in_lockstep(&mut self, answer: &Event) -> Result<(), Over> {
        if self.mode == Mode::Lockstep { self.respond(render(answer).unwrap_or_default()).await } else { Ok(()) }
    }

    fn next_reference(&mut self) -> ClientRef {
        self.last_reference += 1;
        // Unique for this member, which has this one session and no token to come back with.
        ClientRef::numbered(self.last_reference)
    }
}

/// When to say it again, if it was refused for being too fast.
pub(super) fn too_fast(event: &Event) -> Option<u64> {
    match event {
        Event::Refused(Refused { code: Code::RateLimited, retry_after_ms, reference: Some(_), .. }) => *retry_after_ms,
        _ => None,
    }
}

fn is_presence(event: &Event) -> bool {
    matches!(event, Event::Presence { .. })
}
