return run(function()
  local number, account = ARGV[3], ARGV[4]
  local plate = call('HMGET', P .. 'nameplate:' .. number, 'room', 'account', 'expires')
  if not plate[1] or plate[1] == '' or plate[2] ~= account or tonumber(plate[3]) <= now then
    refuse('NAMEPLATE_NOT_FOUND')
  end
  rest(number, tonumber(ARGV[5]))
  return {'OK'}
end)
