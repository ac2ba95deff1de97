return run(function()
  local p = require_peer(require_room(ARGV[3]), ARGV[4], ARGV[5])
  local last, max_characters, life_millis = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
  local seqs = {}
  for _, seq in ipairs(call('ZRANGEBYSCORE', P .. 'mailtimes:' .. p.slot, after(now - life_millis), '+inf')) do
    if tonumber(seq) > last then seqs[#seqs + 1] = seq end
  end
  table.sort(seqs, function(a, b) return tonumber(a) < tonumber(b) end)
  local messages, characters = {}, 0
  for _, seq in ipairs(seqs) do
    local message = call('HGET', P .. 'mail:' .. p.slot, seq)
    if message then
      local _, head = string.find(message, '^[^ ]* [^ ]* ')
      characters = characters + #message - head
      if #messages > 0 and characters > max_characters then break end
      messages[#messages + 1] = {seq, message}
    end
  end
  return {'OK', messages}
end)
