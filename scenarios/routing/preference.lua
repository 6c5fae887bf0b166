-- The built-in policy "preference" as a script: its results are the same to the byte.

-- A call takes the first tier of its queue with an idle agent, in it the group whose agent has been idle longest.
function route_call(queue, tiers)
  for _, tier in ipairs(tiers) do
    local best
    for _, group in ipairs(tier) do
      if group.idle > 0 and (not best or group.idle_since < best.idle_since) then
        best = group
      end
    end
    if best then
      return best
    end
  end
end

-- An agent takes the most urgent priority, then the call that entered first, of the queues whose tier is open to the group.
function route_agent(group)
  local best, priority
  for _, skill in ipairs(group.skills) do -- the most urgent first
    if best and priority < skill.priority then
      break
    end
    local queue = skill.queue
    if queue.waiting > 0 and (skill.after == 0 or queue.wait >= skill.after)
        and (not best or queue.entry < best.entry) then
      best, priority = queue, skill.priority
    end
  end
  return best
end
