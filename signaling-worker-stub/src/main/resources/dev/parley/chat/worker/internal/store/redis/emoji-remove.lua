-- emoji-remove
return run(function()
  local id, code, account, bytes, image, still = unpack(ARGV, 3, 8)
  if call('HDEL', P .. 'emoji', id) == 0 then refuse('EMOJI_NOT_FOUND') end
  call('HDEL', P .. 'emojicodes', code)
  local sums = P .. 'emojisums'
  for _, suffix in ipairs({'', ':' .. account}) do
    if call('HINCRBY', sums, 'n' .. suffix, -1) <= 0 then
      call('HDEL', sums, 'n' .. suffix, 'b' .. suffix)
    else
      call('HINCRBY', sums, 'b' .. suffix, -tonumber(bytes))
    end
  end
  for _, name in ipairs({image, still}) do
    if call('HINCRBY', P .. 'emojiuses', name, -1) <= 0 then
      call('HDEL', P .. 'emojiuses', name)
      call('UNLINK', P .. 'emojiimage:' .. name)
    end
  end
  call('SET', P .. 'emojirevision', '-' .. id)
  return {'OK'}
end)
