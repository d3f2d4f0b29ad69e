/**
 * What runs inside Redis or Valkey (5 or newer), each script one atomic step with the server's clock. All keys carry
 * the hash tag `{sluice}`: one step over the whole hierarchy is only possible on one shard of a cluster.
 *
 * A counter is a hash: `t` its total; a window also has a field per slot, `h` the oldest and `l` the youngest of
 * them; a day or month also has `p`, the period that `t` is of. An admitted request is in `leases` (by the time it
 * runs out) and in `holds` (what it was charged), so that a daemon that was killed holds its places no longer
 * than a lease.
 */
const common = `
local slots = 600
local function clock()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
-- https://howardhinnant.github.io/date_algorithms.html#civil_from_days
local function month_of(now)
  local z = math.floor(now / 86400000) + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local month = mp < 10 and mp + 3 or mp - 9
  return (yoe + era * 400 + (month <= 2 and 1 or 0)) * 12 + month - 1
end
local function at_of(kind, now, slot_ms)
  if kind == 'window' then return math.floor(now / slot_ms) end
  if kind == 'day' then return math.floor(now / 86400000) end
  if kind == 'month' then return month_of(now) end
  return 0
end
local function names_between(first, last)
  local names = {}
  for name = first, last do names[#names + 1] = name end
  return names
end
local function used_of(key, kind, at)
  if kind == 'window' then
    local found = redis.call('HMGET', key, 'h', 't')
    if not found[1] then return 0 end
    local head, total = tonumber(found[1]), tonumber(found[2])
    local first = at - slots
    if head >= first then return total end
    if first - head > 2 * slots then redis.call('DEL', key) return 0 end
    local names = names_between(head, first - 1)
    for _, amount in ipairs(redis.call('HMGET', key, unpack(names))) do
      if amount then total = total - tonumber(amount) end
    end
    redis.call('HDEL', key, unpack(names))
    redis.call('HSET', key, 'h', first, 't', total)
    return total
  end
  if kind == 'places' then return tonumber(redis.call('HGET', key, 't') or 0) end
  local found = redis.call('HMGET', key, 'p', 't')
  if found[1] and tonumber(found[1]) == at then return tonumber(found[2]) end
  return 0
end
local function charge(key, kind, at, amount, slot_ms)
  if amount == 0 then return end
  if kind == 'window' then
    redis.call('HINCRBY', key, at, amount)
    redis.call('HINCRBY', key, 't', amount)
    redis.call('HSETNX', key, 'h', at)
    redis.call('HSET', key, 'l', at)
    redis.call('PEXPIRE', key, math.ceil((slots + 2) * slot_ms))
  elseif kind == 'places' then
    redis.call('HINCRBY', key, 't', amount)
  else
    local period = tonumber(redis.call('HGET', key, 'p') or -1)
    if period < at then
      redis.call('DEL', key)
      redis.call('HSET', key, 'p', at, 't', amount)
      redis.call('PEXPIRE', key, kind == 'day' and 172800000 or 2764800000)
    elseif period == at then
      redis.call('HINCRBY', key, 't', amount)
    end
  end
end
-- Only what is still counted can be corrected.
local function correct(key, kind, at, difference)
  if difference == 0 then return true end
  if kind == 'window' then
    if redis.call('HEXISTS', key, at) == 0 then return false end
    redis.call('HINCRBY', key, at, difference)
    redis.call('HINCRBY', key, 't', difference)
  elseif kind == 'places' then
    if redis.call('HINCRBY', key, 't', difference) <= 0 then redis.call('DEL', key) end
  elseif tonumber(redis.call('HGET', key, 'p') or -1) == at then
    redis.call('HINCRBY', key, 't', difference)
  end
  return true
end
`

/**
 * KEYS leases, holds, swept prefix, counters. ARGV id, lease ms, slot ms, then kind, limit and amount per counter.
 * Answers: index of who refused or 0, now, wait in ms, then used and youngest slot per counter.
 */
export const reserveScript = `${common}
local now, slot_ms = clock(), tonumber(ARGV[3])
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 16)) do
  local packed = redis.call('HGET', KEYS[2], id)
  -- First of all: whatever comes of it, nobody stumbles over it again.
  redis.call('ZREM', KEYS[1], id)
  redis.call('HDEL', KEYS[2], id)
  if packed then
    for _, each in ipairs(cmsgpack.unpack(packed)) do
      -- A window forgets by itself; what was reserved of a budget goes back, as the ledger has no line of it either.
      if each[2] ~= 'window' then correct(each[1], each[2], each[3], -each[4]) end
    end
    redis.call('SET', KEYS[3] .. id, 1, 'PX', 86400000)
  end
end
local refused, longest, answer, holds = 0, -1, {0, now, 0}, {}
for index = 1, #KEYS - 3 do
  local key = KEYS[index + 3]
  local kind, limit, amount = ARGV[index * 3 + 1], tonumber(ARGV[index * 3 + 2]), tonumber(ARGV[index * 3 + 3])
  local at = at_of(kind, now, slot_ms)
  local used = used_of(key, kind, at)
  holds[index] = {key, kind, at, amount}
  answer[index * 2 + 2], answer[index * 2 + 3] = used, 0
  local missing = used + amount - limit
  if missing > 0 then
    local wait = 0
    if kind == 'window' then
      wait = math.ceil(slots * slot_ms)
      local head = tonumber(redis.call('HGET', key, 'h') or at)
      local free = 0
      local names = names_between(head, math.min(at, head + 2 * slots))
      for place, found in ipairs(redis.call('HMGET', key, unpack(names))) do
        if found then free = free + tonumber(found) end
        if free >= missing then
          wait = math.max(1, math.ceil((names[place] + slots + 1) * slot_ms - now))
          break
        end
      end
    elseif kind == 'day' then wait = 86400000
    elseif kind == 'month' then wait = 2764800000
    end
    if wait > longest then refused, longest = index, wait end
  end
end
if refused > 0 then
  for index, hold in ipairs(holds) do
    if hold[2] == 'window' then answer[index * 2 + 3] = tonumber(redis.call('HGET', hold[1], 'l') or 0) end
  end
  answer[1], answer[3] = refused, longest
  return answer
end
for index, hold in ipairs(holds) do
  charge(hold[1], hold[2], hold[3], hold[4], slot_ms)
  answer[index * 2 + 2] = answer[index * 2 + 2] + hold[4]
  answer[index * 2 + 3] = hold[3]
end
redis.call('HSET', KEYS[2], ARGV[1], cmsgpack.pack(holds))
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
return answer
`

/**
 * KEYS leases, holds, swept prefix, counters. ARGV id, slot ms, then kind and used amount per counter. May be sent
 * again: only the first one counts, and one that comes after its lease was swept charges what was used all the same.
 */
export const settleScript = `${common}
local now, slot_ms = clock(), tonumber(ARGV[2])
local packed = redis.call('HGET', KEYS[2], ARGV[1])
if packed then
  for index, hold in ipairs(cmsgpack.unpack(packed)) do
    local key, kind, at, used = hold[1], hold[2], hold[3], tonumber(ARGV[index * 2 + 2])
    local difference = kind == 'places' and -hold[4] or used - hold[4]
    if not correct(key, kind, at, difference) and difference > 0 then
      charge(key, kind, at_of(kind, now, slot_ms), difference, slot_ms)
    end
  end
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('ZREM', KEYS[1], ARGV[1])
elseif redis.call('DEL', KEYS[3] .. ARGV[1]) == 1 then
  for index = 1, #KEYS - 3 do
    local kind, used = ARGV[index * 2 + 1], tonumber(ARGV[index * 2 + 2])
    if used > 0 and (kind == 'day' or kind == 'month') then
      charge(KEYS[index + 3], kind, at_of(kind, now, slot_ms), used, slot_ms)
    end
  end
end
return 1
`

/** KEYS leases. ARGV lease ms, then the ids of requests that still run. */
export const renewScript = `${common}
local untilWhen = clock() + tonumber(ARGV[1])
for index = 2, #ARGV do redis.call('ZADD', KEYS[1], 'XX', untilWhen, ARGV[index]) end
return 1
`

/**
 * KEYS marker, counters. ARGV the marker's lifetime in ms or 0, then kind, period and amount per counter. Adds
 * nothing where the marker stands already, and says so with 0.
 */
export const addScript = `${common}
local lifetime = tonumber(ARGV[1])
if redis.call('SETNX', KEYS[1], 1) == 0 then return 0 end
if lifetime > 0 then redis.call('PEXPIRE', KEYS[1], lifetime) end
for index = 1, #KEYS - 1 do
  charge(KEYS[index + 1], ARGV[index * 3 - 1], tonumber(ARGV[index * 3]), tonumber(ARGV[index * 3 + 1]), 0)
end
return 1
`
