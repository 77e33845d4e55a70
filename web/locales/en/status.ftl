# Whether the server can be talked to, what is wrong, and what to do.

status-online = Online
status-offline = Offline
status-connecting = Connecting…
status-reconnecting = Reconnecting
status-ended = Disconnected
status-idle = Not connected
status-connected = Connected again.
status-in-room = You are in #{ $room }.
status-in-conversation = You are in the conversation with { $nick }.
status-not-sent = Message not sent.
status-trouble-offline = You are offline. What you write is kept and sent once the network is back.
status-trouble-lost = The server can’t be reached. What you write is kept and sent once it can.
status-trouble-trying = Trying to reach the server…
status-trouble-restart = The server is restarting. What you write is kept and sent once it is back.
status-trouble-slow = This page couldn’t keep up with what was said. It comes back and gets what it missed.
status-trouble-many = Too many connections from your network. Close other tabs, or wait.
status-trouble-quit = You left. Nothing more arrives here until you connect again.
status-trouble-ended = The server ended the connection: { $why }.
status-countdown = Next try in { $seconds } s.
status-now = Try now
status-connect = Connect
status-taken = Somebody else is called { $wanted }. For now you are { $nick }.
status-taken-choose = Choose another name
status-update = A new version of this page is there.
status-update-reload = Reload
status-later = Not now
