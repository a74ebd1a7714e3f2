use super::*;

/// "NAME=value NAME=value", as a shell would take them.
fn environment(text: &str) -> Environment {
    text.split_whitespace()
        .map(|pair| pair.split_once('=').expect("NAME=value"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn seen(text: &str) -> Capability {
    Capability::new(&environment(text), Some("/dev/pts/3"), Wishes::default())
}

#[test]
fn t4_the_depth_follows_the_first_thing_that_says_something() {
    use Depth::{Ansi16, Ansi256, Mono, True};
    let table = [
        ("TERM=xterm", Ansi16),
        ("TERM=xterm-256color", Ansi256),
        ("TERM=xterm-direct", True),
        ("TERM=konsole-direct", True),
        ("TERM=xterm-16color", Ansi16),
        ("TERM=xterm-mono", Mono),
        ("TERM=xterm-kitty", Ansi256),
        ("TERM=xterm-ghostty", Ansi256),
        ("TERM=alacritty", Ansi256),
        ("TERM=foot-extra", Ansi256),
        ("TERM=rxvt", Ansi16),
        ("TERM=rxvt-unicode-256color", Ansi256),
        ("TERM=screen", Ansi16),
        ("TERM=screen.xterm-256color", Ansi256),
        ("TERM=tmux TMUX=/tmp/t", Ansi16),
        ("TERM=tmux-256color TMUX=/tmp/t", Ansi256),
        ("TERM=linux", Ansi16),
        ("TERM=vt100", Mono),
        ("TERM=vt102", Mono),
        ("TERM=vt220", Mono),
        ("TERM=vt220-8bit", Mono),
        ("TERM=ansi-m", Mono),
        ("TERM=ansi", Ansi16),
        ("TERM=something-new", Ansi16),
        ("TERM=dumb", Mono),
        ("TERM=xterm-256color COLORTERM=truecolor", True),
        ("TERM=xterm COLORTERM=24bit", True),
        ("TERM=xterm-256color COLORTERM=yes", Ansi256),
        ("TERM=linux COLORTERM=truecolor", Ansi16),
        ("TERM=screen-256color COLORTERM=truecolor", Ansi256),
        ("TERM=screen-256color COLORTERM=truecolor TMUX=/tmp/t", True),
        ("TERM=xterm-256color COLORTERM=truecolor STY=1.pts", Ansi256),
        (
            "TERM=xterm-256color COLORTERM=truecolor MOSH_KEY=x",
            Ansi256,
        ),
        ("TERM=xterm-direct MOSH_KEY=x", Ansi256),
        ("TERM=xterm-256color COLORTERM=truecolor NO_COLOR=1", Mono),
        ("TERM=xterm-256color NO_COLOR=", Ansi256),
        ("TERM=xterm NO_COLOR=1 FORCE_COLOR=3", Mono),
        ("TERM=xterm FORCE_COLOR=3", True),
        ("TERM=xterm-256color FORCE_COLOR=1", Ansi16),
        ("TERM=vt100 FORCE_COLOR=2", Ansi256),
        ("TERM=vt100 FORCE_COLOR=yes", Ansi16),
        ("TERM=xterm-256color FORCE_COLOR=true", Ansi256),
        ("TERM=xterm-256color FORCE_COLOR=0", Mono),
        ("TERM=vt100 CLICOLOR_FORCE=1", Ansi16),
        ("TERM=vt100 CLICOLOR_FORCE=0", Mono),
        ("TERM=vt100 COLORTERM=truecolor", True),
    ];
    for (text, depth) in table {
        assert_eq!(seen(text).depth, depth, "{text}");
    }
}

#[test]
fn t5_what_the_user_says_beats_no_color() {
    let wishes = Wishes {
        color: Some(Depth::True),
        ..Wishes::default()
    };

    let decided = Capability::new(
        &environment("TERM=xterm NO_COLOR=1"),
        Some("/dev/pts/3"),
        wishes,
    );

    assert_eq!(decided.depth, Depth::True);
}

#[test]
fn t7_the_glyphs_follow_the_locale_then_the_terminal() {
    let table = [
        ("TERM=xterm LANG=en_US.UTF-8", Tier::Rich),
        ("TERM=xterm LANG=C.utf8", Tier::Rich),
        ("TERM=xterm", Tier::Ascii),
        ("TERM=xterm LANG=C", Tier::Ascii),
        ("TERM=xterm LANG=en_US.UTF-8 LC_ALL=C", Tier::Ascii),
        ("TERM=xterm LANG=C LC_CTYPE=en_GB.UTF-8", Tier::Rich),
        ("TERM=xterm LANG=en_US.UTF-8 LC_ALL=", Tier::Rich),
        ("TERM=xterm LANG=de_DE.ISO-8859-1", Tier::Ascii),
        ("TERM=linux LANG=en_US.UTF-8", Tier::Console),
        ("TERM=linux LANG=C", Tier::Ascii),
        ("TERM=linux-16color LANG=en_US.UTF-8", Tier::Console),
        ("TERM=xterm LANG=ja_JP.UTF-8", Tier::Ascii),
        ("TERM=xterm LANG=zh_CN.UTF-8", Tier::Ascii),
        ("TERM=xterm LANG=ko_KR.UTF-8", Tier::Ascii),
    ];
    for (text, tier) in table {
        assert_eq!(seen(text).glyphs, tier, "{text}");
    }
}

#[test]
fn t7_glyphs_asked_for_win() {
    let wishes = Wishes {
        glyphs: Some(Tier::Ascii),
        ..Wishes::default()
    };

    let decided = Capability::new(
        &environment("TERM=xterm LANG=C.UTF-8"),
        Some("/dev/pts/3"),
        wishes,
    );

    assert_eq!(decided.glyphs, Tier::Ascii);
}

#[test]
fn the_line_is_the_worst_of_what_is_known() {
    let table = [
        ("TERM=xterm", "/dev/pts/3", false, Profile::Local),
        (
            "TERM=xterm SSH_CONNECTION=a",
            "/dev/pts/3",
            false,
            Profile::Ssh,
        ),
        (
            "TERM=xterm SSH_TTY=/dev/pts/3",
            "/dev/pts/3",
            false,
            Profile::Ssh,
        ),
        (
            "TERM=xterm SSH_CONNECTION=",
            "/dev/pts/3",
            false,
            Profile::Local,
        ),
        (
            "SSH_CONNECTION=a MOSH_IP=b",
            "/dev/pts/3",
            false,
            Profile::Slow,
        ),
        ("TERM=xterm", "/dev/pts/3", true, Profile::Slow),
        ("SSH_CONNECTION=a", "/dev/pts/3", true, Profile::Slow),
        ("TERM=vt220", "/dev/ttyS0", false, Profile::Serial),
        ("TERM=vt220", "/dev/ttyUSB1", true, Profile::Serial),
        ("TERM=vt220", "/dev/ttyAMA0", false, Profile::Serial),
        ("TERM=linux", "/dev/tty1", false, Profile::Local),
    ];
    for (text, tty, slow, profile) in table {
        let wishes = Wishes {
            slow,
            ..Wishes::default()
        };
        let decided = Capability::new(&environment(text), Some(tty), wishes);
        assert_eq!(decided.profile, profile, "{text} on {tty}");
    }
}

#[test]
fn m6_a_serial_line_gets_few_colours_and_plain_letters() {
    let environment = environment("TERM=xterm-256color COLORTERM=truecolor LANG=C.UTF-8");

    let decided = Capability::new(&environment, Some("/dev/ttyS0"), Wishes::default());

    assert_eq!(
        (decided.depth, decided.glyphs),
        (Depth::Ansi16, Tier::Ascii)
    );
    assert!(!decided.title && !decided.mouse_allowed);
}

#[test]
fn t1_t2_where_a_cursor_cannot_move_sentences_are_printed() {
    let on = |text: &str, tty, plain| {
        let wishes = Wishes {
            plain,
            ..Wishes::default()
        };
        Capability::new(&environment(text), tty, wishes).plain
    };
    let tty = Some("/dev/pts/3");

    assert_eq!(on("TERM=xterm", tty, false), None);
    assert_eq!(on("TERM=xterm", None, false), Some(Plain::NotATerminal));
    assert_eq!(on("TERM=xterm", tty, true), Some(Plain::Asked));
    assert_eq!(on("", tty, false), Some(Plain::NoTerm));
    assert_eq!(on("TERM=", tty, false), Some(Plain::NoTerm));
    assert_eq!(on("TERM=dumb", tty, false), Some(Plain::Dumb));
    assert_eq!(on("TERM=unknown", tty, false), Some(Plain::Dumb));
}

#[test]
fn title_mouse_and_the_wait_for_esc_follow_what_lies_between() {
    let table = [
        ("TERM=xterm", true, true, 25),
        ("TERM=xterm SSH_CONNECTION=a", true, true, 100),
        ("TERM=tmux-256color TMUX=/tmp/t", true, true, 100),
        ("TERM=screen", false, true, 100),
        ("TERM=xterm MOSH_KEY=x", true, false, 100),
        ("TERM=linux", false, false, 25),
        ("TERM=vt220", false, false, 25),
        ("TERM=dumb", false, false, 25),
    ];
    for (text, title, mouse, wait) in table {
        let decided = seen(text);
        let got = (decided.title, decided.mouse_allowed, decided.esc_wait_ms);
        assert_eq!(got, (title, mouse, wait), "{text}");
        assert!(!decided.sync_output, "{text}");
    }
}

#[test]
fn t11_every_decision_says_why() {
    let decided = seen("TERM=xterm-256color LANG=C.UTF-8");

    let about: Vec<&str> = decided.reasons.iter().map(|reason| reason.what).collect();
    let expected = [
        "screen",
        "line",
        "colour",
        "glyphs",
        "title",
        "mouse",
        "esc",
        "synchronized output",
    ];
    assert_eq!(about, expected);
    assert!(decided.reasons.iter().all(|reason| !reason.why.is_empty()));
}

#[test]
fn a_stall_makes_a_fast_line_slow_and_leaves_a_serial_one() {
    let quick = seen("TERM=xterm").slowed();
    let serial = Capability {
        profile: Profile::Serial,
        ..Capability::default()
    }
    .slowed();

    assert_eq!(
        (quick.profile, serial.profile),
        (Profile::Slow, Profile::Serial)
    );
}
