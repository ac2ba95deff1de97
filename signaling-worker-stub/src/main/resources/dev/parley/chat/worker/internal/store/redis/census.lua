-- A part of what there is, by the index of what may expire; the caller puts the parts together.
return run(function()
  local cursor, look_at, life_millis = ARGV[3], ARGV[4], tonumber(ARGV[5])
  local part = call('ZSCAN', P .. 'due', cursor, 'COUNT', look_at)
  local rooms, waiting = {}, {}
  for i = 1, #part[2], 2 do
    local member = part[2][i]
    local kind, rest_of_it = string.sub(member, 1, 1), string.sub(member, 3)
    if kind == 'r' then
      local ordinal, id = string.match(rest_of_it, '^(%d+):(.*)$')
      local r = call('HMGET', P .. 'room:' .. id, 'ordinal', 'active')
      if r[1] == ordinal and tonumber(r[2]) > horizon then rooms[#rooms + 1] = {member, int(count_placed(ordinal))} end
    elseif kind == 'm' then
      local count = call('ZCOUNT', P .. 'mailtimes:' .. rest_of_it, after(now - life_millis), '+inf')
      if count > 0 then waiting[#waiting + 1] = {member, int(count)} end
    end
  end
  return {'OK', part[1], rooms, waiting}
end)
