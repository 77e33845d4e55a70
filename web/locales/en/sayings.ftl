# Answers to what the person did.
sayings-nothing-older = There is nothing more here to be shown now.
sayings-no-receipts = /receipts is for plain text: here each message shows how far it got.
sayings-will-ask-to-be = You will ask to be called { $nick } once connected.
sayings-only-two = Only the two of you are here.
sayings-not-connected = There is no connection now: ask again once there is.
sayings-new-log = The server's log is a new one: what was shown here before is no longer in it.
sayings-gone = { $count ->
    [one] { $count } message that was said meanwhile is gone: the server no longer keeps it.
   *[other] { $count } messages that were said meanwhile are gone: the server no longer keeps them.
}
sayings-nowhere = You aren't in any room: /join one first.
sayings-not-there = You aren't in that room: /join it first.
sayings-not-in = You aren't in { $room }.
sayings-not-a-room = No room can be called that: { $why }.
sayings-too-many-wait = Not sent: { $count } messages wait already. Try again later.
sayings-empty = There is nothing to say.
sayings-too-long = The message has { $len } characters, at most { $max } are allowed.
sayings-no-command = There is no command /{ $name }. /help lists them, and // says a line that starts with a slash.
sayings-usage = Write it like this: { $usage }
sayings-members = { $count } here: { $nicks }
sayings-members-and-more = { $count } here: { $nicks } and { $more } more
sayings-comma = { ", " }
sayings-no-rooms = There are no rooms yet: /join NAME makes one.
sayings-room = { $room } ({ $count } here)
sayings-not-sent-to = Not sent to { $nick }: { $why }
sayings-left-unsent = { $count ->
    [one] You left { $room } before { $count } of your messages was sent.
   *[other] You left { $room } before { $count } of your messages were sent.
}
sayings-not-sent-before = It wasn't sent when it was written.
