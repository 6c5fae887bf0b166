//! The concave envelope of what people bring: with few people one more may bring more than the one before, which programs cannot
//! see. The envelope is the least concave function that is nowhere below.

/// The rising part of the envelope of a table, from nobody on: so many people, and what each of them brings.
pub(super) fn steps(worth: &[f64]) -> Vec<(u32, f64)> {
    let next = next_corners(worth);
    let mut steps = Vec::new();
    let mut n = 0;
    while n < next.len() {
        let people = next[n] - n;
        let each = (worth[next[n]] - worth[n]) / people as f64;
        if each <= NOTHING {
            break;
        }
        steps.push((people as u32, each));
        n = next[n];
    }
    steps
}

/// Fewer steps, which say no more than the given ones, and at most by a small share of the whole less.
pub(super) fn coarser(steps: &[(u32, f64)]) -> Vec<(u32, f64)> {
    let sum = |steps: &[(u32, f64)]| {
        let add = |(people, brought), &(n, each): &(u32, f64)| {
            (people + n, brought + f64::from(n) * each)
        };
        steps.iter().fold((0, 0.0), add)
    };
    let (_, most) = sum(steps);
    let mut coarser = Vec::new();
    let mut from = 0;
    while from < steps.len() {
        let as_one = |to: usize| {
            let (people, brought) = sum(&steps[from..to]);
            (people, brought / f64::from(people))
        };
        let is_near = |&to: &usize| {
            let (_, each) = as_one(to);
            let parts = (from + 1..to).map(|at| sum(&steps[from..at]));
            let mut below = parts.map(|(people, brought)| brought - f64::from(people) * each);
            below.all(|below| below <= COARSE * most)
        };
        let to = (from + 1..=steps.len()).take_while(is_near).last();
        let to = to.unwrap_or(from + 1);
        coarser.push(as_one(to));
        from = to;
    }
    coarser
}

/// Coarser steps bring less by at most this share of the whole.
const COARSE: f64 = 0.005;

/// What one more brings, from nobody on: where more bring more than proportionally, each of so many who bring most.
pub(super) fn gains(worth: &[f64]) -> Vec<f64> {
    let gain = |(n, next): (usize, usize)| (worth[next] - worth[n]) / (next - n) as f64;
    let edges = next_corners(worth).into_iter().enumerate();
    edges.map(gain).map(|gain| gain.max(0.0)).collect()
}

/// The least number of people from which on the envelope is nowhere far above. That one more does not help at all, as some are
/// away, is no matter.
pub(super) fn concave_from(worth: &[f64]) -> usize {
    let next = next_corners(worth);
    let most = worth.iter().copied().fold(0.0, f64::max);
    // By how much at most, from each number of people on.
    let mut above = vec![0.0; worth.len()];
    for n in (0..next.len()).rev() {
        let each = (worth[next[n]] - worth[n]) / (next[n] - n) as f64;
        let between = (n + 1..next[n]).filter(|&m| worth[m] > worth[m - 1]);
        let highest = between.map(|m| worth[n] + each * (m - n) as f64 - worth[m]);
        above[n] = highest.fold(above[next[n]], f64::max);
    }
    let near = |above: &f64| *above <= NEAR * most;
    above.iter().position(near).unwrap_or(0)
}

/// Of each number of people but the last the next corner of the envelope of all from there on (Andrew 1979, from the right).
fn next_corners(worth: &[f64]) -> Vec<usize> {
    let slope = |from: usize, to: usize| (worth[to] - worth[from]) / (to - from) as f64;
    let mut corners: Vec<usize> = Vec::new();
    let mut next = vec![0; worth.len().saturating_sub(1)];
    for n in (0..worth.len()).rev() {
        while let [.., after, corner] = corners[..]
            && slope(n, corner) <= slope(corner, after)
        {
            corners.pop();
        }
        if let Some(&corner) = corners.last() {
            next[n] = corner;
        }
        corners.push(n);
    }
    next
}

/// Far above is more than this share of the most that people bring.
const NEAR: f64 = 0.08;

/// What brings no more than this brings nothing.
const NOTHING: f64 = 1e-9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_is_concave_and_nowhere_below() {
        for (worth, expected) in [
            (vec![], vec![]),
            (vec![3.0], vec![]),
            (vec![0.0, 0.0, 4.0, 5.0, 5.0], vec![(2, 2.0), (1, 1.0)]),
            (vec![0.0, 1.0, 2.0, 3.0], vec![(3, 1.0)]),
            (vec![0.0, -1.0, -1.0, 6.0, 5.0], vec![(3, 2.0)]),
            (vec![0.0, -1.0, -2.0], vec![]),
        ] {
            assert_eq!(steps(&worth), expected, "{worth:?}");
            let each = steps(&worth).into_iter();
            let each = each.flat_map(|(people, each)| std::iter::repeat_n(each, people as usize));
            let each: Vec<f64> = each.collect();
            for (n, &value) in worth.iter().enumerate().skip(1) {
                let above = worth[0] + each.iter().take(n).sum::<f64>();
                assert!(above >= value - 1e-12, "{worth:?} at {n}: {above}");
            }
            assert!(each.is_sorted_by(|a, b| a >= b), "{each:?}");
        }
    }

    #[test]
    fn coarser_steps_are_fewer_and_hardly_below() {
        let worth: Vec<f64> = (0..60)
            .map(|n| 100.0 * (1.0 - (-0.1 * f64::from(n)).exp()))
            .collect();
        let fine = steps(&worth);
        let coarse = coarser(&fine);
        assert!(
            coarse.len() < fine.len() / 3,
            "{} of {}",
            coarse.len(),
            fine.len()
        );
        let mut n = 0;
        let mut brought = 0.0;
        for (people, each) in coarse {
            for _ in 0..people {
                n += 1;
                brought += each;
                let less = worth[n] - brought;
                assert!((-1e-9..0.51).contains(&less), "{n} people: {less} less");
            }
        }
        assert_eq!(n, 59);
        assert_eq!(coarser(&[]), []);
        assert_eq!(coarser(&[(3, 2.0)]), [(3, 2.0)]);
    }

    #[test]
    fn one_more_is_worth_what_the_best_number_of_more_is_worth_each() {
        let worth = [0.0, 0.5, 4.0, 7.0, 8.0, 7.0, 9.0, 9.0];
        let gains = gains(&worth);
        for (n, gain) in gains.iter().enumerate() {
            let more = (n + 1..worth.len()).map(|m| (worth[m] - worth[n]) / (m - n) as f64);
            let expected = more.fold(0.0, f64::max);
            assert!(
                (gain - expected).abs() < 1e-12,
                "{n}: {gain} for {expected}"
            );
        }
    }

    #[test]
    fn it_is_concave_where_the_envelope_is_near() {
        for (worth, expected) in [
            (vec![], 0),
            (vec![1.0], 0),
            (vec![0.0, 3.0, 5.0, 6.0], 0),
            (vec![0.0, 1.0, 3.0, 4.0], 1),
            (vec![0.0, 1.0, 4.0, 6.9, 9.9, 10.0], 1),
            (vec![0.0, 1.0, 4.0, 4.0, 7.0, 9.0, 9.0, 10.0], 1),
        ] {
            assert_eq!(concave_from(&worth), expected, "{worth:?}");
        }
    }
}
