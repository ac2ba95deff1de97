return run(function()
  local r = require_owned(ARGV[3], ARGV[4])
  bury(r.id, r.ordinal, r.owner, tonumber(ARGV[5]))
  return {'OK'}
end)
