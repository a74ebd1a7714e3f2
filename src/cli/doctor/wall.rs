//! What the doctor says of a wall: whether it can be read from where people
//! stand, stays lit, keeps the time, and is started again when it hangs.

use std::{f64::consts::TAU, fs};

use rustix::termios::tcgetwinsize;

use super::Line;
use crate::{
    cli::{doctor::capability, open::Setup, systemd::Systemd},
    clock,
    config::Wall,
    ui::{capability::Depth, format},
};

/// How long the kernel's consoles stay lit without a key: seconds, 0 for ever.
const BLANKS: &str = "/sys/module/kernel/parameters/consoleblank";
/// Below this there is no picture of a wall, only that of a console.
const LEAST: (u16, u16) = (80, 24);
/// The height of a panel by its diagonal: sixteen to nine.
const OF_DIAGONAL: f64 = 0.4903;
const MM_PER_INCH: f64 = 25.4;
/// Large letters are four rows high, of which a capital fills seven eighths.
const LARGE_ROWS: f64 = 3.5;
/// A letter can be read at sixteen minutes of arc: its height for each metre of
/// distance, in millimetres.
const LEAST_MM_PER_M: f64 = TAU * 1000.0 * 16.0 / 21_600.0;

/// What was seen.
pub(super) async fn look(setup: &Setup) -> Vec<Line> {
    let seconds = fs::read_to_string(BLANKS).ok();
    let seconds = seconds.and_then(|text| text.trim().parse().ok());
    let is_text_console = capability(setup).blanks;
    vec![
        size(seen_size(), setup.config.wall),
        colours(capability(setup).depth),
        blanking(seconds, is_text_console),
        kept(clock::synchronised().await),
        watched(&Systemd::find(&setup.environment)),
    ]
}

fn line(what: &str, value: impl Into<String>) -> Line {
    Line::ok("wall", what, value)
}

/// Columns and rows, where this is a terminal that tells them.
fn seen_size() -> Option<(u16, u16)> {
    let size = tcgetwinsize(rustix::stdio::stdout()).ok()?;
    Some((size.ws_col, size.ws_row)).filter(|(columns, rows)| *columns > 0 && *rows > 0)
}

/// From how many metres the large letters can be read.
fn readable_from(rows: u16, wall: Wall) -> f64 {
    let cell = wall.panel_inch * MM_PER_INCH * OF_DIAGONAL / f64::from(rows);
    LARGE_ROWS * cell / LEAST_MM_PER_M
}

fn size(size: Option<(u16, u16)>, wall: Wall) -> Line {
    let Some((columns, rows)) = size else {
        let why = "this is no terminal: look once more on the wall itself";
        return line("size", "not known").because(why).warning();
    };
    let reach = readable_from(rows, wall);
    let Wall {
        distance_m,
        panel_inch,
        ..
    } = wall;
    let line = line("size", format!("{columns}x{rows}"));
    if columns < LEAST.0 || rows < LEAST.1 {
        let why = format!("the picture of a wall needs {}x{}", LEAST.0, LEAST.1);
        return line.because(why).error();
    }
    let read = format!("at {panel_inch} inches the large letters are read from {reach:.1} m");
    if reach < distance_m {
        let why = format!("{read}, and wall.distance_m is {distance_m}: take a larger font");
        return line.because(why).warning();
    }
    line.because(read)
}

fn colours(depth: Depth) -> Line {
    let line = line("colours", depth.to_string());
    match depth {
        Depth::Mono => line
            .because("trouble is seen from afar by its colour: unset NO_COLOR, or set color")
            .warning(),
        Depth::Ansi16 | Depth::Ansi256 | Depth::True => line,
    }
}

fn blanking(seconds: Option<u32>, is_text_console: bool) -> Line {
    let way = "consoleblank=0 on the kernel's command line keeps it lit from the boot on";
    match (seconds, is_text_console) {
        (None, _) => line("blanking", "no text console here"),
        (Some(0), _) => line("blanking", "never"),
        (Some(after), true) => line(
            "blanking",
            format!("after {after} s, until a wall is shown"),
        )
        .because(format!("a wall switches it off; {way}"))
        .warning(),
        (Some(after), false) => line("blanking", format!("of text consoles, after {after} s"))
            .because(format!("a wall with TERM=linux switches it off; {way}"))
            .warning(),
    }
}

fn kept(synchronised: Option<bool>) -> Line {
    match synchronised {
        Some(true) => line("clock", "kept right"),
        Some(false) => line("clock", "nobody keeps it right")
            .because("what is late would be shown as early: `timedatectl set-ntp true`")
            .error(),
        None => line("clock", "not known")
            .because("timedatectl does not say: see that NTP runs")
            .warning(),
    }
}

fn watched(systemd: &Systemd) -> Line {
    match (systemd.listens(), systemd.watchdog()) {
        (true, Some(every)) => {
            let every = chrono::TimeDelta::from_std(every).unwrap_or_default();
            let value = format!("by systemd, every {}", format::short(every));
            line("watched", value)
        }
        (true, None) => line("watched", "by systemd, and not for being hung")
            .because("write WatchdogSec=30 into its unit")
            .warning(),
        (false, _) => line("watched", "not from here")
            .because("`warroom wall --print-unit` prints a unit that starts a hung wall again"),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Level, *};

    const USUAL: Wall = Wall {
        distance_m: 8.0,
        panel_inch: 55.0,
        night: None,
    };

    #[test]
    fn a_wall_is_large_enough_where_it_can_be_read_from_where_people_stand() {
        let reach = readable_from(50, USUAL);
        let far = Wall {
            distance_m: 12.0,
            ..USUAL
        };

        assert!((10.2..10.4).contains(&reach), "{reach}");
        assert_eq!(size(Some((160, 50)), USUAL).level, Level::Ok);
        assert_eq!(size(Some((160, 50)), far).level, Level::Warning);
        assert_eq!(size(Some((79, 24)), USUAL).level, Level::Error);
        assert_eq!(size(None, USUAL).level, Level::Warning);
    }

    #[test]
    fn a_console_that_goes_dark_is_told_of() {
        for (seconds, level) in [
            (None, Level::Ok),
            (Some(0), Level::Ok),
            (Some(600), Level::Warning),
        ] {
            for is_text_console in [true, false] {
                assert_eq!(blanking(seconds, is_text_console).level, level);
            }
        }
    }

    #[test]
    fn a_clock_that_nobody_keeps_right_is_a_mistake() {
        assert_eq!(kept(Some(true)).level, Level::Ok);
        assert_eq!(kept(Some(false)).level, Level::Error);
        assert_eq!(kept(None).level, Level::Warning);
    }
}
