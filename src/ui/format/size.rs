//! Bytes, shares and large numbers.

const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/// `512 B`, `25.9 GiB`, `204 GiB`.
pub fn bytes(count: u64) -> String {
    let unit = unit_of(count);
    format!("{} {}", in_unit(count, unit), UNITS[unit])
}

/// `25.9 of 32.0 GiB`, both in the unit of the whole.
pub fn of_bytes(used: u64, whole: u64) -> String {
    let unit = unit_of(whole);
    format!(
        "{} of {} {}",
        in_unit(used, unit),
        in_unit(whole, unit),
        UNITS[unit]
    )
}

/// The share in whole percent, rounded; 0 of nothing is 0, and more than the
/// whole is more than 100.
pub fn percent(part: u64, whole: u64) -> u64 {
    let (part, whole) = (u128::from(part), u128::from(whole));
    let share = (part * 200 + whole).checked_div(whole * 2).unwrap_or(0);
    u64::try_from(share).unwrap_or(u64::MAX)
}

/// `1 284`: a space after every third digit from the right.
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// The largest unit of which there is at least one.
fn unit_of(count: u64) -> usize {
    (1..UNITS.len())
        .take_while(|unit| count >> (10 * unit) > 0)
        .last()
        .unwrap_or(0)
}

/// Three digits: a tenth below a hundred, none from there on, none for bytes.
fn in_unit(count: u64, unit: usize) -> String {
    if unit == 0 {
        return count.to_string();
    }
    let size = 1_u128 << (10 * unit);
    let tenths = (u128::from(count) * 20 + size) / (size * 2);
    if tenths < 1000 {
        return format!("{}.{}", tenths / 10, tenths % 10);
    }
    ((u128::from(count) * 2 + size) / (size * 2)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn sizes_keep_three_digits() {
        for (count, shown) in [
            (0, "0 B"),
            (512, "512 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (204 * GIB, "204 GiB"),
            (GIB / 2, "512 MiB"),
            (u64::MAX, "16384 PiB"),
        ] {
            assert_eq!(bytes(count), shown);
        }
        assert_eq!(of_bytes(27_809_914_060, 32 * GIB), "25.9 of 32.0 GiB");
        assert_eq!(of_bytes(204 * GIB, 320 * GIB), "204 of 320 GiB");
        assert_eq!(of_bytes(0, 0), "0 of 0 B");
    }

    #[test]
    fn a_share_is_rounded_and_nothing_of_nothing_is_none() {
        assert_eq!(percent(204, 320), 64);
        assert_eq!(percent(0, 0), 0);
        assert_eq!(percent(3, 2), 150);
        assert_eq!(percent(u64::MAX, u64::MAX), 100);
    }

    #[test]
    fn large_numbers_are_read_in_threes() {
        for (count, shown) in [
            (0, "0"),
            (999, "999"),
            (1284, "1 284"),
            (1_000_000, "1 000 000"),
        ] {
            assert_eq!(thousands(count), shown);
        }
    }
}
