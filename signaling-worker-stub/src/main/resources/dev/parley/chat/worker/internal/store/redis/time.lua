return run(function()
  local time = call('TIME')
  return {'OK', time[1], time[2]}
end)
