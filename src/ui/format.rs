//! Times, sizes and text as the screen writes them.
//!
//! Precision follows urgency: a deadline hours away needs no seconds, and one
//! minutes away is nothing without them. What is rounded is rounded down, so
//! that nobody is promised more time than there is.

mod size;
mod text;
mod time;

pub use crate::domain::text::count;

pub(in crate::ui) use self::text::{is_plain, letters};
pub use self::{
    size::{bytes, of_bytes, percent, thousands},
    text::{Align, fit, fitting, truncate, width},
    time::{
        age, age_in_steps, behind_or_ahead, clock, clock_minutes, clock_of, clock_on_day,
        countdown, day, day_long, elapsed, hours, local, short, time, time_minutes, time_on_day,
        took, took_seconds,
    },
};
