//! A log that is slow, fails now and then, and forgets nothing that it acknowledged.

use std::collections::{BTreeMap, VecDeque};

use partyline_hub::{
    AppendId, Committed, ConversationHead, Entry, LogError, NewEntry, Outcome, Page, Query, ReadId, RoomHead, Stream,
};
use partyline_shared::{ClientRef, Epoch, MemberId, Seq, Timestamp};

/// What is kept of one stream.
#[derive(Debug)]
pub(crate) struct Kept {
    stream: Stream,
    pub(crate) entries: Vec<Entry>,
    /// Lower ones aren't read any more; they are still here, to be compared with.
    first: u64,
    touched: u64,
}

/// What the log tells the hub without having been asked to read.
#[derive(Debug)]
pub(crate) enum Answer {
    Committed(AppendId, Result<Committed, LogError>),
    Trimmed(String, Seq),
}

/// The disk, and what is on its way to it and from it.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) epoch: Epoch,
    streams: BTreeMap<String, Kept>,
    /// What each author's references got, in each stream.
    references: BTreeMap<(MemberId, String, ClientRef), Committed>,
    /// Asked for, not written.
    queue: VecDeque<(AppendId, NewEntry)>,
    /// Written or failed, not answered: what is on the disk may be ahead of what the hub was told.
    done: VecDeque<Answer>,
    reads: Vec<(ReadId, Query)>,
    /// What each member has read.
    marks: BTreeMap<MemberId, BTreeMap<String, Seq>>,
    writes: u64,
}

impl Log {
    pub(crate) fn new(epoch: u32) -> Self {
        Self {
            epoch: Epoch(format!("epoch-{epoch}")),
            streams: BTreeMap::new(),
            references: BTreeMap::new(),
            queue: VecDeque::new(),
            done: VecDeque::new(),
            reads: Vec::new(),
            marks: BTreeMap::new(),
            writes: 0,
        }
    }

    pub(crate) fn append(&mut self, append: AppendId, entry: NewEntry) {
        self.queue.push_back((append, entry));
    }

    pub(crate) fn ask(&mut self, read: ReadId, query: Query) {
        self.reads.push((read, query));
    }

    pub(crate) fn mark(&mut self, member: MemberId, marks: Vec<(String, Seq)>) {
        let kept = self.marks.entry(member).or_default();
        for (key, seq) in marks {
            let mark = kept.entry(key).or_default();
            *mark = seq.max(*mark);
        }
    }

    /// What a member has read of a stream, as far as it was written down.
    pub(crate) fn marked(&self, member: MemberId, key: &str) -> Option<Seq> {
        self.marks.get(&member)?.get(key).copied()
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.done.is_empty() && self.reads.is_empty()
    }

    pub(crate) fn reads(&self) -> usize {
        self.reads.len()
    }

    /// One batch reaches the disk.
    pub(crate) fn write(&mut self, most: usize, now: Timestamp) {
        for _ in 0..most.min(self.queue.len()) {
            let Some((append, new)) = self.queue.pop_front() else { return };
            let committed = self.commit(new, now);
            self.done.push_back(Answer::Committed(append, Ok(committed)));
        }
    }

    /// One batch fails: nothing of it is kept.
    pub(crate) fn fail(&mut self, most: usize, error: LogError) {
        for _ in 0..most.min(self.queue.len()) {
            let Some((append, _)) = self.queue.pop_front() else { return };
            self.done.push_back(Answer::Committed(append, Err(error)));
        }
    }

    pub(crate) fn answer(&mut self) -> Option<Answer> {
        self.done.pop_front()
    }

    /// Of the room, the oldest so and so many of those that are left are removed, or all.
    pub(crate) fn trim(&mut self, key: &str, most: usize) -> bool {
        let Some(kept) = self.streams.get_mut(key) else { return false };
        let end = kept.entries.len() as u64 + 1;
        let first = kept.first.saturating_add(most as u64).min(end);
        let removed = first > kept.first;
        if removed {
            kept.first = first;
            self.done.push_back(Answer::Trimmed(key.to_owned(), Seq(first)));
        }
        removed
    }

    /// The lowest number that is still read.
    pub(crate) fn first(&self, key: &str) -> u64 {
        self.streams.get(key).map_or(1, |kept| kept.first)
    }

    /// The answer to one of the reads, from what is on the disk now.
    pub(crate) fn answer_read(&mut self, index: usize) -> Option<(ReadId, Query, Outcome)> {
        let (read, query) = (index < self.reads.len()).then(|| self.reads.swap_remove(index))?;
        let outcome = self.look_up(&query);
        Some((read, query, outcome))
    }

    /// The server dies. Of what was on its way, the first few made it to the disk.
    pub(crate) fn crash(&mut self, survivors: usize, now: Timestamp) {
        self.write(survivors, now);
        self.queue.clear();
        self.done.clear();
        self.reads.clear();
    }

    pub(crate) fn entry(&self, key: &str, seq: Seq) -> Option<&Entry> {
        let index = usize::try_from(seq.0.checked_sub(1)?).ok()?;
        self.streams.get(key)?.entries.get(index)
    }

    pub(crate) fn head(&self, key: &str) -> u64 {
        self.streams.get(key).map_or(0, |kept| kept.entries.len() as u64)
    }

    /// What the author's reference got.
    pub(crate) fn numbered(&self, author: MemberId, key: &str, reference: &ClientRef) -> Option<&Committed> {
        self.references.get(&(author, key.to_owned(), reference.clone()))
    }

    fn commit(&mut self, new: NewEntry, now: Timestamp) -> Committed {
        let key = new.stream.key();
        let name = new.reference.map(|reference| (new.from.id, key.clone(), reference));
        if let Some(first) = name.as_ref().and_then(|name| self.references.get(name)) {
            return Committed { duplicate: true, ..*first };
        }
        self.writes += 1;
        let touched = self.writes;
        let kept = self.streams.entry(key).or_insert_with(|| Kept {
            stream: new.stream.clone(),
            entries: Vec::new(),
            first: 1,
            touched,
        });
        kept.touched = touched;
        let seq = Seq(kept.entries.len() as u64 + 1);
        let NewEntry { from, to, kind, text, via, .. } = new;
        kept.entries.push(Entry { seq, at: now, from, to, kind, text, via });
        let committed = Committed { seq, at: now, duplicate: false };
        if let Some(name) = name {
            self.references.insert(name, committed);
        }
        committed
    }

    fn look_up(&self, query: &Query) -> Outcome {
        match query {
            Query::Page { stream, before, after, limit } => {
                Outcome::Page(self.page(&stream.key(), *before, *after, *limit))
            }
            Query::Rooms { limit } => {
                let mut rooms: Vec<_> = self
                    .streams
                    .iter()
                    .filter_map(|(key, kept)| match &kept.stream {
                        Stream::Room(name) => Some((kept, key, name)),
                        Stream::Private { .. } => None,
                    })
                    .collect();
                rooms.sort_by_key(|(kept, ..)| std::cmp::Reverse(kept.touched));
                let head = |(kept, key, name): (&Kept, &String, &partyline_shared::RoomName)| RoomHead {
                    key: key.clone(),
                    name: name.to_string(),
                    head: Seq(kept.entries.len() as u64),
                };
                Outcome::Rooms(rooms.into_iter().take(*limit).map(head).collect())
            }
            Query::Marks { member, .. } => {
                let marks = self.marks.get(member).cloned().unwrap_or_default();
                Outcome::Marks(marks.into_iter().collect())
            }
            Query::Conversations { member, limit } => {
                let mut kept: Vec<_> = self
                    .streams
                    .values()
                    .filter(
                        |kept| matches!(&kept.stream, Stream::Private { low, high } if low == member || high == member),
                    )
                    .collect();
                kept.sort_by_key(|kept| std::cmp::Reverse(kept.touched));
                let head = |kept: &Kept| {
                    let last = kept.entries.last()?;
                    let with = if last.from.id == *member { last.to.clone()? } else { last.from.clone() };
                    Some(ConversationHead { with, head: last.seq })
                };
                Outcome::Conversations(kept.into_iter().filter_map(head).take(*limit).collect())
            }
        }
    }

    fn page(&self, key: &str, before: Option<Seq>, after: Option<Seq>, limit: usize) -> Page {
        let Some(kept) = self.streams.get(key) else { return Page::default() };
        let all = &kept.entries;
        let gone = usize::try_from(kept.first - 1).unwrap_or(usize::MAX);
        let index = |seq: u64| usize::try_from(seq).unwrap_or(usize::MAX).clamp(gone, all.len());
        let (from, to) = match (before, after) {
            (_, Some(after)) => (index(after.0), index(after.0).saturating_add(limit).min(all.len())),
            (Some(before), None) => {
                let to = index(before.0.saturating_sub(1));
                (to.saturating_sub(limit).max(gone), to)
            }
            (None, None) => (all.len().saturating_sub(limit).max(gone), all.len()),
        };
        let more = if after.is_some() { to < all.len() } else { from > gone };
        let name = match &kept.stream {
            Stream::Room(name) => Some(name.to_string()),
            Stream::Private { .. } => None,
        };
        Page { name, entries: all[from..to].to_vec(), head: Seq(all.len() as u64), more }
    }
}
