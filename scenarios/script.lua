-- Some agents are kept idle for calls of "vip": the fewer, the more calls of "service" wait.

local vip, shared = queues.vip, groups.shared

-- How long a call of "service" waits at most while an agent is idle, in seconds.
local patience = 60

-- Agents of the shared group that are kept: two, and one less for each five who wait.
local function kept()
  return math.max(0, 2 - queues.service.waiting // 5)
end

-- The group of a tier whose agent has been idle longest, as far as the queue may have one.
local function longest_idle(queue, tier)
  local best
  for _, group in ipairs(tier) do
    local free = group.idle
    if group == shared and queue ~= vip then
      free = free - kept()
    end
    if free > 0 and (not best or group.idle_since < best.idle_since) then
      best = group
    end
  end
  return best
end

function route_call(queue, tiers)
  for _, tier in ipairs(tiers) do
    local group = longest_idle(queue, tier)
    if group then
      return group
    end
  end
  if queue ~= vip then
    look_again(patience)
  end
end

-- Calls of "vip" first. The agent who becomes free is not counted as idle yet.
function route_agent(group)
  local best
  for _, skill in ipairs(group.skills) do
    local queue = skill.queue
    if queue.waiting > 0 and not best then
      if group ~= shared or queue == vip or group.idle >= kept() then
        best = queue
      end
    end
  end
  return best
end

-- Who has waited long enough takes an agent who was kept.
function route_waiting()
  local service = queues.service
  if service.waiting == 0 then
    return nil
  end
  if service.wait >= patience and shared.idle > 0 then
    return service, shared
  end
  if service.wait < patience then
    look_again(patience - service.wait)
  end
end
