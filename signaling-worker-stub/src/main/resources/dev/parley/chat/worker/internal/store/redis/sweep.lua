-- 'due' holds, for whatever may expire, a time at which to look at it. Who is renewed is not moved in it: it is looked at
-- too early, and given its next time then. So a heartbeat costs nothing here, and a sweep what has come due.
return run(function()
  local max, life_millis, rest_millis, index_millis = unpack(ARGV, 3, 6)
  max = tonumber(max)
  local due = P .. 'due'
  local left = max
  local expired = 0

  local function again(member, time) call('ZADD', due, int(time), member) end
  local function done(member) call('ZREM', due, member) end

  -- Drops what is too old from a hash and the times of its fields.
  local function trim(member, hash, times, life)
    local old = call('ZRANGEBYSCORE', times, '-inf', int(now - life), 'LIMIT', 0, left)
    for _, field in ipairs(old) do
      call('HDEL', hash, field)
      call('ZREM', times, field)
    end
    left = left - math.max(1, #old)
    local oldest = call('ZRANGE', times, 0, 0, 'WITHSCORES')
    if oldest[2] then again(member, tonumber(oldest[2]) + life) else done(member) end
    return #old
  end

  local members = call('ZRANGEBYSCORE', due, '-inf', int(now), 'LIMIT', 0, max)
  for _, member in ipairs(members) do
    if left <= 0 then break end
    local kind, rest_of_it = string.sub(member, 1, 1), string.sub(member, 3)
    if kind == 'm' then
      expired = expired
        + trim(member, P .. 'mail:' .. rest_of_it, P .. 'mailtimes:' .. rest_of_it, tonumber(life_millis))
    elseif kind == 's' then
      trim(member, P .. 'sent:' .. rest_of_it, P .. 'senttimes:' .. rest_of_it, ttl)
    elseif kind == 'n' then
      left = left - 1
      local key = P .. 'nameplate:' .. rest_of_it
      local plate = call('HMGET', key, 'account', 'ordinal', 'free')
      if plate[1] and tonumber(plate[3]) > now then
        again(member, tonumber(plate[3]))
      else
        call('UNLINK', key)
        call('ZREM', P .. 'nameplates:' .. #rest_of_it, rest_of_it)
        if plate[1] then
          call('ZREM', P .. 'nameplatesof:' .. plate[1], rest_of_it)
          call('SREM', P .. 'numbers:' .. plate[2], rest_of_it)
        end
        done(member)
      end
    else
      left = left - 1
      local ordinal, id = string.match(rest_of_it, '^(%d+):(.*)$')
      if kind == 'p' then
        local active = call('ZSCORE', P .. 'peers:' .. ordinal, id)
        active = active and tonumber(active)
        if active and active > horizon and call('EXISTS', P .. 'peer:' .. ordinal .. ':' .. id) == 1 then
          again(member, active + ttl)
        else
          drop_peer(ordinal, id)
          done(member)
        end
      else
        local r = call('HMGET', P .. 'room:' .. id, 'ordinal', 'owner', 'active')
        if r[1] ~= ordinal then
          -- Its key has ended by itself; a later room of this id has a place of its own.
          if not r[1] then call('ZREM', P .. 'listed', id) end
          done(member)
        elseif tonumber(r[3]) > horizon then
          again(member, tonumber(r[3]) + ttl)
        else
          bury(id, ordinal, r[2], tonumber(rest_millis))
        end
      end
    end
  end
  call('PEXPIRE', due, index_millis)
  call('PEXPIRE', P .. 'listed', index_millis)
  return {'OK', (#members >= max or left <= 0) and '1' or '0', int(expired)}
end)
