//! What keys do to the screen's state, and what leaves it.
