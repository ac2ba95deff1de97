-- Writes: a replica, or a Redis without memory left, answers and is of no use all the same.
return run(function()
  call('SET', P .. 'ping', '1', 'PX', '60000')
  return {'OK'}
end)
