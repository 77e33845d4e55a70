# Whether the server can be reached. The short ones are for the header of a phone.
connection-online = Online
connection-connecting = Connecting…
connection-waiting = Reconnecting
connection-waiting-short = Retrying
connection-ended = Disconnected
connection-ended-short = Ended
connection-idle = Not connected
connection-idle-short = Offline
connection-countdown = in { $seconds } s
connection-now = Now
connection-connect = Connect
connection-connect-now = Connect now
