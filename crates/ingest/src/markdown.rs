//! Tables in Markdown, as tools print them for people.

/// The cells of a row `| a | b \| c |`; none where it is no row.
pub(crate) fn cells(line: &str) -> Option<Vec<String>> {
    let inside = line.trim().strip_prefix('|')?;
    let mut cells = vec![String::new()];
    let mut chars = inside.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, cells.last_mut()) {
            ('\\', Some(cell)) if chars.peek() == Some(&'|') => {
                cell.push('|');
                chars.next();
            }
            ('|', _) => cells.push(String::new()),
            (other, Some(cell)) => cell.push(other),
            (_, None) => {}
        }
    }
    // Behind the last bar there is no cell.
    if cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    Some(cells.iter().map(|cell| cell.trim().to_owned()).collect())
}

/// `|:---|---:|`: the line below a heading.
pub(crate) fn is_ruler(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('|') && line.contains("--") && line.chars().all(|c| "|-: ".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_at_bars_that_are_not_escaped() {
        assert_eq!(cells("| `x\\|y` | 1 |  |").unwrap(), ["`x|y`", "1", ""]);
        assert_eq!(cells("|a"), Some(vec!["a".to_owned()]));
        assert_eq!(cells("a | b"), None);
        assert!(is_ruler("|:---|---:|") && is_ruler("| --- | ---: |") && !is_ruler("| a |"));
    }
}
