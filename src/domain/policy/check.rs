//! What a policy says twice and differently. The process document has such
//! places itself: they are told, not mended, since its owner decides.

use chrono::{NaiveDate, TimeDelta};

use super::{Policy, Until, Within};
use crate::domain::{escalation, severity::Severity, span};

/// A place where a policy contradicts itself, or surprises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule of the process that settles it, if one does.
    pub rule: &'static str,
    /// What stands against what, and how it is settled here.
    pub text: String,
}

impl Policy {
    /// Contradictions and surprises; `today` tells whether a review is overdue.
    pub fn findings(&self, today: NaiveDate) -> Vec<Finding> {
        let mut findings = Vec::new();
        for severity in Severity::ALL {
            findings.extend(self.escalates_before_the_response(severity));
            findings.extend(self.updates_through_the_night(severity));
            findings.extend(self.escalates_people_who_are_not_told(severity));
            findings.extend(self.phase_outlasts_the_target(severity));
        }
        findings.extend(self.late_only_steps());
        findings.extend(self.long_incidents_are_the_rule());
        findings.extend(self.nobody_can_be_paged());
        findings.extend(self.steps_that_reach_nobody());
        findings.extend(self.contacts_without_a_step());
        findings.extend(self.review(today));
        findings
    }

    fn escalates_before_the_response(&self, severity: Severity) -> Option<Finding> {
        let level = self.level(severity);
        let (_, step) = self.first_managers(severity)?;
        let text = match level.respond {
            Within::NextBusinessDay => format!(
                "{severity} may be answered on the next business day, but {} is told {} after the alert: its ladder starts at the response deadline instead, and waits outside business hours",
                step.target,
                span::format(step.after)
            ),
            Within::Span(respond) if step.after < respond => format!(
                "{severity} may be answered within {}, but {} is told after {}: the ladder follows the document literally",
                span::format(respond),
                step.target,
                span::format(step.after)
            ),
            Within::Span(_) => return None,
        };
        let rule = if level.business_hours { "E4" } else { "E1" };
        Some(Finding { rule, text })
    }

    fn first_managers(&self, severity: Severity) -> Option<(&super::Ladder, &super::Step)> {
        self.steps()
            .map(|(_, ladder, step)| (ladder, step))
            .find(|(ladder, step)| {
                step.until(ladder) != Until::Acknowledged && step.is_for(Some(severity))
            })
    }

    fn updates_through_the_night(&self, severity: Severity) -> Option<Finding> {
        let level = self.level(severity);
        let every = self.update_every(severity);
        let Within::Span(resolve) = level.resolve else {
            return None;
        };
        let count = resolve.num_seconds() / every.num_seconds().max(1);
        (count > 40).then(|| Finding {
            rule: "U1",
            text: format!(
                "{severity} may take {} with an update every {}: that is {count} updates{}",
                span::format(resolve),
                span::format(every),
                if level.business_hours {
                    ", so they pause outside business hours"
                } else {
                    ""
                }
            ),
        })
    }

    fn escalates_people_who_are_not_told(&self, severity: Severity) -> Option<Finding> {
        let level = self.level(severity);
        let management = level
            .tell
            .iter()
            .any(|who| who.contains("management") || who.contains("all"));
        let (_, _, top) = self
            .steps()
            .filter(|(_, ladder, step)| {
                step.until(ladder) != Until::Acknowledged && step.is_for(Some(severity))
            })
            .last()?;
        (!management).then(|| Finding {
            rule: "E1",
            text: format!(
                "{severity} is told to {} only, but its ladder climbs to {}",
                level.tell.join(", "),
                top.target
            ),
        })
    }

    fn phase_outlasts_the_target(&self, severity: Severity) -> Option<Finding> {
        let Within::Span(resolve) = self.level(severity).resolve else {
            return None;
        };
        let phase = self
            .phases
            .iter()
            .find(|phase| phase.to.is_some_and(|to| to > resolve))?;
        Some(Finding {
            rule: "G1",
            text: format!(
                "phase {} ({}) may last until {}, longer than {severity} may take ({}): the window is a hint, the target counts",
                phase.number,
                phase.name,
                span::format(phase.to?),
                span::format(resolve)
            ),
        })
    }

    fn late_only_steps(&self) -> Vec<Finding> {
        self.steps()
            .filter_map(|(_, _, step)| Some((step, step.severities.as_ref()?)))
            .flat_map(|(step, levels)| levels.iter().map(move |severity| (step, *severity)))
            .filter(|(step, severity)| matches!(self.level(*severity).resolve, Within::Span(resolve) if resolve < step.after))
            .map(|(step, severity)| Finding {
                rule: "E3",
                text: format!(
                    "{} is told at {} and only for {severity}, which is to be resolved within {}: only a missed target gets there",
                    step.target,
                    span::format(step.after),
                    self.level(severity).resolve.words()
                ),
            })
            .collect()
    }

    fn long_incidents_are_the_rule(&self) -> Option<Finding> {
        let limit = self.retrospective.longer_than;
        let slower: Vec<String> = Severity::ALL
            .into_iter()
            .filter(|severity| matches!(self.level(*severity).resolve, Within::Span(resolve) if resolve > limit))
            .map(|severity| severity.to_string())
            .collect();
        (slower.len() > 1).then(|| Finding {
            rule: "V1",
            text: format!(
                "a retrospective is required above {}, and {} may take longer than that in time: most incidents will need one",
                span::format(limit),
                slower.join(", ")
            ),
        })
    }

    fn nobody_can_be_paged(&self) -> Option<Finding> {
        (!escalation::reaches_anybody(self)).then(|| Finding {
            rule: "E7",
            text: "no contact has a channel: steps are shown when due, for people to carry out by hand".to_owned(),
        })
    }

    /// Where somebody can be paged, whom each step still reaches by hand alone.
    fn steps_that_reach_nobody(&self) -> Vec<Finding> {
        let in_vain = self.steps().filter(|(_, _, step)| {
            escalation::reaches_anybody(self) && escalation::reach(self, step).is_none()
        });
        in_vain
            .map(|(id, ladder, step)| {
                let target = &step.target;
                let why = match self.contact(target) {
                    None => format!("no [contact.{:?}] says who that is", target.as_str()),
                    Some(contact) => format!("{} has no channel", contact.person),
                };
                let then = match step.until(ladder) {
                    Until::Acknowledged => "nobody is paged, so somebody has to look",
                    Until::Mitigated | Until::Resolved => {
                        "the step is passed over, and the next takes its place"
                    }
                };
                let when = match step.after {
                    after if after.is_zero() => "at once".to_owned(),
                    after => format!("after {}", span::format(after)),
                };
                Finding {
                    rule: "E7",
                    text: format!("{id} tells {target} {when}, but {why}: {then}"),
                }
            })
            .collect()
    }

    fn contacts_without_a_step(&self) -> Vec<Finding> {
        let is_named = |name: &str| {
            self.steps()
                .any(|(_, _, step)| step.target.as_str() == name)
        };
        self.contact
            .iter()
            .filter(|(name, _)| !is_named(name))
            .map(|(name, contact)| Finding {
                rule: "E7",
                text: format!(
                    "no step of a ladder tells {name} ({}): only a page by hand gets there",
                    contact.person
                ),
            })
            .collect()
    }

    fn review(&self, today: NaiveDate) -> Option<Finding> {
        let late = today.signed_duration_since(self.review_due());
        (late > TimeDelta::zero()).then(|| Finding {
            rule: "review",
            text: format!(
                "last updated {}, to be reviewed every {}: overdue since {} (owner: {})",
                self.updated,
                span::format(self.review_every),
                self.review_due(),
                self.owner
            ),
        })
    }
}
