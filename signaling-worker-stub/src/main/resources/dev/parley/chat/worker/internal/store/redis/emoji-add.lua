-- emoji-add
-- 'emoji' has an entry for each id, 'emojicodes' an id for each shortcode, 'emojiuses' for each image how many emoji have
-- it, 'emojisums' numbers and bytes, of each account and of all. The revision is an id that was never used before.
return run(function()
  local id, code, account, bytes, entry, image, image_text, still, still_text = unpack(ARGV, 3, 11)
  local most, most_bytes, most_all, most_bytes_all = unpack(ARGV, 12, 15)
  local sums = P .. 'emojisums'
  if call('HEXISTS', P .. 'emojicodes', code) == 1 then refuse('EMOJI_EXISTS') end
  local function exceeds(field, more, limit)
    return tonumber(call('HGET', sums, field) or '0') + tonumber(more) > tonumber(limit)
  end
  if exceeds('n:' .. account, 1, most) then refuse('EMOJI_OF_ACCOUNT') end
  if exceeds('b:' .. account, bytes, most_bytes) then refuse('EMOJI_BYTES_OF_ACCOUNT') end
  if exceeds('n', 1, most_all) or exceeds('b', bytes, most_bytes_all) then refuse('EMOJI_FULL') end
  call('HSET', P .. 'emoji', id, entry)
  call('HSET', P .. 'emojicodes', code, id)
  for _, suffix in ipairs({'', ':' .. account}) do
    call('HINCRBY', sums, 'n' .. suffix, 1)
    call('HINCRBY', sums, 'b' .. suffix, bytes)
  end
  call('SET', P .. 'emojiimage:' .. image, image_text)
  call('SET', P .. 'emojiimage:' .. still, still_text)
  call('HINCRBY', P .. 'emojiuses', image, 1)
  call('HINCRBY', P .. 'emojiuses', still, 1)
  call('SET', P .. 'emojirevision', '+' .. id)
  return {'OK'}
end)
