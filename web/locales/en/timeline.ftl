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
