//! `partyline-soak`.

fn main() {}
