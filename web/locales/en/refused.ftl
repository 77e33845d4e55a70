# Why the server refused something.
refused-nick-taken = Somebody has that name, or one much like it. Choose another one.
refused-bad-nick = That can't be a name here. Choose another one.
refused-bad-room = No room can be called that.
refused-bad-text = It is empty, or too long.
refused-not-in-room = You aren't in that room. Join it first.
refused-no-such-member = Nobody else of that name is here now.
refused-too-many-rooms = You are in as many rooms as one may be. Leave one first.
refused-rate-limited = That was too fast. Wait a moment.
refused-busy = The server is busy. Try again in a moment.
refused-log-unavailable = The server can't read or write its log now. Try again later.
refused-unsupported-protocol = The server speaks another version than this page. Load the page again.
