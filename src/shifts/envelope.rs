//! The concave envelope of what people bring: with few people one more may bring more than the one before, which programs cannot
//! see. The envelope is the least concave function that is nowhere below.

/// The rising part of the envelope of a table, from nobody on: so many people, and what each of them brings.
pub(super) fn steps(worth: &[f64]) -> Vec<(u32, f64)> {
    let mut corners: Vec<(f64, f64)> = Vec::new();
    for (people, &worth) in worth.iter().enumerate() {
        let next = (people as f64, worth);
        // A corner below the line from the one before to the next is none (Andrew 1979).
        while let [.., before, last] = corners[..]
            && slope(before, last) <= slope(last, next)
        {
            corners.pop();
        }
        corners.push(next);
    }
    let rising = corners
        .windows(2)
        .map(|pair| ((pair[1].0 - pair[0].0) as u32, slope(pair[0], pair[1])));
    rising.take_while(|(_, each)| *each > NOTHING).collect()
}

/// What one more brings by the envelope, from nobody on.
pub(super) fn gains(worth: &[f64]) -> Vec<f64> {
    let of_step = |(people, each): (u32, f64)| std::iter::repeat_n(each, people as usize);
    steps(worth).into_iter().flat_map(of_step).collect()
}

/// What brings no more than this brings nothing.
const NOTHING: f64 = 1e-9;

fn slope(from: (f64, f64), to: (f64, f64)) -> f64 {
    (to.1 - from.1) / (to.0 - from.0)
}

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
            let gains = gains(&worth);
            let envelope = |n: usize| gains.iter().take(n).sum::<f64>();
            for (n, &value) in worth.iter().enumerate().skip(1) {
                let above = worth[0] + envelope(n);
                assert!(above >= value - 1e-12, "{worth:?} at {n}: {above}");
            }
            assert!(gains.is_sorted_by(|a, b| a >= b), "{gains:?}");
        }
    }
}
