//! Who calls: call types, their demand, and what becomes of those who were not helped.

use super::Names;
use crate::scenario::fields::{Checker, Fields};
use crate::scenario::nodes::{self, fraction};
use crate::scenario::schema::{self, Key};
use crate::scenario::tree::Node;
use crate::scenario::types::*;
use crate::scenario::values::format_seconds;

impl Checker<'_> {
    pub(super) fn call_type(&mut self, f: &Fields<'_>, names: &Names<'_>) -> Option<CallType> {
        let name = self.name(f);
        let queue = self.named(f, "queue", "queue", &names.queues);
        let trunk = self.named(f, "trunk", "trunk group", &names.trunks);
        let demand = self.demand(f);
        let volume_is = self.word(f, "volume_is");
        let busyness_cv = self.number(f, "busyness_cv");
        let ivr = self.nested(f, "ivr", |c, _, node| c.ivr(node));
        let patience = self.random(f, "patience");
        let balk = self.value(f, "balk", fraction);
        let talk = self.random(f, "talk");
        let wrap_up = self.random(f, "wrap_up");
        let talk_factor = self.series(f, "talk_factor");
        let resolution = self.value(f, "resolution", fraction);
        let reconnect = self.nested(f, "reconnect", |c, _, node| c.reconnect(node));
        let redial = self.nested(f, "redial", |c, _, node| c.redial(node));
        let cost_per_attempt = self.number(f, "cost_per_attempt");
        let cost_per_lost_caller = self.number(f, "cost_per_lost_caller");
        Some(CallType {
            name: name?,
            queue: queue?,
            trunk,
            demand: demand?,
            volume_is: match volume_is? {
                0 => VolumeIs::FirstAttempts,
                _ => VolumeIs::AllAttempts,
            },
            busyness_cv: busyness_cv?,
            ivr,
            patience: patience?,
            balk: balk?,
            talk: talk?,
            wrap_up: wrap_up?,
            talk_factor: talk_factor?,
            resolution: resolution?,
            reconnect,
            redial,
            cost_per_attempt,
            cost_per_lost_caller,
        })
    }

    fn demand(&mut self, f: &Fields<'_>) -> Option<Demand> {
        match (f.has("volume"), f.has("rate")) {
            (true, false) => self.series(f, "volume").map(Demand::Volume),
            (false, true) => self.series(f, "rate").map(Demand::RatePerHour),
            (false, false) => {
                if let Some(key) = schema::CALL_TYPE.key("volume") {
                    self.missing(f, key);
                }
                None
            }
            (true, true) => {
                self.find(
                    f.span_of("rate"),
                    "`volume` and `rate` exclude each other",
                    "`volume` is written too",
                    "`volume` is first attempts per interval, `rate` per time; leave one out",
                );
                None
            }
        }
    }

    fn ivr(&mut self, node: &Node) -> Option<Ivr> {
        let f = self.open(node, &schema::IVR)?;
        let time = self.random(&f, "time");
        let contained = self.value(&f, "contained", fraction);
        let abandoned = self.value(&f, "abandoned", fraction);
        let (contained, abandoned) = (contained?, abandoned?);
        // Sums such as 0.7 + 0.3 may miss 1 by a rounding.
        if contained + abandoned > 1.0 + 1e-12 {
            self.find(
                f.span_of("abandoned"),
                "more than all callers end in the voice response",
                format!(
                    "`contained` and `abandoned` add up to {}",
                    contained + abandoned
                ),
                "together they may be at most 1; the rest goes on to the queue",
            );
        }
        Some(Ivr {
            time: time?,
            contained,
            abandoned,
        })
    }

    fn reconnect(&mut self, node: &Node) -> Option<Reconnect> {
        let f = self.open(node, &schema::RECONNECT)?;
        let probability = self.value(&f, "probability", fraction);
        let delay = self.delay(&f);
        Some(Reconnect {
            probability: probability?,
            delay: delay?,
        })
    }

    fn redial(&mut self, node: &Node) -> Option<Redial> {
        let f = self.open(node, &schema::REDIAL)?;
        let abandoned = self.nested(&f, "abandoned", Checker::fractions);
        let blocked = self.nested(&f, "blocked", Checker::fractions);
        let delay = self.delay(&f);
        let max_attempts = self.whole_u32(&f, "max_attempts");
        Some(Redial {
            abandoned: abandoned?,
            blocked: blocked?,
            delay: delay?,
            max_attempts,
        })
    }

    /// Callers who call again at once would fill the system within an instant.
    fn delay(&mut self, f: &Fields<'_>) -> Option<Distribution> {
        let delay = self.random(f, "delay")?;
        if delay.mean_s() < 1.0 {
            self.find(
                f.span_of("delay"),
                "`delay` must have a mean of at least 1 s",
                format!("its mean is {}", format_seconds(delay.mean_s())),
                "write for example \"exp(10m)\"",
            );
        }
        Some(delay)
    }

    /// `0.8`, or `[0.8, 0.5]`.
    fn fractions(&mut self, key: &'static Key, node: &Node) -> Option<Vec<f64>> {
        const MOST: usize = 1000;
        let list = match node.as_list() {
            None => std::slice::from_ref(node),
            Some(list) if !list.is_empty() && list.len() <= MOST => list,
            Some(_) => {
                let expected = format!("a fraction or a list of 1 to {MOST} of them");
                let fault = nodes::other(node, &expected, "write for example [0.8, 0.5]");
                return self.settle(key.name, Err(fault));
            }
        };
        let read: Result<_, _> = list.iter().map(fraction).collect();
        self.settle(key.name, read)
    }
}
