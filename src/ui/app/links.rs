//! Where to look, and the letter that each link is copied by.

use super::App;

/// It goes to the first row behind `g`, and so to no link.
pub(super) const FIRST_ROW: char = 'g';

/// Links of the policy, of the incident and of the configuration: letter, name,
/// and address, which is empty where nobody has said it.
///
/// What has the name of a policy's link without an address fills that link.
pub fn links(app: &App) -> Vec<(Option<char>, String, String)> {
    let Some(incident) = app.incident() else {
        return Vec::new();
    };
    let of_policy = incident.policy().links.iter().map(|link| {
        let url = link.url.as_ref().map(ToString::to_string);
        (link.letter, link.name.to_string(), url.unwrap_or_default())
    });
    let mut links: Vec<_> = of_policy.collect();
    for (name, url) in incident.state().links.iter().chain(&app.settings.links) {
        let known = links.iter().position(|(.., known)| known == url.as_str());
        let is_filled = |(_, label, known): &(_, String, String)| {
            known.is_empty() && label.to_lowercase() == name.to_lowercase()
        };
        // Both keep their letters.
        match known.or_else(|| links.iter().position(is_filled)) {
            Some(place) if known.is_some() => links[place].1 = name.to_string(),
            Some(place) => links[place].2 = url.to_string(),
            None => links.push((None, name.to_string(), url.to_string())),
        }
    }
    // What leads nowhere yet is the first to go without a row.
    let mut links = lettered(links);
    links.sort_by_key(|(.., url)| url.is_empty());
    links
}

/// Gives each link a letter of its own: the one that it asks for, or else the
/// first free one of its name.
fn lettered(mut links: Vec<(Option<char>, String, String)>) -> Vec<(Option<char>, String, String)> {
    let mut taken = vec![FIRST_ROW];
    for (letter, ..) in &mut links {
        *letter = letter.filter(|asked| !taken.contains(asked));
        taken.extend(*letter);
    }
    for (letter, name, _) in links.iter_mut().filter(|(letter, ..)| letter.is_none()) {
        let name = name.to_lowercase();
        let of_name = name.chars().filter(char::is_ascii_lowercase);
        let mut free = of_name.chain('a'..='z').filter(|it| !taken.contains(it));
        *letter = free.next();
        taken.extend(*letter);
    }
    links
}
