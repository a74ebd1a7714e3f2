use crossterm::event::{KeyCode, KeyModifiers};

use super::*;

const WAIT: Duration = Duration::from_millis(100);

/// What a terminal sends, read as the input library reads typing: one event a
/// character, `\u{1b}` as Esc, `⌥` before a key as Alt, `\u{7}` as Ctrl-g.
fn typed(text: &str) -> Vec<Event> {
    let mut alt = KeyModifiers::NONE;
    let mut events = Vec::new();
    for character in text.chars() {
        let (code, held) = match character {
            '⌥' => {
                alt = KeyModifiers::ALT;
                continue;
            }
            '\u{1b}' => (KeyCode::Esc, KeyModifiers::NONE),
            '\u{7}' => (KeyCode::Char('g'), KeyModifiers::CONTROL),
            '\r' => (KeyCode::Enter, KeyModifiers::NONE),
            upper if upper.is_uppercase() => (KeyCode::Char(upper), KeyModifiers::SHIFT),
            other => (KeyCode::Char(other), KeyModifiers::NONE),
        };
        events.push(Event::Key(KeyEvent::new(code, held | alt)));
        alt = KeyModifiers::NONE;
    }
    events
}

/// Feeds pieces, each so many milliseconds after the one before, then silence.
fn after(pieces: &[(u64, &str)]) -> Vec<Input> {
    let mut machine = Machine::new(WAIT);
    let mut now = Instant::now();
    let mut out = Vec::new();
    for (gap, text) in pieces {
        now += Duration::from_millis(*gap);
        out.extend(machine.tick(now));
        out.extend(machine.feed(typed(text), now));
    }
    while let Some(deadline) = machine.deadline() {
        out.extend(machine.tick(deadline));
    }
    out
}

fn key(code: KeyCode, held: KeyModifiers) -> Input {
    Input::Key(KeyEvent::new(code, held))
}

fn plain(code: KeyCode) -> Input {
    key(code, KeyModifiers::NONE)
}

#[test]
fn i4_a_split_key_is_put_together_again() {
    let table = [
        ("[A", plain(KeyCode::Up)),
        ("[B", plain(KeyCode::Down)),
        ("[C", plain(KeyCode::Right)),
        ("[D", plain(KeyCode::Left)),
        ("OA", plain(KeyCode::Up)),
        ("OP", plain(KeyCode::F(1))),
        ("[H", plain(KeyCode::Home)),
        ("[F", plain(KeyCode::End)),
        ("[1~", plain(KeyCode::Home)),
        ("[4~", plain(KeyCode::End)),
        ("[3~", plain(KeyCode::Delete)),
        ("[5~", plain(KeyCode::PageUp)),
        ("[6~", plain(KeyCode::PageDown)),
        ("[15~", plain(KeyCode::F(5))),
        ("[24~", plain(KeyCode::F(12))),
        ("[Z", key(KeyCode::BackTab, KeyModifiers::SHIFT)),
        ("[1;5C", key(KeyCode::Right, KeyModifiers::CONTROL)),
        ("[1;2D", key(KeyCode::Left, KeyModifiers::SHIFT)),
        ("[3;3~", key(KeyCode::Delete, KeyModifiers::ALT)),
    ];
    for (rest, expected) in table {
        for gap in [0, 50, 90] {
            let mut pieces = vec![(0, "\u{1b}".to_owned())];
            pieces.extend(rest.chars().map(|c| (gap, c.to_string())));
            let pieces: Vec<(u64, &str)> =
                pieces.iter().map(|(gap, c)| (*gap, c.as_str())).collect();

            assert_eq!(
                after(&pieces),
                std::slice::from_ref(&expected),
                "Esc {rest} with gaps of {gap} ms"
            );
        }
    }
}

#[test]
fn i5_esc_alone_is_esc_after_its_wait_and_not_before() {
    let mut machine = Machine::new(WAIT);
    let now = Instant::now();

    assert_eq!(machine.feed(typed("\u{1b}"), now), []);
    assert_eq!(machine.tick(now + WAIT / 2), []);
    assert_eq!(machine.tick(now + WAIT), [plain(KeyCode::Esc)]);
    assert_eq!(machine.deadline(), None);
}

#[test]
fn esc_and_then_a_letter_are_both() {
    let both = [plain(KeyCode::Esc), plain(KeyCode::Char('j'))];

    assert_eq!(after(&[(0, "\u{1b}"), (20, "j")]), both);
    assert_eq!(after(&[(0, "\u{1b}"), (120, "j")]), both);
}

#[test]
fn esc_and_then_an_arrow_are_both() {
    let mut machine = Machine::new(WAIT);
    let now = Instant::now();
    let up = Event::Key(KeyEvent::from(KeyCode::Up));

    assert_eq!(machine.feed(typed("\u{1b}"), now), []);
    assert_eq!(
        machine.feed(vec![up], now),
        [plain(KeyCode::Esc), plain(KeyCode::Up)]
    );
}

#[test]
fn i3_a_sequence_nobody_knows_becomes_no_key() {
    for text in ["[0n", "[?62;22c", "[?2026;2$y", "[12;40R", "[99~", "[1;5q"] {
        let mut pieces = vec![(0, "\u{1b}")];
        pieces.extend(text.split("").filter(|c| !c.is_empty()).map(|c| (10, c)));

        assert_eq!(after(&pieces), [], "Esc {text}");
    }
}

#[test]
fn i3_replies_become_no_keys() {
    let table = [
        "⌥]11;rgb:1c1c/1c1c/1c1c\u{7}",
        "⌥]11;rgb:1c1c/1c1c/1c1c⌥\\",
        "⌥P>|xterm(370)⌥\\",
        "⌥P1$r0m⌥\\",
        "⌥_Gi=1;OK⌥\\",
        "⌥^quiet⌥\\",
        "⌥]4;1;rgb:ffff/0000/0000",
    ];
    for reply in table {
        assert_eq!(after(&[(0, reply)]), [], "{reply}");
        let later = after(&[(0, reply), (60, "j")]);
        assert_eq!(
            later,
            [plain(KeyCode::Char('j'))],
            "{reply}, and a key after it"
        );
    }
}

#[test]
fn i3_a_reply_in_packets_becomes_no_keys() {
    let pieces = [
        (0, "\u{1b}"),
        (20, "]11;rgb:1c"),
        (30, "1c/1c1c/1c1c"),
        (30, "\u{1b}"),
        (20, "\\"),
        (5, "j"),
    ];

    assert_eq!(after(&pieces), [plain(KeyCode::Char('j'))]);
}

#[test]
fn a_key_that_begins_like_a_reply_is_still_a_key() {
    let redo = key(KeyCode::Char('_'), KeyModifiers::ALT);

    assert_eq!(after(&[(0, "⌥_")]), std::slice::from_ref(&redo));
    assert_eq!(
        after(&[(0, "⌥_"), (80, "j")]),
        [redo, plain(KeyCode::Char('j'))]
    );
}

#[test]
fn a_reply_that_never_ends_is_given_up() {
    let mut pieces = vec![(0, "⌥]11;")];
    pieces.extend([(40, "j"); 40]);

    let keys = after(&pieces).len();

    assert!((10..20).contains(&keys), "{keys} of 40 keys got through");
}

#[test]
fn i7_several_lines_at_once_are_told_apart_from_keys() {
    let [Input::Lines(keys)] = &after(&[(0, "q\rE\rpublic\r")])[..] else {
        panic!("they came as keys")
    };

    assert_eq!(keys.len(), 11);
}

#[test]
fn i7_lines_in_two_reads_are_one() {
    let lines = after(&[(0, "the disk\r"), (10, "of render-2 is full")]);

    assert!(matches!(&lines[..], [Input::Lines(keys)] if keys.len() == 28));
}

#[test]
fn many_keys_at_once_are_keys_in_their_order() {
    let text = "cthe disk is full\t\r";
    let keys = typed(text).into_iter().filter_map(|event| match event {
        Event::Key(key) => Some(Input::Key(key)),
        _ => None,
    });

    assert_eq!(after(&[(0, text)]), keys.collect::<Vec<_>>());
}

#[test]
fn one_letter_passes_at_once() {
    let mut machine = Machine::new(WAIT);

    let out = machine.feed(typed("j"), Instant::now());

    assert_eq!(out, [plain(KeyCode::Char('j'))]);
    assert_eq!(machine.deadline(), None);
}

#[test]
fn a_key_that_repeats_is_not_a_paste() {
    let mut machine = Machine::new(WAIT);

    let out = machine.feed(typed(&"j".repeat(200)), Instant::now());

    assert_eq!(out, vec![plain(KeyCode::Char('j')); 200]);
}

#[test]
fn a_few_letters_at_once_are_keys_a_moment_later() {
    let expected = [plain(KeyCode::Char('g')), plain(KeyCode::Char('h'))];

    assert_eq!(after(&[(0, "gh")]), expected);
    assert_eq!(after(&[(0, "gh"), (20, "public")]).len(), 8);
}

#[test]
fn i6_a_bracketed_paste_is_clean_text() {
    let mut machine = Machine::new(WAIT);
    let raw = "down\r\nsince \u{1b}]52;c;aGk=\u{7}noon\rq\u{9b}2J".to_owned();

    let out = machine.feed(vec![Event::Paste(raw)], Instant::now());

    let [Input::Paste(text)] = out.as_slice() else {
        panic!("{out:?}")
    };
    assert!(text.starts_with("down\nsince "), "{text:?}");
    assert!(text.contains("noon\nq"), "{text:?}");
    assert!(
        !text.chars().any(|c| c.is_control() && c != '\n'),
        "{text:?}"
    );
}

#[test]
fn i6_a_paste_is_cut_at_64_kb() {
    let mut machine = Machine::new(WAIT);

    let out = machine.feed(vec![Event::Paste("é".repeat(70_000))], Instant::now());

    let [Input::Paste(text)] = out.as_slice() else {
        panic!("{out:?}")
    };
    assert!(
        text.len() <= 64 * 1024 && text.len() > 64 * 1024 - 8,
        "{}",
        text.len()
    );
}

#[test]
fn i12_i14_focus_size_mouse_and_releases_are_no_keys() {
    let mut release = KeyEvent::from(KeyCode::Char('q'));
    release.kind = KeyEventKind::Release;
    let events = vec![
        Event::Key(release),
        Event::FocusLost,
        Event::FocusGained,
        Event::Resize(80, 24),
    ];

    assert_eq!(Machine::new(WAIT).feed(events, Instant::now()), []);
}
