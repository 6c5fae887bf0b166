//! Routing by a script in Lua: what it can do, that it repeats, and that no script gets away with anything.

#![allow(clippy::unwrap_used)]
#![cfg(feature = "lua")]

mod common;

use common::command::{acdsim, json, refused, stdout};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Two queues and two groups, of which the second serves both; sales opens to it after 10 s.
const SCENARIO: &str = r#"
[scenario]
name = "two queues"
open = "08:00-12:00"
[run]
replications = 3
[routing]
policy = { lua = "script.lua" }
[[queues]]
name = "sales"
priority = 2
agents = ["experts", { group = "all", after = "10s" }]
[[queues]]
name = "service"
[[call_types]]
name = "sales"
queue = "sales"
rate = "60/h"
patience = "exp(3m)"
talk = "exp(4m)"
[[call_types]]
name = "service"
queue = "service"
rate = "60/h"
patience = "exp(3m)"
talk = "exp(4m)"
[[groups]]
name = "experts"
skills = ["sales"]
staff = 3
[[groups]]
name = "all"
skills = ["sales", "service"]
staff = 5
"#;

/// The functions that a script needs, as simple as can be.
const CALL: &str = "function route_call(queue, tiers)
  for _, tier in ipairs(tiers) do
    for _, group in ipairs(tier) do
      if group.idle > 0 then return group end
    end
  end
end
";
const AGENT: &str = "function route_agent(group)
  for _, skill in ipairs(group.skills) do
    local queue = skill.queue
    if queue.waiting > 0 and queue.wait >= skill.after then return queue end
  end
end
";

/// A folder with the scenario and a script.
fn folder(script: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("script.lua"), script).unwrap();
    let scenario = folder.path().join("s.toml");
    fs::write(&scenario, SCENARIO).unwrap();
    let scenario = scenario.to_str().unwrap().to_owned();
    (folder, scenario)
}

/// The figures of a run, without the scenario, which names its policy.
fn figures(arguments: &[&str]) -> String {
    let mut document = json(&[&["run", "--json"], arguments].concat());
    document.as_object_mut().unwrap().remove("scenario");
    document.to_string()
}

fn bundled(file: &str) -> PathBuf {
    Path::new(ROOT).join(file)
}

/// `--set` for a script.
fn by_script(file: &str) -> String {
    let path = bundled(file);
    format!("routing.policy={{ lua = '{}' }}", path.display())
}

#[test]
fn the_port_of_the_default_policy_gives_the_same_bytes() {
    let by_script = by_script("scenarios/routing/preference.lua");
    for (file, days) in [
        ("benches/models/m3.toml", "2"),
        ("scenarios/multi-skill.toml", "10"),
        ("scenarios/default.toml", "10"),
        ("scenarios/help-desk.toml", "3"),
        ("scenarios/trunks.toml", "3"),
        ("scenarios/routing/preference.toml", "20"),
    ] {
        let path = bundled(file);
        let arguments = [path.to_str().unwrap(), "--replications", days, "--set"];
        let built_in = figures(&[&arguments[..], &["routing.policy=\"preference\""]].concat());
        let script = figures(&[&arguments[..], &[&by_script]].concat());
        assert!(built_in == script, "{file}: the script gives other figures");
        assert!(built_in.len() > 10_000, "{file}: {}", built_in.len());
    }
}

/// Ties and tiers in a steady run, whose clock goes further.
#[test]
fn it_does_so_in_a_steady_run() {
    let path = bundled("scenarios/routing/preference.toml");
    let by_script = by_script("scenarios/routing/preference.lua");
    let arguments = [
        path.to_str().unwrap(),
        "--set",
        "run.mode=\"steady\"",
        "--set",
        "run.length=\"300h\"",
        "--set",
    ];
    let built_in = figures(&[&arguments[..], &["routing.policy=\"preference\""]].concat());
    let script = figures(&[&arguments[..], &[&by_script]].concat());
    assert!(built_in == script, "the script gives other figures");
}

/// Draws from the stream and keeps state of its own.
const RANDOM: &str = "local count = 0
if leaked then error('a variable of another day') end
leaked = true
function route_call(queue, tiers)
  count = count + 1
  local idle = {}
  for _, tier in ipairs(tiers) do
    for _, group in ipairs(tier) do
      if group.idle > 0 then table.insert(idle, group.name) end
    end
  end
  if #idle > 0 then return idle[math.floor(random() * #idle) + 1] end
end
function route_agent(group)
  local best
  for _, skill in ipairs(group.skills) do
    if skill.queue.waiting > 0 and (not best or random() < 0.5) then best = skill.queue.name end
  end
  return best
end
";

#[test]
fn threads_make_no_difference_and_days_are_apart() {
    let (_folder, scenario) = folder(RANDOM);
    let run = |more: &[&str]| {
        let arguments = ["run", &scenario, "--json", "--replications", "40"];
        stdout(&[&arguments, more].concat())
    };
    let one = run(&["--threads", "1"]);
    assert_eq!(one, run(&["--threads", "2"]));
    assert_eq!(one, run(&["--threads", "7"]));
    assert_ne!(one, run(&["--seed", "2"]));
}

#[test]
fn the_scenario_carries_the_script() {
    let (folder, scenario) = folder(RANDOM);
    let document = json(&["run", &scenario, "--json"]);
    let policy = &document["scenario"]["resolved"]["routing"]["policy"]["lua"];
    assert_eq!(policy["file"], "script.lua");
    assert_eq!(policy["source"], RANDOM);

    // Without the file it runs again: from what --explain gives, and from the JSON document.
    let explained = stdout(&["run", &scenario, "--explain"]);
    fs::remove_file(folder.path().join("script.lua")).unwrap();
    let again = folder.path().join("again.toml");
    fs::write(&again, &explained).unwrap();
    assert_eq!(json(&["run", again.to_str().unwrap(), "--json"]), document);
    let resolved = &document["scenario"]["resolved"];
    let loaded = acdsim::scenario::from_json("result", resolved).unwrap();
    assert_eq!(&loaded.scenario.to_json(), resolved);
    assert_eq!(loaded.scenario.to_toml(), explained);
}

/// Texts that TOML has to take care of come back as they were.
#[test]
fn every_text_of_a_script_survives() {
    for text in [
        "-- \"\"\" ''' \\ \\n é 🙂\tx\n",
        "\n\n-- lines before\n",
        "-- no end of line",
        "-- windows\r\n-- lines\r\n",
        "-- a\r-- b \u{7f} \u{0} \u{1b}\n",
    ] {
        let script = format!("{text}\n{CALL}{AGENT}");
        let (_folder, scenario) = folder(&script);
        let loaded = acdsim::scenario::load(Path::new(&scenario), &[]).unwrap();
        let written = loaded.scenario.to_toml();
        let again = acdsim::scenario::parse("again", &written, Path::new("nowhere"), &[]);
        let again = again.unwrap_or_else(|e| panic!("{text:?}: {e}\n{written}"));
        assert_eq!(again.scenario, loaded.scenario, "{text:?}");
        let source = loaded.scenario.routing[0].text("source").unwrap();
        assert_eq!(source, script.replace("\r\n", "\n"));
    }
}

/// A scenario saved into another folder finds its script.
#[test]
fn the_path_of_a_script_moves_with_the_scenario() {
    use acdsim::scenario::Document;
    let (folder, scenario) = folder(CALL);
    let below = folder.path().join("below");
    fs::create_dir(&below).unwrap();
    let document = Document::open(Path::new(&scenario)).unwrap();
    let moved = document.with_changes(&[], &below).unwrap();
    assert!(
        moved.contains("policy = { lua = \"../script.lua\" }"),
        "{moved}"
    );
    for (written, expected) in [
        (
            "{ lua = { file = \"script.lua\" } }",
            "{ file = \"../script.lua\" }",
        ),
        (
            "[\"preference\", { lua = \"script.lua\" }]",
            "{ lua = \"../script.lua\" }]",
        ),
    ] {
        let text = SCENARIO.replace("{ lua = \"script.lua\" }", written);
        let document = Document::parse("s", &text, folder.path()).unwrap();
        let moved = document.with_changes(&[], &below).unwrap();
        assert!(moved.contains(expected), "{moved}");
    }
}

/// Every call waits for ten seconds, though agents are idle.
#[test]
fn looks_come_when_they_were_asked_for() {
    let script = "function route_call(queue)
  look_again(10)
end
function route_agent(group)
  for _, skill in ipairs(group.skills) do
    if skill.queue.wait >= 10 then return skill.queue end
  end
end
function route_waiting()
  for _, queue in ipairs(queues) do
    for _, tier in ipairs(queue.tiers) do
      for _, group in ipairs(tier) do
        if queue.wait >= 10 and group.idle > 0 then return queue, group end
      end
    end
  end
end
";
    let (_folder, scenario) = folder(script);
    let many = [
        "--set",
        "groups.all.staff=60",
        "--set",
        "groups.experts.staff=60",
    ];
    let never = [
        "--set",
        "call_types.sales.patience=\"never\"",
        "--set",
        "call_types.service.patience=\"never\"",
    ];
    let document = json(&[&["run", &scenario, "--json"], &many[..], &never].concat());
    let asa = &document["total"]["asa_s"];
    assert_eq!(asa["mean"].as_f64().unwrap_or(f64::NAN), 10.0, "{asa}");
}

/// What a script sees, read by the script itself: it ends with an error where something is not as it should be.
#[test]
fn the_view_is_as_documented() {
    let script = "local function is(found, expected)
  if found ~= expected then
    error('found ' .. tostring(found) .. ', expected ' .. tostring(expected))
  end
end
is(#queues, 2) is(#groups, 2)
is(queues[1], queues.sales) is(queues.sales.name, 'sales') is(queues.sales.index, 1)
is(queues.sales.priority, 2) is(queues.service.target, 20)
is(#queues.sales.tiers, 2) is(queues.sales.tiers[2].after, 10) is(queues.sales.tiers[2][1], groups.all)
is(queues.sales.tiers[3], nil)
is(groups.all.skills[1].queue, queues.sales) is(groups.all.skills[1].priority, 2)
is(groups.all.skills[1].after, 10) is(groups.experts.skills[2], nil)
is(queues.sales.waiting, 0) is(queues.sales.wait, 0) is(queues.sales.waiting_since, nil)
is(queues.sales.entry, nil) is(groups.all.idle_since, nil) is(groups.all.idle_time, 0)
is(now(), 0) is(hour(), 8)
-- An order that repeats.
local keys = ''
for key, value in pairs({ b = 1, a = 2, [3] = 3, [2.5] = 4, [true] = 5, [false] = 6, [groups.all] = 7, [queues.sales] = 8 }) do
  keys = keys .. value
end
is(keys, '43216587')
local list = { 1, 2, 3 }
table.insert(list, 4) table.insert(list, 1, 0)
is(table.remove(list), 4) is(table.remove(list, 1), 0) is(#list, 3) is(table.remove({}), nil)
is(select('#', 1, nil), 2) is(type(queues), 'table') is(tostring(1.5), '1.5') is(tostring(nil), 'nil')
is(math.floor(2.5), 2) is(math.random, nil) is(7 // 2, 3) is(2 ^ 10, 1024.0) is(5 & 3, 1)
for _, name in ipairs({ 'sales', 'service' }) do is(queues[name].name, name) end

local last, seen = -1, { waiting = 0, idle = 0, later = 0 }
local function check()
  if now() < last then error('time goes back') end
  last = now()
  if math.abs(hour() - 8 - now() / 3600) > 1e-9 then error('hour') end
  for _, queue in ipairs(queues) do
    if queue.waiting > 0 then
      seen.waiting = seen.waiting + 1
      if math.abs(queue.wait - (now() - queue.waiting_since)) > 1e-6 then error('wait') end
      if queue.entry < 0 then error('entry') end
    end
  end
  for _, group in ipairs(groups) do
    if group.idle > 0 then
      seen.idle = seen.idle + 1
      if math.abs(group.idle_time - (now() - group.idle_since)) > 1e-6 then error('idle') end
    end
  end
  local draw = random()
  if draw < 0 or draw >= 1 then error('random') end
end
function route_call(queue, tiers)
  check()
  if tiers[1].after > 0 then
    seen.later = seen.later + 1
    is(#tiers, 1) is(tiers[1], queues.sales.tiers[2])
    if queue.wait < 10 then error('the tier is not open yet') end
  end
  for _, tier in ipairs(tiers) do
    for _, group in ipairs(tier) do
      if group.idle > 0 then return group.name end
    end
  end
end
function route_agent(group)
  check()
  if now() > 3.9 * 3600 and (seen.waiting < 5 or seen.idle < 100 or seen.later < 2) then
    error(seen.waiting .. ' ' .. seen.idle .. ' ' .. seen.later)
  end
  for _, skill in ipairs(group.skills) do
    if skill.queue.waiting > 0 and skill.queue.wait >= skill.after then return skill.queue.name end
  end
end
";
    let (_folder, scenario) = folder(script);
    stdout(&["run", &scenario]);
}

/// Each script and what is said of it.
#[test]
fn hostile_scripts_end_the_run() {
    let call = |body: &str| format!("function route_call(queue, tiers)\n{body}\nend\n{AGENT}");
    let agent = |body: &str| format!("{CALL}function route_agent(group)\n{body}\nend\n");
    let whole = |body: &str| body.to_owned();
    let nil = |what: &str| format!("script.lua:1: attempt to call a nil value ({what})");
    let index =
        |what: &str| format!("script.lua:1: attempt to index a nil value (global '{what}')");
    let said = |text: &str| format!("script.lua:{text}");
    let instructions = "takes more than 1,000,000 instructions";
    let memory = "takes more than 4 MB of memory";
    let cases: Vec<(String, String)> = vec![
        // For ever.
        (
            whole("while true do end"),
            format!("script.lua:1: the script {instructions}"),
        ),
        (
            whole("::here:: goto here"),
            format!("script.lua:1: the script {instructions}"),
        ),
        (
            call("local n = 0\nrepeat\nn = n + 1\nuntil false"),
            format!("script.lua:4: route_call {instructions}"),
        ),
        (
            agent("while true do end"),
            format!("script.lua:9: route_agent {instructions}"),
        ),
        (
            call("return route_call(queue, tiers)"),
            format!("script.lua:2: route_call {instructions}"),
        ),
        (
            whole("for i = 1, 3e5 do\ntable.insert(queues.x or {}, i)\nend"),
            said("2: there is no queue \"x\""),
        ),
        (
            whole("local t = {}\nfor i = 1, 1e5 do\ntable.insert(t, 1, i)\nend"),
            format!("script.lua:3: the script {instructions}"),
        ),
        (
            whole(
                "local t = {}\nfor i = 1, 60000 do\nt[i * 7919 % 65537] = i\nend\nfor k in pairs(t) do end",
            ),
            format!("script.lua:3: the script {instructions}"),
        ),
        // Few instructions, each of which moves much.
        (
            whole("local s = ''\nwhile true do s = s .. 'xxxxxxxxxx' end"),
            format!("script.lua:2: the script {instructions}"),
        ),
        (
            call(
                "local s = 'x'\nfor i = 1, 20 do s = s .. s end\nwhile true do local t = s .. 'x' end",
            ),
            format!("script.lua:4: route_call {instructions}"),
        ),
        (
            whole("local function f(...)\nreturn f(1, ...)\nend\nf()"),
            format!("script.lua:2: the script {instructions}"),
        ),
        // Without end.
        (
            call("local s = 'x'\nwhile true do\ns = s .. s\nend"),
            format!("script.lua:4: route_call {memory}"),
        ),
        (
            whole("local s = 'x'\nfor i = 1, 100 do\ns = s .. s\nend"),
            format!("script.lua:3: the script {memory}"),
        ),
        (
            whole(
                "local s = 'x'\nlocal t = {}\nfor i = 1, 18 do s = s .. s end\nfor i = 1, 100 do\nt[i] = s .. i\nend",
            ),
            format!("script.lua:5: the script {memory}"),
        ),
        (
            call("local function deep(n)\nreturn 1 + deep(n + 1)\nend\nreturn deep(0)"),
            format!("script.lua:3: route_call {instructions}"),
        ),
        // Nonsense.
        (
            call("return 7"),
            said("1: route_call must return a group or its name, not the number 7"),
        ),
        (
            call("return 0/0"),
            said("1: route_call must return a group or its name, not NaN"),
        ),
        (
            call("return true"),
            said("1: route_call must return a group or its name, not the boolean true"),
        ),
        (
            call("return queue"),
            said("1: route_call must return a group or its name, not the queue \"sales\""),
        ),
        (
            call("return 'nobody'"),
            said("1: route_call chose the group \"nobody\", which does not exist"),
        ),
        (
            call("return 'experts'"),
            said(
                "1: route_call gave a call of queue \"service\" to group \"experts\", which does not serve it",
            ),
        ),
        (
            call("return 'all'"),
            said("1: route_call chose group \"all\", in which nobody is idle"),
        ),
        (
            agent("return group"),
            said("8: route_agent must return a queue or its name, not the group \"experts\""),
        ),
        (
            agent("return 'support'"),
            said("8: route_agent chose the queue \"support\", which does not exist"),
        ),
        (
            agent("return 'sales'"),
            said("8: route_agent chose queue \"sales\", in which nobody waits"),
        ),
        (
            agent("return group.skills[1].queue.waiting == 0 and 'service' or nil"),
            said(
                "8: route_agent gave a call of queue \"service\" to group \"experts\", which does not serve it",
            ),
        ),
        (
            whole(
                "function route_call() look_again(1) end\nfunction route_agent() end\nfunction route_waiting()\nreturn 'sales'\nend",
            ),
            said("3: route_waiting must return a group or its name, not nil"),
        ),
        (
            whole(
                "function route_call() look_again(1) end\nfunction route_agent() end\nfunction route_waiting()\nreturn 'service', 'experts'\nend",
            ),
            said("3: route_waiting chose queue \"service\", in which nobody waits"),
        ),
        (
            call("look_again(5)"),
            said("1: look_again needs a function route_waiting"),
        ),
        (
            call("look_again(-1)"),
            said("2: look_again needs seconds from 0 to 100000000, not the number -1"),
        ),
        (
            call("look_again('soon')"),
            said("2: look_again needs seconds from 0 to 100000000, not \"soon\""),
        ),
        (whole(CALL), said(" it has no function route_agent")),
        (whole(AGENT), said(" it has no function route_call")),
        (
            format!("{CALL}route_agent = 3"),
            said(" route_agent is a number, not a function"),
        ),
        // Words that are misspelt.
        (
            call("return queue.wiating > 0 and nil"),
            said("2: a queue has no field \"wiating\""),
        ),
        (
            call("return groups.all.busy"),
            said("2: a group has no field \"busy\""),
        ),
        (
            whole("local x = queues.slaes"),
            said("1: there is no queue \"slaes\""),
        ),
        (
            whole("local x = groups.slaes"),
            said("1: there is no group \"slaes\""),
        ),
        // The view is to be looked at.
        (
            whole("queues.sales.waiting = 0"),
            said("1: what a script sees is read-only"),
        ),
        (
            whole("groups.mine = 0"),
            said("1: what a script sees is read-only"),
        ),
        (
            whole("table.insert(queues.sales.tiers, 0)"),
            said("1: what a script sees is read-only"),
        ),
        (
            whole("table.remove(groups)"),
            said("1: what a script sees is read-only"),
        ),
        (
            whole("for k in pairs(queues.sales) do end"),
            said("1: pairs cannot list a queue or a group: name its fields"),
        ),
        // Errors of the script's own, and of the language.
        (whole("error('no luck')"), said("1: no luck")),
        (call("return error('no luck')"), said("1: no luck")),
        (
            whole("error({})"),
            said("1: error takes a text, not a table"),
        ),
        (whole("error('a\\27[31mb\\nc')"), said("1: a [31mb c")),
        (
            whole("local x = nil + 1"),
            said("1: attempt to perform arithmetic on a nil value"),
        ),
        (
            whole("local x = '10' + 1"),
            said("1: attempt to perform arithmetic on a string value (constant '10')"),
        ),
        (
            whole("_ENV = nil\nx = 1"),
            said("2: attempt to index a nil value (upvalue '_ENV')"),
        ),
        // What does not repeat, or shows addresses.
        (
            whole("local t = tostring({})"),
            said("1: tostring takes a number, a text, a boolean or nil, not a table"),
        ),
        (
            whole("local t = tostring(math.floor)"),
            said("1: tostring takes a number, a text, a boolean or nil, not a function"),
        ),
        (
            whole("for k in pairs({ [{}] = 1 }) do end"),
            said("1: pairs cannot order keys of this kind: a table"),
        ),
        (whole("math.random()"), nil("field 'random'")),
        (whole("math.randomseed(1)"), nil("field 'randomseed'")),
        (whole("next({})"), nil("global 'next'")),
        // The world outside, and ways around the limits.
        (whole("io.open('/etc/passwd')"), index("io")),
        (whole("os.execute('ls')"), index("os")),
        (whole("debug.getinfo(1)"), index("debug")),
        (whole("package.loadlib('x', 'y')"), index("package")),
        (whole("coroutine.wrap(error)"), index("coroutine")),
        (whole("string.rep('x', 1e9)"), index("string")),
        (whole("utf8.char(1)"), index("utf8")),
        (whole("_G.x = 1"), index("_G")),
        (
            whole("local s = ('x'):rep(1e9)"),
            said("1: attempt to index a string value (constant 'x')"),
        ),
        (whole("require('socket')"), nil("global 'require'")),
        (whole("load('x = 1')()"), nil("global 'load'")),
        (whole("dofile('x')"), nil("global 'dofile'")),
        (whole("loadfile('x')"), nil("global 'loadfile'")),
        (whole("pcall(error)"), nil("global 'pcall'")),
        (whole("xpcall(error, error)"), nil("global 'xpcall'")),
        (whole("setmetatable({}, {})"), nil("global 'setmetatable'")),
        (whole("getmetatable('')"), nil("global 'getmetatable'")),
        (whole("rawset(queues, 1, 2)"), nil("global 'rawset'")),
        (whole("collectgarbage()"), nil("global 'collectgarbage'")),
        (whole("print('x')"), nil("global 'print'")),
        (whole("table.concat({})"), nil("field 'concat'")),
        (whole("table.unpack({})"), nil("field 'unpack'")),
    ];
    for (script, expected) in &cases {
        let (_folder, scenario) = folder(script);
        let message = refused(&["run", &scenario, "--threads", "1"]);
        let (head, found) = message
            .split_once(" after the start: ")
            .unwrap_or(("", &message));
        let head = head.replace("\n", " ");
        assert!(
            head.starts_with("error: the routing policy failed "),
            "{script}\n{message}"
        );
        // A long message is broken into lines.
        let found = found.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(&found, expected, "{script}");
    }
}

#[test]
fn the_time_of_a_failure_is_told() {
    let late = format!(
        "{CALL}{}",
        AGENT.replace(
            "(group)\n",
            "(group)\n  if now() > 7200 then error('late') end\n"
        )
    );
    let (_folder, scenario) = folder(&late);
    let message = refused(&["run", &scenario, "--threads", "1"]);
    let start = "error: the routing policy failed 72";
    assert!(message.starts_with(start), "{message}");
    assert!(message.contains("script.lua:9: late"), "{message}");
}

/// What is wrong with a script is told when the scenario is read, with both places.
#[test]
fn scripts_are_checked_with_the_scenario() {
    let check = |script: &str| {
        let (_folder, scenario) = folder(script);
        let loaded = acdsim::scenario::load(Path::new(&scenario), &[]);
        let error = loaded.expect_err(script);
        let [problem] = error.problems() else {
            panic!("{error}");
        };
        let place = problem.place.clone().unwrap();
        assert_eq!((place.line, place.column), (8, 18), "{error}");
        (problem.message.clone(), place.label)
    };
    let cannot = "cannot use the script \"script.lua\"";
    let nested = format!("local x = {}1{}", "(".repeat(300), ")".repeat(300));
    for (script, label) in [
        ("x = = 3", "script.lua:1: unexpected symbol near '='"),
        (
            "function f(\n",
            "script.lua:2: <name> or '...' expected near <eof>",
        ),
        (
            "\n\nlocal s = 'abc",
            "script.lua:3: unfinished string near <eof>",
        ),
        (&nested, "script.lua: C stack overflow"),
        (
            "\u{1b}Lua",
            "script.lua: attempt to load a binary chunk (mode is 't')",
        ),
    ] {
        assert_eq!(check(script), (cannot.to_owned(), label.to_owned()));
    }
    let large = format!("--{}", "x".repeat(1 << 20));
    let cannot = "cannot read the script \"script.lua\"";
    assert_eq!(
        check(&large),
        (cannot.to_owned(), "it is larger than 1 MB".to_owned())
    );

    let read = |policy: &str| {
        let text = SCENARIO.replace("{ lua = \"script.lua\" }", policy);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("latin.lua"), b"-- one\n-- \xe9\n").unwrap();
        fs::create_dir(folder.path().join("folder.lua")).unwrap();
        match acdsim::scenario::parse("s.toml", &text, folder.path(), &[]) {
            Ok(_) => String::new(),
            Err(error) => {
                let problem = &error.problems()[0];
                format!(
                    "{} | {}",
                    problem.message,
                    problem.place.clone().unwrap().label
                )
            }
        }
    };
    for (policy, expected) in [
        (
            "{ lua = \"missing.lua\" }",
            "cannot read the script \"missing.lua\" | there is no such file",
        ),
        (
            "{ lua = \"folder.lua\" }",
            "cannot read the script \"folder.lua\" | it is not a file",
        ),
        (
            "{ lua = \"latin.lua\" }",
            "cannot read the script \"latin.lua\" | line 2 is not UTF-8 text",
        ),
        (
            "{ lua = \"\" }",
            "`lua` must be the name of a file | this is an empty text",
        ),
        (
            "{ lua = 3 }",
            "`lua` must be the name of a file | this is the number 3",
        ),
        (
            "{ lua = {} }",
            "`lua` needs the file of a script | none is named",
        ),
        (
            "{ lua = { source = 3 } }",
            "`source` must be a text | this is the number 3",
        ),
        (
            "{ lua = { sauce = \"\" } }",
            "unknown key \"sauce\" | a script has no such key; did you mean `source`?",
        ),
        (
            "\"lua\"",
            "`lua` needs the file of a script | none is named",
        ),
        (
            "[\"longest_queue\", { lua = { source = \"\" } }]",
            "these policies exclude each other | more than one of them says which call an agent takes",
        ),
        ("{ lua = { source = \"x = 1\" } }", ""),
        (
            "{ lua = { file = \"nowhere.lua\", source = \"x = 1\" } }",
            "",
        ),
    ] {
        assert_eq!(read(policy), expected, "{policy}");
    }
    // Without a file the script has a name all the same.
    let (_folder, scenario) = folder("");
    let set = "routing.policy={ lua = { source = \"error('here')\" } }";
    let message = refused(&["run", &scenario, "--set", set]);
    assert!(
        message.contains("after the start: script:1: here"),
        "{message}"
    );
}

/// The script shown in the reference runs.
#[test]
fn the_documented_script_runs() {
    let text = fs::read_to_string(bundled("docs/routing-lua.md")).unwrap();
    let script = text
        .split("```lua\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let (_folder, scenario) = folder(script.unwrap());
    stdout(&["run", &scenario]);
}

#[test]
fn the_bundled_scripts_run() {
    for (name, places) in [("routing/preference", 2), ("script", 2)] {
        let path = bundled(&format!("scenarios/{name}.toml"));
        let output = acdsim(&[
            "run",
            path.to_str().unwrap(),
            "--json",
            "--replications",
            "10",
        ]);
        assert_eq!(output.status.code(), Some(0), "{name}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{name}");
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            document["queues"].as_array().map(Vec::len),
            Some(places),
            "{name}"
        );
    }
}

/// Looks alone do not end: whoever asks for them again and again, while nothing else happens, would wait for ever.
#[test]
fn a_script_that_only_looks_is_ended() {
    let script = "function route_call() look_again(0) end\nfunction route_agent() end\n\
                  function route_waiting()\n  look_again(0.001)\nend\n";
    let (folder, _) = folder(script);
    let patient = folder.path().join("patient.toml");
    fs::write(&patient, SCENARIO.replace("patience = \"exp(3m)\"\n", "")).unwrap();
    let message = refused(&["run", patient.to_str().unwrap(), "--threads", "1"]);
    assert!(
        message.contains(
            "script.lua:3: route_waiting was asked 100,000 times while nothing else happened"
        ),
        "{message}"
    );
    // Each second is not too often.
    fs::write(
        folder.path().join("script.lua"),
        script.replace("0.001", "1"),
    )
    .unwrap();
    fs::write(&patient, SCENARIO).unwrap();
    stdout(&["run", patient.to_str().unwrap(), "--replications", "1"]);
}

/// Callers who matter are answered sooner than without the script, and the others do not wait for ever.
#[test]
fn agents_are_kept_by_the_bundled_script() {
    let path = bundled("scenarios/script.toml");
    let level = |policy: &[&str]| {
        let arguments = [
            "run",
            path.to_str().unwrap(),
            "--json",
            "--replications",
            "40",
        ];
        let document = json(&[&arguments[..], policy].concat());
        let queue = |name: &str| {
            let queues = document["queues"].as_array().unwrap();
            let queue = queues.iter().find(|queue| queue["name"] == name).unwrap();
            let level = &queue["service_level"]["mean"];
            level.as_f64().unwrap_or(f64::NAN)
        };
        (queue("vip"), queue("service"))
    };
    let (script, without) = (
        level(&[]),
        level(&["--set", "routing.policy=\"preference\""]),
    );
    assert!(
        script.0 > without.0 + 0.02,
        "vip: {script:?}, without {without:?}"
    );
    assert!(
        script.1 < without.1,
        "service: {script:?}, without {without:?}"
    );
}
