//! Telnet's commands inside the stream (RFC 854), stripped and declined.

const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;

/// Where the filter is inside a command; reads may split one anywhere.
#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Data,
    Iac,
    Option(u8),
    Subnegotiation,
    SubnegotiationIac,
}

/// Takes telnet's commands out of a stream. Every offer and request is declined, and nothing is ever asked
/// for: some clients change how they echo after any negotiation. UTF-8 never holds the byte 255, so text
/// passes untouched.
#[derive(Debug, Default)]
pub(super) struct Telnet(State);

impl Telnet {
    /// Passes one byte on, or swallows it. What has to be answered is added to `reply`: at most 3 bytes for
    /// every 3 that came.
    pub(super) fn filter(&mut self, byte: u8, reply: &mut Vec<u8>) -> Option<u8> {
        let (state, data) = match (self.0, byte) {
            (State::Data, IAC) => (State::Iac, None),
            (State::Data, _) => (State::Data, Some(byte)),
            (State::Iac, IAC) => (State::Data, Some(IAC)),
            (State::Iac, SB) => (State::Subnegotiation, None),
            (State::Iac, WILL | WONT | DO | DONT) => (State::Option(byte), None),
            (State::Option(verb), option) => {
                match verb {
                    WILL => reply.extend([IAC, DONT, option]),
                    DO => reply.extend([IAC, WONT, option]),
                    // WONT and DONT confirm what already holds; answering them could loop (RFC 854).
                    _ => {}
                }
                (State::Data, None)
            }
            (State::Subnegotiation, IAC) => (State::SubnegotiationIac, None),
            (State::Iac, _) | (State::SubnegotiationIac, SE) => (State::Data, None),
            (State::Subnegotiation | State::SubnegotiationIac, _) => (State::Subnegotiation, None),
        };
        self.0 = state;
        data
    }
}
