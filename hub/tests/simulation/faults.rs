//! What a broken hub would do. The checks that never fail prove nothing: each of these has to be noticed.

use partyline_hub::Effect;
use partyline_shared::{Change, Event, Kind, Message, Sent, Seq, Timestamp};

use crate::check::Checker;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// A message is shown when it is written down, rather than when it has been.
    ShownBeforeCommitted,
    /// Its sender is told so then.
    SentBeforeCommitted,
    ShownTwice,
    NeverShown,
    /// A delivery for each member.
    ShownOneByOne,
    ShownToItsSender,
    WrongNumber,
    WrongText,
    SentTwice,
    /// `joined` comes after the subscription.
    SubscribedTooEarly,
    /// The page that comes with `joined` ends before the head.
    GapOnJoin,
    WrongCount,
    NeverUnsubscribed,
    LeavingIsSilent,
    RenamingIsSilent,
    TalksToTheGone,
    AfreshForgotten,
    /// What was gathered is never told.
    GatheredIsLost,
    /// Whoever enters is told what they were shown already.
    ToldWhatWasShown,
    CountIsLost,
    /// A crowd that shrank isn't told who is there.
    ListIsLost,
}

impl Fault {
    pub(crate) const ALL: [Self; 21] = [
        Self::ShownBeforeCommitted,
        Self::SentBeforeCommitted,
        Self::ShownTwice,
        Self::NeverShown,
        Self::ShownOneByOne,
        Self::ShownToItsSender,
        Self::WrongNumber,
        Self::WrongText,
        Self::SentTwice,
        Self::SubscribedTooEarly,
        Self::GapOnJoin,
        Self::WrongCount,
        Self::NeverUnsubscribed,
        Self::LeavingIsSilent,
        Self::RenamingIsSilent,
        Self::TalksToTheGone,
        Self::AfreshForgotten,
        Self::GatheredIsLost,
        Self::ToldWhatWasShown,
        Self::CountIsLost,
        Self::ListIsLost,
    ];

    /// Makes of what the hub wants done what a broken one would.
    pub(crate) fn spoil(self, effects: &mut Vec<Effect>, seen: &Checker) {
        *effects = std::mem::take(effects).into_iter().flat_map(|effect| self.spoilt(effect, seen)).collect();
        let earlier = |before: &Effect| match self {
            Self::SubscribedTooEarly => matches!(before, Effect::Send { event: Event::Joined(_), .. }),
            Self::ToldWhatWasShown => seen.step.woken && matches!(before, Effect::Deliver { .. }),
            _ => false,
        };
        for at in 1..effects.len() {
            if matches!(effects[at], Effect::Subscribe { .. }) && earlier(&effects[at - 1]) {
                effects.swap(at - 1, at);
            }
        }
    }

    fn spoilt(self, effect: Effect, seen: &Checker) -> Vec<Effect> {
        match (self, effect) {
            (Self::ShownBeforeCommitted, Effect::Append { append, entry }) => {
                let key = entry.stream.key();
                let seq = seen.heads.get(&key).copied().unwrap_or_default().next();
                let mut effects = Vec::new();
                if let Some(room) = seen.room_of(&key) {
                    let (from, text) = (entry.from.clone(), entry.text.clone());
                    let (at, via) = (Timestamp(0), entry.via);
                    let message = Message { room: key, seq, at, from, to: None, kind: Kind::Text, text, via };
                    effects.push(Effect::Deliver { room, event: Event::Message(message), except: None });
                }
                effects.push(Effect::Append { append, entry });
                effects
            }
            (Self::SentBeforeCommitted, Effect::Append { append, entry }) => {
                let session = seen.sessions.iter().find(|(_, seen)| seen.member == Some(entry.from.id));
                let sent = Sent {
                    reference: entry.reference.clone(),
                    room: entry.stream.key(),
                    seq: Seq(1),
                    at: Timestamp(0),
                    to: None,
                    text: None,
                };
                let sent = session.map(|(&session, _)| Effect::Send { session, event: Event::Sent(sent) });
                sent.into_iter().chain([Effect::Append { append, entry }]).collect()
            }
            (_, Effect::Deliver { room, event: Event::Message(message), except }) => {
                let deliver = |message: Message| Effect::Deliver { room, event: Event::Message(message), except };
                match self {
                    Self::ShownTwice => vec![deliver(message.clone()), deliver(message)],
                    Self::NeverShown => Vec::new(),
                    Self::ShownOneByOne => {
                        let readers = seen.sessions.keys().filter(|session| Some(**session) != except);
                        let event = Event::Message(message);
                        readers.map(|&session| Effect::Send { session, event: event.clone() }).collect()
                    }
                    Self::ShownToItsSender => {
                        vec![Effect::Deliver { room, event: Event::Message(message), except: None }]
                    }
                    Self::WrongNumber => vec![deliver(Message { seq: message.seq.next(), ..message })],
                    Self::WrongText => vec![deliver(Message { text: "something else".to_owned(), ..message })],
                    _ => vec![deliver(message)],
                }
            }
            (Self::SentTwice, Effect::Send { session, event: Event::Sent(sent) }) => {
                let effect = || Effect::Send { session, event: Event::Sent(sent.clone()) };
                vec![effect(), effect()]
            }
            (_, Effect::Send { session, event: Event::Joined(mut joined) }) => {
                match self {
                    Self::GapOnJoin => drop(joined.messages.pop()),
                    Self::WrongCount => joined.count += 1,
                    Self::AfreshForgotten => joined.afresh = false,
                    _ => {}
                }
                vec![Effect::Send { session, event: Event::Joined(joined) }]
            }
            (Self::GatheredIsLost, Effect::Deliver { event: Event::Presence { .. }, .. }) if seen.step.woken => {
                Vec::new()
            }
            (Self::NeverUnsubscribed, Effect::Unsubscribe { .. })
            | (Self::CountIsLost, Effect::Deliver { event: Event::Count { .. }, .. })
            | (Self::ListIsLost, Effect::Deliver { event: Event::Members { .. }, .. })
            | (Self::LeavingIsSilent, Effect::Deliver { event: Event::Presence { change: Change::Left, .. }, .. })
            | (
                Self::RenamingIsSilent,
                Effect::Deliver { event: Event::Presence { change: Change::Renamed, .. }, .. },
            ) => Vec::new(),
            (Self::TalksToTheGone, Effect::Close { session }) => {
                let event = Event::Pong { nonce: None };
                vec![Effect::Close { session }, Effect::Send { session, event }]
            }
            (_, effect) => vec![effect],
        }
    }
}
