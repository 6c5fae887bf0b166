//! The comparison as Markdown, for a pull request.

use super::words::{self, by_place, by_side, counts, figure, name_of_headline};
use crate::lab::{Comparison, Difference, Verdict};
use crate::report::markdown::{code, text};
use crate::report::text::layout::NBSP;

/// Headlines as a table for each variant, all else folded away.
pub fn markdown(comparison: &Comparison) -> String {
    let mut out = String::new();
    for (side, differences) in by_side(comparison) {
        let joint: Vec<&Difference> = differences.iter().copied().filter(|d| d.joint).collect();
        let first = &comparison.sides[0].label;
        out += &format!("### {} against {}\n\n", code(side.label), code(first));
        out += &format!("{}\n\n", counts(&joint));
        out += &rows(&joint, side.letter, name_of_headline);
        out += &words::pairing(&joint).map_or(String::new(), |sentence| format!("\n{sentence}\n"));
        let single: Vec<&Difference> = differences.iter().copied().filter(|d| !d.joint).collect();
        out += "\n<details><summary>Further figures: each interval holds for itself</summary>\n\n";
        out += &rows(&single, side.letter, |kpi| kpi.to_owned());
        out += "\n</details>\n\n";
    }
    if !comparison.ranking.is_empty() {
        out += &ranking(comparison);
    }
    for sentence in words::only(comparison) {
        out += &format!("{}\n\n", text(&sentence));
    }
    for warning in &comparison.run.warnings {
        out += &format!("> warning: {}\n\n", text(warning));
    }
    let sides = words::letters(comparison)
        .map(|side| format!("{}: {}", side.letter, code(side.label)))
        .collect::<Vec<_>>();
    out += &format!(
        "{}. {}; margins {}. acdsim {}\n",
        sides.join(", "),
        words::how(comparison),
        words::margins(comparison),
        comparison.run.version
    );
    out.replace(NBSP, " ")
}

fn rows(differences: &[&Difference], letter: char, name: fn(&str) -> String) -> String {
    let mut out = format!(
        "| where | figure | A | {letter} | difference | verdict |\n|---|---|--:|--:|--:|---|\n"
    );
    for (place, differences) in by_place(differences) {
        for (i, d) in differences.into_iter().enumerate() {
            let verdict = match d.verdict {
                Verdict::Better | Verdict::Worse => format!("**{}**", d.verdict.name()),
                other => other.name().to_owned(),
            };
            out += &format!(
                "| {} | {} | {} | {} | {} | {verdict} |\n",
                if i == 0 { text(place) } else { String::new() },
                text(&name(d.kpi)),
                figure(d.unit, d.value_a),
                figure(d.unit, d.value_b),
                words::difference(d),
            );
        }
    }
    out
}

fn ranking(comparison: &Comparison) -> String {
    let mut out =
        "### Ranking in total\n\n| figure | rank | variant | value |\n|---|--:|---|--:|\n"
            .to_owned();
    for ranking in &comparison.ranking {
        for rank in &ranking.order {
            let value = crate::kpi::unit(&ranking.kpi)
                .map_or(String::new(), |unit| figure(unit, Some(rank.mean)));
            let name = name_of_headline(&ranking.kpi);
            out += &format!(
                "| {name} | {} | {} | {value} |\n",
                words::rank(rank),
                code(&rank.side)
            );
        }
    }
    out + "\n"
}
