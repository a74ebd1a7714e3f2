//! The terminal layer on a real terminal, driven by a small program.

use std::time::Duration;

use rustix::process::Signal;

use self::pty::{Pty, Seen, Start};

mod again;
mod child;
mod lit;
mod pty;
mod shown;

/// The small program: this same test binary, started again. As a test it does
/// nothing.
#[test]
fn helper_screen_child() {
    if std::env::var_os(child::MARK).is_some() {
        child::run();
    }
}

#[test]
fn l1_the_terminal_is_given_back_however_we_end() {
    let ends: [(&str, Option<&str>, Option<Signal>, u32); 6] = [
        ("quit", Some("q"), None, 0),
        ("panic", Some("p"), None, 101),
        ("panic in a thread", Some("t"), None, 101),
        ("TERM", None, Some(Signal::TERM), 143),
        ("INT", None, Some(Signal::INT), 130),
        ("HUP", None, Some(Signal::HUP), 129),
    ];
    for (name, key, signal, code) in ends {
        let mut pty = Pty::start(&Start::default());
        pty.until("a tick", |seen| seen.tick() > 0);
        assert_ne!(
            pty.modes(),
            pty.modes_before,
            "{name}: the terminal was never raw"
        );

        if let Some(key) = key {
            pty.send(key);
        }
        if let Some(signal) = signal {
            pty.signal(signal);
        }

        assert_eq!(pty.exit_code(), code, "{name}");
        pty.until(name, Seen::screen_is_left);
        assert_eq!(pty.modes(), pty.modes_before, "{name}");
    }
}

#[test]
fn l1_a_signal_that_kills_kills_and_gives_the_terminal_back() {
    for signal in [Signal::QUIT, Signal::USR2, Signal::ALARM] {
        let script = "PROGRAM; echo $? >LOG.code";
        let mut pty = Pty::start(&Start {
            script: Some(script),
            ..Start::default()
        });
        pty.until("a tick", |seen| seen.tick() > 0);
        let log = pty.log();

        pty.signal(signal);

        let code = pty::until("the exit status", || log.read(".code"));
        let expected = 128 + signal.as_raw();
        assert_eq!(code.trim(), expected.to_string(), "{signal:?}");
        pty.until("the screen's end", Seen::screen_is_left);
        assert_eq!(pty.modes(), pty.modes_before, "{signal:?}");
    }
}

#[test]
fn l2_a_panic_is_read_on_the_restored_screen() {
    let mut pty = Pty::start(&Start::default());
    pty.until("a tick", |seen| seen.tick() > 0);

    pty.send("t");

    assert_eq!(pty.exit_code(), 101);
    pty.until("the message", |seen| {
        seen.screen_is_left() && seen.text().contains("boom")
    });
}

#[test]
fn i2_a_hang_up_ends_it_where_the_signal_is_ignored_and_nothing_is_drawn() {
    let script = "trap '' HUP; PROGRAM; echo $? >LOG.code";
    for quiet in [false, true] {
        let mut pty = Pty::start(&Start {
            script: Some(script),
            ..Start::default()
        });
        pty.until("a tick", |seen| seen.tick() > 0);
        let log = pty.log();
        pty.end_reading();
        if quiet {
            pty.send("s");
            let calm = pty::until("quiet", || log.count("calm").filter(|draws| *draws > 0));
            pty::until("no writing", || {
                log.count("calm").filter(|now| *now > calm + 10)
            });
        }

        drop(pty);

        let code = pty::until("the exit status", || log.read(".code"));
        assert_eq!(code.trim(), child::AFTER_HANGUP.to_string());
    }
}

#[test]
fn i2_a_hang_up_ends_it_as_the_leader_of_the_session() {
    let mut pty = Pty::start(&Start::default());
    pty.until("a tick", |seen| seen.tick() > 0);
    let log = pty.log();

    drop(pty);

    let pid = log.pid();
    pty::until("its end", || pty::has_ended(pid).then_some(()));
}

#[test]
fn o2_a_stalled_terminal_stalls_only_the_writer() {
    let mut pty = Pty::start(&Start::default());
    pty.until("a tick", |seen| seen.tick() > 0);
    pty.stop_reading();

    pty.send("f");
    let stalled = pty::until("a stall", || {
        pty.log().count("stalled").filter(|ticks| *ticks > 0)
    });
    pty::until("ticks all the same", || {
        pty.log()
            .count("ticks")
            .filter(|ticks| *ticks > stalled + 50)
    });
    pty.signal(Signal::TERM);

    assert_eq!(pty.exit_code(), 143);
    assert_eq!(pty.modes(), pty.modes_before);
}

#[test]
fn o3_after_a_stall_the_newest_screen_is_drawn() {
    let mut pty = Pty::start(&Start::default());
    pty.until("a tick", |seen| seen.tick() > 0);
    pty.stop_reading();
    pty.send("f");
    let before = pty::until("a stall", || {
        pty.log().count("stalled").filter(|ticks| *ticks > 0)
    });
    let later = pty::until("more", || {
        pty.log()
            .count("ticks")
            .filter(|ticks| *ticks > before + 100)
    });

    pty.go_on_reading();
    pty.until("the newest", |seen| seen.tick() >= later);

    assert!(
        pty.log().count("skipped") > Some(20),
        "the frames in between were left out"
    );
    pty.send("q");
    assert_eq!(pty.exit_code(), 0);
    pty.until("the end", Seen::screen_is_left);
}

#[test]
fn o6_an_unchanged_screen_writes_nothing() {
    let mut pty = Pty::start(&Start::default());
    pty.until("a tick", |seen| seen.tick() > 0);
    pty.send("s");
    pty.until("the key", |seen| seen.row(1).contains("'s'"));
    let log = pty.log();
    let draws = log.count("draws").unwrap_or(0);
    let calm = pty::until("a quiet moment", || {
        log.count("draws").filter(|now| *now > draws + 10)
    });
    let bytes = log.count("bytes");

    pty::until("many more draws", || {
        log.count("draws").filter(|now| *now > calm + 50)
    });

    assert_eq!(log.count("bytes"), bytes);
}

#[test]
fn i4_a_split_arrow_is_an_arrow() {
    let mut pty = Pty::start(&Start::default());
    pty.until("a tick", |seen| seen.tick() > 0);

    for byte in ["\u{1b}", "[", "A"] {
        pty.send(byte);
    }

    pty.until("the arrow", |seen| seen.row(1).ends_with("Up"));
}

#[test]
fn i5_esc_alone_arrives() {
    let mut pty = Pty::start(&Start::default());
    pty.until("a tick", |seen| seen.tick() > 0);

    pty.send("\u{1b}");

    pty.until("the key", |seen| seen.row(1).ends_with("Esc"));
}

#[test]
fn i6_i7_a_paste_is_text_and_lines_at_once_are_told_apart() {
    let mut pty = Pty::start(&Start::default());
    pty.until("a tick", |seen| seen.tick() > 0);

    pty.send("\u{1b}[200~q\rE\rone\u{1b}[201~");
    pty.until("the paste", |seen| {
        seen.row(1).ends_with(r#"Paste("q\nE\none")"#)
    });
    pty.send("q\rE\rtwo\r");
    pty.until("the other", |seen| seen.row(1).ends_with("Lines(8)"));
}

#[test]
fn i1_half_a_sequence_stops_neither_the_clock_nor_the_end() {
    for half in ["\u{1b}[", "\u{1b}[0n", "\u{e2}", "\u{1b}[?2026;2$y"] {
        let mut pty = Pty::start(&Start::default());
        let tick = pty.until("a tick", |seen| seen.tick() > 0);

        pty.send(half);
        pty.until("later ticks", |seen| seen.tick() > tick + 5);
        pty.signal(Signal::TERM);

        assert_eq!(pty.exit_code(), 143, "{half:?}");
    }
}

#[test]
fn i3_a_leaked_reply_is_no_key() {
    let mut pty = Pty::start(&Start::default());
    pty.until("a tick", |seen| seen.tick() > 0);

    pty.send("\u{1b}]11;rgb:1c1c/1c1c/1c1c\u{1b}\\");
    pty.send("\u{1b}[C");

    pty.until("the key after it", |seen| seen.row(1).ends_with("Right"));
    pty.until("nothing before it", |seen| seen.row(1) == "got Right");
}

#[test]
fn t5_no_color_keeps_bold_and_reverse_and_writes_no_colour() {
    let mut pty = Pty::start(&Start {
        environment: "TERM=xterm-256color COLORTERM=truecolor LANG=C.UTF-8 NO_COLOR=1",
        ..Start::default()
    });

    pty.until("the badge", |seen| seen.row(2).contains("P1"));

    let badge = pty.cell(2, 0);
    assert!(badge.bold() && badge.inverse());
    assert_eq!(
        (badge.fgcolor(), badge.bgcolor()),
        (vt100::Color::Default, vt100::Color::Default)
    );
    assert!(
        pty.renditions().iter().all(|code| !is_colour(code)),
        "{:?}",
        pty.renditions()
    );
}

#[test]
fn t6_each_terminal_gets_the_colours_it_has() {
    let table = [
        ("TERM=linux LANG=C.UTF-8", vt100::Color::Idx(1), true),
        ("TERM=xterm LANG=C", vt100::Color::Idx(1), true),
        ("TERM=vt100 LANG=C", vt100::Color::Default, true),
        (
            "TERM=xterm-256color LANG=C.UTF-8",
            vt100::Color::Idx(1),
            false,
        ),
    ];
    for (environment, colour, no_long_form) in table {
        let mut pty = Pty::start(&Start {
            environment,
            ..Start::default()
        });

        pty.until("two frames", |seen| {
            seen.tick() > 1 && seen.row(2).contains("P1")
        });

        assert_eq!(pty.cell(2, 0).fgcolor(), colour, "{environment}");
        let long = pty.renditions().iter().any(|code| code.contains("8;"));
        assert_eq!(!long, no_long_form, "{environment}: {:?}", pty.renditions());
        let title = pty.raw().windows(4).any(|bytes| bytes == b"\x1b]2;");
        assert_eq!(title, environment.contains("xterm"), "{environment}");
    }
}

#[test]
fn t10_a_terminal_without_a_size_gets_80_by_24() {
    let mut pty = Pty::start(&Start {
        size: (0, 0),
        ..Start::default()
    });

    pty.until("the size", |seen| seen.row(3) == "80x24");
}

#[test]
fn a_new_size_is_drawn_at_once() {
    let mut pty = Pty::start(&Start::default());
    pty.until("the size", |seen| seen.row(3) == "80x24");

    pty.resize(40, 10);

    pty.until("the new size", |seen| seen.row(3) == "40x10");
}

#[test]
fn l5_a_shell_gets_the_terminal_back_and_gives_it_again() {
    let mut pty = Pty::start(&Start {
        shell: true,
        ..Start::default()
    });
    let tick = pty.until("a tick", |seen| seen.tick() > 0);

    pty.send("\u{1a}");
    pty.until("the shell", |seen| {
        let told = seen.text().contains(child::LAST_WORDS);
        seen.screen_is_left() && told && seen.text().contains("Stopped")
    });
    pty.send("fg\r");
    pty.until("the screen again", |seen| {
        seen.tick() > tick && seen.on_screen()
    });
    pty.send("j");
    pty.until("a key", |seen| seen.row(1).ends_with("'j'"));
    pty.send("q");

    pty.until("the shell again", Seen::screen_is_left);
}

#[test]
fn l5_stopped_by_somebody_else_it_paints_anew() {
    let mut pty = Pty::start(&Start {
        shell: true,
        ..Start::default()
    });
    pty.until("a tick", |seen| seen.tick() > 0);
    let pid = pty.log().pid();

    rustix::process::kill_process(pid, Signal::STOP).expect("it runs");
    pty.until("the shell", |seen| seen.raw_text().contains("Stopped"));
    let before = pty.raw().len();
    // The shell has not changed the modes: the line ends as raw ones do.
    pty.send("fg\n");

    pty.until("a repaint", |seen| {
        seen.on_screen() && seen.raw_text()[before..].contains("\u{1b}[2J")
    });
    pty.send("q");
    pty.until("the shell again", Seen::screen_is_left);
}

#[test]
fn l6_without_a_shell_it_does_not_stop() {
    let mut pty = Pty::start(&Start::default());
    let tick = pty.until("a tick", |seen| seen.tick() > 0);

    pty.send("\u{1a}");

    pty.until("more ticks", |seen| {
        seen.tick() > tick + 5 && seen.on_screen()
    });
}

#[test]
fn l7_the_next_start_cleans_up_after_a_kill() {
    let mut pty = Pty::start(&Start::default());
    pty.until("a tick", |seen| seen.tick() > 0);
    pty.signal(Signal::KILL);
    pty.exit_code();
    pty.until("the broken screen", Seen::on_screen);

    pty.start_again();
    pty.until("a tick", |seen| seen.tick() > 0);
    pty.send("q");

    assert_eq!(pty.exit_code(), 0);
    pty.until("a clean screen", Seen::screen_is_left);
}

#[test]
fn l9_what_others_print_does_not_reach_the_screen() {
    let mut pty = Pty::start(&Start::default());
    let tick = pty.until("a tick", |seen| seen.tick() > 0);

    pty.send("n");
    pty.until("the key", |seen| {
        seen.row(1).contains("'n'") && seen.tick() > tick + 2
    });

    assert!(!pty.raw_text().contains("noise"));
}

#[test]
fn an_editor_has_the_terminal_and_all_keys_to_itself() {
    let mut pty = Pty::start(&Start::default());
    pty.until("a tick", |seen| seen.tick() > 0);

    pty.send("e");
    pty.until("the editor", |seen| {
        seen.screen_is_left() && seen.text().contains("ready")
    });
    assert_eq!(pty.modes(), pty.modes_before);
    pty.send("quit the quiz\r");
    let typed = pty::until("its text", || pty.log().read(".edited"));
    pty.until("the screen again", |seen| {
        seen.on_screen() && seen.tick() > 0
    });

    assert_eq!(typed.trim(), "quit the quiz");
    pty.send("j");
    pty.until("a key", |seen| seen.row(1) == "got 'e' 'j'");
}

fn is_colour(code: &str) -> bool {
    code.split(';')
        .filter_map(|part| part.parse::<u16>().ok())
        .any(|part| matches!(part, 30..=49 | 90..=107))
}

/// No condition in these tests takes longer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
