return run(function()
  local r = find_room(ARGV[3])
  if not r then return {'OK'} end
  local f = call('HMGET', P .. 'room:' .. r.id, 'descriptor', 'signature', 'succession', 'succession_signature',
    'version', 'holder', 'fence', 'held_until')
  return {'OK', r.ordinal, f[1], f[2], int(count_placed(r.ordinal)), int(r.active), r.host, f[3] or '', f[4] or '',
    f[5] or '0', f[6] or '', f[7] or '0', f[8] or '0', call('HKEYS', P .. 'deputies:' .. r.ordinal)}
end)
