//! Who does what, who is asked, who is paged.

use super::{Asking, Filled, Refused, ask::one_of};
use crate::{
    domain::{
        fact::{Fact, Role},
        incident::{Ask, Incident},
        text::Name,
    },
    ui::{
        msg::Effect,
        sheet::{Field, Gate, Sheet},
    },
};

pub(super) fn ask_role(asking: &Asking<'_>) -> Result<Sheet, String> {
    let words: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
    let usual = match asking.incident()?.commander() {
        None => Role::Commander,
        Some(_) => Role::Responder,
    };
    let me = &asking.app.settings.me;
    let sheet = asking.sheet("A ROLE IN {}", Gate::Yes)?;
    Ok(sheet
        .field(Field::choice("Role", usual.word(), &words))
        .field(Field::suggestion("Person", me, "who has it from now on"))
        .field(Field::choice("Do", "give", &["give", "take away"])))
}

pub(super) fn role(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let role = filled.one_of("Role", Role::ALL, |role| role.word().to_owned())?;
    let person: Name = filled.text("Person")?;
    if person.is_empty() {
        return Err(Refused::of("Person", "say who"));
    }
    filled.record(if filled.value("Do") == "give" {
        Fact::RoleGiven { role, person }
    } else {
        Fact::RoleLeft { role, person }
    })
}

pub(super) fn ask_somebody(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.sheet("ASK SOMEBODY IN {}", Gate::Enter)?;
    Ok(sheet
        .field(Field::text("Who", "", ""))
        .field(Field::text("What", "", ""))
        .field(Field::suggestion("Within", "10m", "10m, 1h")))
}

pub(super) fn somebody(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    filled.record(Fact::Asked {
        of: filled.text("Who")?,
        what: filled.text("What")?,
        by: filled.within("Within", &filled.value("Within"))?,
    })
}

pub(super) fn ask_answer(asking: &Asking<'_>) -> Result<Sheet, String> {
    let open: Vec<String> = requests(asking.incident()?).map(words).collect();
    let sheet = asking.sheet("ANSWER A REQUEST IN {}", Gate::Enter)?;
    Ok(sheet
        .field(one_of("Request", &open))
        .field(Field::text("Answer", "", "may stay empty")))
}

pub(super) fn answer(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let open = requests(filled.incident()?);
    let ask = filled.one_of("Request", open, |ask| words(ask))?.entry;
    let text = filled.text("Answer")?;
    filled.record(Fact::Answered { ask, text })
}

fn requests(incident: &Incident) -> impl Iterator<Item = &Ask> {
    let asks = incident.state().asks.iter();
    asks.filter(|ask| ask.answered.is_none())
}

fn words(ask: &Ask) -> String {
    format!("{}: {}", ask.asked.of, ask.asked.what)
}

pub(super) fn ask_page(asking: &Asking<'_>) -> Result<Sheet, String> {
    let contacts = asking.incident()?.policy().contact.values();
    let people: Vec<String> = contacts.map(|contact| contact.person.to_string()).collect();
    let who = if people.is_empty() {
        Field::text("Who", "", "no contact is configured")
    } else {
        one_of("Who", &people)
    };
    let mut sheet = asking.guarded("PAGE SOMEBODY ABOUT {}")?;
    if asking.incident()?.state().drill {
        sheet = sheet.line("A drill: it is recorded, and nothing leaves.");
    }
    Ok(sheet
        .field(who)
        .field(Field::text("Message", "", "what they are to do")))
}

pub(super) fn page(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let person: Name = filled.text("Who")?;
    let mut contacts = filled.incident()?.policy().contact.values();
    let contact = contacts.find(|contact| contact.person == person);
    let via = contact.map(|contact| contact.channels.clone());
    let via = via.unwrap_or_default();
    let outside = &filled.app.settings.outside;
    if let Some(public) = via.iter().find(|name| outside.contains(name)) {
        let why = format!("{person} is reached over {public}, which the public reads: call them");
        return Err(Refused::of("Who", &why));
    }
    filled.record(Fact::Paged {
        via,
        text: filled.text("Message")?,
        person,
    })
}
