use partyline_shared::Event;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use super::*;
use crate::link;

/// A client, and the outbox of its connection.
fn outbox(delivered: usize, answers: usize) -> (UnixStream, Arc<Outbox>) {
    let (client, link) = link::tests::pair(None);
    let capacity = Capacity { delivered, answers, waiting: Gauge::default() };
    (client, Arc::new(Outbox::new(link, Arc::new(capacity))))
}

fn bytes(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

fn item(text: &'static str) -> Item {
    Item::Bytes(bytes(text))
}

fn pong() -> Item {
    Item::Event(Box::new(Event::Pong { nonce: None }))
}

fn texts(items: VecDeque<Item>) -> Vec<String> {
    let text = |item| match item {
        Item::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
        Item::Event(_) => "an event".to_owned(),
    };
    items.into_iter().map(text).collect()
}

async fn heard(client: &mut UnixStream, len: usize) -> String {
    let mut heard = vec![0; len];
    client.read_exact(&mut heard).await.unwrap();
    String::from_utf8(heard).unwrap()
}

/// Delivers until the socket takes no more. Returns how much that was.
async fn block(outbox: &Outbox) -> usize {
    outbox.link().socket().writable().await.unwrap();
    let mut put = 0;
    while !outbox.state().blocked {
        assert_eq!(outbox.deliver(Bytes::from_static(&[b'x'; 1000])), Put::Queued);
        outbox.flush();
        put += 1000;
    }
    put
}

#[tokio::test]
async fn what_waits_for_the_task_comes_out_in_order_and_at_once() {
    let (_client, outbox) = outbox(10, 10);
    assert_eq!(outbox.deliver(bytes("one")), Put::Queued);
    assert_eq!(outbox.answer(item("two")), Put::Queued);
    assert_eq!(texts(outbox.items().await.unwrap()), ["one", "two"]);
}

#[tokio::test]
async fn what_is_direct_needs_no_task() {
    let (mut client, outbox) = outbox(100, 100);
    outbox.link().socket().writable().await.unwrap();
    outbox.go_direct();
    outbox.deliver(bytes("one "));
    outbox.answer(item("two"));
    outbox.flush();
    assert_eq!(heard(&mut client, 7).await, "one two");
    assert_eq!(outbox.capacity.waiting.get(), 0);
}

#[tokio::test]
async fn what_comes_behind_an_event_waits_until_the_task_is_done_with_it() {
    let (mut client, outbox) = outbox(100, 1000);
    outbox.link().socket().writable().await.unwrap();
    outbox.go_direct();
    outbox.answer(pong());
    outbox.deliver(bytes("two "));
    assert_eq!(texts(outbox.items().await.unwrap()), ["an event", "two "]);
    // It is being encoded.
    outbox.deliver(bytes("three "));
    outbox.flush();
    outbox.put_ready([bytes("one "), bytes("two ")]);
    outbox.end(Some(item("four")));
    while let Some(items) = outbox.items().await {
        outbox.put_ready(texts(items).into_iter().map(Bytes::from));
    }
    assert_eq!(heard(&mut client, 18).await, "one two three four");
}

#[tokio::test]
async fn what_a_socket_does_not_take_waits_for_it_and_is_counted() {
    let (mut client, outbox) = outbox(1 << 20, 1000);
    outbox.go_direct();
    let put = block(&outbox).await;
    assert!(outbox.capacity.waiting.get() > 0);
    assert!(matches!(outbox.task().await, Task::Blocked));
    let reading = tokio::spawn(async move {
        heard(&mut client, put).await;
        client
    });
    outbox.unblocked().await;
    let mut client = reading.await.unwrap();
    assert_eq!(outbox.capacity.waiting.get(), 0);
    outbox.deliver(bytes("next"));
    outbox.flush();
    assert_eq!(heard(&mut client, 4).await, "next");
}

#[tokio::test]
async fn each_bound_holds_by_itself() {
    let (mut client, outbox) = outbox(4, 8);
    assert_eq!(outbox.deliver(bytes("1234")), Put::Queued);
    assert_eq!(outbox.deliver(bytes("5")), Put::Full);
    assert_eq!(outbox.answer(item("12345678")), Put::Queued);
    assert_eq!(outbox.answer(item("9")), Put::Full);
    assert_eq!(outbox.put_control(bytes("9")), Put::Full);
    outbox.items().await.unwrap();
    assert_eq!(outbox.deliver(bytes("5")), Put::Queued, "what was taken makes room");
    outbox.items().await.unwrap();
    outbox.link().socket().writable().await.unwrap();
    outbox.go_direct();
    for _ in 0..100 {
        // Asking again says that the items before were seen.
        tokio::select! { biased; _ = outbox.task() => panic!("there is nothing to do"), () = std::future::ready(()) => {} }
        assert_eq!(outbox.deliver(bytes("1234")), Put::Queued, "so does what was written");
        outbox.flush();
    }
    heard(&mut client, 400).await;
}

#[tokio::test]
async fn the_last_word_fits_always_and_is_the_last() {
    let (mut client, outbox) = outbox(1, 1);
    outbox.link().socket().writable().await.unwrap();
    outbox.go_direct();
    outbox.deliver(bytes("1"));
    outbox.end(Some(item("good-bye")));
    outbox.end(Some(item("again")));
    assert_eq!(outbox.deliver(bytes("2")), Put::Ending);
    assert_eq!(outbox.answer(item("2")), Put::Ending);
    assert!(outbox.items().await.is_none());
    outbox.ended().await;
    assert_eq!(heard(&mut client, 9).await, "1good-bye");
}

#[tokio::test]
async fn whoever_has_gone_is_not_waited_for() {
    let (client, outbox) = outbox(1 << 20, 1000);
    outbox.go_direct();
    block(&outbox).await;
    drop(client);
    outbox.unblocked().await;
    assert!(outbox.has_failed());
    assert!(outbox.items().await.is_none());
    assert_eq!(outbox.deliver(bytes("1")), Put::Ending);
    assert_eq!(outbox.capacity.waiting.get(), 0);
}

#[tokio::test]
async fn what_nobody_takes_is_no_longer_counted() {
    let (mut client, outbox) = outbox(1 << 20, 1000);
    client.write_all(b"hello").await.unwrap();
    outbox.go_direct();
    block(&outbox).await;
    let waiting = outbox.capacity.waiting.clone();
    assert!(waiting.get() > 0);
    drop(outbox);
    assert_eq!(waiting.get(), 0);
}
