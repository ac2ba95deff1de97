return run(function()
  local key = P .. 'secret:' .. ARGV[3]
  call('SET', key, ARGV[4], 'NX')
  return {'OK', call('GET', key)}
end)
