# What was said.
timeline-label = Messages in { $room }
timeline-new = New
timeline-latest = Latest
timeline-new-messages = { $count ->
    [one] { $count } new message
   *[other] { $count } new messages
}
timeline-not-sent = Not sent: { $why }
timeline-retry = Retry
timeline-discard = Discard
timeline-soon = soon
timeline-soon-hint = You are quick: this goes out in a moment
timeline-via-tcp = Came in as plain text over TCP
timeline-via-json = Came in as JSON over TCP
timeline-via-ws-badge = web
timeline-via-ws = Came in over WebSocket, as from this page
timeline-via-unix = Came in over a Unix socket on the server's machine
timeline-via-udp = Came in as a UDP datagram, from somebody who isn't here
timeline-first-unread = First unread
timeline-new-since = { $count ->
    [one] { $count } new message since { $time }
   *[other] { $count } new messages since { $time }
}
timeline-jump = Jump
timeline-mark-read = Mark as read
timeline-actions = What to do with this message
timeline-quote = Quote
timeline-copy-link = Copy link
timeline-copy-text = Copy text
timeline-link-copied = Link copied
timeline-text-copied = Text copied
timeline-not-copied = Nothing could be copied here. Select it and copy it yourself: { $text }
timeline-row = { $nick }, { $time }: { $text }
timeline-said-aloud = { $nick }: { $text }
timeline-done-aloud = { $nick } { $text }
timeline-no-such-message = There is no message { $number } here. This is the end of the room.
timeline-message-gone = Message { $number } is no longer kept. This is the end of the room.
timeline-barred = You can't enter { $room }
timeline-barred-name = No room can be called that: names have letters, digits, - and _, and at most 64 of them. Look at the link again.
timeline-barred-many = You are in as many rooms as one can be in. Leave one, then try again.
timeline-barred-other = The server says: { $why }
timeline-barred-again = Try again
timeline-barred-elsewhere = Go to #{ $room }
