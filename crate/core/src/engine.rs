//! Events in, effects out; owns the inquiries. May be rebuilt before any event.
