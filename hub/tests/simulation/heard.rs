//! What sessions are told: each event, against the model and the log.

use std::collections::{BTreeMap, BTreeSet};

use partyline_hub::{Entry, Outcome, RoomId, SessionId};
use partyline_shared::{
    Change, Code, Command, Event, Joined, MemberId, MemberRef, Message, Refused, RoomSummary, Sent, Seq, Welcome,
};

use crate::check::{Check, Checker, ensure, is_reserved, key_of, nick_key};
use crate::log::Log;
use crate::sight::Sight;

/// Whether a session is shown what the log has.
fn is_entry(message: &Message, entry: Option<&Entry>) -> bool {
    let Message { room: _, seq, at, from, to, kind, text, via } = message;
    entry.is_some_and(|entry| {
        (*seq, *at, *kind, *via) == (entry.seq, entry.at, entry.kind, entry.via)
            && (from, to, text) == (&entry.from, &entry.to, &entry.text)
    })
}

impl Checker {
    /// One session is told something.
    pub(crate) fn sent_to(&mut self, session: SessionId, event: &Event, log: &Log) -> Check {
        let Some(seen) = self.sessions.get_mut(&session) else {
            return Err(format!("{session:?} is gone, and was told {event:?}"));
        };
        ensure!(seen.bye.is_none(), "{session:?} was told {event:?} after its bye");
        let leaves: Vec<String> = match event {
            Event::Bye(_) => seen.rooms.keys().cloned().collect(),
            Event::Presence { change: Change::Left, room, .. } => key_of(room).into_iter().collect(),
            _ => Vec::new(),
        };
        for key in leaves {
            self.withdrew(session, &key);
        }
        let Some(seen) = self.sessions.get_mut(&session) else { return Ok(()) };
        let mut answers = |what| -> Check {
            let awaited = seen.awaited.get_mut(what).filter(|awaited| **awaited > 0);
            *awaited.ok_or_else(|| format!("{session:?} never asked for this {what}"))? -= 1;
            Ok(())
        };
        match event {
            Event::Pong { .. } => return answers("ping"),
            Event::Bye(bye) => {
                seen.bye = Some(bye.reason);
                return Ok(());
            }
            Event::Refused(refused) => return self.refused(session, refused),
            Event::Welcome(welcome) => return self.welcomed(session, welcome),
            Event::History(_) => answers("history")?,
            Event::Members { .. } => answers("who")?,
            Event::Rooms { .. } => answers("rooms")?,
            Event::Presence { change: Change::Left, .. } => answers("part")?,
            _ => {}
        }
        let member = seen.member.ok_or_else(|| format!("{session:?} hasn't said hello, and was told {event:?}"))?;
        match event {
            Event::Joined(joined) => self.joined(session, member, joined, log),
            Event::Message(message) => self.told_privately(session, member, message, log),
            Event::Sent(sent) => self.told_sent(session, member, sent, log),
            Event::Presence { member: who, change: Change::Left, room, .. } => {
                let inside = key_of(room).is_some_and(|key| self.sessions[&session].rooms.contains_key(&key));
                ensure!(who.id == member && !inside, "{session:?} parted from {room}");
                self.is_called(who)
            }
            Event::Presence { member: who, change: Change::Renamed, was: Some(was), room } => {
                ensure!(who.id == member, "only one's own nick is answered for");
                let inside = key_of(room).is_some_and(|key| self.sessions[&session].rooms.contains_key(&key));
                ensure!(inside || room.is_empty(), "{session:?} isn't in {room}, and heard of it");
                self.renamed(who, was)?;
                key_of(room).map_or(Ok(()), |key| self.sees_own_nick(session, &key, who, was))
            }
            Event::History(page) => {
                let Some(Ok(Outcome::Page(read))) = &self.step.read else {
                    return Err("history out of nothing".into());
                };
                let same = page.messages.len() == read.entries.len()
                    && page.messages.iter().zip(&read.entries).all(|(message, entry)| is_entry(message, Some(entry)));
                ensure!(same && (page.head, page.more) == (read.head, read.more), "history that isn't the log's");
                Ok(())
            }
            Event::Members { room, count, members } => {
                let key = key_of(room).ok_or("members of no room")?;
                self.shown(session, &key, *count, members);
                self.members_are(&key, *count, members, usize::MAX)
            }
            Event::Rooms { rooms } => self.listed(rooms),
            Event::Conversations { conversations } => {
                let Some(Ok(Outcome::Conversations(read))) = &self.step.read else {
                    return Err("conversations out of nothing".into());
                };
                let pairs = conversations.iter().zip(read);
                let same = conversations.len() == read.len()
                    && pairs.into_iter().all(|(shown, read)| {
                        let known = self.members.get(&read.with.id).filter(|known| !known.nick.is_empty());
                        let nick = known.map_or(&read.with.nick, |known| &known.nick);
                        (&shown.room, &shown.nick, shown.head) == (&format!("@{}", read.with.id), nick, read.head)
                    });
                ensure!(same, "conversations that aren't the log's: {conversations:?}");
                Ok(())
            }
            Event::Read { room, seq } => {
                ensure!(self.members[&member].sessions.len() > 1, "{session:?} is told what it has read itself");
                let key = key_of(room).ok_or("read in no room")?;
                ensure!(self.sessions[&session].rooms.contains_key(&key), "{session:?} isn't in {room}");
                let said = self.read.get(&(member, key.clone())).copied().unwrap_or_default();
                let head = self.heads.get(&key).copied().unwrap_or_default();
                ensure!(*seq <= said && *seq <= head, "{member} has read {said} of {head} in {room}, and not {seq}");
                Ok(())
            }
            other => Err(format!("{session:?} was told {other:?} on its own")),
        }
    }

    /// A room is told something.
    pub(crate) fn delivered(&mut self, key: &str, event: &Event, except: Option<SessionId>, log: &Log) -> Check {
        match event {
            Event::Message(message) => {
                let Some((author, entry, Ok(committed))) = &self.step.committed else {
                    return Err(format!("{key} was shown {} before it was committed", message.seq));
                };
                ensure!(!committed.duplicate, "{key} was shown {} twice", message.seq);
                ensure!(entry.to.is_none() && entry.stream.key() == key, "{key} was shown what was said elsewhere");
                ensure!(author.is_none() || *author == except, "{author:?} is shown its own message");
                ensure!(message.seq == committed.seq, "{} was shown as {}", committed.seq, message.seq);
                ensure!(is_entry(message, log.entry(key, message.seq)), "{key} was shown what isn't in the log");
                ensure!(
                    Some(&message.room) == self.spelling.get(key),
                    "{key} is called {} all of a sudden",
                    message.room
                );
                self.step.delivered += 1;
                Ok(())
            }
            // Each session that hears it compares it with what it knows; and once all is told, that with who is there.
            Event::Presence { change: Change::Joined | Change::Left, was: None, .. }
            | Event::Presence { change: Change::Renamed, was: Some(_), .. } => Ok(()),
            Event::Count { room, count } => {
                ensure!(Some(room) == self.spelling.get(key), "{key} is called {room} all of a sudden");
                self.members_are(key, *count, &[], 0)
            }
            Event::Members { count, members, .. } => self.members_are(key, *count, members, usize::MAX),
            Event::Typing { member, .. } => {
                ensure!(self.is_inside(key, member.id), "{} types in {key} from outside", member.nick);
                self.is_called(member)
            }
            other => Err(format!("{key} was told {other:?}")),
        }
    }

    /// A session that is subscribed to a room hears what was delivered there.
    pub(crate) fn heard(&mut self, session: SessionId, room: RoomId, event: &Event) -> Check {
        let Some(key) = self.room_keys.get(&room).cloned() else { return Err(format!("nobody was ever in {room:?}")) };
        self.sees(session, room, &key, event)?;
        if let Event::Message(message) = event
            && let Some(Sight { last, .. }) = self.sessions.get_mut(&session).and_then(|seen| seen.rooms.get_mut(&key))
        {
            ensure!(message.seq == last.next(), "{session:?} was shown {} after {last} in {key}", message.seq);
            *last = message.seq;
        }
        Ok(())
    }

    pub(crate) fn key_of_room(&self, session: SessionId, spelling: &str) -> Option<String> {
        let key = key_of(spelling)?;
        self.sessions.get(&session)?.rooms.contains_key(&key).then_some(key)
    }

    fn is_inside(&self, key: &str, member: MemberId) -> bool {
        self.inside.get(key).is_some_and(|inside| inside.contains_key(&member))
    }

    fn is_called(&self, shown: &MemberRef) -> Check {
        // Somebody who has just gone is shown as they were called.
        let known = self.members.get(&shown.id).is_none_or(|known| known.nick == shown.nick);
        ensure!(known, "{} is shown as {}", shown.id, shown.nick);
        Ok(())
    }

    /// How many are there, and who: the first so many of them.
    fn members_are(&self, key: &str, count: usize, listed: &[MemberRef], most: usize) -> Check {
        let nobody = BTreeMap::new();
        let inside = self.inside.get(key).unwrap_or(&nobody);
        ensure!(count == inside.len(), "{count} counted in {key}, {} are there", inside.len());
        ensure!(listed.iter().map(|member| member.id).eq(inside.keys().copied().take(most)), "{key} lists {listed:?}");
        listed.iter().try_for_each(|member| self.is_called(member))
    }

    fn welcomed(&mut self, session: SessionId, welcome: &Welcome) -> Check {
        let seen = self.sessions.get_mut(&session).ok_or("welcome to nobody")?;
        ensure!(seen.member.is_none(), "{session:?} was welcomed twice");
        let hello = seen.hello.as_ref().ok_or("welcome without hello")?;
        ensure!(welcome.token == hello.token.unwrap_or(seen.token), "another member's token");
        ensure!(welcome.token.member() == welcome.you.id, "a token that isn't the member's");
        ensure!(welcome.epoch == self.settings.epoch && welcome.now == self.step.now, "another log's welcome");
        seen.member = Some(welcome.you.id);
        let (via, wish, id, nick) = (seen.via, hello.nick.clone(), welcome.you.id, &welcome.you.nick);
        let known = self.members.get(&id).filter(|known| !known.nick.is_empty());
        let before = known.map(|known| (known.nick.clone(), known.sessions.is_empty()));
        let free = |wish: &String| !is_reserved(wish) && !self.looks_like_another(wish, Some(id));
        let wish = wish.filter(|wish| nick_key(wish).is_some() && free(wish));
        let expected = match (before, wish) {
            (Some((nick, false)), _) | (Some((nick, true)), None) => Some(nick),
            (_, Some(wish)) => Some(wish),
            (None, None) => None,
        };
        let fits = expected.as_ref().map_or_else(|| nick.starts_with("guest-"), |expected| expected == nick);
        ensure!(fits, "{session:?} is called {nick} instead of {expected:?}");
        self.attached(session, via, id, nick)
    }

    fn joined(&mut self, session: SessionId, member: MemberId, joined: &Joined, log: &Log) -> Check {
        let key = key_of(&joined.room).ok_or("joined no room")?;
        let head = self.heads.get(&key).copied().unwrap_or_default();
        ensure!(joined.head == head, "{key} has {head}, joined says {}", joined.head);
        let said = self.read.get(&(member, key.clone())).copied().max(log.marked(member, &key));
        ensure!(joined.read <= said, "{member} has read {said:?} in {key}, joined says {:?}", joined.read);
        let written = log.marked(member, &key).map(|seq| seq.min(head));
        let returns =
            self.sessions.get(&session).is_some_and(|seen| seen.hello.as_ref().is_some_and(|h| h.token.is_some()));
        let known = returns && !self.unknown.contains(&member);
        ensure!(!known || joined.read >= written, "joined says {:?} is read in {key}: {written:?}", joined.read);
        let newly = !self.is_inside(&key, member);
        if newly && !self.inside.contains_key(&key) {
            self.spelling.insert(key.clone(), joined.room.clone());
        }
        ensure!(self.spelling.get(&key) == Some(&joined.room), "{key} is called {} all of a sudden", joined.room);
        let keep = self.settings.limits.replay as u64;
        let kept = self.firsts.get(&key).copied().unwrap_or_default();
        let fits = |&(after, other_log): &(Option<Seq>, bool)| {
            let afresh = after.is_some_and(|after| other_log || after > head);
            let after = after.filter(|_| !afresh).unwrap_or_default();
            let first = (after.0.max(head.0.saturating_sub(keep)) + 1).max(kept.0);
            afresh == joined.afresh && (first..=head.0).eq(joined.messages.iter().map(|message| message.seq.0))
        };
        let seen = self.sessions.get_mut(&session).ok_or("joined by nobody")?;
        let asked = seen.asked.get_mut(&key).ok_or_else(|| format!("{session:?} never asked for {key}"))?;
        let Some(answered) = asked.iter().position(fits) else {
            let numbers: Vec<_> = joined.messages.iter().map(|message| message.seq.0).collect();
            return Err(format!("{key} {head}: {asked:?} got {numbers:?}, afresh {}", joined.afresh));
        };
        asked.drain(..=answered);
        let last = seen.rooms.get(&key).map(|sight| sight.last);
        seen.rooms.entry(key.clone()).or_default().last = head;
        ensure!(last.is_none_or(|last| last == head), "{session:?} has {last:?} of {key}, joined says {head}");
        for message in &joined.messages {
            ensure!(is_entry(message, log.entry(&key, message.seq)), "{} of {key} isn't the log's", message.seq);
            ensure!(message.room == joined.room, "{} of {key} is of {}", message.seq, message.room);
        }
        if last.is_none() {
            let sessions = self.inside.entry(key.clone()).or_default().entry(member).or_default();
            *sessions += 1;
            if *sessions == 1 {
                self.changed(&key);
            }
            let rooms = self.inside.values().filter(|inside| inside.contains_key(&member)).count();
            let most = self.settings.limits.rooms_per_member;
            ensure!(rooms <= most, "{member} is in {rooms} rooms of {most}");
            self.step.entered = Some((session, key.clone()));
            self.awaiting.insert((session, key.clone()));
        }
        self.shown(session, &key, joined.count, &joined.members);
        self.members_are(&key, joined.count, &joined.members, self.settings.limits.crowd)
    }

    fn told_sent(&mut self, session: SessionId, member: MemberId, sent: &Sent, log: &Log) -> Check {
        let Some((Some(author), entry, Ok(committed))) = &self.step.committed else {
            return Err(format!("{session:?} was told sent, and nothing was committed for it"));
        };
        ensure!(*author == session, "{session:?} was told sent for {author:?}");
        ensure!((sent.seq, sent.at) == (committed.seq, committed.at), "sent has another number than the log");
        ensure!(sent.reference == entry.reference && sent.to == entry.to, "sent is of another attempt");
        let key = entry.stream.key();
        let kept = log.entry(&key, sent.seq);
        ensure!(kept.is_some_and(|kept| kept.from.id == member && kept.text == entry.text), "sent isn't in the log");
        if let Some(reference) = &sent.reference {
            let numbered = log.numbered(member, &key, reference).is_some_and(|first| first.seq == sent.seq);
            ensure!(numbered, "{} has another number in the log", reference.as_str());
        }
        let place = self.place(member, entry).ok_or("sent to nowhere")?;
        ensure!(sent.room == place, "said in {place}, sent in {}", sent.room);
        let duplicate = committed.duplicate;
        self.step.sent += 1;
        let seen = self.sessions.get_mut(&session).ok_or("sent by nobody")?;
        if sent.to.is_some() {
            let last = seen.private.get(&sent.room).copied();
            if !duplicate {
                ensure!(last.is_none_or(|last| sent.seq == last.next()), "{} sent after {last:?}", sent.seq);
                seen.private.insert(sent.room.clone(), sent.seq);
            }
        } else if let Some(Sight { last, .. }) = seen.rooms.get_mut(&key) {
            ensure!(!duplicate || sent.seq <= *last, "{} was said before, and is after {last}", sent.seq);
            ensure!(duplicate || sent.seq == last.next(), "{session:?} sent {} after {last} in {key}", sent.seq);
            *last = sent.seq.max(*last);
        }
        Ok(())
    }

    fn told_privately(&mut self, session: SessionId, member: MemberId, message: &Message, log: &Log) -> Check {
        let Some((_, entry, Ok(_))) = &self.step.committed else {
            return Err(format!("{session:?} was shown {message:?} before it was committed"));
        };
        ensure!(entry.to.is_some(), "{session:?} was shown a room's message on its own");
        ensure!(self.step.untold.remove(&session), "{session:?} was shown what isn't for it, or twice");
        ensure!(is_entry(message, log.entry(&entry.stream.key(), message.seq)), "not what the log has: {message:?}");
        ensure!(self.place(member, entry).as_ref() == Some(&message.room), "{} is another's", message.room);
        let seen = self.sessions.get_mut(&session).ok_or("told to nobody")?;
        let last = seen.private.insert(message.room.clone(), message.seq);
        ensure!(last.is_none_or(|last| message.seq == last.next()), "{} after {last:?} in private", message.seq);
        Ok(())
    }

    /// A nick has changed; or a session is told late that it had, and has changed since.
    fn renamed(&mut self, who: &MemberRef, was: &str) -> Check {
        let known = self.members.get_mut(&who.id).ok_or("nobody has another nick")?;
        if known.nick != was {
            return Ok(());
        }
        known.nick.clone_from(&who.nick);
        let rooms = self.inside.iter().filter(|(_, inside)| inside.contains_key(&who.id));
        let rooms: Vec<_> = rooms.map(|(key, _)| key.clone()).collect();
        for key in rooms {
            self.changed(&key);
        }
        self.unique(who.id)
    }

    fn listed(&self, rooms: &[RoomSummary]) -> Check {
        let Some(Ok(Outcome::Rooms(read))) = &self.step.read else { return Err("rooms out of nothing".into()) };
        let mut keys = BTreeSet::new();
        for pair in rooms.windows(2) {
            ensure!(pair[0].count >= pair[1].count, "a fuller room comes later: {rooms:?}");
        }
        for summary in rooms {
            let key = key_of(&summary.room).ok_or("a room without a name")?;
            let count = self.inside.get(&key).map_or(0, BTreeMap::len);
            ensure!(summary.count == count, "{key} holds {count}, listed {}", summary.count);
            let head = if count > 0 {
                self.heads.get(&key).copied()
            } else {
                read.iter().find(|head| head.key == key).map(|head| head.head)
            };
            ensure!(head == Some(summary.head), "{key} has {head:?}, listed {}", summary.head);
            ensure!(keys.insert(key), "{} is listed twice", summary.room);
        }
        let missing = self.inside.keys().chain(read.iter().map(|head| &head.key)).find(|key| !keys.contains(*key));
        ensure!(missing.is_none(), "{missing:?} isn't listed");
        Ok(())
    }

    fn refused(&mut self, session: SessionId, refused: &Refused) -> Check {
        self.step.refused.insert(session);
        let again = matches!(refused.code, Code::RateLimited | Code::Busy | Code::LogUnavailable);
        ensure!(again == refused.retry_after_ms.is_some(), "when to try again: {refused:?}");
        if let Some((author, entry, Err(_))) = &self.step.committed {
            ensure!(*author == Some(session), "{session:?} was refused for {author:?}");
            ensure!(refused.reference == entry.reference, "another attempt was refused: {refused:?}");
        }
        let Some((asking, command)) = &self.step.command else { return Ok(()) };
        // What was held back until a room was entered is refused in somebody else's step.
        if *asking != session {
            return Ok(());
        }
        let seen = self.sessions.get_mut(&session).ok_or("refused to nobody")?;
        // Too much is waiting for it to leave in good order.
        seen.leaving &= *command != Command::Quit;
        let own = seen.member;
        match (refused.code, command) {
            (
                Code::NickTaken,
                Command::Nick { nick } | Command::Hello(partyline_shared::Hello { nick: Some(nick), .. }),
            ) => {
                ensure!(self.looks_like_another(nick, own), "{nick} is free, and was refused");
            }
            (
                Code::BadNick,
                Command::Nick { nick } | Command::Hello(partyline_shared::Hello { nick: Some(nick), .. }),
            ) => {
                ensure!(nick_key(nick).is_none() || is_reserved(nick), "{nick} is a nick, and was refused");
            }
            (Code::NotInRoom, Command::Part { room }) => {
                ensure!(self.key_of_room(session, room).is_none(), "{session:?} is in {room}, and may not part");
            }
            (Code::NotInRoom, Command::Say(say)) => {
                ensure!(
                    self.key_of_room(session, &say.room).is_none(),
                    "{session:?} is in {}, and may not speak",
                    say.room
                );
                ensure!(refused.reference == say.reference, "another attempt was refused");
            }
            (Code::NoSuchMember, Command::Tell { to, .. }) => {
                let owner = self.owner(to);
                ensure!(owner.is_none() || owner == own, "{to} is here, and can't be told");
            }
            (Code::HelloFirst, command) => {
                ensure!(own.is_some() == matches!(command, Command::Hello(_)), "{session:?} had to say hello first");
            }
            _ => {}
        }
        Ok(())
    }
}
