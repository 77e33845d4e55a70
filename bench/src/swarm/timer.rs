//! Waking at a moment, more exactly than epoll's milliseconds.

use std::os::fd::{AsRawFd as _, OwnedFd};
use std::time::{Duration, Instant};

use anyhow::Result;
use mio::unix::SourceFd;
use mio::{Interest, Poll, Token};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};

/// No connection has this number.
const TOKEN: Token = Token(usize::MAX);

/// Wakes a poll at one moment.
pub(super) struct Timer {
    descriptor: OwnedFd,
    at: Option<Instant>,
}

impl Timer {
    pub(super) fn new(poll: &Poll) -> Result<Self> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let descriptor = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        poll.registry().register(&mut SourceFd(&descriptor.as_raw_fd()), TOKEN, Interest::READABLE)?;
        Ok(Self { descriptor, at: None })
    }

    /// The moment is `left` from now, which isn't nothing.
    pub(super) fn wake_at(&mut self, moment: Instant, left: Duration) -> Result<()> {
        if self.at == Some(moment) {
            return Ok(());
        }
        let never = Timespec { tv_sec: 0, tv_nsec: 0 };
        let value = Timespec { tv_sec: i64::try_from(left.as_secs())?, tv_nsec: left.subsec_nanos().into() };
        timerfd_settime(
            &self.descriptor,
            TimerfdTimerFlags::empty(),
            &Itimerspec { it_interval: never, it_value: value },
        )?;
        self.at = Some(moment);
        Ok(())
    }
}
