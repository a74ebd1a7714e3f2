//! What an incident is, and what is owed while it lasts.
//!
//! Pure: values in, values out; time is an argument. The rules of the response
//! process have numbers, under which code and tests cite them:
//!
//! **Time.** T1 every instant is UTC; when something happened may be corrected,
//! when it was recorded may not. T2 milestones in an impossible order are
//! refused with the reason. T3 a deadline follows from policy, events and now;
//! no running timer is stored. T4 elapsed deadlines count the clock, calendar
//! deadlines the team's own hours, zone and holidays. T5 a countdown never
//! jumps back because a clock was set.
//!
//! **Severity and targets.** S1 two clocks, response and resolution, both from
//! the alert. S2 a clock runs, is due soon, overdue, met, missed, held or not
//! applicable. S3 a change of severity counts from the alert; what was met
//! stays met. S4 the highest level ever held decides what follows; lowering
//! needs a reason. S5 "next business day" is its end. S6 triage has five
//! minutes.
//!
//! **Phases.** G1 their windows pace the work, amber at the most. G2 triage,
//! investigating, identified, fixing, monitoring, resolved, closed, or
//! cancelled; deploying a fix asks for the way back. G3 triage is quiet, but
//! for the ladders: no update leaves before a severity is set.
//!
//! **Escalation.** E1 offsets count from the alert and do not add up. E2 an
//! acknowledgement stops the page ladder, not the management ladder. E3 a
//! step's severities are looked at when it falls due. E4 P4's ladder starts at
//! its response deadline and waits outside business hours. E5 a step may ask
//! first; silence does not stop it. E6 the policy is copied into the incident.
//! E7 a step that reaches nobody gives its place to the next at once. E8 after
//! an outage of the engine the highest step due is paged, the lower ones get
//! one quiet notice. E9 one engine, the holder of the lease. E10 a step a minute
//! overdue rings everywhere. E11 a person may escalate, hold, skip, page.
//!
//! **Updates.** U1 the first within the response target or half an hour, then
//! from the last posted one; no longer promise without a reason. U2 overdue
//! rings at 0, 5, 10 minutes and every ten after; no machine posts in a
//! person's name. U3 one key drafts a no-change update. U4 the form is the
//! process's five lines. U5 a past ETA is not sent again. U6 a failed post
//! leaves the duty; what is retracted stays visible. U7 the last duty is the
//! final update. **External.** X1 for P1, or more than 30 minutes' downtime by
//! the ledger. X2 drafted, approved by the commander, published; where two are
//! asked for nobody approves their own words. X3 hints warn
//! and never block. X4 drills and private incidents publish nothing.
//!
//! **Resolving.** R1 a soft gate, overridden with a reason on record. R2 a
//! reopened incident keeps its id and deadlines. R3 merging keeps both ids, the
//! earliest alert and all duties. **Retrospective.** V1 for P1, above 30
//! minutes, when recurring, for a new failure mode. V2 due 48 hours after the
//! latest resolve, when held. V3 attendees are filled in. V4 four kinds of
//! action items; closing needs an owner for each.
//!
//! **Health.** H1 some failures in a row to go down, some successes to come up.
//! H2 a control probe tells "it is down" from "I am offline". H3 an HTTP probe
//! judges as `curl -f` does.
//!
//! **At the same time.** I4 copies of the log with the same entries fold to the
//! same state. I5 nobody loses in silence: of two who set a field apart from
//! each other both are shown until somebody settles it; what was done on stale
//! knowledge is kept without effect, and says what overtook it.

pub mod board;
pub mod cadence;
pub mod calendar;
pub mod channel;
pub mod downtime;
pub mod duty;
pub mod elsewhere;
pub mod entry;
pub mod escalation;
pub mod external;
pub mod fact;
pub mod health;
pub mod hints;
pub mod incident;
pub mod intents;
pub mod leaving;
pub mod left;
pub mod link;
pub mod located;
pub mod measure;
pub mod night;
pub mod notice;
pub mod phase;
pub mod policy;
pub mod probe;
pub mod retrospective;
pub mod runbook;
pub mod schema;
pub mod secret;
pub mod seen;
pub mod severity;
pub mod span;
pub mod text;
pub mod update;
pub mod when;
pub mod zone;
