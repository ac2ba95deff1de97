return run(function()
  local r = require_owned(ARGV[3], ARGV[4])
  local succession, signature, version = ARGV[5], ARGV[6], tonumber(ARGV[7])
  local stored = call('HMGET', P .. 'room:' .. r.id, 'succession', 'version')
  if stored[1] == succession then return {'OK'} end
  if version <= tonumber(stored[2] or '0') then refuse('SUCCESSION_EXISTS') end
  local key, accounts = P .. 'deputies:' .. r.ordinal, {}
  -- '' is nobody yet, '=' begins an account. A deputy that is away keeps the account that it was named with before.
  for i = 8, #ARGV do
    local present = find_peer(r, ARGV[i])
    accounts[ARGV[i]] = present and '=' .. present.account or call('HGET', key, ARGV[i]) or ''
  end
  call('UNLINK', key)
  for deputy, account in pairs(accounts) do call('HSET', key, deputy, account) end
  call('HSET', P .. 'room:' .. r.id, 'succession', succession, 'succession_signature', signature, 'version', int(version))
  keep(key, ttl)
  return {'OK'}
end)
