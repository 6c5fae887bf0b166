//! Texts in Markdown.

/// A label as it was written, whatever is in it.
pub fn code(label: &str) -> String {
    let label = label.replace(['\n', '\r'], " ").replace('|', "\\|");
    // More backticks around it than there are together in it (CommonMark 0.31, section 6.1).
    let runs = label.split(|c| c != '`').map(str::len);
    match runs.max().unwrap_or(0) {
        0 => format!("`{label}`"),
        longest => {
            let fence = "`".repeat(longest + 1);
            format!("{fence} {label} {fence}")
        }
    }
}

/// A text in which nothing is markup.
pub fn text(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '\\' | '`' | '*' | '_' | '|' | '[' | ']' | '#' | '~' => out.extend(['\\', c]),
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_markup() {
        assert_eq!(text("a_b|c <d>"), "a\\_b\\|c &lt;d&gt;");
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(code("a``b`"), "``` a``b` ```");
    }
}
