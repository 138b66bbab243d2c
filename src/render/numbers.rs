//! Numbers as people read them.

/// `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let lead = digits.len() % 3;
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == lead {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 verdict`, `1,204 verdicts`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// The length of a list as a number of the report.
pub fn length<T>(list: &[T]) -> u64 {
    list.len().try_into().unwrap_or(u64::MAX)
}

/// `12.3 MB`, in powers of 1,000.
pub fn size(bytes: u64) -> String {
    let units = [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{}.{} {name}", grouped(bytes / unit), bytes % unit * 10 / unit),
        None => counted(bytes, "byte", "bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let told: Vec<String> = [0, 7, 999, 1_000, 12_345, 123_456, 1_234_567].map(grouped).into();
        assert_eq!(told, ["0", "7", "999", "1,000", "12,345", "123,456", "1,234,567"]);
        assert_eq!(counted(1, "verdict", "verdicts"), "1 verdict");
    }

    #[test]
    fn sizes_are_cut_and_never_rounded_up() {
        assert_eq!([0, 999, 1_234_567, 9_999_999].map(size), ["0 bytes", "999 bytes", "1.2 MB", "9.9 MB"]);
        assert_eq!(size(u64::MAX), "18,446,744.0 TB");
    }
}
