-- emoji-list
return run(function()
  return {'OK', call('HVALS', P .. 'emoji')}
end)
