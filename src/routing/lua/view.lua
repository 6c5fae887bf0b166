-- The world of a routing script: what it sees, what it may call, and the functions by which the engine asks it.
-- Runs before the script, with Lua's own functions. `facts` are the unchanging numbers of the model, `random` is a stream.
local facts, random = ...

local raise, kind, setmetatable, rawlen, next = error, type, setmetatable, rawlen, next
local ceil, sort = math.ceil, table.sort

-- Raises an error on the line of the script that called the function that calls this.
local function fail(message)
    raise(message, 3)
end

-- What each read-only table stands for; a list of them, its length and order by queue and group.
local behind, length, rank = {}, {}, {}

-- What a value is, for messages.
local function describe(value)
    local of = kind(value)
    if value ~= value then
        return "NaN"
    elseif rank[value] then
        return "the " .. (rank[value] > #facts.queues and "group" or "queue") .. ' "' .. value.name .. '"'
    elseif of == "number" or of == "boolean" then
        return "the " .. of .. " " .. tostring(value)
    elseif of == "string" then
        return #value > 60 and "a long text" or '"' .. value .. '"'
    end
    return of == "nil" and "nil" or "a " .. of
end

-- ---- What is read-only ----

local function read_only()
    fail("what a script sees is read-only")
end

-- A table through which another is seen.
local function shown(table)
    local proxy = setmetatable({}, {
        __index = table,
        __newindex = read_only,
        __len = function()
            return length[table] or fail("only a list has a length")
        end,
    })
    behind[proxy] = table
    return proxy
end

-- A list seen read-only, maybe with names beside its numbers.
local function list(table)
    length[table] = rawlen(table)
    return shown(table)
end

-- ---- Queues and groups ----

-- Nanoseconds since the opening, exactly; seconds are made from them where they are asked for.
local now = 0
local SINCE = {}

local queues, groups = {}, {}
-- Handles by number; numbers by handle and by name.
local queue_at, group_at = {}, {}
local queue_number, group_number = {}, {}
-- What `route_call` is given: the tiers open to a new call, and each tier alone.
local open_at_once, one_tier = {}, {}

local lazy_queue = {
    __index = function(queue, key)
        if key == "wait" then
            return queue.waiting > 0 and (now - queue[SINCE]) / 1e9 or 0.0
        elseif key ~= "waiting_since" and key ~= "entry" then
            fail("a queue has no field " .. describe(key))
        end
    end,
}

local skills_of
local lazy_group = {
    __index = function(group, key)
        if key == "idle_time" then
            return group.idle > 0 and (now - group[SINCE]) / 1e9 or 0.0
        elseif key == "skills" then
            group.skills = skills_of(group.index)
            return group.skills
        elseif key ~= "idle_since" then
            fail("a group has no field " .. describe(key))
        end
    end,
}

local no_such = function(what)
    return {
        __index = function(_, key)
            if kind(key) ~= "number" then
                fail("there is no " .. what .. " " .. describe(key))
            end
        end,
    }
end

for number, fact in ipairs(facts.groups) do
    local group = setmetatable({ name = fact.name, index = number, idle = 0 }, lazy_group)
    local handle = shown(group)
    groups[number], group_at[number] = group, handle
    group_number[handle], group_number[fact.name] = number, number
    rank[handle] = #facts.queues + number
end

for number, fact in ipairs(facts.queues) do
    local tiers, at_once, alone = {}, {}, {}
    for i, tier in ipairs(fact.tiers) do
        local members = { after = tier.after }
        for place, group in ipairs(tier) do
            members[place] = group_at[group]
        end
        tiers[i] = list(members)
        alone[i] = list({ tiers[i] })
        if tier.after == 0 then
            at_once[#at_once + 1] = tiers[i]
        end
    end
    local queue = setmetatable({
        name = fact.name,
        index = number,
        priority = fact.priority,
        target = fact.target,
        tiers = list(tiers),
        waiting = 0,
    }, lazy_queue)
    local handle = shown(queue)
    queues[number], queue_at[number] = queue, handle
    queue_number[handle], queue_number[fact.name] = number, number
    open_at_once[number], one_tier[number] = list(at_once), alone
    rank[handle] = number
end

-- Made when first asked for: there may be a million.
skills_of = function(group)
    local skills = {}
    local flat = facts.groups[group].skills
    for i = 1, #flat, 3 do
        skills[#skills + 1] = shown({
            queue = queue_at[flat[i]],
            priority = flat[i + 1],
            after = flat[i + 2] / 1e9,
        })
    end
    return list(skills)
end

-- Parts by number and by name.
local function parts(at, seen, what)
    local table = setmetatable({}, no_such(what))
    for number, handle in ipairs(at) do
        table[number] = handle
    end
    length[table] = #at
    for number, part in ipairs(seen) do
        table[part.name] = at[number]
    end
    return shown(table)
end

-- ---- What a script may call ----

-- `pairs` in an order that repeats: numbers, texts, false and true, queues, groups.
local order_of_kind = { number = 1, string = 2, boolean = 3, table = 4 }

local function before(a, b)
    local of_a, of_b = order_of_kind[kind(a)], order_of_kind[kind(b)]
    if of_a ~= of_b then
        return of_a < of_b
    elseif of_a == 3 then
        return b and not a
    elseif of_a == 4 then
        return rank[a] < rank[b]
    end
    return a < b
end

local function sorted_pairs(table)
    if kind(table) ~= "table" then
        fail("pairs needs a table, not " .. describe(table))
    end
    local seen = behind[table]
    local keys = {}
    if seen then
        if not length[seen] then
            fail("pairs cannot list a queue or a group: name its fields")
        end
        for i = 1, length[seen] do
            keys[i] = i
        end
    else
        for key in next, table do
            if not order_of_kind[kind(key)] or kind(key) == "table" and not rank[key] then
                fail("pairs cannot order keys of this kind: " .. describe(key))
            end
            keys[#keys + 1] = key
        end
        sort(keys, before)
    end
    local i = 0
    return function()
        repeat
            i = i + 1
            local key = keys[i]
            local value = key ~= nil and table[key]
            if key == nil or value ~= nil then
                return key, value
            end
        until false
    end
end

local function own_list(table, of)
    if kind(table) ~= "table" then
        raise(of .. " needs a table, not " .. describe(table), 3)
    elseif behind[table] then
        raise("what a script sees is read-only", 3)
    end
    return rawlen(table)
end

-- Written in Lua, so that what they do counts as instructions.
local function insert(table, ...)
    local size = own_list(table, "table.insert")
    local given = select("#", ...)
    if given == 1 then
        table[size + 1] = (...)
        return
    end
    local at, value = ...
    if given ~= 2 or math.type(at) ~= "integer" or at < 1 or at > size + 1 then
        fail("table.insert needs a list, a position in it and a value")
    end
    for i = size, at, -1 do
        table[i + 1] = table[i]
    end
    table[at] = value
end

local function remove(table, at)
    local size = own_list(table, "table.remove")
    at = at == nil and size or at
    if math.type(at) ~= "integer" or (at < 1 or at > size + 1) and not (size == 0 and at == 0) then
        fail("table.remove needs a list and a position in it")
    end
    local removed = table[at]
    for i = at, size do
        table[i] = table[i + 1]
    end
    return removed
end

local plain = { number = true, string = true, boolean = true, ["nil"] = true }
local to_text = tostring

local function text_of(...)
    local value = ...
    if select("#", ...) == 0 or not plain[kind(value)] then
        fail("tostring takes a number, a text, a boolean or nil, not " .. describe(value))
    end
    return to_text(value)
end

local function complain(message)
    if not plain[kind(message)] then
        fail("error takes a text, not " .. describe(message))
    end
    raise(to_text(message), 2)
end

-- When to look again, in nanoseconds; 0 where nobody asked.
local look = 0

local function look_again(seconds)
    if kind(seconds) ~= "number" or not (seconds >= 0 and seconds <= 1e8) then
        fail("look_again needs seconds from 0 to 100000000, not " .. describe(seconds))
    end
    local at = now + math.max(ceil(seconds * 1e9), 1)
    if look == 0 or at < look then
        look = at
    end
end

local numeric = {}
for name, value in next, math do
    if name ~= "random" and name ~= "randomseed" then
        numeric[name] = value
    end
end

local world = {
    math = numeric,
    table = { insert = insert, remove = remove },
    ipairs = ipairs,
    pairs = sorted_pairs,
    select = select,
    type = type,
    tostring = text_of,
    error = complain,
    queues = parts(queue_at, queues, "queue"),
    groups = parts(group_at, groups, "group"),
    random = random,
    look_again = look_again,
    now = function()
        return now / 1e9
    end,
    hour = function()
        return (facts.opens + now / 3.6e12) % 24
    end,
}

-- ---- How the engine asks ----

-- A queue (its number) or a group (below 0) has changed: how many wait or are idle, since when, and the first call's entry.
local function change(part, count, since, entry)
    if part > 0 then
        local queue = queues[part]
        queue.waiting = count
        if count > 0 then
            queue[SINCE], queue.waiting_since, queue.entry = since, since / 1e9, entry
        else
            queue.waiting_since, queue.entry = nil, nil
        end
    else
        local group = groups[-part]
        group.idle = count
        if count > 0 then
            group[SINCE], group.idle_since = since, since / 1e9
        else
            group.idle_since = nil
        end
    end
end

-- At most three changes come with a question; what is none has number 0.
local function changes(a, a1, a2, a3, b, b1, b2, b3, c, c1, c2, c3)
    if a ~= 0 then
        change(a, a1, a2, a3)
        if b ~= 0 then
            change(b, b1, b2, b3)
            if c ~= 0 then
                change(c, c1, c2, c3)
            end
        end
    end
end

local function number_in(numbers, answer, what)
    local number = numbers[answer]
    if number then
        return number
    elseif kind(answer) == "string" then
        raise("chose the " .. what .. " " .. describe(answer) .. ", which does not exist", 0)
    end
    raise("must return a " .. what .. " or its name, not " .. describe(answer), 0)
end

local function asked_for()
    local at = look
    look = 0
    return at
end

-- Each question gives a queue, a group and when to look again; 0 is none.
local function asks_call(route_call)
    return function(time, queue, tier, a, a1, a2, a3, b, b1, b2, b3, c, c1, c2, c3)
        now = time
        changes(a, a1, a2, a3, b, b1, b2, b3, c, c1, c2, c3)
        local tiers = tier == 0 and open_at_once[queue] or one_tier[queue][tier]
        local answer = route_call(queue_at[queue], tiers)
        local group = answer ~= nil and number_in(group_number, answer, "group") or 0
        return 0, group, asked_for()
    end
end

local function asks_agent(route_agent)
    return function(time, group, _, a, a1, a2, a3, b, b1, b2, b3, c, c1, c2, c3)
        now = time
        changes(a, a1, a2, a3, b, b1, b2, b3, c, c1, c2, c3)
        local answer = route_agent(group_at[group])
        local queue = answer ~= nil and number_in(queue_number, answer, "queue") or 0
        return queue, 0, asked_for()
    end
end

local function asks_waiting(route_waiting)
    return function(time, _, _, a, a1, a2, a3, b, b1, b2, b3, c, c1, c2, c3)
        now = time
        changes(a, a1, a2, a3, b, b1, b2, b3, c, c1, c2, c3)
        local from, to = route_waiting()
        if from == nil then
            return 0, 0, asked_for()
        end
        local queue = number_in(queue_number, from, "queue")
        local group = number_in(group_number, to, "group")
        return queue, group, asked_for()
    end
end

return world, change, asks_call, asks_agent, asks_waiting
