# The first visit.
welcome-title = Pick up the line
welcome-title-room = Join { $room }
welcome-text = Partyline is one conversation for everything with a socket: browsers, terminals, scripts. You are about to join { $host }.
welcome-label = What should people call you?
welcome-join = Join the conversation
welcome-guest = Join as a guest
welcome-note = No account needed. This browser remembers you.
