//! Pages and lists.

use partyline_hub::{ConversationHead, Entry, RoomHead};
use proptest::prelude::*;

use super::*;

fn rooms(kit: &Kit, limit: usize) -> Vec<RoomHead> {
    match kit.ask(Query::Rooms { limit }) {
        Outcome::Rooms(rooms) => rooms,
        other => panic!("{other:?} instead of rooms"),
    }
}

fn conversations(kit: &Kit, member: MemberId, limit: usize) -> Vec<(MemberRef, u64)> {
    match kit.ask(Query::Conversations { member, limit }) {
        Outcome::Conversations(heads) => {
            heads.into_iter().map(|ConversationHead { with, head }| (with, head.0)).collect()
        }
        other => panic!("{other:?} instead of conversations"),
    }
}

#[test]
fn an_entry_comes_back_as_it_was() {
    let kit = Kit::memory();
    let (ann, bob) = (member(1, "ann"), member(2, "Bób"));
    for (kind, via) in [(Kind::Text, Via::Tcp), (Kind::Action, Via::Ws), (Kind::Text, Via::Json)] {
        let entry = NewEntry { kind, via, ..privately(&bob, &ann, "tab\t, line\n, 收到你的消息") };
        let stream = entry.stream.clone();
        let Committed { seq, at, .. } = kit.say(entry.clone()).unwrap();
        let NewEntry { from, to, text, .. } = entry;
        let page = kit.page(stream, None, None, 1);
        assert_eq!(page.entries, [Entry { seq, at, from, to, kind, text, via }]);
        assert_eq!((page.head, page.name), (seq, None));
    }
}

#[test]
fn what_a_newer_version_wrote_has_its_number_and_an_unknown_kind() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::folder(&folder);
    kit.seq(said(room("lobby"), "hello"));
    other(&folder).execute("UPDATE entry SET kind = 'reaction', via = 'irc'", []).unwrap();
    let page = kit.page(room("lobby"), None, None, 10);
    assert_eq!((page.entries[0].kind, page.entries[0].via), (Kind::Unknown, Via::Unknown));
}

#[test]
fn a_stream_that_nobody_wrote_to_is_an_empty_page() {
    let kit = Kit::memory();
    kit.seq(said(room("lobby"), "hello"));
    assert_eq!(kit.page(room("nowhere"), None, Some(3), 10), Page::default());
    assert_eq!(kit.page(Stream::private(id(1), id(2)), None, None, 10), Page::default());
}

#[test]
fn a_room_keeps_the_spelling_it_began_with() {
    let kit = Kit::memory();
    assert_eq!(kit.seq(said(room("Straße"), "one")), 1);
    assert_eq!(kit.seq(said(room("STRASSE"), "two")), 2);
    let page = kit.page(room("strasse"), None, None, 10);
    assert_eq!((page.name.as_deref(), page.entries.len()), (Some("Straße"), 2));
}

#[test]
fn a_page_of_nothing_says_whether_there_is_something() {
    let kit = Kit::memory();
    kit.seq(said(room("lobby"), "hello"));
    for (before, after, more) in
        [(None, None, true), (Some(1), None, false), (None, Some(0), true), (None, Some(1), false)]
    {
        let page = kit.page(room("lobby"), before, after, 0);
        assert_eq!((page.entries.len(), page.more, page.head), (0, more, Seq(1)), "{before:?} {after:?}");
    }
}

#[test]
fn rooms_are_listed_by_how_lately_something_was_said_to_a_second() {
    let folder = TempDir::new().unwrap();
    let kit = Kit::open_at(settings(folder.path()), 10_000).unwrap();
    for name in ["Attic", "cellar", "garden", "attic"] {
        kit.seq(said(room(name), "hello"));
    }
    kit.seq(privately(&member(1, "ann"), &member(2, "bob"), "not a room"));
    let head = |key: &str, name: &str, head| RoomHead { key: key.to_owned(), name: name.to_owned(), head: Seq(head) };
    let (garden, cellar) = (head("garden", "garden", 1), head("cellar", "cellar", 1));
    assert_eq!(rooms(&kit, 10), [garden.clone(), cellar.clone(), head("attic", "Attic", 2)], "it is where it was");
    assert_eq!(rooms(&kit, 2), [garden.clone(), cellar.clone()]);
    kit.log.close();

    let kit = Kit::open_at(settings(folder.path()), 11_010).unwrap();
    kit.seq(said(room("attic"), "again"));
    assert_eq!(rooms(&kit, 10), [head("attic", "Attic", 3), garden, cellar.clone()]);
    kit.log.close();

    let kit = Kit::open_at(settings(folder.path()), 5_000).unwrap();
    kit.seq(said(room("attic"), "the clock was set back"));
    kit.seq(said(room("garden"), "and here too"));
    assert_eq!(rooms(&kit, 10), [cellar, head("garden", "garden", 2), head("attic", "Attic", 4)]);
}

#[test]
fn conversations_are_the_members_own_the_latest_first_under_the_last_nicks() {
    let kit = Kit::memory();
    let (ann, bob, eve) = (member(1, "ann"), member(2, "bob"), member(3, "eve"));
    kit.seq(privately(&ann, &bob, "1"));
    kit.seq(privately(&eve, &bob, "2"));
    kit.seq(privately(&ann, &eve, "3"));
    assert_eq!(conversations(&kit, bob.id, 10), [(eve.clone(), 1), (ann.clone(), 1)]);
    assert_eq!(conversations(&kit, ann.id, 10), [(eve.clone(), 1), (bob.clone(), 1)]);

    let robert = member(2, "robert");
    kit.seq(privately(&robert, &ann, "4"));
    assert_eq!(conversations(&kit, ann.id, 10), [(robert.clone(), 2), (eve.clone(), 1)]);
    assert_eq!(conversations(&kit, eve.id, 10), [(ann.clone(), 1), (bob, 1)], "there he was called bob");
    assert_eq!(conversations(&kit, ann.id, 1), [(robert, 2)]);
    assert_eq!(conversations(&kit, id(9), 10), []);
}

#[test]
fn a_soliloquy_is_one_conversation() {
    let kit = Kit::memory();
    let ann = member(1, "ann");
    kit.seq(privately(&ann, &ann, "note to myself"));
    assert_eq!(conversations(&kit, ann.id, 10), [(ann, 1)]);
}

#[test]
fn more_reads_than_wait_are_busy() {
    // Memory's one connection, held: whatever is asked stays queued, but for the one in the reader's hands.
    let opened = open::open(&Place::Memory, Durability::Disk, PATIENCE).unwrap();
    let db = opened.reader.clone();
    let held = open::locked(&db);
    let kit = Kit::start(opened);
    let outcomes: Vec<_> = (0..1026).map(|read| kit.log.read(ReadId(read), Query::Rooms { limit: 1 })).collect();
    assert!(outcomes.contains(&Err(LogError::Busy)));
    drop(held);
    for _ in outcomes.iter().filter(|outcome| outcome.is_ok()) {
        kit.answers.recv_timeout(PATIENCE).unwrap();
    }
}

/// What a page is, from a list of all there is.
fn model(texts: &[String], before: Option<u64>, after: Option<u64>, limit: usize) -> (Vec<(u64, String)>, bool) {
    let all = (1..).zip(texts.iter().cloned());
    let all =
        all.filter(|(seq, _)| before.is_none_or(|before| *seq < before) && after.is_none_or(|after| *seq > after));
    let mut all: Vec<_> = all.collect();
    let excess = all.len().saturating_sub(limit);
    if after.is_some() {
        all.truncate(limit);
    } else {
        all.drain(..excess);
    }
    (all, excess > 0)
}

fn bound() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![Just(None), (0..40_u64).prop_map(Some), Just(Some(u64::MAX))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn pages_are_what_a_list_would_give(
        texts in prop::collection::vec("[a-z]{0,4}", 0..30),
        asked in prop::collection::vec((bound(), bound(), 0..40_usize), 1..20),
    ) {
        let kit = Kit::memory();
        for text in &texts {
            // Neighbours on both sides, which no page may run into.
            kit.seq(said(room("a"), "other"));
            kit.seq(said(room("lobby"), text));
            kit.seq(said(room("z"), "other"));
        }
        for (before, after, limit) in asked {
            let page = kit.page(room("lobby"), before, after, limit);
            let entries: Vec<_> = page.entries.into_iter().map(|entry| (entry.seq.0, entry.text)).collect();
            prop_assert_eq!((entries, page.more), model(&texts, before, after, limit));
            prop_assert_eq!(page.head.0, texts.len() as u64);
        }
    }
}
