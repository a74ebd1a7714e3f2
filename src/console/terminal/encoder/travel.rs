//! The shortest way for the cursor.

/// Bytes that take the cursor from one cell to another; columns first, both
/// from 0. From an unknown place only an absolute move is safe.
pub(super) fn shortest(from: Option<(u16, u16)>, to: (u16, u16)) -> Vec<u8> {
    let absolute = absolute(to);
    let Some(from) = from else {
        return absolute;
    };
    let mut relative = down_or_up(from.1, to.1);
    relative.extend(along(from.0, to.0));
    if relative.len() < absolute.len() {
        relative
    } else {
        absolute
    }
}

fn absolute((x, y): (u16, u16)) -> Vec<u8> {
    match (x, y) {
        (0, 0) => b"\x1b[H".to_vec(),
        (0, y) => format!("\x1b[{}H", y + 1).into_bytes(),
        (x, y) => format!("\x1b[{};{}H", y + 1, x + 1).into_bytes(),
    }
}

/// A line feed only moves down: the terminal is raw, and never at its bottom.
fn down_or_up(from: u16, to: u16) -> Vec<u8> {
    if to >= from {
        shorter(vec![b'\n'; usize::from(to - from)], step(to - from, 'B'))
    } else {
        step(from - to, 'A')
    }
}

fn along(from: u16, to: u16) -> Vec<u8> {
    if to >= from {
        let forward = step(to - from, 'C');
        let mut restart = vec![b'\r'];
        restart.extend(step(to, 'C'));
        return shorter(forward, restart);
    }
    let back = shorter(vec![0x08; usize::from(from - to)], step(from - to, 'D'));
    let mut restart = vec![b'\r'];
    restart.extend(step(to, 'C'));
    shorter(back, restart)
}

fn step(cells: u16, direction: char) -> Vec<u8> {
    match cells {
        0 => Vec::new(),
        1 => format!("\x1b[{direction}").into_bytes(),
        more => format!("\x1b[{more}{direction}").into_bytes(),
    }
}

fn shorter(one: Vec<u8>, other: Vec<u8>) -> Vec<u8> {
    if other.len() < one.len() { other } else { one }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_of_all_ways_is_taken() {
        let table = [
            (None, (0, 0), "\x1b[H"),
            (None, (4, 2), "\x1b[3;5H"),
            (Some((5, 5)), (5, 5), ""),
            (Some((5, 5)), (6, 5), "\x1b[C"),
            (Some((5, 5)), (3, 5), "\x08\x08"),
            (Some((5, 5)), (0, 5), "\r"),
            (Some((70, 5)), (0, 6), "\n\r"),
            (Some((5, 5)), (5, 4), "\x1b[A"),
            (Some((5, 5)), (79, 20), "\x1b[21;80H"),
        ];
        for (from, to, bytes) in table {
            let got = shortest(from, to);
            assert_eq!(String::from_utf8(got).unwrap(), bytes, "{from:?} to {to:?}");
        }
    }
}
