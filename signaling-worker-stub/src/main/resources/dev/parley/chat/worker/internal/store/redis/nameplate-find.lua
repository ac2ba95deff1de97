return run(function()
  local number, max_lookups = ARGV[3], tonumber(ARGV[4])
  local key = P .. 'nameplate:' .. number
  local plate = call('HMGET', key, 'room', 'ordinal', 'expires')
  if not plate[1] or plate[1] == '' or tonumber(plate[3]) <= now then refuse('NAMEPLATE_NOT_FOUND') end
  local r = find_room(plate[1])
  if not r or r.ordinal ~= plate[2] then refuse('NAMEPLATE_NOT_FOUND') end
  if call('HINCRBY', key, 'lookups', 1) >= max_lookups then rest(number, tonumber(ARGV[5])) end
  return {'OK', plate[1]}
end)
