return run(function()
  return {'OK', int(tonumber(require_peer(require_room(ARGV[3]), ARGV[4], ARGV[5]).active))}
end)
