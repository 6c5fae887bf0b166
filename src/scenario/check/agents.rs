//! Who answers: groups, their skills, and queues with those who serve them.

use std::collections::HashSet;
use std::time::Duration;

use super::{Known, Names};
use crate::scenario::fields::{Checker, Fields};
use crate::scenario::nodes::{self, fraction};
use crate::scenario::schema::{self, Key};
use crate::scenario::tree::{Entry, Node, Table, Value};
use crate::scenario::types::*;
use crate::scenario::words::quoted;

impl Checker<'_> {
    pub(super) fn group(&mut self, f: &Fields<'_>, names: &mut Names<'_>) -> Option<Group> {
        let name = self.name(f);
        let skills = self.nested(f, "skills", |c, key, node| {
            c.skills(key, node, &names.queues)
        });
        let staff = self.series(f, "staff");
        let cost_per_hour = self.number(f, "cost_per_hour");
        let shrinkage = self.series(f, "shrinkage");
        let max_occupancy = self.value(f, "max_occupancy", fraction);
        let (name, skills) = (name?, skills?);
        for skill in &skills {
            let servers = names.servers.entry(skill.queue.clone()).or_default();
            servers.push(name.clone());
        }
        names.skilled.insert(name.clone());
        Some(Group {
            name,
            skills,
            staff: staff?.into_iter().map(|agents| agents as u32).collect(),
            cost_per_hour,
            shrinkage: shrinkage?,
            max_occupancy,
        })
    }

    /// `["service"]`, or `{ sales = 1.0, service = { factor = 1.15, priority = 2 } }`.
    fn skills(&mut self, key: &Key, node: &Node, queues: &Known<'_>) -> Option<Vec<Skill>> {
        let help = "write for example [\"sales\"] or { sales = 1.0, service = 1.15 }";
        let mut skills: Vec<Option<Skill>> = Vec::new();
        if let Some(list) = node.as_list() {
            let mut seen: HashSet<&str> = HashSet::new();
            for entry in list {
                let Some(queue) = entry.as_text() else {
                    let fault = nodes::other(entry, "a list of names of queues", help);
                    return self.settle(key.name, Err(fault));
                };
                let known = self.reference(queue, entry.span, "queue", queues);
                if !seen.insert(queue) {
                    self.find(
                        entry.span,
                        "a skill twice",
                        "this skill is listed before",
                        "",
                    );
                }
                skills.push(known.map(|()| Skill {
                    queue: queue.to_owned(),
                    factor: 1.0,
                    priority: None,
                }));
            }
        } else if let Some(table) = node.as_table() {
            for entry in &table.0 {
                let known = self.reference(&entry.key, entry.key_span, "queue", queues);
                let skill = match entry.node.as_table() {
                    Some(_) => self.skill(&entry.node),
                    // A factor alone is read as the key of that name.
                    None => self.skill(&Node::new(
                        Value::Table(Table(vec![Entry {
                            key: "factor".to_owned(),
                            key_span: entry.key_span,
                            node: entry.node.clone(),
                        }])),
                        entry.node.span,
                    )),
                };
                skills.push(known.and(skill).map(|(factor, priority)| Skill {
                    queue: entry.key.clone(),
                    factor,
                    priority,
                }));
            }
        } else {
            return self.settle(key.name, Err(nodes::other(node, "names of queues", help)));
        }
        if skills.is_empty() {
            let fault = nodes::other(node, "the name of at least one queue", help);
            return self.settle(key.name, Err(fault));
        }
        skills.into_iter().collect()
    }

    fn skill(&mut self, node: &Node) -> Option<(f64, Option<u32>)> {
        let f = self.open(node, &schema::SKILL)?;
        let priority = self.whole_u32(&f, "priority");
        Some((self.number(&f, "factor")?, priority))
    }

    pub(super) fn queue(&mut self, f: &Fields<'_>, names: &Names<'_>) -> Option<Queue> {
        let name = self.name(f);
        let target = self.value(f, "target", nodes::target);
        let formula = self.word(f, "service_level");
        let short_abandon = self.value(f, "short_abandon", nodes::duration);
        let max_abandonment = self.value(f, "max_abandonment", fraction);
        let max_asa = self.value(f, "max_asa", nodes::duration);
        let priority = self.whole_u32(f, "priority");
        let limit = self.whole_u32(f, "limit");
        let name = name?;
        let servers = names.servers.get(&name).map_or(&[][..], Vec::as_slice);
        let tiers = match f.has("agents") {
            true => self.nested(f, "agents", |c, key, node| {
                c.tiers(key, node, &name, servers, names)
            }),
            false if servers.is_empty() => Some(Vec::new()),
            false => Some(vec![Tier {
                groups: servers.to_vec(),
                after: Duration::ZERO,
            }]),
        };
        Some(Queue {
            target: target?,
            formula: Formula::ALL.get(formula?)?.0,
            short_abandon: short_abandon?,
            max_abandonment,
            max_asa,
            priority: priority?,
            limit,
            tiers: tiers?,
            name,
        })
    }

    /// `["generalists", ["a", "b"], { group = "sales team", after = "60s" }]`
    pub(super) fn tiers(
        &mut self,
        key: &Key,
        node: &Node,
        queue: &str,
        servers: &[String],
        names: &Names<'_>,
    ) -> Option<Vec<Tier>> {
        let help = "write for example [\"a\", [\"b\", \"c\"], { group = \"d\", after = \"60s\" }]; \
                    without the key every group with the skill serves the queue";
        let list = match node.as_list() {
            Some(list) if !list.is_empty() => list,
            _ => {
                let fault = nodes::other(node, "a list of groups", help);
                return self.settle(key.name, Err(fault));
            }
        };
        let mut tiers = Vec::new();
        let mut good = true;
        let able: HashSet<&str> = servers.iter().map(String::as_str).collect();
        let mut listed: HashSet<&str> = HashSet::new();
        for entry in list {
            let (groups, after) = match entry.as_table() {
                None => (entry, Some(Duration::ZERO)),
                Some(table) => {
                    let f = self.open(entry, &schema::AGENTS)?;
                    let after = self.value(&f, "after", nodes::duration);
                    match table.get("group") {
                        Some(groups) => (groups, after),
                        None => {
                            self.nested(&f, "group", |_, _, _| Some(()));
                            good = false;
                            continue;
                        }
                    }
                }
            };
            let equals = match groups.as_list() {
                Some(list) if !list.is_empty() => list,
                Some(_) => {
                    let fault = nodes::other(groups, "a list of groups", help);
                    return self.settle(key.name, Err(fault));
                }
                None => std::slice::from_ref(groups),
            };
            let mut tier = Vec::new();
            for node in equals {
                let Some(group) = node.as_text() else {
                    let fault = nodes::other(node, "a list of groups", help);
                    return self.settle(key.name, Err(fault));
                };
                if self
                    .reference(group, node.span, "group", &names.groups)
                    .is_none()
                {
                    good = false;
                    continue;
                }
                if !listed.insert(group) {
                    self.find(
                        node.span,
                        format!("group {} is listed twice", quoted(group)),
                        "it stands before in the same list",
                        "a group stands in one entry of `agents` only",
                    );
                }
                // A group whose own skills are wrong has its own problem.
                let skilled = names.skilled.contains(group);
                if skilled && !able.contains(group) {
                    self.find(
                        node.span,
                        format!("group {} cannot serve {}", quoted(group), quoted(queue)),
                        format!("this group has no skill {}", quoted(queue)),
                        format!("add {} to the `skills` of the group", quoted(queue)),
                    );
                }
                tier.push(group.to_owned());
            }
            good &= after.is_some();
            tiers.push(Tier {
                groups: tier,
                after: after.unwrap_or_default(),
            });
        }
        for server in servers.iter().filter(|s| !listed.contains(s.as_str())) {
            self.warnings.push(format!(
                "group {} has the skill {}, but is not among that queue's `agents`: it does not serve it",
                quoted(server),
                quoted(queue)
            ));
        }
        good.then_some(tiers)
    }
}
