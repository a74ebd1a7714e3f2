//! What panes are made of: badges, rules, bars, sparklines, charts, big
//! letters, sheets and rows.
//!
//! Widgets keep no state. They draw with a [`Paint`] into a buffer, never
//! outside their area and never outside the buffer, whatever the area is.

mod badge;
mod bar;
mod big;
mod chart;
mod paint;
mod row;
mod rule;
mod sheet;
mod spark;

pub use self::{
    badge::{badge, badge_span, badge_text, severity_badge, severity_text},
    bar::{bar, bar_text, meter_text},
    big::{Big, Size},
    chart::Chart,
    paint::{Paint, put, put_line, spread},
    row::{Column, Room, row},
    rule::{Joint, Rule, divider, joint, tabs},
    sheet::{clear, sheet, sheet_rule},
    spark::Spark,
};
