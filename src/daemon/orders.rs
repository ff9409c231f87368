//! What the system orders a poller without a screen to do: each signal is one order. What is done about
//! it is not decided here.

use std::io::{IsTerminal, stderr, stdin};

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What one signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// To end: SIGTERM, SIGINT, or SIGHUP because the terminal has gone.
    Stop,
    /// To read the configuration anew: SIGHUP.
    Reload,
    /// To log one step finer: SIGUSR1.
    Finer,
    /// To log what was asked for again: SIGUSR2.
    AsAsked,
}

/// Listens for them.
pub(super) struct Orders {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
    finer: Signal,
    as_asked: Signal,
    /// It was started at a terminal.
    is_attended: bool,
}

impl Orders {
    /// From now on; none that comes is lost.
    pub(super) fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("listening for signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hangup: listen(SignalKind::hangup())?,
            finer: listen(SignalKind::user_defined1())?,
            as_asked: listen(SignalKind::user_defined2())?,
            is_attended: at_a_terminal(),
        })
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> Order {
        tokio::select! {
            _ = self.terminate.recv() => Order::Stop,
            _ = self.interrupt.recv() => Order::Stop,
            // A terminal that has gone is none any more; a service never had one.
            _ = self.hangup.recv() => if self.is_attended && !at_a_terminal() { Order::Stop } else { Order::Reload },
            _ = self.finer.recv() => Order::Finer,
            _ = self.as_asked.recv() => Order::AsAsked,
        }
    }

    /// Returns once it is told to end.
    pub(super) async fn stop(&mut self) {
        while self.next().await != Order::Stop {}
    }
}

fn at_a_terminal() -> bool {
    stdin().is_terminal() || stderr().is_terminal()
}
