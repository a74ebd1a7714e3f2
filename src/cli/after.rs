//! The record itself, and looking back on it.

use chrono::NaiveDate;
use clap::{ArgAction, Args, Subcommand, ValueEnum};

use super::{
    done::At,
    failure::{Exit, Failure},
    incident::{Because, confirmed, plain, yes_or_no},
    open::read_policy,
    room::Room,
    text::{maybe, typed},
    tick::Tick,
};
use crate::{
    domain::{
        fact::{ActionKind, Fact},
        link,
        text::{Name, one_line},
    },
    ui::format,
};

/// Take an entry back; it stays visible as taken back.
#[derive(Debug, Args)]
#[command(after_help = "\
An entry is named by its number (#12), the end of its id, or `last` for your own
last one: `warroom timeline` shows the numbers.

Example:
  warroom retract last --reason \"wrong incident\"")]
pub struct Retract {
    /// Which
    pub entry: String,
    #[command(flatten)]
    pub because: Because,
}

/// An entry happened at another time than it says.
#[derive(Debug, Args)]
pub struct Correct {
    /// Which: #12, the end of its id, or last
    pub entry: String,
    /// When it happened
    pub time: String,
    #[command(flatten)]
    pub because: Because,
}

/// Pin an entry to the top.
#[derive(Debug, Args)]
pub struct Pin {
    /// Which: #12, the end of its id, or last
    pub entry: String,
    /// Take it down again
    #[arg(long)]
    pub off: bool,
}

/// Add a link.
#[derive(Debug, Args)]
pub struct Link {
    /// What it is called
    pub name: String,
    /// Where it is: http or https
    pub url: String,
}

/// Correct the downtime.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  warroom outage add 14:00 14:18 --reason \"the probe was not there yet\"")]
pub struct Outage {
    /// Add a span, or strike one
    pub what: Change,
    /// From when
    pub from: String,
    /// Until when
    pub to: String,
    #[command(flatten)]
    pub because: Because,
}

/// What is done to the downtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Change {
    /// It was down.
    Add,
    /// It was not down.
    Strike,
}

/// Adopt the policy that is on disk now, on purpose.
#[derive(Debug, Args)]
pub struct AdoptPolicy {
    /// The file; that of the configuration otherwise
    pub file: Option<std::path::PathBuf>,
}

/// The record.
#[derive(Debug, Subcommand)]
pub enum Verb {
    Retract(Retract),
    Correct(Correct),
    Pin(Pin),
    Link(Link),
    Tick(Tick),
    Outage(Outage),
    AdoptPolicy(AdoptPolicy),
    /// Looking back: when, who, what contributed, what is to be done
    #[command(subcommand)]
    Retro(Retro),
}

/// Looking back.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  warroom retro schedule '2026-01-24 10:00'
  warroom retro failure-mode yes
  warroom retro action preventive \"alert on replica lag\" --owner bo --due 2026-02-01
  warroom retro held --attendee ada --attendee bo
  warroom retro waive \"VP Engineering\" --reason \"same cause as INC-12\"")]
pub enum Retro {
    /// Give the retrospective a date
    Schedule {
        /// When: '2026-01-24 10:00'
        time: String,
    },
    /// It was held
    Held {
        /// Who was there
        #[arg(long = "attendee", value_name = "NAME")]
        attendees: Vec<String>,
        /// What was said; - reads stdin
        #[arg(long, value_name = "TEXT")]
        notes: Option<String>,
    },
    /// There is none, by whose authority and why
    Waive {
        /// By whose authority
        role: String,
        #[command(flatten)]
        because: Because,
    },
    /// Something that contributed
    Factor {
        /// What; - reads stdin
        text: String,
    },
    /// Something to be done
    Action {
        /// One of the four kinds
        kind: Kind,
        /// What; - reads stdin
        what: String,
        /// Who does it
        #[arg(long, value_name = "NAME")]
        owner: Option<String>,
        /// By when: 2026-02-01
        #[arg(long, value_name = "DATE")]
        due: Option<NaiveDate>,
    },
    /// Change something to be done, by its place in the list or its entry
    Change {
        /// 1, 2, … or #12
        action: String,
        /// Who does it
        #[arg(long, value_name = "NAME")]
        owner: Option<String>,
        /// By when: 2026-02-01
        #[arg(long, value_name = "DATE")]
        due: Option<NaiveDate>,
        /// Whether it is done
        #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
        done: Option<bool>,
    },
    /// Whether it happened before
    Recurrence {
        /// Whether it did
        #[arg(value_name = "yes|no", value_parser = yes_or_no, action = ArgAction::Set)]
        recurs: bool,
        /// The incident that it repeats
        #[arg(long, value_name = "INCIDENT")]
        of: Option<String>,
    },
    /// Whether it failed in a new way
    FailureMode {
        /// Whether it did
        #[arg(value_name = "yes|no", value_parser = yes_or_no, action = ArgAction::Set)]
        new: bool,
    },
}

/// The four kinds of action item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Update runbooks
    Runbook,
    /// Improve monitoring and alerting
    Monitoring,
    /// Preventive measures
    Preventive,
    /// Update documentation
    Documentation,
}

impl From<Kind> for ActionKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Runbook => Self::Runbook,
            Kind::Monitoring => Self::Monitoring,
            Kind::Preventive => Self::Preventive,
            Kind::Documentation => Self::Documentation,
        }
    }
}

impl Verb {
    /// Carries it out.
    ///
    /// # Errors
    ///
    /// The refusal, or why it could not be recorded.
    pub async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        let fact = match self {
            Self::Retract(retract) => retract.fact(room)?,
            Self::Correct(correct) => correct.fact(room)?,
            Self::Pin(Pin { entry, off }) => Fact::Pinned {
                entry: room.entry(room.incident()?, &entry)?.id,
                on: !off,
            },
            Self::Link(Link { name, url }) => Fact::Linked {
                name: typed("the name", &name)?,
                url: link::read(&url).map_err(|error| Failure::refused(error.to_string()))?,
            },
            Self::Tick(tick) => tick.fact(room)?,
            Self::Outage(outage) => outage.fact(room)?,
            Self::AdoptPolicy(adopt) => return adopt.run(room).await,
            Self::Retro(retro) => retro.fact(room)?,
        };
        plain(room, fact, At::default()).await
    }
}

impl AdoptPolicy {
    async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        let policy = match self.file {
            Some(file) => read_policy(&file)?.0.to_toml(),
            None => room.setup.policy()?.1,
        };
        let label = room.incident()?.label();
        let what =
            format!("{label} goes on by another policy, and what is due by it fires at once");
        let fact = Fact::PolicyAdopted { policy };
        confirmed(room, fact, At::default(), ("adopt", &what)).await
    }
}

impl Retract {
    fn fact(&self, room: &Room) -> Result<Fact, Failure> {
        Ok(Fact::Retracted {
            entry: room.entry(room.incident()?, &self.entry)?.id,
            reason: maybe("the reason", self.because.reason.as_deref())?,
        })
    }
}

impl Correct {
    fn fact(&self, room: &Room) -> Result<Fact, Failure> {
        let incident = room.incident()?;
        Ok(Fact::Corrected {
            entry: room.entry(incident, &self.entry)?.id,
            at: room.happened(Some(incident), Some(&self.time))?,
            reason: maybe("the reason", self.because.reason.as_deref())?,
        })
    }
}

impl Outage {
    fn fact(&self, room: &Room) -> Result<Fact, Failure> {
        let incident = Some(room.incident()?);
        let from = room.happened(incident, Some(&self.from))?;
        let to = room.happened(incident, Some(&self.to))?;
        let reason = maybe("the reason", self.because.reason.as_deref())?;
        Ok(match self.what {
            Change::Add => Fact::OutageAdded { from, to, reason },
            Change::Strike => Fact::OutageStruck { from, to, reason },
        })
    }
}

impl Retro {
    fn fact(self, room: &Room) -> Result<Fact, Failure> {
        let owner = |owner: Option<String>| -> Result<Option<Name>, Failure> {
            owner
                .as_deref()
                .map(|owner| typed("the owner", owner))
                .transpose()
        };
        Ok(match self {
            Self::Schedule { time } => Fact::RetrospectiveScheduled {
                at: room.ahead(room.incident()?, &time)?,
            },
            Self::Held { attendees, notes } => Fact::RetrospectiveHeld {
                attendees: attendees
                    .iter()
                    .map(|name| typed("the attendee", name))
                    .collect::<Result<_, _>>()?,
                notes: maybe("the notes", notes.as_deref())?,
            },
            Self::Waive { role, because } => Fact::RetrospectiveWaived {
                role: typed("the role", &role)?,
                reason: maybe("the reason", because.reason.as_deref())?,
            },
            Self::Factor { text } => Fact::FactorAdded {
                text: typed("the factor", &text)?,
            },
            Self::Action {
                kind,
                what,
                owner: who,
                due,
            } => Fact::ActionAdded {
                kind: kind.into(),
                what: typed("the action", &what)?,
                owner: owner(who)?,
                due,
            },
            Self::Change {
                action,
                owner: who,
                due,
                done,
            } => Fact::ActionChanged {
                action: action_of(room, &action)?,
                owner: owner(who)?,
                due,
                done,
            },
            Self::Recurrence { recurs, of } => {
                let of = of.as_deref().map(|of| room.find(Some(of))).transpose()?;
                Fact::RecurrenceSaid {
                    recurs,
                    of: of.map(|incident| incident.id),
                }
            }
            Self::FailureMode { new } => Fact::FailureModeSaid { new },
        })
    }
}

fn action_of(room: &Room, text: &str) -> Result<crate::domain::entry::EntryId, Failure> {
    let incident = room.incident()?;
    let actions = &incident.state().retrospective.actions;
    let place: Option<usize> = text.parse().ok();
    if let Some(place) = place {
        let found = place.checked_sub(1).and_then(|place| actions.get(place));
        return found.map(|action| action.entry).ok_or_else(|| {
            let count = format::count(actions.len(), "thing", "things");
            let label = incident.label();
            Failure::not_found(format!("{label} has {count} to be done, and no {place}"))
        });
    }
    let entry = room.entry(incident, text)?.id;
    let mut known = actions.iter().map(|action| action.entry);
    if known.any(|known| known == entry) {
        return Ok(entry);
    }
    let text = one_line(text);
    Err(Failure::not_found(format!("{text} is nothing to be done")))
}
