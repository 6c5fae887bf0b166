//! Integrals of several functions at once over an interval, to nearly full double precision.

/// Nodes of the rule of Gauss and Kronrod with 21 points, and its weights (Piessens et al. 1983, QUADPACK, qk21).
const NODES: [(f64, f64); 11] = [
    (0.995_657_163_025_808_1, 0.011_694_638_867_371_874),
    (0.973_906_528_517_171_7, 0.032_558_162_307_964_725),
    (0.930_157_491_355_708_2, 0.054_755_896_574_351_995),
    (0.865_063_366_688_984_5, 0.075_039_674_810_919_96),
    (0.780_817_726_586_416_9, 0.093_125_454_583_697_6),
    (0.679_409_568_299_024_4, 0.109_387_158_802_297_64),
    (0.562_757_134_668_604_7, 0.123_491_976_262_065_84),
    (0.433_395_394_129_247_2, 0.134_709_217_311_473_34),
    (0.294_392_862_701_460_2, 0.142_775_938_577_060_09),
    (0.148_874_338_981_631_22, 0.147_739_104_901_338_49),
    (0.0, 0.149_445_554_002_916_9),
];

/// Weights of the rule of Gauss with 10 points: of every second node.
const GAUSS: [f64; 5] = [
    0.066_671_344_308_688_14,
    0.149_451_349_150_580_6,
    0.219_086_362_515_982_04,
    0.269_266_719_309_996_35,
    0.295_524_224_714_752_87,
];

/// How far the interval is halved at a singularity.
const DEEPEST: u32 = 40;

/// Most halvings in all: where rounding is all that is left, more would not help.
const MOST: u32 = 400;

/// ∫ f over [from, to], halving where the two rules differ by more than `share` of the integrals so far.
pub fn integrate<const N: usize>(
    (from, to): (f64, f64),
    share: f64,
    so_far: &mut [f64; N],
    f: &impl Fn(f64) -> [f64; N],
) {
    let mut halvings = MOST;
    refine(
        (from, to),
        share,
        so_far,
        [0.0; N],
        f,
        DEEPEST,
        &mut halvings,
    );
}

fn refine<const N: usize>(
    (from, to): (f64, f64),
    share: f64,
    so_far: &mut [f64; N],
    around: [f64; N],
    f: &impl Fn(f64) -> [f64; N],
    depth: u32,
    halvings: &mut u32,
) {
    let (centre, half) = (0.5 * (from + to), 0.5 * (to - from));
    let mut kronrod = [0.0; N];
    let mut gauss = [0.0; N];
    for (i, (node, weight)) in NODES.iter().enumerate() {
        let mut values = f(centre + half * node);
        if *node > 0.0 {
            let other = f(centre - half * node);
            for k in 0..N {
                values[k] += other[k];
            }
        }
        for k in 0..N {
            kronrod[k] += weight * values[k];
            if i % 2 == 1 {
                gauss[k] += GAUSS[i / 2] * values[k];
            }
        }
    }
    let fine = (0..N).all(|k| {
        let (fine, coarse) = (half * kronrod[k], half * gauss[k]);
        let of = fine.abs().max(so_far[k].abs()).max(around[k]);
        // The finer rule is better than the difference by some power: 1.5 is what QUADPACK takes.
        let error = (200.0 * (fine - coarse).abs() / of).powf(1.5);
        // Not a number where all is 0.
        error <= share || of == 0.0
    });
    if fine || depth == 0 || *halvings == 0 {
        for k in 0..N {
            so_far[k] += half * kronrod[k];
        }
        return;
    }
    *halvings -= 1;
    // Of positive functions the half is no larger than the whole: what is small beside that need not be exact. Only the last
    // estimate counts, as the first ones may be far too large where a peak is narrow.
    let around = kronrod.map(|sum| (half * sum).abs());
    refine(
        (from, centre),
        share,
        so_far,
        around,
        f,
        depth - 1,
        halvings,
    );
    refine((centre, to), share, so_far, around, f, depth - 1, halvings);
}
