-- Looks at so many places of the list and no more, so that a script stays short however many rooms have expired.
return run(function()
  local before, limit, look_at = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
  local places = call('ZREVRANGEBYSCORE', P .. 'listed', before, '-inf', 'WITHSCORES', 'LIMIT', 0, look_at)
  local rooms, last = {}, ''
  for i = 1, #places, 2 do
    local id = places[i]
    last = int(tonumber(places[i + 1]))
    local f = call('HMGET', P .. 'room:' .. id, 'ordinal', 'descriptor', 'signature', 'active')
    if f[1] == last and tonumber(f[4]) > horizon then
      rooms[#rooms + 1] = {f[1], id, f[2], f[3], int(count_placed(f[1])), f[4]}
      if #rooms == limit then break end
    end
  end
  if #rooms < limit and #places < 2 * look_at then last = '' end
  return {'OK', last, rooms}
end)
