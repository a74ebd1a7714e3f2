//! Opening an incident.

use chrono::{DateTime, Utc};
use clap::Args;

use super::{
    confirm, done,
    failure::{Exit, Failure},
    room::Room,
    say,
    text::{maybe, typed},
};
use crate::{
    domain::{
        entry::IncidentId,
        escalation,
        fact::{Declaration, Fact},
        incident::Incident,
        policy::Policy,
        severity::Severity,
        text::Text,
    },
    ui::msg::Wish,
};

/// Open an incident.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  warroom declare \"checkout is down\" --severity P1
  warroom declare \"slow renders\" --severity P2 --alert-at '14:03' --service video
  warroom declare \"game day: region lost\" --drill -o json")]
pub struct Declare {
    /// What is wrong, in a line; - reads stdin
    pub title: String,
    /// P1 to P4; every clock waits as P1 would while it is not set
    #[arg(short, long, value_name = "P1..P4")]
    pub severity: Option<Severity>,
    /// When the monitoring raised the alarm; with none, a person reports it now
    #[arg(long, value_name = "TIME")]
    pub alert_at: Option<String>,
    /// When a person reported it
    #[arg(long, value_name = "TIME")]
    pub reported_at: Option<String>,
    /// What users notice
    #[arg(long, value_name = "TEXT")]
    pub impact: Option<String>,
    /// The service hit
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// The alert's identity at its source
    #[arg(long, value_name = "ID")]
    pub fingerprint: Option<String>,
    /// An exercise: nothing leaves
    #[arg(long)]
    pub drill: bool,
    /// Restricted: nothing leaves
    #[arg(long)]
    pub private: bool,
    /// The incident that this one repeats
    #[arg(long, value_name = "INCIDENT")]
    pub recurrence_of: Option<String>,
}

impl Declare {
    /// Opens it.
    ///
    /// # Errors
    ///
    /// The refusal, or why it could not be recorded.
    pub async fn run(self, room: &mut Room) -> color_eyre::Result<Exit> {
        let (_, policy) = room.setup.policy().inspect_err(|_| {
            let way_out = "WARROOM_POLICY=built-in declares by the built-in policy meanwhile";
            say::note(room.global(), way_out);
        })?;
        let now = room.now();
        let alert_at = self.alert_at.as_deref().filter(|at| *at != "none");
        let alert_at = alert_at
            .map(|at| room.happened(None, Some(at)))
            .transpose()?;
        let reported = self.reported_at.as_deref();
        let reported = reported
            .map(|at| room.happened(None, Some(at)))
            .transpose()?;
        let recurrence_of = self.recurrence_of.as_deref();
        let recurrence_of = recurrence_of
            .map(|text| room.find(Some(text)).map(id))
            .transpose()?;
        let declaration = Declaration {
            title: typed("the title", &self.title)?,
            severity: self.severity,
            alert_at,
            reported_at: reported.or_else(|| alert_at.is_none().then_some(now)),
            impact: maybe("the impact", self.impact.as_deref())?,
            service: self
                .service
                .as_deref()
                .map(|text| typed("the service", text))
                .transpose()?,
            fingerprint: self
                .fingerprint
                .as_deref()
                .map(|text| typed("the fingerprint", text))
                .transpose()?,
            drill: self.drill,
            private: self.private,
            policy,
            recurrence_of,
        };
        let fact = room
            .board
            .decide_declare(declaration, now)
            .map_err(Failure::from)?;
        room.confirm_pages(&fact, now)?;
        // The nil id asks for a new one.
        let wish = Wish {
            incident: IncidentId::WORKSPACE,
            fact,
            at: now,
        };
        let recorded = room.write(vec![wish]).await?;
        done::declared(room, &recorded)
    }
}

const fn id(incident: &Incident) -> IncidentId {
    incident.id
}

impl Room {
    /// Declaring may page somebody at once: then it takes the word, or `--yes`.
    fn confirm_pages(&self, fact: &Fact, now: DateTime<Utc>) -> color_eyre::Result<()> {
        let Fact::Declared(declared) = fact else {
            return Ok(());
        };
        if declared.drill || declared.private {
            return Ok(());
        }
        let since = now - declared.alert_at.or(declared.reported_at).unwrap_or(now);
        let (policy, _) = Policy::parse("policy", &declared.policy)?;
        let paged = escalation::paged_at_once(&policy, declared.severity, since);
        if paged.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = paged.iter().map(Text::as_str).collect();
        let what = format!("declaring it pages {} at once", names.join(", "));
        Ok(confirm::word(self.global(), "page", &what)?)
    }
}
